/**
 * Who is left out although everything is calm: the clients of one node, or all who read, or all who change something. Others are served,
 * so that nobody who looks for a standstill sees one; and a network that loses nothing gives no reason for it.
 */

import type { History, Operation } from '../history/operation.ts';
import type { Calm } from './calms.ts';

export interface LeftOut {
  readonly who: string;
  /** So many operations in a row in vain, the first of them asked and the last one given up at these times. */
  readonly asked: number;
  readonly fromNs: number;
  readonly untilNs: number;
}

export interface LeftOutOptions {
  readonly nodes: readonly string[];
  /** Nodes that are asked for nothing: they ended by themselves at some time. */
  readonly away: ReadonlySet<string>;
  /** What a calm begins with proves nothing: somebody is elected, and those who were away catch up. ms. */
  readonly settleMs: number;
  /** So many operations in a row have to be in vain, ... */
  readonly fewest: number;
  /** ... over this time, ms. */
  readonly spanMs: number;
}

interface Streak {
  readonly asked: number;
  readonly fromNs: number;
}

/** The system looked and said no: an answer as good as any. */
const isServed = ({ type, error }: Operation): boolean =>
  type === 'ok' || (type === 'fail' && error !== undefined && error.startsWith('precondition'));

/** The first who is left out, if anybody is. Only where a majority runs. */
export function leftOut(
  history: History,
  calms: readonly Calm[],
  options: LeftOutOptions,
): LeftOut | undefined {
  for (const calm of calms) {
    const up = options.nodes.filter((node) => !calm.down.has(node) && !options.away.has(node));
    if (2 * up.length <= options.nodes.length) continue;
    const found = leftOutIn(history, calm, up, options);
    if (found !== undefined) return found;
  }
  return undefined;
}

function leftOutIn(
  history: History,
  { fromNs, untilNs }: Calm,
  up: readonly string[],
  { settleMs, fewest, spanMs }: LeftOutOptions,
): LeftOut | undefined {
  const asked = new Map<unknown, number>();
  const streaks = new Map<string, Streak>();
  for (const op of history) {
    if (op.process === 'nemesis') continue;
    if (op.time > untilNs) break;
    if (op.type === 'invoke') {
      asked.set(op.process, op.time);
      continue;
    }
    const invokedNs = asked.get(op.process) ?? op.time;
    if (op.node === undefined || !up.includes(op.node)) continue;
    if (invokedNs < fromNs + settleMs * 1e6) continue;
    for (const who of groupsOf(op, op.node)) {
      const before = streaks.get(who) ?? { asked: 0, fromNs: invokedNs };
      const streak = { asked: before.asked + 1, fromNs: before.fromNs };
      if (isServed(op)) streaks.delete(who);
      else streaks.set(who, streak);
      if (isServed(op) || streak.asked < fewest || op.time - streak.fromNs < spanMs * 1e6) continue;
      return { who, ...streak, untilNs: op.time };
    }
  }
  return undefined;
}

/** Where many ask at once for what few can have, one may be turned away many times, while others at other nodes are not. */
const isTurnedAway = ({ error }: Operation): boolean => error?.includes('overloaded') === true;

function groupsOf(op: Operation, node: string): readonly string[] {
  const kind = op.f === 'read' ? 'all who read' : 'all who change something';
  if (isTurnedAway(op)) return [kind];
  return [kind, `the clients of ${node}`, `of the clients of ${node} ${kind}`];
}
