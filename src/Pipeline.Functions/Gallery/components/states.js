import { get, inPath } from '../api.js';
import { announce, h } from '../dom.js';

const words = { indexed: 'indexed', pending: 'waiting', failed: 'failed' };

/** The state of an image by each model: a dot, the model, and in words for those who do not see the dot. */
export const states = models =>
  h(
    'ul',
    { class: 'states', 'aria-label': 'State by model' },
    Object.entries(models ?? {}).map(([model, { state, reason }]) =>
      h(
        'li',
        { class: state, title: reason ?? `${model}: ${words[state]}` },
        model,
        h('span', { class: 'hidden' }, `: ${words[state]}${reason ? `: ${reason}` : ''}`),
      ),
    ),
  );

/** Whether a model still works on the image. */
export const isPending = image =>
  Object.values(image.models ?? {}).some(({ state }) => state === 'pending') || Object.keys(image.models ?? {}).length === 0;

const pause = (milliseconds, signal) =>
  new Promise(resolve => {
    const timer = setTimeout(resolve, milliseconds);
    signal?.addEventListener(
      'abort',
      () => {
        clearTimeout(timer);
        resolve();
      },
      { once: true },
    );
  });

/**
 * Asks for an image until every model has indexed or refused it. Pauses grow from 1 to 8 seconds, for a model of one's own may take
 * minutes, and after a quarter of an hour it ends: the image then waits for the next night or for a backfill.
 */
export async function follow(name, changed, signal) {
  const end = Date.now() + 15 * 60 * 1000;
  for (let wait = 1000; !signal?.aborted && Date.now() < end; wait = Math.min(wait * 1.25, 8000)) {
    await pause(wait, signal);
    if (signal?.aborted) {
      return;
    }
    const image = await get(`images/${inPath(name)}`, {}, signal);
    changed(image);
    if (!isPending(image)) {
      announce(`${name} is processed by all models.`);
      return;
    }
  }
}
