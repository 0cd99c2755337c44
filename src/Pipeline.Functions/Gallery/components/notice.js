import { h } from '../dom.js';

/** An error in the page: what was wrong, what to do, and a button where trying again may help. */
export function notice(error, retry) {
  const title = error.title ?? 'This page failed';
  const detail = error.detail ?? `${error.message ?? error}. Reload the page; if it happens again, the browser’s console has more.`;
  return h(
    'div',
    { class: 'notice bad', role: 'alert' },
    h('strong', {}, title),
    h('p', {}, detail),
    retry && h('button', { type: 'button', on: { click: retry } }, 'Try again'),
  );
}

/** A sentence that is no error, such as that there is nothing yet. */
export const hint = (title, ...sentences) =>
  h(
    'div',
    { class: 'notice' },
    h('strong', {}, title),
    sentences.map(sentence => h('p', {}, sentence)),
  );

/** Shown while a request is under way. */
export const waiting = sentence =>
  h('p', { class: 'waiting', role: 'status' }, h('span', { class: 'spinner', 'aria-hidden': 'true' }), sentence);

/** Runs work that fills an element: shows that it is under way, and its error with a way to try again. */
export async function fill(element, sentence, signal, work) {
  element.setAttribute('aria-busy', 'true');
  element.replaceChildren(waiting(sentence));
  try {
    const content = await work();
    if (!signal.aborted) {
      element.replaceChildren(...[content].flat(Infinity).filter(Boolean));
    }
  } catch (error) {
    if (error.name !== 'AbortError' && !signal.aborted) {
      element.replaceChildren(notice(error, () => fill(element, sentence, signal, work)));
    }
  } finally {
    element.removeAttribute('aria-busy');
  }
}
