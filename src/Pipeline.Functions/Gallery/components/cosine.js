import { h } from '../dom.js';

/** A cosine as a number and a bar; the bar begins at 0, and a negative cosine has none. */
export const cosine = value =>
  h(
    'span',
    { class: 'cosine' },
    h(
      'span',
      { class: 'track', 'aria-hidden': 'true' },
      h('span', { class: 'level', vars: { '--part': Math.max(0, Math.min(1, value)) } }),
    ),
    h('span', { class: 'number' }, value.toFixed(3)),
  );
