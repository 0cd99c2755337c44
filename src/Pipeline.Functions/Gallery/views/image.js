import { address, get, inPath, send } from '../api.js';
import { bytes, h, time } from '../dom.js';
import { confirm } from '../components/confirm.js';
import { imageBox, previewOf } from '../components/imagebox.js';
import { notice, waiting } from '../components/notice.js';
import { follow, isPending } from '../components/states.js';
import { tagEditor } from '../components/tags.js';
import { go, to } from '../router.js';

const words = { indexed: 'indexed', pending: 'waiting', failed: 'failed' };

/** One image: its state by each model with the reason of a failure, its tags, and what can be done with it. */
export async function show(root, parameters, signal) {
  const name = parameters.get('name') ?? '';
  root.append(h('h1', { class: 'name' }, name), waiting('Loading…'));
  const image = await get(`images/${inPath(name)}`, {}, signal);
  root.lastChild.remove();
  const models = h('div', {}, table(image));
  const failure = h('div', {});
  root.append(
    h(
      'div',
      { class: 'image-page' },
      imageBox(previewOf(name), name, 'preview'),
      h(
        'div',
        { class: 'facts' },
        h('p', { class: 'lead' }, `${bytes(image.bytes)}, stored ${time(image.lastModified)}`),
        h(
          'div',
          { class: 'actions start' },
          h('a', { class: 'button primary', href: to('search', { name }) }, 'Find similar images'),
          h('a', { class: 'button', href: to('explain', { a: name }) }, 'Explain'),
          h(
            'button',
            { type: 'button', on: { click: () => download(image).catch(error => failure.replaceChildren(notice(error))) } },
            'Download',
          ),
          h('button', { type: 'button', class: 'danger', on: { click: () => remove(name, failure) } }, 'Delete'),
        ),
        failure,
        h('h2', {}, 'Tags'),
        tagEditor(name, image.tags),
        h('h2', {}, 'Models'),
        models,
      ),
    ),
  );
  if (isPending(image)) {
    follow(name, changed => models.replaceChildren(table(changed)), signal).catch(
      error => error.name === 'AbortError' || failure.replaceChildren(notice(error)),
    );
  }
}

const table = image =>
  h(
    'table',
    {},
    h(
      'thead',
      {},
      h(
        'tr',
        {},
        ['Model', 'State', 'Since'].map(title => h('th', { scope: 'col' }, title)),
      ),
    ),
    h(
      'tbody',
      {},
      Object.entries(image.models).map(([model, { state, reason, at }]) =>
        h(
          'tr',
          {},
          h('th', { scope: 'row' }, model),
          h('td', {}, h('span', { class: `badge ${state}` }, words[state]), reason && h('p', { class: 'reason' }, reason)),
          h('td', {}, time(at)),
        ),
      ),
    ),
  );

async function remove(name, failure) {
  if (
    !(await confirm(
      'Delete this image?',
      h('p', {}, `${name} will be deleted from storage and from search. That cannot be undone here.`),
      'Delete',
    ))
  ) {
    return;
  }
  try {
    await send(address(`images/${inPath(name)}`), { method: 'DELETE' });
    go('');
  } catch (error) {
    failure.replaceChildren(notice(error));
  }
}

/** The bytes as stored, fetched with the key and handed to the browser as a file. */
async function download(image) {
  const blob = await (await send(address(`content/${inPath(image.name)}`))).blob();
  const source = URL.createObjectURL(blob);
  h('a', { href: source, download: image.name.split('/').at(-1) }).click();
  setTimeout(() => URL.revokeObjectURL(source), 60000);
}
