// Images that were searched for and are not stored by the service: kept in this browser, so that an address with `upload=` can be
// opened again. The oldest goes once there are more than twenty.
const most = 20;

const opened = new Promise((resolve, reject) => {
  const request = indexedDB.open('pipeline-gallery', 1);
  request.onupgradeneeded = () => request.result.createObjectStore('images', { keyPath: 'id' });
  request.onsuccess = () => resolve(request.result);
  request.onerror = () => reject(request.error);
});
opened.catch(() => undefined);

// Where the browser keeps nothing, as in some private windows, an image lasts as long as the page.
const here = new Map();

const result = request =>
  new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });

/** Keeps a file, and gives the name by which the address bar knows it. */
export async function keep(file) {
  const id = crypto.randomUUID?.() ?? `${Date.now()}-${Math.random()}`;
  here.set(id, file);
  try {
    const images = (await opened).transaction('images', 'readwrite').objectStore('images');
    await result(images.put({ id, file, name: file.name, at: Date.now() }));
    const all = await result(images.getAll());
    all
      .sort((a, b) => b.at - a.at)
      .slice(most)
      .forEach(old => images.delete(old.id));
  } catch {
    // It is in memory: only a reload loses it, and then the page says so.
  }
  return id;
}

/** The file of that name; null if this browser has it no longer. */
export async function find(id) {
  if (here.has(id)) {
    return here.get(id);
  }
  try {
    return (await result((await opened).transaction('images').objectStore('images').get(id)))?.file ?? null;
  } catch {
    return null;
  }
}
