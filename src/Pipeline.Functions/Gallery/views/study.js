import { address, ApiError, send } from '../api.js';
import { announce, field, h } from '../dom.js';
import { find, keep } from '../components/kept.js';
import { fill } from '../components/notice.js';
import { jsonTables } from '../components/table.js';
import { takeDropsAndPastes } from '../components/files.js';
import { change, here } from '../router.js';

const slots = [
  ['a', 'Reference', 'The image that the others are compared with.'],
  ['b', 'Another of its kind', 'Optional.'],
  ['c', 'Something different', 'Optional, beside another of its kind.'],
];

// What ran is shown again by back and forward; it takes a quarter of a minute to run.
const results = new Map();

/** The study of up to three images, as a report for people or as its figures. */
export async function show(root, parameters, signal) {
  const files = Object.fromEntries(
    await Promise.all(slots.map(async ([slot]) => [slot, parameters.get(slot) && (await find(parameters.get(slot)))])),
  );
  const format = parameters.get('format') === 'json' ? 'json' : 'html';
  const output = h('div', {});
  const run = event => {
    event.preventDefault();
    fill(output, 'The study runs: a quarter of a minute, longer on few processors…', signal, () =>
      result(files, format, parameters, signal),
    );
  };
  const number = (name, label, max, placeholder) =>
    field(
      label,
      h('input', {
        id: name,
        name,
        type: 'number',
        min: 0,
        max,
        step: 1,
        placeholder,
        value: parameters.get(name),
        on: { change: event => change({ [name]: event.target.value }) },
      }),
    );
  root.append(
    h(
      'div',
      { class: 'head' },
      h(
        'div',
        {},
        h('h1', {}, 'Study'),
        h('p', { class: 'lead' }, 'Classes, cosines of all pairs, variants and distortions: how models judge up to three images.'),
      ),
    ),
    h(
      'form',
      { class: 'study-form', on: { submit: run } },
      h(
        'div',
        { class: 'slots' },
        slots.map(([slot, title, sentence]) => slotOf(slot, title, sentence, files[slot])),
      ),
      h(
        'div',
        { class: 'filters' },
        number('n', 'Variants', 50, '10'),
        number('seed', 'Seed', 2147483647, '1'),
        field(
          'Shown as',
          h(
            'select',
            { id: 'format', on: { change: event => change({ format: event.target.value }) } },
            h('option', { value: 'html', selected: format === 'html' }, 'a report'),
            h('option', { value: 'json', selected: format === 'json' }, 'tables'),
          ),
        ),
        h('button', { class: 'primary', disabled: !files.a }, 'Run the study'),
      ),
    ),
    output,
  );
  takeDropsAndPastes(chosen => fillSlots(chosen, files), 'Drop up to three images', signal);
  const known = results.get(idOf(parameters, format));
  if (known) {
    output.replaceChildren(...drawn(known, format));
  }
}

const idOf = (parameters, format) => JSON.stringify([...['a', 'b', 'c', 'n', 'seed'].map(name => parameters.get(name)), format]);

function slotOf(slot, title, sentence, file) {
  const input = h('input', {
    id: `slot-${slot}`,
    type: 'file',
    accept: 'image/*',
    'aria-describedby': `slot-${slot}-hint`,
    on: { change: async () => change({ [slot]: await keep(input.files[0]) }) },
  });
  const image = file && h('img', { alt: file.name, src: URL.createObjectURL(file) });
  return h(
    'div',
    { class: 'slot' },
    h('span', { class: 'image-box square loaded' }, image ?? h('span', { 'aria-hidden': 'true' }, slot.toUpperCase())),
    h('label', { for: input.id }, title),
    h('small', { id: `slot-${slot}-hint` }, file ? file.name : sentence),
    input,
    file &&
      h(
        'button',
        { type: 'button', class: 'quiet', on: { click: () => change({ [slot]: '' }) } },
        'Remove',
        h('span', { class: 'hidden' }, ` ${title}`),
      ),
  );
}

/** Dropped images take the places that are free. */
async function fillSlots(chosen, files) {
  const free = slots.map(([slot]) => slot).filter(slot => !files[slot]);
  const taken = free.length > 0 ? free : ['a'];
  change(Object.fromEntries(await Promise.all(chosen.slice(0, taken.length).map(async (file, index) => [taken[index], await keep(file)]))));
}

async function result(files, format, parameters, signal) {
  if (files.c && !files.b) {
    throw new ApiError(
      'One image is missing',
      'Something different is only compared beside another of the reference’s kind. Add that one, or remove this.',
    );
  }
  const form = new FormData();
  slots.forEach(([slot]) => files[slot] && form.append(slot, files[slot], files[slot].name));
  const response = await send(address('study', { n: here().parameters.get('n'), seed: here().parameters.get('seed'), format }), {
    method: 'POST',
    body: form,
    signal,
  });
  const text = await response.text();
  results.set(idOf(parameters, format), text);
  announce('The study is done.');
  return drawn(text, format);
}

/** The report comes with its own policy and runs nothing; the frame is sandboxed besides, so it is a place of its own. */
function drawn(text, format) {
  const name = `study.${format}`;
  const save = h(
    'a',
    {
      class: 'button',
      download: name,
      href: URL.createObjectURL(new Blob([text], { type: format === 'json' ? 'application/json' : 'text/html' })),
    },
    'Save',
  );
  return [
    h('div', { class: 'actions start' }, save),
    format === 'json'
      ? jsonTables(JSON.parse(text))
      : h('iframe', { class: 'report', title: 'Report of the study', sandbox: '', srcdoc: text }),
  ];
}
