import { address, ApiError, headers, inPath, problemOf } from '../api.js';
import { announce, bytes, counted, h } from '../dom.js';
import { to } from '../router.js';
import { follow, states } from './states.js';
import { askForKey } from './key.js';

// The list lives as long as the page: an upload goes on while another view is shown.
const list = h('ul', { class: 'uploads' });
const title = h('h2', { id: 'uploads-title' }, 'Uploads');
const panel = h(
  'section',
  { class: 'upload-panel', 'aria-labelledby': 'uploads-title', hidden: true },
  h(
    'div',
    { class: 'panel-head' },
    title,
    h('button', { type: 'button', class: 'quiet', on: { click: clear } }, 'Clear those that are done'),
  ),
  list,
);
const waiting = [];
let running = 0;

// A service on two cores embeds about four images a second; more uploads at once would only wait there.
const atOnce = 3;
const most = 20e6;

/** The panel with all uploads of this page; hidden while there are none. */
export const uploadPanel = () => panel;

/** Uploads files under their names, behind a prefix such as a folder, with tags. `stored` is called for each that has arrived. */
export function upload(files, prefix, tags, stored) {
  for (const file of files) {
    const name = `${prefix}${file.name}`.replace(/^\/+|\/+$/g, '');
    const row = rowOf(name, file);
    list.prepend(row.element);
    panel.hidden = false;
    if (file.size > most) {
      row.fail(
        new ApiError('Too large', `${bytes(file.size)} is more than the 20 MB that an image may have. Reduce it, then upload it again.`),
      );
    } else if (file.size === 0) {
      row.fail(new ApiError('Empty', 'The file has no bytes. Choose another one, or a file and not a folder.'));
    } else {
      waiting.push({ name, file, tags, row, stored, replace: false });
    }
  }
  next();
}

function next() {
  title.textContent = running + waiting.length > 0 ? `Uploading ${counted(running + waiting.length, 'image')}` : 'Uploads';
  while (running < atOnce && waiting.length > 0) {
    running++;
    run(waiting.shift()).finally(() => {
      running--;
      next();
    });
  }
}

async function run(job) {
  const { name, file, tags, row, stored, replace } = job;
  try {
    row.say('uploading');
    await put(address(`images/${inPath(name)}`, { tag: tags }), file, replace, row.progress);
  } catch (error) {
    if (error.type === 'image-exists') {
      row.ask(() => {
        waiting.push({ ...job, replace: true });
        next();
      });
    } else {
      row.fail(error);
    }
    return;
  }
  row.say('stored; models are at work');
  stored(name);
  follow(name, image => row.indexed(image)).catch(error => row.fail(error));
}

/** fetch reports no progress of what it sends, which is why this is an XMLHttpRequest. */
async function put(url, file, replace, progress) {
  const answer = await new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open('PUT', url);
    const type = file.type.startsWith('image/') ? file.type : 'application/octet-stream';
    const sent = headers({ 'Content-Type': type, ...(replace ? {} : { 'If-None-Match': '*' }) });
    Object.entries(sent).forEach(([header, value]) => request.setRequestHeader(header, value));
    request.upload.addEventListener('progress', event => event.lengthComputable && progress(event.loaded / event.total));
    request.addEventListener('load', () => resolve({ status: request.status, body: request.responseText }));
    request.addEventListener('error', () =>
      reject(
        new ApiError(
          'The upload broke off',
          'The service does not answer, or the connection ended. Check that it runs, then upload the image again.',
        ),
      ),
    );
    request.send(file);
  });
  if (answer.status === 401 && (await askForKey())) {
    return put(url, file, replace, progress);
  }
  if (answer.status >= 300) {
    throw problemOf(answer.status, answer.body);
  }
}

function rowOf(name, file) {
  const bar = h('progress', { max: 1, value: 0, 'aria-label': `Upload of ${name}` });
  const state = h('span', { class: 'state' }, 'waiting');
  const preview = h('img', { alt: '', width: 48, height: 48 });
  const source = URL.createObjectURL(file);
  const release = () => URL.revokeObjectURL(source);
  preview.addEventListener('load', release);
  preview.addEventListener('error', () => {
    preview.classList.add('none');
    release();
  });
  preview.src = source;
  const element = h(
    'li',
    {},
    h('span', { class: 'upload-preview' }, preview),
    h('span', { class: 'upload-name' }, h('a', { href: to('image', { name }) }, name), h('small', {}, bytes(file.size))),
    h('span', { class: 'upload-state' }, bar, state),
  );
  const done = kind => {
    bar.remove();
    element.dataset.done = kind;
  };
  return {
    element,
    progress: part => {
      bar.value = part;
    },
    say: sentence => {
      state.replaceChildren(sentence);
    },
    indexed: image => {
      bar.remove();
      state.replaceChildren(states(image.models));
      if (Object.values(image.models).every(model => model.state !== 'pending')) {
        done('yes');
      }
    },
    fail: error => {
      done('no');
      state.replaceChildren(
        h('span', { class: 'bad-text' }, h('strong', {}, `${error.title ?? 'It failed'}. `), error.detail ?? error.message),
      );
      announce(`${name}: ${error.title ?? 'it failed'}. ${error.detail ?? error.message}`);
    },
    ask: replace => {
      const button = h(
        'button',
        {
          type: 'button',
          on: {
            click: () => {
              button.remove();
              state.replaceChildren('waiting');
              replace();
            },
          },
        },
        'Replace it',
      );
      state.replaceChildren(h('span', {}, 'An image of this name is stored already. '), button);
    },
  };
}

function clear() {
  list.querySelectorAll('[data-done]').forEach(row => row.remove());
  panel.hidden = list.children.length === 0;
}
