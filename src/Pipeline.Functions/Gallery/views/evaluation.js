import { ApiError } from '../api.js';
import { counted, h } from '../dom.js';
import { find, keep } from '../components/kept.js';
import { fill, hint } from '../components/notice.js';
import { table, text } from '../components/table.js';
import { change } from '../router.js';

const percent = value => (value === null || value === undefined ? '–' : `${(value * 100).toFixed(1)} %`);
const largest = 50e6;

/** An evaluation that `./pipeline evaluate` wrote: which model finds what belongs together, and where it errs. */
export async function show(root, parameters, signal) {
  const input = h('input', {
    id: 'report',
    type: 'file',
    accept: '.json,application/json',
    on: { change: async () => change({ report: await keep(input.files[0]) }) },
  });
  root.append(
    h(
      'div',
      { class: 'head' },
      h('div', {}, h('h1', {}, 'Evaluation'), h('p', { class: 'lead' }, 'How well each model finds what belongs together.')),
    ),
    h(
      'div',
      { class: 'chooser' },
      h('label', { for: 'report' }, 'A file evaluation.json, as ', h('code', {}, './pipeline evaluate FOLDER -o OUT'), ' writes it'),
      input,
    ),
  );
  const id = parameters.get('report');
  const content = h('div', {});
  root.append(content);
  if (!id) {
    content.append(
      hint(
        'No report is chosen',
        'An evaluation takes minutes and runs beside the service. Run the command on a folder of images in groups, then choose its file.',
        'The file is shown by this browser and sent nowhere.',
      ),
    );
    return;
  }
  await fill(content, 'Reading…', signal, async () => draw(await read(id)));
}

async function read(id) {
  const file = await find(id);
  if (!file) {
    throw new ApiError(
      'This browser no longer has that report',
      'The last twenty files are kept in the browser that they were chosen in. Choose it again.',
    );
  }
  if (file.size > largest) {
    throw new ApiError('That file is too large for a report', 'A report has a few megabytes at most. Choose evaluation.json.');
  }
  let report;
  try {
    report = JSON.parse(await file.text());
  } catch {
    throw new ApiError(
      'That is no JSON',
      `${file.name} cannot be read as JSON. Choose evaluation.json, not evaluation.html or evaluation.csv.`,
    );
  }
  if (!Array.isArray(report?.lists) || !report.conditions || !report.lists.every(list => list && typeof list.title === 'string')) {
    throw new ApiError(
      'That is no evaluation',
      `${file.name} is JSON of another kind. Choose the evaluation.json that ./pipeline evaluate writes.`,
    );
  }
  return report;
}

function draw({ conditions, lists, notes = [], refused = [] }) {
  const groups = lists.filter(list => list.groups);
  const copies = lists.filter(list => list.copies);
  return [
    h(
      'div',
      { class: 'cards' },
      fact(
        counted(conditions.images ?? 0, 'image'),
        `${counted(conditions.groups ?? 0, 'group')}, ${counted(conditions.distractors ?? 0, 'other')}`,
      ),
      best(groups, list => list.groups.meanAveragePrecision, 'Best at groups'),
      best(copies, list => list.copies.recall, 'Best at copies'),
    ),
    notes.length > 0 &&
      h(
        'ul',
        { class: 'notes' },
        notes.map(note => h('li', {}, text(note))),
      ),
    groups.length > 0 && [
      h('h2', {}, 'Groups'),
      table(
        'Groups',
        ['List', 'Queries', 'Mean average precision', 'Recall at 1', 'at 5', 'at 10', 'Silhouette'],
        groups.map(list => [
          list.title,
          list.groups.queries,
          bar(list.groups.meanAveragePrecision),
          ...[0, 1, 2].map(k => percent(list.groups.atK?.[k]?.recall)),
          list.groups.silhouette,
        ]),
      ),
    ],
    copies.length > 0 && [
      h('h2', {}, 'Altered copies'),
      table(
        'Altered copies',
        ['List', 'Copies', 'Found first', 'No false one above', 'Copies above that'],
        copies.map(list => [
          list.title,
          list.copies.copies,
          bar(list.copies.recall),
          list.copies.threshold?.firstFalse,
          percent(list.copies.threshold?.foundAboveFirstFalse),
        ]),
      ),
      variants(copies),
    ],
    h('h2', {}, 'First results that are wrong'),
    lists.map(misses),
    refused.length > 0 && [
      h('h2', {}, 'Not accepted'),
      table(
        'Not accepted',
        ['Image', 'Why'],
        refused.map(image => [image.name, image.reason ?? image.detail]),
      ),
    ],
    h('h2', {}, 'Models'),
    table(
      'Models',
      ['Model', 'Weights', 'Votes', 'Output', 'Length', 'Version'],
      (conditions.models ?? []).map(model => [
        model.title,
        model.weights,
        model.votes ? 'yes' : 'no',
        model.output,
        model.length,
        model.fingerprint,
      ]),
    ),
    h('p', { class: 'quiet-text' }, `Written by pipeline ${text(conditions.version)}.`),
  ];
}

const fact = (value, sentence) => h('section', { class: 'card' }, h('p', { class: 'value' }, value), h('p', {}, sentence));

function best(lists, figure, title) {
  const first = [...lists].sort((a, b) => figure(b) - figure(a))[0];
  return (
    first &&
    h('section', { class: 'card' }, h('h2', {}, title), h('p', { class: 'value' }, first.title), h('p', {}, percent(figure(first))))
  );
}

const bar = value =>
  h(
    'span',
    { class: 'cosine' },
    h(
      'span',
      { class: 'track', 'aria-hidden': 'true' },
      h('span', { class: 'level', vars: { '--part': Math.max(0, Math.min(1, value ?? 0)) } }),
    ),
    h('span', { class: 'number' }, percent(value)),
  );

const variants = copies =>
  h(
    'details',
    {},
    h('summary', {}, 'By alteration'),
    table(
      'By alteration',
      ['Alteration', ...copies.map(list => list.title)],
      copies[0].copies.byVariant.map((variant, index) => [
        variant.variant,
        ...copies.map(list => percent(list.copies.byVariant[index].found / list.copies.byVariant[index].copies)),
      ]),
    ),
  );

const shown = image => (image?.variant ? `${image.name} (${image.variant})` : text(image?.name));

function misses(list) {
  const rows = [...(list.groupMisses ?? []), ...(list.copyMisses ?? [])];
  return h(
    'details',
    {},
    h('summary', {}, `${list.title}: ${rows.length}`),
    rows.length === 0
      ? h('p', {}, 'None.')
      : table(
          `Wrong first results of ${list.title}`,
          ['Searched for', 'Found', 'Cosine', 'Wanted', 'Cosine', 'Rank'],
          rows.map(miss => [
            shown(miss.query),
            shown(miss.found),
            miss.foundCosine,
            shown(miss.wanted),
            miss.wantedCosine,
            miss.wantedRank,
          ]),
        ),
  );
}
