/** Chips that show and hide kinds of messages, kinds of events, and nodes. */

import { type MarkKind, markKinds, type SpaceTime } from '../../space-time-types.ts';
import { h } from '../dom.ts';
import { nameOf, purposeOf } from './names.ts';
import type { Shown } from './picture.ts';

const markNames: Readonly<Record<MarkKind, string>> = {
  role: '▲ role',
  vote: '✓ vote',
  log: '■ log',
  disk: '▬ disk',
  commit: '● commit',
  apply: '• apply',
  read: '◆ read',
  reply: '▼ answer',
  other: 'other',
};

export function filters(
  data: SpaceTime,
  first: Shown,
  onChange: (shown: Shown) => void,
): HTMLElement {
  let shown = first;
  const change = (next: Shown): void => {
    shown = next;
    onChange(shown);
  };
  const counts = new Map<string, number>();
  for (const { message } of data.arrows) counts.set(message, (counts.get(message) ?? 0) + 1);
  const messages = [...counts].map(([name, count]) =>
    chip(
      `${nameOf(name)}`,
      String(count),
      `chip key-${purposeOf(name)}`,
      !shown.messages.has(name),
      () => change({ ...shown, messages: toggled(shown.messages, name) }),
    ),
  );
  const kinds = markKinds
    .map((kind) => ({ kind, count: data.marks.filter((mark) => mark.kind === kind).length }))
    .filter(({ count }) => count > 0)
    .map(({ kind, count }) =>
      chip(markNames[kind], String(count), `chip mark-${kind}`, !shown.marks.has(kind), () =>
        change({ ...shown, marks: toggled(shown.marks, kind) }),
      ),
    );
  const nodes = data.nodes.map((node) =>
    chip(node, '', 'chip', !shown.nodes.has(node), () =>
      change({ ...shown, nodes: toggled(shown.nodes, node) }),
    ),
  );
  return h(
    'details',
    { class: 'filters' },
    h('summary', {}, 'Filters: messages, events, nodes (heartbeats are hidden)'),
    group('messages', messages),
    group('events', kinds),
    group('nodes', nodes),
  );
}

const group = (name: string, chips: readonly HTMLElement[]): HTMLElement =>
  h(
    'div',
    { class: 'chips', role: 'group', 'aria-label': name },
    h('span', { class: 'muted' }, name),
    ...chips,
  );

function toggled<Item>(set: ReadonlySet<Item>, item: Item): ReadonlySet<Item> {
  const next = new Set(set);
  if (!next.delete(item)) next.add(item);
  return next;
}

function chip(
  label: string,
  count: string,
  kind: string,
  on: boolean,
  act: () => void,
): HTMLElement {
  const element = h(
    'button',
    { type: 'button', class: kind, 'aria-pressed': String(on) },
    h('span', {}, label),
    h('span', { class: 'count' }, count),
  );
  element.addEventListener('click', () => {
    element.setAttribute('aria-pressed', String(element.getAttribute('aria-pressed') !== 'true'));
    act();
  });
  return element;
}
