/** The two events that contradict each other, and whether the first could be known at the second. */

import type { Arrow, Contradiction, SpaceTime } from '#reports/space-time-types';
import type { EvidenceOperation, ReportAnomaly } from '#reports/types';
import type { SimEvent, Traced } from '../sim/index.ts';
import { eventWords } from './event-words.ts';
import { chainBetween } from './explain-causes.ts';
import { ms } from './explain-picture.ts';
import type { Verdict } from './judge.ts';

interface Seen {
  readonly verdict: Verdict;
  readonly events: readonly SimEvent[];
  readonly clash: readonly Traced[];
}

/** At most two, the older one first. `clash`: the events of the first violation. */
export function contradictionsOf(
  { clash, verdict, events }: Seen,
  anomaly: ReportAnomaly | undefined,
  isPaxos: boolean,
): Contradiction[] {
  if (anomaly !== undefined) return ofOperations(anomaly);
  if (verdict.kind === 'failed' && verdict.by === 'crash') {
    const end = events.find(
      (event) =>
        event.kind === 'ended' &&
        verdict.explanation.startsWith(`${event.node} ended itself: ${event.error}`),
    );
    if (end?.kind !== 'ended') return [];
    const words = `${end.node} ended itself: ${end.error}`;
    const where = { kind: 'node', node: end.node } as const;
    return [{ number: 1, timeMs: ms(end.timeNs), where, words }];
  }
  return clash.map((event, at) => ({
    number: at + 1,
    timeMs: ms(event.timeNs),
    where: { kind: 'node', node: event.node },
    words: `${eventWords(event, isPaxos).words}.`,
  }));
}

/** The operation that fits nowhere, and the newest success that was over before it began. */
export function ofOperations({ operations }: ReportAnomaly): Contradiction[] {
  const impossible = operations.find((one) => one.impossible);
  if (impossible === undefined) return [];
  const before = operations
    .filter(({ outcome, endMs }) => outcome === 'ok' && (endMs ?? Infinity) < impossible.startMs)
    .toSorted((a, b) => (b.endMs ?? 0) - (a.endMs ?? 0))[0];
  const told = (operation: EvidenceOperation, number: number, words: string): Contradiction => ({
    number,
    timeMs: ms(1e6 * (number === 1 ? (operation.endMs ?? operation.startMs) : operation.startMs)),
    where: { kind: 'operation', operation: operation.index },
    words: `${operation.text}, by process ${operation.process} at ${operation.node}: ${words}`,
  });
  return [
    ...(before === undefined ? [] : [told(before, 1, 'done and answered.')]),
    told(impossible, 2, 'fits nowhere.'),
  ];
}

/** Whether the first event could be known at the second, and the messages that would have told of it. */
export function known(
  contradictions: readonly Contradiction[],
  anomaly: ReportAnomaly | undefined,
  arrows: readonly Arrow[],
  bars: SpaceTime['bars'],
): { readonly arrows: readonly Arrow[]; readonly knowledge: string } {
  const nodeAt = ({ where }: Contradiction): string =>
    where.kind === 'node'
      ? where.node
      : (anomaly?.operations.find(({ index }) => index === where.operation)?.node ?? '');
  const [first, second] = contradictions;
  if (first === undefined || second === undefined) return { arrows, knowledge: '' };
  const [a, b] = [nodeAt(first), nodeAt(second)];
  if (a === b || a === '' || b === '') return { arrows, knowledge: '' };
  const chain = chainBetween(
    { node: a, timeMs: first.timeMs },
    { node: b, timeMs: second.timeMs },
    arrows,
    bars,
  );
  if (chain === undefined) {
    return {
      arrows,
      knowledge: `No message, and no chain of messages, leads from ① at ${a} to ② at ${b}: ${b} could not know of it.`,
    };
  }
  // What a process has learnt ends with it, unless it was written down.
  const forgotten = bars.some(
    ({ kind, node, fromMs }) =>
      kind === 'down' && node === b && fromMs > first.timeMs && fromMs < second.timeMs,
  )
    ? `; but ${b} was down in between`
    : `: ${b} could have known of it`;
  const way = [a, ...chain.map(({ to }) => to)].join(' → ');
  return {
    arrows: arrows.map((arrow) => (chain.includes(arrow) ? { ...arrow, chain: true } : arrow)),
    knowledge: `Messages lead from ① to ② (${way}, drawn bold)${forgotten}.`,
  };
}
