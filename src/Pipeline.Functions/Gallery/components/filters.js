import { field, h } from '../dom.js';
import { change } from '../router.js';

const inputs = {
  top: value =>
    field('Results', h('input', { id: 'top', name: 'top', type: 'number', min: 1, max: 100, step: 1, placeholder: '10', value })),
  minCosine: value =>
    field(
      'Least cosine',
      h('input', {
        id: 'minCosine',
        name: 'minCosine',
        type: 'number',
        min: -1,
        max: 1,
        step: 'any',
        placeholder: 'any',
        value,
      }),
    ),
  prefix: value => field('Name begins with', h('input', { id: 'prefix', name: 'prefix', value, autocomplete: 'off', placeholder: 'any' })),
  tag: value =>
    field(
      'Tags',
      h('input', {
        id: 'tag',
        name: 'tag',
        value,
        autocomplete: 'off',
        placeholder: 'any',
        title: 'Several: separate them by commas; an image has all of them.',
      }),
    ),
};

/** A form for the parameters of a list; a change is a new address, so that back and forward undo and redo it. */
export function filters(names, parameters, more = []) {
  const made = location.hash;
  const apply = form => {
    const values = {};
    for (const name of names) {
      const value = form.elements[name].value.trim();
      values[name] =
        name === 'tag'
          ? value
              .split(',')
              .map(tag => tag.trim())
              .filter(Boolean)
          : value;
    }
    change(values);
  };
  return h(
    'form',
    {
      class: 'filters',
      'aria-label': 'Filters',
      on: {
        submit: event => {
          event.preventDefault();
          apply(event.currentTarget);
        },
        // Once the reader leaves the form: whoever goes from one field to the next is not done yet. A form of another address than the
        // present one is on its way out, and what is in it counts no more.
        focusout: event => {
          if (location.hash === made && !event.currentTarget.contains(event.relatedTarget)) {
            event.currentTarget.requestSubmit();
          }
        },
      },
    },
    names.map(name => inputs[name](name === 'tag' ? parameters.getAll(name).join(', ') : parameters.get(name))),
    more,
    h('button', { class: 'hidden', tabindex: '-1' }, 'Apply'),
  );
}

/** What of the address a request takes. */
export const queryOf = (names, parameters) => Object.fromEntries(names.map(name => [name, parameters.getAll(name)]));
