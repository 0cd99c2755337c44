import { h } from '../dom.js';

const words = key => key.replace(/([a-z])([A-Z0-9])/g, '$1 $2').replace(/^./, first => first.toUpperCase());

/** A value of JSON as text; a fraction has four digits. */
export const text = value =>
  value === null || value === undefined ? '–' : typeof value === 'number' && !Number.isInteger(value) ? value.toFixed(4) : String(value);

const isPlain = value => value === null || typeof value !== 'object';

/** A table that scrolls in its own box, from titles and rows of texts or elements. */
export const table = (label, titles, rows) =>
  h(
    'div',
    { class: 'table', tabindex: '0', role: 'region', 'aria-label': label },
    h(
      'table',
      {},
      h(
        'thead',
        {},
        h(
          'tr',
          {},
          titles.map(title => h('th', { scope: 'col' }, title)),
        ),
      ),
      h(
        'tbody',
        {},
        rows.map(row =>
          h(
            'tr',
            {},
            row.map(cell => h('td', {}, cell instanceof Node ? cell : text(cell))),
          ),
        ),
      ),
    ),
  );

/** Any JSON as tables: plain values of an object are one, a list of objects is one with a column for each of their values. */
export function jsonTables(value, title = null, level = 2) {
  if (isPlain(value)) {
    return h('p', {}, text(value));
  }
  const section = h('section', { class: 'json' }, title && h(`h${Math.min(level, 6)}`, {}, title));
  if (Array.isArray(value)) {
    section.append(listOf(value, title ?? 'Values'));
    return section;
  }
  const plain = Object.entries(value).filter(([, part]) => isPlain(part));
  if (plain.length > 0) {
    section.append(
      table(
        title ?? 'Figures',
        ['', 'Value'],
        plain.map(([key, part]) => [words(key), part]),
      ),
    );
  }
  section.append(
    ...Object.entries(value)
      .filter(([, part]) => !isPlain(part))
      .map(([key, part]) => jsonTables(part, words(key), level + 1)),
  );
  return section;
}

function listOf(list, title) {
  if (list.length === 0) {
    return h('p', { class: 'quiet-text' }, 'None.');
  }
  if (list.every(isPlain)) {
    return list.length > 20 || list.every(one => typeof one === 'number')
      ? h('p', { class: 'quiet-text' }, list.map(text).join(', '))
      : h(
          'ul',
          {},
          list.map(one => h('li', {}, text(one))),
        );
  }
  const keys = [...new Set(list.flatMap(one => Object.keys(one ?? {})))];
  return table(
    title,
    keys.map(words),
    list.map(one => keys.map(key => cell(one?.[key]))),
  );
}

/** What is inside a cell: short values in a line, anything longer behind a fold. */
function cell(value) {
  if (isPlain(value)) {
    return value;
  }
  const inside = Object.values(value);
  return inside.every(isPlain)
    ? Object.entries(value)
        .map(([key, part]) => (Array.isArray(value) ? text(part) : `${key}: ${text(part)}`))
        .join(', ')
    : h('details', {}, h('summary', {}, `${inside.length} values`), jsonTables(value, null, 6));
}
