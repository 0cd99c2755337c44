import { field, h } from '../dom.js';

const name = 'pipeline-function-key';
let asking;
let asked = false;

/** The function key, as long as this tab is open; null where none was needed so far. */
export const key = () => sessionStorage.getItem(name);

/** Asks for the key; many requests that need one at a time ask once. False if the reader gave up. */
export function askForKey() {
  asking ??= ask().finally(() => {
    asking = undefined;
  });
  return asking;
}

function ask() {
  const input = h('input', { id: 'function-key', type: 'password', autocomplete: 'off', required: true, spellcheck: 'false' });
  const dialog = h(
    'dialog',
    { 'aria-labelledby': 'key-title' },
    h(
      'form',
      { method: 'dialog' },
      h('h2', { id: 'key-title' }, asked ? 'That key was not accepted' : 'A function key is needed'),
      h(
        'p',
        {},
        asked
          ? 'Enter the function key of this app: a host key or one of its functions’ keys.'
          : 'This service answers only to those who have its key. Azure shows it under App keys. It is kept until you close this tab.',
      ),
      field('Function key', input),
      h(
        'div',
        { class: 'actions' },
        h('button', { class: 'quiet', type: 'button', on: { click: () => dialog.close() } }, 'Cancel'),
        h('button', { class: 'primary', value: 'key' }, 'Continue'),
      ),
    ),
  );
  asked = true;
  document.body.append(dialog);
  dialog.showModal();
  return new Promise(resolve =>
    dialog.addEventListener('close', () => {
      const given = dialog.returnValue === 'key' && input.value.trim() !== '';
      if (given) {
        sessionStorage.setItem(name, input.value.trim());
      }
      dialog.remove();
      resolve(given);
    }),
  );
}
