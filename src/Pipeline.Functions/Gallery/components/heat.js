import { h } from '../dom.js';

// From clear over amber to red: it grows in lightness and in cover alike, so that it is read without telling red from green.
const from = [255, 196, 0];
const until = [214, 20, 50];

/** A grid of values as a layer over an image: what is highest in this image covers it most. The browser smooths between the places. */
export function heatMap(side) {
  const canvas = h('canvas', {
    class: 'heat',
    width: side.columns,
    height: side.rows,
    role: 'img',
    'aria-label': `Heat map: most alike ${place(side)}.`,
  });
  const context = canvas.getContext('2d');
  const pixels = context.createImageData(side.columns, side.rows);
  const range = side.max - side.min || 1;
  side.grid.flat().forEach((value, index) => {
    const part = (value - side.min) / range;
    from.forEach((low, channel) => {
      pixels.data[index * 4 + channel] = low + (until[channel] - low) * part;
    });
    pixels.data[index * 4 + 3] = 255 * part;
  });
  context.putImageData(pixels, 0, 0);
  return canvas;
}

/** Where the highest value is, in words. */
function place(side) {
  const index = side.grid.flat().indexOf(side.max);
  const third = (position, count, words) => words[Math.min(2, Math.floor((position / count) * 3))];
  const row = third(Math.floor(index / side.columns), side.rows, ['at the top', 'in the middle', 'at the bottom']);
  return `${row}, ${third(index % side.columns, side.columns, ['left', 'centre', 'right'])}`;
}
