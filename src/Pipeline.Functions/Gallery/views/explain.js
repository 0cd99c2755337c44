import { get, modelKeys } from '../api.js';
import { field, h } from '../dom.js';
import { cosine } from '../components/cosine.js';
import { heatMap } from '../components/heat.js';
import { imageBox, previewOf } from '../components/imagebox.js';
import { fill, hint } from '../components/notice.js';
import { go, to } from '../router.js';

// What the service calls `method`.
const methods = {
  embedding:
    'Each place of an image is compared with the other image’s embedding, the mean over all its places; so the cosine is that of search.',
  block:
    'Each place of an image is compared with the mean over all places of the other, at the last block that has places. This model’s' +
    ' embedding comes from a later layer, so the cosine is another one than that of search.',
};

/** Where the similarity of two stored images comes from: a heat map over both. */
export async function show(root, parameters, signal) {
  const [a, b, model] = ['a', 'b', 'model'].map(name => parameters.get(name) ?? '');
  const keys = await modelKeys();
  root.append(
    h(
      'div',
      { class: 'head' },
      h('div', {}, h('h1', {}, 'Explain'), h('p', { class: 'lead' }, 'Where in each of two images a model finds the other one again.')),
    ),
    form(a, b, model, keys),
  );
  if (!a || !b) {
    root.append(hint('Which two images?', 'Enter the names of two stored images, or follow “Why?” beside a result of a search.'));
    return;
  }
  const content = h('div', {});
  root.append(content);
  await fill(content, 'The model runs on both images…', signal, async () => draw(await get('explain', { a, b, model }, signal)));
}

function form(a, b, model, keys) {
  const apply = event => {
    event.preventDefault();
    go('explain', Object.fromEntries(['a', 'b', 'model'].map(name => [name, form.elements[name].value.trim()])));
  };
  const form = h(
    'form',
    { class: 'filters', 'aria-label': 'Images', on: { submit: apply } },
    field('First image', h('input', { id: 'a', name: 'a', value: a, autocomplete: 'off', required: true })),
    field('Second image', h('input', { id: 'b', name: 'b', value: b, autocomplete: 'off', required: true })),
    field(
      'Model',
      h(
        'select',
        { id: 'model', name: 'model', on: { change: () => form.requestSubmit() } },
        h('option', { value: '' }, 'the first trained one'),
        keys.map(key => h('option', { value: key, selected: key === model }, key)),
      ),
    ),
    h('button', { class: 'primary' }, 'Explain'),
  );
  return form;
}

function draw(found) {
  const strength = h('input', { id: 'strength', type: 'range', min: 0, max: 100, value: 75 });
  const maps = [found.a, found.b].map(side =>
    h(
      'figure',
      {},
      h(
        'span',
        { class: 'heat-box', vars: { '--ratio': side.image.width / side.image.height } },
        imageBox(previewOf(side.image.name), side.image.name, 'whole'),
        heatMap(side),
      ),
      h(
        'figcaption',
        {},
        h('a', { class: 'tile-name', href: to('image', { name: side.image.name }) }, side.image.name),
        h('span', { class: 'quiet-text' }, `${side.min.toFixed(2)} to ${side.max.toFixed(2)} over ${side.rows} × ${side.columns} places`),
      ),
    ),
  );
  const pair = h('div', { class: 'pair', vars: { '--strength': 0.75 } }, maps);
  strength.addEventListener('input', () => pair.style.setProperty('--strength', strength.value / 100));
  return [
    h(
      'div',
      { class: 'explained' },
      h('div', {}, h('p', { class: 'value' }, found.model), cosine(found.cosine)),
      found.weights === 'untrained' && h('span', { class: 'badge untrained' }, 'untrained: this means nothing'),
      h(
        'div',
        { class: 'scale' },
        h('span', {}, 'least'),
        h('span', { class: 'ramp', 'aria-hidden': 'true' }),
        h('span', {}, 'most alike'),
      ),
      field('Strength of the colours', strength),
    ),
    pair,
    h(
      'p',
      { class: 'quiet-text prose' },
      `${methods[found.method] ?? ''} Layer: ${found.layer}. Similarity maps after Stylianou, Souvenir and Pless, 2019.`,
    ),
    h('details', {}, h('summary', {}, 'The figures'), [found.a, found.b].map(grid)),
  ];
}

const grid = side =>
  h(
    'div',
    { class: 'table', tabindex: '0', role: 'region', 'aria-label': `Figures of ${side.image.name}` },
    h(
      'table',
      { class: 'figures' },
      h('caption', {}, side.image.name),
      h(
        'tbody',
        {},
        side.grid.map(row =>
          h(
            'tr',
            {},
            row.map(value => h('td', {}, value.toFixed(2))),
          ),
        ),
      ),
    ),
  );
