/**
 * Who is left out although everything is calm: the clients of one node, or all who read, or all who change something. Others are served,
 * so that nobody who looks for a standstill sees one; and a network that loses nothing gives no reason for it. Where clients have little
 * patience even those others ask in vain now and then; so many of their operations as do tell how long a streak chance alone may make.
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
  /** So many operations in a row have to be in vain, more where others ask in vain too, ... */
  readonly fewest: number;
  /** ... over this time, ms. */
  readonly spanMs: number;
}

interface Streak {
  readonly asked: number;
  readonly fromNs: number;
}

interface Tally {
  asked: number;
  inVain: number;
}

/** So rarely may chance alone leave somebody out. Low: who waits behind others in a line waits with them, so that it is no fair die. */
const badLuck = 1e-6;

/** Chance alone leaves somebody out so often in a row, if it is as with the others (by Laplace's rule of succession). */
function luckOf(all: Tally, own: Tally): number {
  const share = (all.inVain - own.inVain + 1) / (all.asked - own.asked + 2);
  return Math.log(badLuck) / Math.log(share);
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
  /** When somebody of the group was served last: who had asked before that, and goes on waiting, is unlucky, not left out. */
  const servedNs = new Map<string, number>();
  const all: Tally = { asked: 0, inVain: 0 };
  const tallies = new Map<string, Tally>();
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
    const isInVain = !isServed(op);
    count(all, isInVain);
    for (const who of groupsOf(op, op.node)) {
      const own = tallies.get(who) ?? { asked: 0, inVain: 0 };
      tallies.set(who, own);
      count(own, isInVain);
      if (!isInVain) {
        servedNs.set(who, op.time);
        streaks.delete(who);
        continue;
      }
      if (invokedNs < (servedNs.get(who) ?? 0)) continue;
      const before = streaks.get(who) ?? { asked: 0, fromNs: invokedNs };
      const streak = { asked: before.asked + 1, fromNs: before.fromNs };
      streaks.set(who, streak);
      if (op.time - streak.fromNs < spanMs * 1e6) continue;
      if (streak.asked < Math.max(fewest, luckOf(all, own))) continue;
      return { who, ...streak, untilNs: op.time };
    }
  }
  return undefined;
}

function count(tally: Tally, isInVain: boolean): void {
  tally.asked += 1;
  if (isInVain) tally.inVain += 1;
}

/** Where many ask at once for what few can have, one may be turned away many times, while others at other nodes are not. */
const isTurnedAway = ({ error }: Operation): boolean => error?.includes('overloaded') === true;

function groupsOf(op: Operation, node: string): readonly string[] {
  const kind = op.f === 'read' ? 'all who read' : 'all who change something';
  if (isTurnedAway(op)) return [kind];
  return [kind, `the clients of ${node}`, `of the clients of ${node} ${kind}`];
}
