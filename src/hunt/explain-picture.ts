/** From what was watched in a run to what can be drawn: roles and outages of nodes, and messages as arrows. */

import type { Arrow, Bar, Stretch } from '#reports/space-time-types';
import type { FaultRecord } from '../schedule/player.ts';
import type { SimEvent, Traced } from '../sim/index.ts';
import { faultWords } from './fault-words.ts';

/** ms with four decimals: what can still be told apart. */
export const ms = (ns: number): number => Math.round(ns / 100) / 10_000;

interface Open {
  readonly fromMs: number;
  readonly role: Stretch['role'];
  readonly term: number;
}

function roleAfter(event: Traced, before: Open | undefined): Omit<Open, 'fromMs'> | undefined {
  // oxlint-disable-next-line typescript/switch-exhaustiveness-check -- the others change no role
  switch (event.ev) {
    case 'becomeLeader':
      return { role: 'leader', term: event.term };
    case 'becomeCandidate':
    case 'becomePreCandidate':
      return { role: 'candidate', term: event.term };
    case 'becomeFollower':
    case 'stepDown':
    case 'logRecovered':
    case 'acceptorRecovered':
      return { role: 'follower', term: event.term };
    case 'higherTermSeen':
      return before?.role === 'leader' ? undefined : { role: 'follower', term: event.term };
    default:
      return undefined;
  }
}

/** Who was what, when. Ends where a node is killed or ends itself. */
export function stretchesOf(
  traced: readonly Traced[],
  events: readonly SimEvent[],
  endMs: number,
): Stretch[] {
  const stretches: Stretch[] = [];
  const open = new Map<string, Open>();
  const close = (node: string, toMs: number): void => {
    const was = open.get(node);
    if (was !== undefined && toMs > was.fromMs) stretches.push({ node, ...was, toMs });
    open.delete(node);
  };
  const gone = events.filter((event) => event.kind === 'crash' || event.kind === 'ended');
  let next = 0;
  for (const event of traced) {
    for (; next < gone.length && (gone[next]?.timeNs ?? 0) <= event.timeNs; next += 1) {
      const end = gone[next];
      // What a node did in the moment of its end came before it; what comes with a new start does not.
      if (end !== undefined && end.node !== event.node) close(end.node, ms(end.timeNs));
      else if (end !== undefined && end.timeNs < event.timeNs) close(end.node, ms(end.timeNs));
    }
    const was = open.get(event.node);
    const now = roleAfter(event, was);
    if (now === undefined || (was?.role === now.role && was.term === now.term)) continue;
    close(event.node, ms(event.timeNs));
    open.set(event.node, { ...now, fromMs: ms(event.timeNs) });
  }
  for (const end of gone.slice(next)) close(end.node, ms(end.timeNs));
  for (const node of open.keys()) close(node, endMs);
  return stretches.sort((a, b) => a.fromMs - b.fromMs);
}

/** When nodes were down or stopped. */
function outages(events: readonly SimEvent[], endMs: number): Bar[] {
  const bars: Bar[] = [];
  const open = new Map<string, Bar>();
  const close = (key: string, toMs: number): void => {
    const bar = open.get(key);
    if (bar !== undefined) bars.push({ ...bar, toMs });
    open.delete(key);
  };
  const begin = (node: string, kind: 'down' | 'paused', timeNs: number, words: string): void => {
    const label = kind === 'down' ? 'down' : 'paused';
    open.set(`${kind} ${node}`, { node, kind, label, words, fromMs: ms(timeNs), toMs: endMs });
  };
  for (const event of events) {
    // oxlint-disable-next-line typescript/switch-exhaustiveness-check -- the others are no outages
    switch (event.kind) {
      case 'crash':
      case 'ended': {
        close(`paused ${event.node}`, ms(event.timeNs));
        const words = event.kind === 'ended' ? `ended itself: ${event.error}` : 'killed';
        begin(event.node, 'down', event.timeNs, `${event.node} is down: ${words}`);
        break;
      }
      case 'started':
        close(`down ${event.node}`, ms(event.timeNs));
        break;
      case 'paused':
        begin(event.node, 'paused', event.timeNs, `${event.node} is stopped in its tracks`);
        break;
      case 'resumed':
        close(`paused ${event.node}`, ms(event.timeNs));
        break;
      default:
    }
  }
  for (const key of open.keys()) close(key, endMs);
  return bars;
}

/** Faults that show as down or paused already. */
const seenOtherwise = new Set(['kill', 'pause', 'power-loss']);

export function barsOf(
  events: readonly SimEvent[],
  faults: readonly FaultRecord[],
  endMs: number,
): Bar[] {
  const ofFaults = faults.flatMap((record): Bar[] => {
    const { entry, resolved, startNs, endNs, outcome } = record;
    if (outcome.kind !== 'installed' || seenOtherwise.has(entry.fault.kind)) return [];
    return resolved.map((node) => ({
      node,
      fromMs: ms(startNs),
      toMs: ms(endNs),
      kind: 'fault',
      label: `${record.index + 1} ${entry.fault.kind}`,
      words: faultWords(record),
    }));
  });
  return [...outages(events, endMs), ...ofFaults].sort((a, b) => a.fromMs - b.fromMs);
}

/** One for each end of a message; what has none was on its way at the end. In order of sending. */
export function arrowsOf(events: readonly SimEvent[]): Arrow[] {
  const sent = new Map<number, Extract<SimEvent, { readonly kind: 'sent' }>>();
  const arrows: Arrow[] = [];
  const ended = new Set<number>();
  for (const event of events) {
    if (event.kind === 'sent') sent.set(event.id, event);
    if (event.kind !== 'delivered' && event.kind !== 'lost') continue;
    const begin = sent.get(event.id);
    if (begin === undefined) continue;
    arrows.push({
      ...arrow(begin),
      endMs: ms(event.timeNs),
      ...(event.kind === 'lost' ? { lost: event.why } : {}),
      ...(ended.has(event.id) ? { copy: true } : {}),
    });
    ended.add(event.id);
  }
  for (const begin of sent.values()) if (!ended.has(begin.id)) arrows.push(arrow(begin));
  return arrows.sort((a, b) => a.sentMs - b.sentMs);
}

const arrow = (event: Extract<SimEvent, { readonly kind: 'sent' }>): Arrow => ({
  id: event.id,
  from: event.from,
  to: event.to,
  message: event.message,
  ...(event.term === undefined ? {} : { term: event.term }),
  sentMs: ms(event.timeNs),
  endMs: null,
});
