import { inPath, sendJson } from '../api.js';
import { announce, field, h } from '../dom.js';
import { to } from '../router.js';
import { notice } from './notice.js';

/** Tags as links to the images that have them. */
export const tagLinks = tags =>
  tags?.length
    ? h(
        'ul',
        { class: 'tags', 'aria-label': 'Tags' },
        tags.map(tag => h('li', {}, h('a', { href: to('', { tag }) }, tag))),
      )
    : null;

/** A form that adds and removes the tags of an image; the service says what a tag may be. */
export function tagEditor(name, tags) {
  const root = h('section', { class: 'tag-editor', 'aria-label': 'Tags' });
  const draw = (current, error) => {
    const input = h('input', { id: 'new-tag', autocomplete: 'off', placeholder: 'such as: summer' });
    const change = async (next, sentence) => {
      try {
        draw((await sendJson('PUT', `images/${inPath(name)}/tags`, { tags: next })).tags);
        announce(sentence);
        document.getElementById('new-tag')?.focus();
      } catch (problem) {
        draw(current, problem);
      }
    };
    root.replaceChildren(
      h(
        'ul',
        { class: 'tags editable' },
        current.map(tag =>
          h(
            'li',
            {},
            h('a', { href: to('', { tag }) }, tag),
            h(
              'button',
              {
                type: 'button',
                class: 'icon',
                'aria-label': `Remove the tag ${tag}`,
                on: {
                  click: () =>
                    change(
                      current.filter(other => other !== tag),
                      `The tag ${tag} is removed.`,
                    ),
                },
              },
              '×',
            ),
          ),
        ),
      ),
      h(
        'form',
        {
          class: 'row',
          on: {
            submit: event => {
              event.preventDefault();
              const added = input.value
                .split(',')
                .map(tag => tag.trim())
                .filter(Boolean);
              if (added.length > 0) {
                change([...current, ...added], `Added: ${added.join(', ')}.`);
              }
            },
          },
        },
        field('Add tags, separated by commas', input),
        h('button', {}, 'Add'),
      ),
      ...(error ? [notice(error)] : []),
    );
  };
  draw(tags ?? []);
  return root;
}
