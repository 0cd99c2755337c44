import { h } from './dom.js';
import { here } from './router.js';
import { notice } from './components/notice.js';

// Each view is loaded when it is first shown.
const views = {
  '': ['Images', () => import('./views/gallery.js')],
  image: ['Image', () => import('./views/image.js')],
  search: ['Search', () => import('./views/search.js')],
  explain: ['Explain', () => import('./views/explain.js')],
  duplicates: ['Duplicates', () => import('./views/duplicates.js')],
  links: ['Links', () => import('./views/links.js')],
  study: ['Study', () => import('./views/study.js')],
  evaluation: ['Evaluation', () => import('./views/evaluation.js')],
  health: ['Health', () => import('./views/health.js')],
};

const main = document.getElementById('main');
let leaving = new AbortController();
let shown;

async function show() {
  leaving.abort();
  leaving = new AbortController();
  const { signal } = leaving;
  const { path, parameters } = here();
  const [title, load] = Object.hasOwn(views, path) ? views[path] : ['Not found', null];
  const focused = shown === path ? document.activeElement?.id : null;
  const root = h('div', { class: `view ${path || 'gallery'}` });
  document.title = `${title} – Image similarity`;
  mark(path);
  try {
    if (!load) {
      root.append(h('h1', {}, 'There is no such view'), h('p', {}, 'Choose one of those above.'));
      main.replaceChildren(root);
    } else {
      const view = await load();
      if (signal.aborted) {
        return;
      }
      main.replaceChildren(root);
      await view.show(root, parameters, signal);
    }
  } catch (error) {
    if (error.name === 'AbortError' || signal.aborted) {
      return;
    }
    main.replaceChildren(root);
    root.append(notice(error, show));
  } finally {
    if (!signal.aborted) {
      settle(path, focused);
    }
  }
}

/** Marks the view in the list of views, and moves the list so far that a phone shows it. */
function mark(path) {
  document.querySelectorAll('#views a').forEach(link => {
    link.removeAttribute('aria-current');
    if (link.dataset.view === path) {
      link.setAttribute('aria-current', 'page');
      const list = link.closest('nav');
      list.scrollLeft = link.offsetLeft - (list.clientWidth - link.clientWidth) / 2;
    }
  });
}

/** The focus stays where it was within a view, and goes to the top of a new one, where a screen reader begins. */
function settle(path, focused) {
  const again = focused && document.getElementById(focused);
  if (again) {
    again.focus({ preventScroll: true });
  } else if (shown !== undefined && shown !== path) {
    main.focus({ preventScroll: true });
    scrollTo(0, 0);
  }
  shown = path;
}

function theme() {
  const button = document.getElementById('theme');
  const dark = matchMedia('(prefers-color-scheme: dark)');
  const current = () => document.documentElement.dataset.theme ?? (dark.matches ? 'dark' : 'light');
  const other = () => (current() === 'dark' ? 'light' : 'dark');
  const label = () => {
    button.textContent = other() === 'dark' ? 'Dark' : 'Light';
    button.setAttribute('aria-label', `${button.textContent}: change the colours`);
  };
  button.addEventListener('click', () => {
    document.documentElement.dataset.theme = other();
    localStorage.setItem('pipeline-theme', document.documentElement.dataset.theme);
    label();
  });
  dark.addEventListener('change', label);
  label();
}

// To the content, and to no other address: going back would lead there.
document.querySelector('.skip').addEventListener('click', event => {
  event.preventDefault();
  main.focus();
});
theme();
addEventListener('hashchange', show);
show();
