import { h } from '../dom.js';

/** Buttons that choose image files: from the device, and with its camera where it has one. */
export function fileButtons(chosen, multiple = true, label = 'Choose images') {
  const input = attributes =>
    h('input', {
      type: 'file',
      accept: 'image/*',
      class: 'hidden',
      tabindex: '-1',
      'aria-hidden': 'true',
      ...attributes,
      on: {
        change: event => {
          const files = [...event.currentTarget.files];
          event.currentTarget.value = '';
          if (files.length > 0) {
            chosen(files);
          }
        },
      },
    });
  const files = input({ multiple });
  const camera = input({ capture: 'environment' });
  return h(
    'span',
    { class: 'file-buttons' },
    files,
    camera,
    h('button', { type: 'button', class: 'primary', on: { click: () => files.click() } }, label),
    h('button', { type: 'button', class: 'camera', on: { click: () => camera.click() } }, 'Take a photo'),
  );
}

/** Takes images that are dropped anywhere on the page, and those pasted outside of a text field, until the view is left. */
export function takeDropsAndPastes(chosen, sentence, signal) {
  const overlay = h('div', { class: 'drop-overlay', 'aria-hidden': 'true', hidden: true }, h('p', {}, sentence));
  document.body.append(overlay);
  let depth = 0;
  const hasFiles = event => [...(event.dataTransfer?.types ?? [])].includes('Files');
  const over = step => event => {
    if (hasFiles(event)) {
      event.preventDefault();
      depth = Math.max(0, depth + step);
      overlay.hidden = depth === 0;
    }
  };
  addEventListener('dragenter', over(1), { signal });
  addEventListener('dragleave', over(-1), { signal });
  addEventListener('dragover', over(0), { signal });
  addEventListener(
    'drop',
    event => {
      if (hasFiles(event)) {
        event.preventDefault();
        depth = 0;
        overlay.hidden = true;
        chosen([...event.dataTransfer.files]);
      }
    },
    { signal },
  );
  addEventListener(
    'paste',
    event => {
      const files = [...(event.clipboardData?.files ?? [])];
      if (files.length > 0) {
        event.preventDefault();
        chosen(files.map(pasted));
      }
    },
    { signal },
  );
  signal.addEventListener('abort', () => overlay.remove(), { once: true });
}

// A clipboard calls every image image.png, and the second would replace the first.
const pasted = file =>
  file.name && file.name !== 'image.png'
    ? file
    : new File([file], `pasted-${new Date().toISOString().replace(/[:.]/g, '-')}.${(file.type.split('/')[1] ?? 'png').split('+')[0]}`, {
        type: file.type,
      });
