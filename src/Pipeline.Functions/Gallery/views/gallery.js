import { get, inPath } from '../api.js';
import { announce, counted, field, h } from '../dom.js';
import { fileButtons, takeDropsAndPastes } from '../components/files.js';
import { filters, queryOf } from '../components/filters.js';
import { hint, notice, waiting } from '../components/notice.js';
import { follow, isPending } from '../components/states.js';
import { tile } from '../components/tile.js';
import { upload, uploadPanel } from '../components/uploads.js';

const names = ['prefix', 'tag'];

// Each asks on its own; images further down are asked for when the page is loaded again.
const mostFollowed = 12;

/** All images, page by page as the reader scrolls, and uploads. */
export async function show(root, parameters, signal) {
  const grid = h('ul', { class: 'grid', 'aria-label': 'Images' });
  const folder = h('input', {
    id: 'upload-prefix',
    autocomplete: 'off',
    placeholder: 'such as: holiday/',
    value: parameters.get('prefix'),
  });
  const tags = h('input', { id: 'upload-tags', autocomplete: 'off', placeholder: 'such as: summer, sea' });
  const add = files =>
    upload(
      files,
      folder.value.trim(),
      tags.value
        .split(',')
        .map(tag => tag.trim())
        .filter(Boolean),
      async name => {
        const image = await get(`images/${inPath(name)}`, {}, signal).catch(() => null);
        if (image && !signal.aborted) {
          grid.querySelector(`[data-name="${CSS.escape(name)}"]`)?.remove();
          grid.prepend(tile(image));
          root.querySelector('.grid-foot .empty')?.remove();
          watch(image, grid, signal);
        }
      },
    );
  root.append(
    h(
      'div',
      { class: 'head' },
      h(
        'div',
        {},
        h('h1', {}, 'Images'),
        h('p', { class: 'lead' }, 'Choose an image to find those that look like it. Drop or paste images anywhere to add them.'),
      ),
      fileButtons(add, true, 'Add images'),
    ),
    h(
      'div',
      { class: 'toolbar' },
      filters(names, parameters),
      h(
        'details',
        { class: 'options' },
        h('summary', {}, 'Uploads go to…'),
        h(
          'div',
          { class: 'options-body' },
          field('Folder', folder, 'Stands before each file’s name.'),
          field('Tags', tags, 'Separated by commas.'),
        ),
      ),
    ),
    uploadPanel(),
    grid,
  );
  takeDropsAndPastes(add, 'Drop images to add them', signal);
  await scroll(grid, queryOf(names, parameters), signal);
}

/** Loads the first page, and each next one shortly before the reader comes to its place. */
async function scroll(grid, query, signal) {
  let foot = h('div', { class: 'grid-foot' });
  grid.after(foot);
  let next = null;
  let loading = false;
  const load = async () => {
    if (loading || signal.aborted) {
      return;
    }
    loading = true;
    grid.setAttribute('aria-busy', 'true');
    foot.replaceChildren(waiting('Loading images…'));
    try {
      const page = await get('images', { ...query, continue: next }, signal);

      grid.append(...page.images.map(tile));
      page.images
        .filter(isPending)
        .slice(0, mostFollowed)
        .forEach(image => watch(image, grid, signal));
      next = page.continue;

      // Another element: so nothing moves under a reader who is at the end of the page, and the observer, which reports only changes of an
      // element that it knows, says of this one where it is.
      observer.unobserve(foot);
      foot.replaceWith((foot = h('div', { class: 'grid-foot' }, end(grid, next, load, query))));
      observer.observe(foot);
    } catch (error) {
      if (error.name !== 'AbortError') {
        foot.replaceChildren(notice(error, load));
      }
    } finally {
      loading = false;
      grid.removeAttribute('aria-busy');
    }
  };
  const observer = new IntersectionObserver(
    entries => {
      if (next !== null && entries.some(entry => entry.isIntersecting)) {
        load();
      }
    },
    { rootMargin: '800px' },
  );
  signal.addEventListener('abort', () => observer.disconnect(), { once: true });
  await load();
}

function end(grid, next, load, query) {
  const shown = grid.children.length;
  if (next !== null) {
    return h('button', { type: 'button', on: { click: load } }, 'More images');
  }
  announce(`${counted(shown, 'image')} shown, and no more.`);
  if (shown > 0) {
    return h('p', { class: 'quiet-text' }, `${counted(shown, 'image')}. That is all.`);
  }
  const empty =
    Object.values(query).flat().length > 0
      ? hint('No image matches', 'None has such a name and these tags. Clear a filter to see more.')
      : hint(
          'There are no images yet',
          'Drop some here, paste one, or choose “Add images”. JPEG, PNG, WebP, GIF, BMP and TIFF, up to 20 MB each.',
        );
  empty.classList.add('empty');
  return empty;
}

/** Keeps the tile of an image up to date until all models are through with it, and says so if it goes away meanwhile. */
function watch(image, grid, signal) {
  const now = () => grid.querySelector(`[data-name="${CSS.escape(image.name)}"]`);
  follow(
    image.name,
    changed => {
      const shown = now();
      if (shown && !shown.contains(document.activeElement)) {
        shown.querySelector('.states').replaceWith(tile(changed).querySelector('.states'));
      }
    },
    signal,
  ).catch(error => {
    if (error.type === 'unknown-image') {
      now()?.classList.add('gone');
      now()
        ?.querySelector('.states')
        ?.replaceWith(h('p', { class: 'bad-text' }, 'It was deleted meanwhile.'));
    }
  });
}
