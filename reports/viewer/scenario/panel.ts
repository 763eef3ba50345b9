/** What one step says: the words, the quorums, the outcome, the expectations, and every node's state. */

import type { Frame, FrameEvent, NodePicture } from '../../scenario-types.ts';
import { type Child, h } from '../dom.ts';

export function outcomeBadge({ outcome }: Frame): HTMLElement {
  return h('span', { class: `outcome ${outcome.kind}` }, outcome.words);
}

/** One card per node; what the step changed is marked. */
export function nodeCards(frame: Frame, before: Frame | undefined): HTMLElement[] {
  return frame.nodes.map((node, i) => {
    const was = before?.nodes[i];
    const rows = node.rows.flatMap(([name, value], at) => [
      h('dt', {}, name),
      h('dd', isNew(was, at, value) ? { class: 'changed' } : {}, value),
    ]);
    const state = node.health === 'up' ? null : h('span', { class: 'health' }, node.health);
    return h(
      'section',
      { class: `card ${node.health}` },
      h('h3', {}, node.node, state),
      h('dl', {}, ...rows),
    );
  });
}

const isNew = (was: NodePicture | undefined, at: number, value: string): boolean =>
  was !== undefined && was.rows[at]?.[1] !== value;

export function stepPanel(frame: Frame, before: Frame | undefined): HTMLElement[] {
  const quorums = frame.quorums.map((words) =>
    h('li', before?.quorums.includes(words) ? {} : { class: 'changed' }, words),
  );
  const checks = frame.checks.map(({ text, ok, seen }) =>
    h('li', { class: ok ? 'held' : 'failed' }, ok ? text : `${text} (found: ${seen})`),
  );
  return [
    h('h2', {}, frame.number === 0 ? 'At the start' : `${frame.number}. ${frame.text}`),
    ...(frame.say === '' ? [] : [h('p', { class: 'say' }, frame.say)]),
    ...frame.events.map(eventItem),
    ...listOf('Quorums, by what is on the disks', quorums),
    ...listOf('Expected, and so it is', checks),
  ];
}

function listOf(title: string, items: readonly HTMLElement[]): HTMLElement[] {
  if (items.length === 0) return [];
  const failed = items.some((item) => item.className === 'failed');
  return [h('h3', {}, failed ? 'Not as expected' : title), h('ul', {}, ...items)];
}

const verbs = {
  sent: 'sends',
  lost: 'lost',
  doubled: 'doubled',
  waiting: 'not yet',
  received: 'receives',
} as const;

function eventItem(event: FrameEvent): HTMLElement {
  if (event.kind === 'at') return h('p', { class: 'event' }, event.words.join(' '));
  const link = `${event.from} → ${event.to}`;
  const head: Child[] = [
    h('span', { class: `verb ${event.kind}` }, verbs[event.kind]),
    ` ${link}: `,
    h('b', {}, event.label),
  ];
  if (event.kind === 'received') {
    return h(
      'div',
      { class: 'event' },
      h('p', {}, ...head),
      h('p', { class: 'before' }, `${event.to} before: ${event.before}`),
      h('p', {}, event.words.join(' ')),
    );
  }
  const words = event.words === '' ? null : h('span', { class: 'muted' }, ` (${event.words})`);
  return h('p', { class: 'event' }, ...head, words);
}
