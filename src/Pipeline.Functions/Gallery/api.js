import { askForKey, key } from './components/key.js';

const base = new URL('../', import.meta.url);

/** An error as a person reads it: what was wrong, and what to do. */
export class ApiError extends Error {
  constructor(title, detail, status = 0, type = '') {
    super(detail);
    Object.assign(this, { title, detail, status, type: type.split(':').at(-1) });
  }
}

const withoutBody = {
  401: ['A function key is needed', 'The service did not accept the key. Reload the page and enter another one.'],
  404: ['This service has no such address', 'It may be an older version than this page. Reload the page.'],
  413: ['That is too large', 'Send less at once: an image has 20 MB at most.'],
  429: ['The service is busy', 'It has more requests than it takes at once. Try again in a minute.'],
  500: ['The service failed', 'The request was not answered. Try again; the log of the app has the reason.'],
  503: ['The service is starting or away', 'Try again in a minute.'],
};

const away = () =>
  new ApiError('The service does not answer', 'It may be stopped, or this machine is offline. Check that it runs, then try again.');

/** The address of a path under /api; parameters that are empty are left out, lists are repeated. */
export function address(path, parameters = {}) {
  const url = new URL(path, base);
  for (const [name, value] of Object.entries(parameters)) {
    [value]
      .flat()
      .filter(one => one !== null && one !== undefined && one !== '')
      .forEach(one => url.searchParams.append(name, one));
  }
  return url;
}

/** A name in a path. Segments that a browser would resolve itself are sent as one, for which the service takes %2F as a slash. */
export const inPath = name =>
  name.split('/').some(segment => segment === '' || segment === '.' || segment === '..')
    ? encodeURIComponent(name)
    : name.split('/').map(encodeURIComponent).join('/');

/** The headers of a request to this service; the key never is part of an address, which logs and histories keep. */
export const headers = (more = {}) => (key() ? { ...more, 'x-functions-key': key() } : more);

/** Sends a request, and asks for the key where one is needed. */
export async function send(url, options = {}) {
  let response;
  let used;
  do {
    used = key();
    try {
      response = await fetch(url, { ...options, headers: headers(options.headers), credentials: 'same-origin' });
    } catch (error) {
      throw error.name === 'AbortError' ? error : away();
    }
    // Another request may have asked for the key meanwhile.
  } while (response.status === 401 && (key() !== used || (await askForKey())));
  if (!response.ok) {
    throw await problemOf(response.status, await response.text());
  }
  return response;
}

/** The error of a response, from its problem details where it has them. */
export function problemOf(status, body) {
  try {
    const problem = JSON.parse(body);
    if (problem.detail) {
      return new ApiError(problem.title ?? 'The request was refused', problem.detail, status, problem.type);
    }
  } catch {
    // The host itself answers without a body; what follows says what its status means.
  }
  return new ApiError(...(withoutBody[status] ?? [`The service answered ${status}`, 'Try again later.']), status);
}

/** The JSON of a response. */
export const get = async (path, parameters, signal) => (await send(address(path, parameters), { signal })).json();

/** Sends JSON and reads JSON, where there is any. */
export async function sendJson(method, path, body, parameters) {
  const response = await send(address(path, parameters), {
    method,
    headers: body === undefined ? {} : { 'Content-Type': 'application/json' },
    body: body === undefined ? undefined : JSON.stringify(body),
  });
  const text = await response.text();
  return text ? JSON.parse(text) : null;
}

/** An image's bytes for a search or an upload. */
export const bodyOf = image => ({
  body: image,
  headers: { 'Content-Type': image.type.startsWith('image/') ? image.type : 'application/octet-stream' },
});

let models;

/** The keys of the installed models; asked once. Health answers also with 503, and needs no key. */
export async function modelKeys() {
  try {
    models ??= Object.keys((await (await fetch(address('health'))).json()).models);
  } catch {
    return [];
  }
  return models;
}
