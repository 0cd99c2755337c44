import { address, ApiError, headers } from '../api.js';
import { counted, duration, h, time } from '../dom.js';
import { fill } from '../components/notice.js';

/** Whether the app can do its work, and how far its indexes are; asked again every ten seconds. */
export async function show(root, parameters, signal) {
  const content = h('div', {});
  root.append(
    h(
      'div',
      { class: 'head' },
      h('div', {}, h('h1', {}, 'Health'), h('p', { class: 'lead' }, 'Models, indexes and storage, as this instance sees them.')),
    ),
    content,
  );
  await fill(content, 'Asking…', signal, async () => draw(await ask(signal)));
  const timer = setInterval(async () => {
    const health = document.hidden ? null : await ask(signal).catch(() => null);
    if (health && !signal.aborted) {
      content.replaceChildren(...draw(health));
    }
  }, 10000);
  signal.addEventListener('abort', () => clearInterval(timer), { once: true });
}

/** Health answers with 503 when something is wrong, and says in its body what: that is no error of the request. */
async function ask(signal) {
  const start = performance.now();
  let health;
  try {
    health = await (await fetch(address('health'), { signal, headers: headers() })).json();
  } catch (error) {
    throw error.name === 'AbortError'
      ? error
      : new ApiError('The service does not answer', 'It may be stopped, or this machine is offline. Check that it runs, then try again.');
  }
  return { ...health, took: performance.now() - start };
}

function draw(health) {
  const { storage } = health;
  const fine = health.status === 'ok';
  return [
    h(
      'div',
      { class: 'cards' },
      card(
        'Service',
        fine ? 'ok' : 'unavailable',
        fine ? 'good' : 'bad',
        fine ? 'All parts work.' : 'A part of it does not work; what is marked says which.',
      ),
      card(
        'Storage',
        storage.denied ? 'denied' : storage.reachable ? 'reachable' : 'away',
        storage.reachable && !storage.denied ? 'good' : 'bad',
        storage.denied
          ? 'It refuses the app’s identity: give it the roles that docs/operations.md lists.'
          : storage.reachable
            ? 'Images and tables answer.'
            : 'It does not answer. Check the account or the emulator, and ImagesStorage.',
      ),
      card('Response', `${Math.round(health.took)} ms`, '', 'From this browser and back.'),
      health.backfill && backfill(health.backfill),
      others(health),
    ),
    h('h2', {}, 'Models'),
    h(
      'div',
      { class: 'table', tabindex: '0', role: 'region', 'aria-label': 'Models' },
      h(
        'table',
        {},
        h(
          'thead',
          {},
          h(
            'tr',
            {},
            ['Model', 'Weights', 'Format', 'Images', 'Index', 'In memory', 'Version'].map(title => h('th', { scope: 'col' }, title)),
          ),
        ),
        h(
          'tbody',
          {},
          Object.entries(health.models).map(([key, model]) => row(key, model)),
        ),
      ),
    ),
  ];
}

const row = (key, model) =>
  h(
    'tr',
    {},
    h('th', { scope: 'row' }, key),
    h('td', {}, h('span', { class: `badge ${model.weights}` }, model.weights)),
    h('td', {}, model.precision),
    h(
      'td',
      { class: 'figure' },
      model.images,
      model.skipped > 0 && h('p', { class: 'reason' }, `${counted(model.skipped, 'row')} cannot be read`),
    ),
    h('td', {}, model.indexAgeSeconds === null ? 'not filled yet' : `${duration(model.indexAgeSeconds)} old`),
    h(
      'td',
      {},
      model.failedAt
        ? h('span', { class: 'bad-text' }, `failed to load, ${time(model.failedAt)}: see the log`)
        : model.loaded
          ? 'yes'
          : 'on first use',
    ),
    h(
      'td',
      {},
      h('code', {}, model.fingerprint),
      model.answersFrom && h('p', { class: 'reason' }, `${model.answersFrom} answers until it is filled`),
    ),
  );

const card = (title, value, kind, sentence) =>
  h('section', { class: `card ${kind}` }, h('h2', {}, title), h('p', { class: 'value' }, value), h('p', {}, sentence));

const backfill = state =>
  card(
    'Backfill',
    `${counted(state.left, 'image')} left`,
    '',
    `${state.done} of ${state.queued} done, ${state.failed} failed, since ${time(state.since)}.` +
      (state.secondsLeft === null ? '' : ` About ${duration(state.secondsLeft)} more.`),
  );

// What a newer service reports beside these, such as queues, is shown by its own names.
const known = new Set(['status', 'storage', 'models', 'backfill', 'took']);
const others = health =>
  Object.entries(health)
    .filter(([name, value]) => !known.has(name) && value !== null)
    .map(([name, value]) =>
      card(
        name,
        typeof value === 'object' ? '' : value,
        '',
        typeof value === 'object'
          ? Object.entries(value)
              .map(([key, part]) => `${key}: ${typeof part === 'object' ? JSON.stringify(part) : part}`)
              .join(', ')
          : '',
      ),
    );
