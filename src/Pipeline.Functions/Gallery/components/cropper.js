import { h } from '../dom.js';

const least = 0.02;
const clamp = (value, low, high) => Math.min(high, Math.max(low, value));

/** A rectangle as the address bar has it: x, y, width and height as parts of the image, 0 to 1; null for none or nonsense. */
export function readCrop(text) {
  const [x, y, width, height] = (text ?? '').split(',').map(Number);
  const valid =
    [x, y, width, height].every(Number.isFinite) &&
    x >= 0 &&
    y >= 0 &&
    width >= least &&
    height >= least &&
    x + width <= 1.0001 &&
    y + height <= 1.0001;
  return valid ? { x, y, width, height } : null;
}

export const writeCrop = crop => crop && [crop.x, crop.y, crop.width, crop.height].map(part => part.toFixed(4)).join(',');

/**
 * Lets the reader draw a rectangle on a box with an image: with the pointer, or from the keyboard, where arrows move it and arrows with
 * Shift change its size. `changed` gets it once the pointer or key is up.
 */
export function cropper(box, crop, changed) {
  let now = crop;
  const frame = h('span', {
    class: 'crop-frame',
    id: 'crop-frame',
    tabindex: '0',
    role: 'group',
    'aria-label': 'The part to search. Arrow keys move it, with Shift they change its size, Delete takes the whole image.',
  });
  const draw = () => {
    frame.hidden = !now;
    if (now) {
      Object.entries(now).forEach(([side, part]) => frame.style.setProperty(`--${side}`, part));
    }
  };
  const at = event => {
    const area = box.getBoundingClientRect();
    return { x: clamp((event.clientX - area.left) / area.width, 0, 1), y: clamp((event.clientY - area.top) / area.height, 0, 1) };
  };
  const end = () => {
    draw();
    changed(now && now.width >= least && now.height >= least ? now : null);
  };
  let start = null;
  box.addEventListener('pointerdown', event => {
    if (event.button === 0) {
      event.preventDefault();
      start = at(event);
      box.setPointerCapture(event.pointerId);
    }
  });
  box.addEventListener('pointermove', event => {
    if (start) {
      const to = at(event);
      now = { x: Math.min(start.x, to.x), y: Math.min(start.y, to.y), width: Math.abs(to.x - start.x), height: Math.abs(to.y - start.y) };
      draw();
    }
  });
  box.addEventListener('pointerup', () => {
    if (start) {
      start = null;
      end();
    }
  });
  box.addEventListener('pointercancel', () => {
    start = null;
  });
  frame.addEventListener('keydown', event => {
    const step = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key];
    if (event.key === 'Delete' || event.key === 'Backspace') {
      now = null;
    } else if (step) {
      const [right, down] = step.map(one => one * 0.02);
      now = event.shiftKey
        ? { ...now, width: clamp(now.width + right, least, 1 - now.x), height: clamp(now.height + down, least, 1 - now.y) }
        : { ...now, x: clamp(now.x + right, 0, 1 - now.width), y: clamp(now.y + down, 0, 1 - now.height) };
    } else {
      return;
    }
    event.preventDefault();
    end();
  });
  box.classList.add('croppable');
  box.append(frame);
  draw();
  return {
    /** Begins with the middle half, which the keyboard can move. */
    begin() {
      now ??= { x: 0.25, y: 0.25, width: 0.5, height: 0.5 };
      end();
      frame.focus();
    },
    clear() {
      now = null;
      end();
    },
  };
}

/** The part of an image, cut out in the browser: only these pixels are sent. */
export async function cut(blob, crop) {
  const bitmap = await createImageBitmap(blob);
  const [x, y] = [Math.round(crop.x * bitmap.width), Math.round(crop.y * bitmap.height)];
  const [width, height] = [Math.max(1, Math.round(crop.width * bitmap.width)), Math.max(1, Math.round(crop.height * bitmap.height))];
  const canvas = h('canvas', { width, height });
  canvas.getContext('2d').drawImage(bitmap, x, y, width, height, 0, 0, width, height);
  bitmap.close();
  return new Promise((resolve, reject) =>
    canvas.toBlob(part => (part ? resolve(part) : reject(new Error('The part cannot be cut out of this image.'))), 'image/png'),
  );
}
