import { counted, h } from '../dom.js';
import { here, to } from '../router.js';
import { cosine } from './cosine.js';
import { imageBox, thumbnailOf } from './imagebox.js';
import { hint } from './notice.js';
import { tagLinks } from './tags.js';

const origins = { untrained: 'untrained', imagenet: 'ImageNet', own: 'own weights' };

/** The columns of a search: the fused list and one for each model, with what only some of them find marked. */
export function columns(found, more) {
  const models = Object.entries(found.models);
  const finders = new Map();
  models.forEach(([key, { results }]) => results.forEach(({ name }) => finders.set(name, [...(finders.get(name) ?? []), key])));
  const board = h('div', { class: 'columns', role: 'group', 'aria-label': 'Results by model' });
  if (found.fused.length > 0) {
    const list = h(
      'ol',
      {},
      found.fused.map((match, index) => row(match, index, found, fusedMark(match, models.length))),
    );
    board.append(column('All together', h('p', { class: 'column-note' }, 'Models that are trained, combined'), list));
  }
  models.forEach(([key, model]) => {
    const list = h(
      'ol',
      {},
      model.results.map((match, index) => row(match, index, found, mark(match.name, key, models, finders))),
    );
    const note = h(
      'p',
      { class: 'column-note' },
      h('span', { class: `badge ${model.weights}` }, origins[model.weights] ?? model.weights),
      ` ${counted(model.images, 'image')} compared`,
    );
    const section = column(
      key,
      note,
      model.results.length > 0 ? list : hint('None', 'No image is that near by this model. Lower the least cosine, or clear a filter.'),
    );
    if (model.weights === 'untrained') {
      note.title = 'Its weights are random: what it finds alike means nothing. ./pipeline models pull fetches trained ones.';
    }
    if (model.continue) {
      section.append(moreButton(key, model.continue, list, found, more));
    }
    board.append(section);
  });
  link(board);
  return board;
}

const column = (title, note, content) => h('section', { class: 'column', 'aria-label': title }, h('h2', {}, title), note, content);

function row(match, index, found, marks) {
  const rank = h('span', { class: 'rank', 'aria-hidden': 'true' }, index + 1);
  const explain =
    found.query.name &&
    h(
      'a',
      { class: 'why', href: to('explain', { a: found.query.name, b: match.name }) },
      'Why?',
      h('span', { class: 'hidden' }, ` ${match.name}`),
    );
  return h(
    'li',
    { class: 'match', data: { name: match.name } },
    h(
      'a',
      { class: 'match-image', href: again(match.name), 'aria-label': `${rank.textContent}: find images like ${match.name}` },
      rank,
      imageBox(thumbnailOf(match)),
    ),
    h(
      'div',
      { class: 'match-text' },
      h('a', { class: 'tile-name', href: to('image', { name: match.name }), title: match.name }, match.name),
      'cosine' in match ? cosine(match.cosine) : h('span', { class: 'score' }, `score ${match.score.toFixed(2)}`),
      h(
        'div',
        { class: 'marks' },
        match.duplicate && h('span', { class: 'badge same' }, 'same bytes'),
        marks,
        tagLinks(match.tags),
        explain,
      ),
    ),
  );
}

/** The same filters for another image. */
function again(name) {
  const { parameters } = here();
  return to('search', { name, ...Object.fromEntries(['top', 'minCosine', 'prefix', 'tag'].map(key => [key, parameters.getAll(key)])) });
}

function mark(name, key, models, finders) {
  const missing = models.map(([model]) => model).filter(model => !finders.get(name)?.includes(model));
  if (models.length < 2 || missing.length === 0) {
    return null;
  }
  return missing.length === models.length - 1
    ? h('span', { class: 'badge only' }, `only ${key}`)
    : h('span', { class: 'badge missing' }, `not in ${missing.join(', ')}`);
}

function fusedMark(match, models) {
  const ranks = Object.entries(match.ranks ?? {});
  return models > 1 && ranks.length > 0 && h('span', { class: 'ranks' }, ranks.map(([model, rank]) => `${model} #${rank}`).join('  '));
}

/** The next page of one model's list; ranks go on from where the list ends. */
function moreButton(key, first, list, found, more) {
  let next = first;
  const button = h(
    'button',
    {
      type: 'button',
      class: 'quiet more',
      on: {
        click: async () => {
          button.disabled = true;
          const page = await more(key, next);
          button.disabled = false;
          if (page) {
            list.append(...page.results.map((match, index) => row(match, list.children.length + index, found, null)));
            next = page.continue;
            button.hidden = !next;
          }
        },
      },
    },
    'More',
  );
  return button;
}

/** What the pointer or the focus is on is lit in every column, and the rest steps back. */
function link(board) {
  const light = name => {
    board.classList.toggle('linking', name !== undefined);
    board.querySelectorAll('.match').forEach(match => match.classList.toggle('same-image', match.dataset.name === name));
  };
  const on = event => light(event.target.closest('.match')?.dataset.name);
  board.addEventListener('pointerover', on);
  board.addEventListener('focusin', on);
  board.addEventListener('pointerleave', () => light(undefined));
  board.addEventListener('focusout', event => board.contains(event.relatedTarget) || light(undefined));
}
