/** Protocol events as marks, and the most important of what happened as a list. */

import type { Contradiction, Mark, Moment } from '#reports/space-time-types';
import { plural, shorten } from '#reports/text';
import type { FaultRecord } from '../schedule/player.ts';
import { lineOf, type SimEvent, type Traced } from '../sim/index.ts';
import { eventWords } from './event-words.ts';
import { ms } from './explain-picture.ts';
import { faultWords } from './fault-words.ts';

/** Longer details of an event are cut. */
const rawMax = 400;

/** Names an event within a run. */
export const nameOf = ({ node, incarnation, seq }: Traced): string =>
  `${node}/${incarnation}/${seq}`;

const rawOf = (event: Traced): string => shorten(lineOf(event), rawMax);

/** Marks in order of time. `numbers`: of the events that contradict each other, by name. */
export function marksOf(
  traced: readonly Traced[],
  isPaxos: boolean,
  numbers: ReadonlyMap<string, number>,
): Mark[] {
  const durable = durableTimes(traced);
  return traced.flatMap((event): Mark[] => {
    const contradicts = numbers.get(nameOf(event));
    // A write is one mark, from its beginning to its being durable.
    if (event.ev === 'durable' && contradicts === undefined) return [];
    const mark = { ...eventWords(event, isPaxos), raw: rawOf(event) };
    return [
      {
        node: event.node,
        timeMs: ms(event.timeNs),
        ...mark,
        ...(event.ev === 'persist' ? { untilMs: durable.get(nameOf(event)) ?? null } : {}),
        ...(contradicts === undefined ? {} : { contradicts }),
      },
    ];
  });
}

/** By the name of a persist: when it was on disk. */
function durableTimes(traced: readonly Traced[]): Map<string, number> {
  const times = new Map<string, number>();
  const waiting = new Map<string, Extract<Traced, { readonly ev: 'persist' }>[]>();
  for (const event of traced) {
    const key = `${event.node}/${event.incarnation}`;
    if (event.ev === 'persist') waiting.set(key, [...(waiting.get(key) ?? []), event]);
    if (event.ev !== 'durable') continue;
    const open = waiting.get(key) ?? [];
    for (const write of open) {
      if (write.sequence <= event.sequence) times.set(nameOf(write), ms(event.timeNs));
    }
    waiting.set(
      key,
      open.filter(({ sequence }) => sequence > event.sequence),
    );
  }
  return times;
}

/** Events that turn the course of things. */
const turns = new Set<Traced['ev']>([
  'becomeLeader',
  'becomeCandidate',
  'stepDown',
  'conflictTruncated',
  'preempted',
]);

const faultMoments = (records: readonly FaultRecord[]): Moment[] =>
  records
    .filter(({ outcome }) => outcome.kind === 'installed')
    .flatMap((record): Moment[] => [
      {
        timeMs: ms(record.startNs),
        kind: 'fault',
        words: `Fault ${record.index + 1}: ${faultWords(record)}.`,
      },
      {
        timeMs: ms(record.endNs),
        kind: 'fault',
        words: `Fault ${record.index + 1} ends (${record.entry.fault.kind}).`,
      },
    ]);

const ends = {
  kept: 'is killed',
  lost: 'loses power, and with it what was not fsynced',
  torn: 'loses power in the middle of a write',
} as const;

function ofNodes(events: readonly SimEvent[]): Moment[] {
  return events.flatMap((event): Moment[] => {
    const timeMs = ms(event.timeNs);
    // oxlint-disable-next-line typescript/switch-exhaustiveness-check -- the others are no turning points
    switch (event.kind) {
      case 'crash':
        return [{ timeMs, kind: 'node', words: `${event.node} ${ends[event.unsynced]}.` }];
      case 'ended':
        return [{ timeMs, kind: 'node', words: `${event.node} ends itself: ${event.error}.` }];
      case 'started':
        return event.incarnation === 1
          ? []
          : [
              {
                timeMs,
                kind: 'node',
                words: `${event.node} is up again, with ${plural(event.records, 'record')} from its disk.`,
              },
            ];
      case 'damaged':
        return [{ timeMs, kind: 'fault', words: `The disk of ${event.node}: ${event.damage}.` }];
      default:
        return [];
    }
  });
}

/** What turned the course of things, in order of time. */
export function momentsOf(
  traced: readonly Traced[],
  events: readonly SimEvent[],
  faults: readonly FaultRecord[],
  contradictions: readonly Contradiction[],
  isPaxos: boolean,
): Moment[] {
  const roles = traced
    .filter(({ ev }) => turns.has(ev))
    .map(
      (event): Moment => ({
        timeMs: ms(event.timeNs),
        kind: 'role',
        words: `${eventWords(event, isPaxos).words}.`,
      }),
    );
  const clashes = contradictions.map(
    ({ timeMs, number, words }): Moment => ({
      timeMs,
      kind: 'contradiction',
      words: `${'①②'.charAt(number - 1)} ${words}`,
    }),
  );
  return [...faultMoments(faults), ...ofNodes(events), ...clashes, ...roles].sort(
    (a, b) => a.timeMs - b.timeMs,
  );
}
