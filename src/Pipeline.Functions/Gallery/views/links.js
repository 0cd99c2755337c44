import { get, sendJson } from '../api.js';
import { announce, counted, field, h, time } from '../dom.js';
import { confirm } from '../components/confirm.js';
import { imageBox, thumbnailOf } from '../components/imagebox.js';
import { fill, hint, notice } from '../components/notice.js';
import { change, to } from '../router.js';

const words = { queued: 'waiting', fetching: 'fetching', stored: 'stored', failed: 'failed' };
const kinds = { image: 'an image', page: 'a web page' };

/** Addresses of images and of web pages, which are stored as snapshots; each is then an image as any other. */
export async function show(root, parameters, signal) {
  const list = h('ul', { class: 'links' });
  const foot = h('div', {});
  const query = { state: parameters.get('state'), tag: parameters.getAll('tag') };
  root.append(
    h(
      'div',
      { class: 'head' },
      h(
        'div',
        {},
        h('h1', {}, 'Links'),
        h('p', { class: 'lead' }, 'Give an address. An image is stored as it is, a web page as a snapshot.'),
      ),
    ),
    addForm(link => {
      put(list, link, signal);
      foot.querySelector('.empty')?.remove();
    }),
    filterForm(parameters),
    list,
    foot,
  );
  await page(list, foot, query, null, signal);
}

async function page(list, foot, query, next, signal) {
  await fill(foot, 'Loading links…', signal, async () => {
    const found = await get('links', { ...query, continue: next }, signal);
    found.links.forEach(link => put(list, link, signal, true));
    if (found.continue) {
      return h('button', { type: 'button', on: { click: () => page(list, foot, query, found.continue, signal) } }, 'More links');
    }
    const empty = hint(
      query.state || query.tag.length > 0 ? 'No link matches' : 'There are no links yet',
      'Add an address above. Private and local addresses are refused.',
    );
    empty.classList.add('empty');
    return list.children.length > 0 ? h('p', { class: 'quiet-text' }, `${counted(list.children.length, 'link')}. That is all.`) : empty;
  });
}

function addForm(added) {
  const url = h('input', { id: 'url', type: 'url', required: true, placeholder: 'https://', autocomplete: 'off', maxlength: 2048 });
  const tags = h('input', { id: 'link-tags', autocomplete: 'off', placeholder: 'such as: recipes' });
  const message = h('div', {});
  return h(
    'div',
    {},
    h(
      'form',
      {
        class: 'filters',
        'aria-label': 'Add a link',
        on: {
          submit: async event => {
            event.preventDefault();
            try {
              const body = {
                url: url.value.trim(),
                tags: tags.value
                  .split(',')
                  .map(tag => tag.trim())
                  .filter(Boolean),
              };
              const answer = await sendJson('POST', 'links', body);
              (answer.links ?? [answer]).forEach(added);
              message.replaceChildren();
              url.value = '';
              announce('The link is added.');
            } catch (error) {
              message.replaceChildren(notice(error));
            }
            url.focus();
          },
        },
      },
      field('Address', url),
      field('Tags', tags),
      h('button', { class: 'primary' }, 'Add link'),
    ),
    message,
  );
}

const filterForm = parameters =>
  h(
    'form',
    { class: 'filters', 'aria-label': 'Filters', on: { submit: event => event.preventDefault() } },
    field(
      'State',
      h(
        'select',
        { id: 'state', on: { change: event => change({ state: event.target.value }) } },
        h('option', { value: '' }, 'any'),
        Object.entries(words).map(([state, word]) => h('option', { value: state, selected: parameters.get('state') === state }, word)),
      ),
    ),
    field(
      'Tag',
      h('input', {
        id: 'tag',
        value: parameters.get('tag'),
        autocomplete: 'off',
        placeholder: 'any',
        on: { change: event => change({ tag: event.target.value.trim() }) },
      }),
    ),
  );

/** Shows a link, in place of what was shown of it before, and follows it while the service works on it. */
function put(list, link, signal, atEnd = false) {
  const row = rowOf(link, list, signal);
  const before = list.querySelector(`[data-id="${CSS.escape(link.id)}"]`);
  if (before) {
    before.replaceWith(row);
  } else if (atEnd) {
    list.append(row);
  } else {
    list.prepend(row);
  }
  if (link.state === 'queued' || link.state === 'fetching') {
    setTimeout(async () => {
      if (!signal.aborted && row.isConnected) {
        const now = await get(`links/${encodeURIComponent(link.id)}`, {}, signal).catch(() => null);
        if (now && row.isConnected) {
          put(list, now, signal);
        }
      }
    }, 2000);
  }
}

function rowOf(link, list, signal) {
  const failure = h('div', {});
  const act = work => work().catch(error => failure.replaceChildren(notice(error)));
  const path = `links/${encodeURIComponent(link.id)}`;
  const refresh = () => act(async () => put(list, (await sendJson('POST', `${path}/refresh`)) ?? (await get(path)), signal));
  const remove = () =>
    act(async () => {
      if (
        await confirm(
          'Remove this link?',
          h('p', {}, `${link.url} and the image that was stored from it will be deleted. That cannot be undone here.`),
          'Remove',
        )
      ) {
        await sendJson('DELETE', path);
        row.remove();
        announce('The link is removed.');
      }
    });
  const busy = link.state === 'queued' || link.state === 'fetching';
  const row = h(
    'li',
    { class: 'link', data: { id: link.id } },
    link.imageName
      ? h(
          'a',
          { href: to('search', { name: link.imageName }), 'aria-label': `Find images like ${link.title || link.url}` },
          imageBox(thumbnailOf({ name: link.imageName, thumbnailUrl: link.thumbnailUrl }), '', 'wide'),
        )
      : h('span', { class: 'image-box wide missing' }, h('span', {}, words[link.state])),
    h(
      'div',
      { class: 'link-text' },
      h('strong', {}, link.title || link.url),
      h(
        'a',
        { class: 'address', href: /^https?:\/\//i.test(link.url) ? link.url : null, rel: 'noreferrer noopener', target: '_blank' },
        link.url,
      ),
      h(
        'p',
        { class: 'marks' },
        h('span', { class: `badge ${link.state}` }, words[link.state] ?? link.state),
        h(
          'span',
          { class: 'quiet-text' },
          [kinds[link.kind], link.fetchedAt ? `fetched ${time(link.fetchedAt)}` : `added ${time(link.addedAt)}`].filter(Boolean).join(', '),
        ),
        moved(link.versions),
      ),
      link.reason && h('p', { class: 'bad-text' }, link.reason),
      link.tags?.length > 0 &&
        h(
          'ul',
          { class: 'tags' },
          link.tags.map(tag => h('li', {}, h('a', { href: to('links', { tag }) }, tag))),
        ),
      failure,
    ),
    h(
      'div',
      { class: 'actions' },
      h('button', { type: 'button', disabled: busy, on: { click: refresh } }, 'Refresh', h('span', { class: 'hidden' }, ` ${link.url}`)),
      h('button', { type: 'button', class: 'danger', on: { click: remove } }, 'Remove', h('span', { class: 'hidden' }, ` ${link.url}`)),
    ),
  );
  return row;
}

/** How far the newest version is from the one before: a page that changed is news. */
function moved(versions) {
  const values = (versions ?? []).filter(version => typeof version.cosineToPrevious === 'number');
  const last = values.sort((a, b) => new Date(a.at) - new Date(b.at)).at(-1);
  return last && h('span', { class: 'badge' }, `${last.cosineToPrevious.toFixed(3)} to the version before`);
}
