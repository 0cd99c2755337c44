import { h } from '../dom.js';
import { to } from '../router.js';
import { imageBox, thumbnailOf } from './imagebox.js';
import { states } from './states.js';
import { tagLinks } from './tags.js';

/** An image of the grid: the image itself searches, its name leads to its details. */
export function tile(image) {
  return h(
    'li',
    { class: 'tile', data: { name: image.name } },
    h(
      'a',
      { class: 'tile-image', href: to('search', { name: image.name }), 'aria-label': `Find images like ${image.name}` },
      imageBox(thumbnailOf(image)),
    ),
    h('a', { class: 'tile-name', href: to('image', { name: image.name }), title: image.name }, image.name),
    states(image.models),
    tagLinks(image.tags),
  );
}
