import { address, inPath, send } from '../api.js';
import { h } from '../dom.js';
import { key } from './key.js';

// Blob addresses hold their bytes in memory until they are given up: 400 thumbnails are about 6 MB.
const limit = 400;
const blobs = new Map();
const waiting = new WeakMap();
const observer = new IntersectionObserver(
  entries =>
    entries
      .filter(entry => entry.isIntersecting)
      .forEach(entry => {
        observer.unobserve(entry.target);
        waiting.get(entry.target)?.();
      }),
  { rootMargin: '600px' },
);

/**
 * A box of fixed shape with an image in it, so that nothing moves when the image arrives. Where a key is needed the bytes are fetched
 * with it in a header, once the box comes near the screen.
 */
export function imageBox(source, alt = '', kind = 'square') {
  const image = h('img', { alt, decoding: 'async', loading: 'lazy', draggable: 'false' });
  const box = h('span', { class: `image-box ${kind}` }, image);
  image.addEventListener('load', () => box.classList.add('loaded'));
  image.addEventListener('error', () => missing(box));
  const url = new URL(source, location.href);
  if (!key() || url.origin !== location.origin || url.protocol === 'blob:') {
    image.src = url;
  } else {
    waiting.set(box, () =>
      blobOf(url).then(
        blob => {
          image.src = blob;
        },
        () => missing(box),
      ),
    );
    observer.observe(box);
  }
  return box;
}

function missing(box) {
  box.classList.add('missing');
  box.replaceChildren(h('span', {}, 'No preview'));
}

async function blobOf(url) {
  if (!blobs.has(url.href)) {
    blobs.set(url.href, URL.createObjectURL(await (await send(url)).blob()));
    if (blobs.size > limit) {
      const [oldest, blob] = blobs.entries().next().value;
      blobs.delete(oldest);
      URL.revokeObjectURL(blob);
    }
  }
  return blobs.get(url.href);
}

/** The address of an image's thumbnail: the one that the service gave, else its route. */
export const thumbnailOf = image => image.thumbnailUrl ?? address(`thumbnails/${inPath(image.name)}`);

/** The same at 512 pixels, as large as the service makes them. */
export const previewOf = name => address(`thumbnails/${inPath(name)}`, { size: 512 });
