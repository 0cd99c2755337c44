import { address, get, inPath, modelKeys, send } from '../api.js';
import { announce, counted, field, h } from '../dom.js';
import { confirm } from '../components/confirm.js';
import { cosine } from '../components/cosine.js';
import { imageBox, thumbnailOf } from '../components/imagebox.js';
import { filters } from '../components/filters.js';
import { fill, hint, notice } from '../components/notice.js';
import { change, to } from '../router.js';

const names = ['prefix', 'tag'];

// A page of many groups would keep a browser busy for seconds; the rest is a click away.
const groupsAtOnce = 30;

/** Groups of near-identical images: keep one of each, delete the rest. */
export async function show(root, parameters, signal) {
  const keys = await modelKeys();
  const limit = h('input', {
    id: 'minCosine',
    name: 'minCosine',
    type: 'number',
    min: 0.5,
    max: 1,
    step: 'any',
    placeholder: '0.98',
    value: parameters.get('minCosine'),
    on: {
      change: event => {
        event.stopPropagation();
        change({ minCosine: event.target.value });
      },
    },
  });
  const model = h(
    'select',
    {
      id: 'model',
      on: {
        change: event => {
          event.stopPropagation();
          change({ model: event.target.value });
        },
      },
    },
    h('option', { value: '' }, 'the first trained one'),
    keys.map(key => h('option', { value: key, selected: key === parameters.get('model') }, key)),
  );
  const groups = h('div', { class: 'groups' });
  root.append(
    h(
      'div',
      { class: 'head' },
      h(
        'div',
        {},
        h('h1', {}, 'Duplicates'),
        h('p', { class: 'lead' }, 'Near-identical images in groups. Keep one of each, and delete the others.'),
      ),
    ),
    filters(names, parameters, [field('Least cosine', limit), field('Model', model)]),
    groups,
  );
  await fill(groups, 'Comparing all images with each other…', signal, async () => {
    const found = await get(
      'duplicates',
      {
        prefix: parameters.get('prefix'),
        tag: parameters.getAll('tag'),
        minCosine: parameters.get('minCosine'),
        model: parameters.get('model'),
      },
      signal,
    );
    announce(`${counted(found.groups.length, 'group')} found.`);
    return [
      h(
        'p',
        { class: 'quiet-text' },
        `${counted(found.groups.length, 'group')} among ${counted(found.images, 'image')}, by ${found.model}` +
          ` from a cosine of ${Number(found.minCosine.toFixed(4))} on.`,
        found.weights === 'untrained' && ' This model is untrained: look before you delete.',
      ),
      found.groups.length === 0 && hint('No duplicates', 'No two images are that near to each other. Lower the least cosine to see more.'),
      pages(found.groups),
    ];
  });
}

function pages(groups) {
  const list = h('div', {});
  let shown = 0;
  const button = h('button', { type: 'button', on: { click: () => add() } }, 'More groups');
  const add = () => {
    list.append(...groups.slice(shown, shown + groupsAtOnce).map((group, index) => groupOf(group, shown + index + 1)));
    shown += groupsAtOnce;
    button.hidden = shown >= groups.length;
  };
  add();
  return [list, button];
}

function groupOf(group, number) {
  const failure = h('div', {});
  const section = h('section', { class: 'group', 'aria-label': `Group ${number}` });
  let kept = group.images[0].name;
  const draw = images => {
    const others = () => images.filter(image => image.name !== kept);
    const remove = h('button', {
      type: 'button',
      class: 'danger',
      on: { click: () => deleteAll(others(), kept, section, failure, draw, images) },
    });
    const label = () => {
      remove.textContent = `Delete the other ${others().length === 1 ? 'one' : others().length}`;
      section.querySelectorAll('.copy').forEach(copy => copy.classList.toggle('kept', copy.dataset.name === kept));
    };
    section.replaceChildren(
      h('div', { class: 'group-head' }, h('h2', {}, counted(images.length, 'image')), remove),
      h(
        'ul',
        { class: 'copies' },
        images.map(image =>
          h(
            'li',
            { class: 'copy', data: { name: image.name } },
            h(
              'label',
              {},
              imageBox(thumbnailOf(image)),
              h(
                'span',
                { class: 'keep' },
                h('input', {
                  type: 'radio',
                  name: `keep-${number}`,
                  value: image.name,
                  checked: image.name === kept,
                  on: {
                    change: () => {
                      kept = image.name;
                      label();
                    },
                  },
                }),
                'Keep',
                h('span', { class: 'hidden' }, ` ${image.name}`),
              ),
            ),
            h('a', { class: 'tile-name', href: to('image', { name: image.name }), title: image.name }, image.name),
            h('span', { class: 'quiet-text' }, `${image.width} × ${image.height}`, image.identical && ' · same bytes as the first'),
            cosine(image.cosine),
          ),
        ),
      ),
      failure,
    );
    label();
  };
  draw(group.images);
  return section;
}

async function deleteAll(images, kept, section, failure, draw, all) {
  const content = [
    h(
      'p',
      {},
      `${counted(images.length, 'image')} will be deleted from storage and from search. That cannot be undone here. ${kept} stays.`,
    ),
    h(
      'ul',
      { class: 'names' },
      images.map(image => h('li', {}, image.name)),
    ),
  ];
  if (!(await confirm(images.length === 1 ? 'Delete this image?' : 'Delete these images?', content, 'Delete'))) {
    return;
  }
  const gone = new Set();
  try {
    for (const { name } of images) {
      // One that is gone already is no reason to stop.
      await send(address(`images/${inPath(name)}`), { method: 'DELETE' }).catch(error => {
        if (error.status !== 404) {
          throw error;
        }
      });
      gone.add(name);
    }
    section.replaceChildren(h('p', { class: 'notice good', role: 'status' }, `${counted(gone.size, 'image')} deleted. ${kept} is kept.`));
  } catch (error) {
    draw(all.filter(image => !gone.has(image.name)));
    failure.replaceChildren(notice(error));
  }
}
