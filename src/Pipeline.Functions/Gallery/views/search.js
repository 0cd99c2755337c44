import { address, ApiError, bodyOf, get, inPath, send } from '../api.js';
import { announce, counted, h } from '../dom.js';
import { cropper, cut, readCrop, writeCrop } from '../components/cropper.js';
import { fileButtons, takeDropsAndPastes } from '../components/files.js';
import { filters, queryOf } from '../components/filters.js';
import { imageBox, previewOf } from '../components/imagebox.js';
import { find, keep } from '../components/kept.js';
import { columns } from '../components/matches.js';
import { fill, hint, notice } from '../components/notice.js';
import { change, go, here, to } from '../router.js';

const names = ['top', 'minCosine', 'prefix', 'tag'];

/** A search: by a stored image or one that was dropped, whole or a part, with a column for each model. */
export async function show(root, parameters, signal) {
  const choose = async ([file]) => go('search', { ...queryOf(names, here().parameters), upload: await keep(file) });
  takeDropsAndPastes(choose, 'Drop an image to find those that look like it', signal);
  root.append(
    h(
      'div',
      { class: 'head' },
      h('div', {}, h('h1', {}, 'Search'), h('p', { class: 'lead' }, 'What looks like this image, by each model.')),
      fileButtons(choose, false, 'Search with an image'),
    ),
  );
  const query = await queryImage(parameters);
  if (query === null) {
    root.append(
      hint('Which image?', 'Drop or paste one here, choose a file, or choose one of the stored images.'),
      h('p', {}, h('a', { href: '#/' }, 'Show the stored images')),
    );
    return;
  }
  const crop = readCrop(parameters.get('crop'));
  const results = h('div', { class: 'results' });
  root.append(h('div', { class: 'search-head' }, queryPanel(query, crop), filters(names, parameters)), results);
  await fill(results, 'Searching…', signal, async () => {
    const ask = await request(query, crop, parameters, signal);
    const found = await ask();
    const best = Math.max(...Object.values(found.models).map(model => model.results.length));
    announce(best > 0 ? `${counted(best, 'image')} found.` : 'No image found.');
    return [
      columns(found, (model, next) =>
        ask({ model, continue: next }).then(
          page => page.models[model],
          error => {
            results.prepend(notice(error));
            return null;
          },
        ),
      ),
      h('p', { class: 'quiet-text' }, `Took ${Math.round(found.took.totalMs)} ms.`),
    ];
  });
}

/** The image of the address: stored by the service, or kept by this browser. Null where the address names none. */
async function queryImage(parameters) {
  const name = parameters.get('name');
  const upload = parameters.get('upload');
  if (upload) {
    const file = await find(upload);
    if (!file) {
      throw new ApiError(
        'This browser no longer has that image',
        'An image that is only searched for is kept in the browser that it was dropped into, the last twenty of them. Drop it again.',
      );
    }
    return { title: file.name || 'Image', preview: URL.createObjectURL(file), bytes: async () => file };
  }
  return (
    name && {
      name,
      title: name,
      preview: previewOf(name),
      bytes: async signal => (await send(previewOf(name), { signal })).blob(),
    }
  );
}

/** What asks for a page of the search. A part is cut out here, so the service sees an image like any other. */
async function request(query, crop, parameters, signal) {
  const filter = queryOf(names, parameters);
  if (query.name && !crop) {
    return (more = {}) => get(`similar/${inPath(query.name)}`, { ...filter, ...more }, signal);
  }
  let image = await query.bytes(signal);
  if (crop) {
    image = await cut(image, crop).catch(() => {
      throw new ApiError(
        'A part of this image cannot be searched',
        'This browser cannot open images of its kind. Search with the whole image, or convert it to JPEG or PNG first.',
      );
    });
  }
  return async (more = {}) => (await send(address('similar', { ...filter, ...more }), { method: 'POST', signal, ...bodyOf(image) })).json();
}

function queryPanel(query, crop) {
  const box = imageBox(query.preview, query.title, 'query');
  const image = box.querySelector('img');
  const area = h('span', { class: 'crop-area' }, box);
  const panel = h('div', { class: 'query-panel' });
  const tool = cropper(area, crop, next => change({ crop: writeCrop(next) }));
  // The rectangle lies on the image's own pixels, and not on the bands beside a narrow one.
  image.addEventListener('load', () => area.style.setProperty('--ratio', image.naturalWidth / image.naturalHeight));
  panel.append(
    h('div', { class: 'query-stage' }, area),
    h(
      'div',
      { class: 'query-text' },
      query.name ? h('a', { class: 'tile-name', href: to('image', { name: query.name }) }, query.title) : h('strong', {}, query.title),
      h(
        'p',
        { class: 'quiet-text' },
        crop ? 'Only the part in the frame is searched.' : 'Draw a rectangle on the image to search a part of it.',
      ),
      h(
        'div',
        { class: 'actions start' },
        h('button', { id: 'crop', type: 'button', on: { click: () => tool.begin() } }, crop ? 'Move the frame' : 'Search a part'),
        crop && h('button', { id: 'whole', type: 'button', class: 'quiet', on: { click: () => tool.clear() } }, 'Whole image'),
      ),
    ),
  );
  return panel;
}
