/**
 * Makes an element. Text becomes text nodes and never markup: names, tags and reasons come from anyone who may upload.
 * Properties: `on` has event listeners, `data` the dataset, `vars` custom properties of CSS; false, null and undefined leave an
 * attribute out.
 */
export function h(tag, properties = {}, ...children) {
  const element = document.createElement(tag);
  for (const [key, value] of Object.entries(properties)) {
    if (key === 'on') {
      Object.entries(value).forEach(([event, listener]) => element.addEventListener(event, listener));
    } else if (key === 'data') {
      Object.assign(element.dataset, value);
    } else if (key === 'vars') {
      Object.entries(value).forEach(([name, content]) => element.style.setProperty(name, content));
    } else if (value !== false && value !== null && value !== undefined) {
      element.setAttribute(key, value === true ? '' : value);
    }
  }
  element.append(...present(children));
  return element;
}

/** Children without those that are missing, lists laid out flat. */
export const present = children => children.flat(Infinity).filter(child => child !== null && child !== undefined && child !== false);

/** A label and its input, which has the id. */
export function field(label, input, hint) {
  if (hint) {
    input.setAttribute('aria-describedby', `${input.id}-hint`);
  }
  return h('div', { class: 'field' }, h('label', { for: input.id }, label), input, hint && h('small', { id: `${input.id}-hint` }, hint));
}

/** Says something to a screen reader without moving the focus. */
export function announce(sentence) {
  document.getElementById('status').textContent = sentence;
}

const counts = new Intl.NumberFormat('en');

/** "1 image", "2,000 images". */
export const counted = (number, one, many = `${one}s`) => `${counts.format(number)} ${number === 1 ? one : many}`;

/** Bytes as people write them. */
export const bytes = number =>
  number < 1000 ? `${number} B` : number < 1e6 ? `${Math.round(number / 1000)} kB` : `${(number / 1e6).toFixed(1)} MB`;

/** A time as the reader's machine writes it; a dash for none. */
export const time = value => (value ? new Date(value).toLocaleString([], { dateStyle: 'medium', timeStyle: 'short' }) : '–');

/** A duration in words. */
export function duration(seconds) {
  const unit = seconds < 90 ? ['second', 1] : seconds < 5400 ? ['minute', 60] : seconds < 129600 ? ['hour', 3600] : ['day', 86400];
  return counted(Math.round(seconds / unit[1]), unit[0]);
}
