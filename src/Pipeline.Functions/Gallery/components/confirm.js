import { h } from '../dom.js';

/** Asks before something that cannot be undone; true if the reader wants it. */
export function confirm(title, content, action) {
  const dialog = h(
    'dialog',
    { 'aria-labelledby': 'confirm-title' },
    h(
      'form',
      { method: 'dialog' },
      h('h2', { id: 'confirm-title' }, title),
      content,
      h(
        'div',
        { class: 'actions' },
        h('button', { class: 'quiet', value: '', autofocus: true }, 'Cancel'),
        h('button', { class: 'danger', value: 'yes' }, action),
      ),
    ),
  );
  document.body.append(dialog);
  dialog.showModal();
  return new Promise(resolve =>
    dialog.addEventListener('close', () => {
      dialog.remove();
      resolve(dialog.returnValue === 'yes');
    }),
  );
}
