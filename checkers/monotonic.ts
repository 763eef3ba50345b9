/**
 * Counters that only grow. What operations saw of them must fit one order of all operations, which respects each process and
 * real time: no process sees a counter shrink, no two reads disagree on which counter grew first, no read is out of date.
 */

import { BadInput } from '#src/errors';
import type { History, Operation } from '#src/history/operation';
import { describeOperation } from '#src/history/source';
import type { CheckContext, Checker, CheckResult } from './checker.ts';
import { Found, verdict } from './found.ts';
import { type Observation, observationsOf, type Sight } from './growth/observations.ts';
import { because, contradictions, type GrowthCycle, type GrowthOrder } from './growth/order.ts';
import { cycleAnomaly } from './growth/words.ts';
import { keyName } from './identity.ts';
import { type Checked, checkPrefixes } from './prefixes.ts';

export interface MonotonicOptions {
  /** What has to be respected besides the data. Default: real time, which includes the processes. */
  readonly order?: GrowthOrder;
}

const wrong = (op: Operation): BadInput =>
  new BadInput(
    `operation ${op.index}, ${describeOperation(op)}: nothing that counters have. Allowed: inc and read, each with a key and a whole number up to 2^53, or with an object from keys to such numbers (null for none).`,
  );

/** An increment is just before all that saw its result, and behind all that did not. */
const justBefore = 0.5;

function sightsOf(op: Operation, { key }: Operation): readonly Sight[] {
  if (op.f !== 'inc' && op.f !== 'read') throw wrong(op);
  const { value } = op;
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
  const seen =
    key !== undefined ? [[keyName(key), value] as const] : isObject ? Object.entries(value) : [];
  if (seen.length === 0) throw wrong(op);
  return seen.flatMap(([name, count]) => {
    if (count !== null && !Number.isSafeInteger(count)) throw wrong(op);
    // An increment that was not told its result saw nothing.
    if (op.f === 'inc' && count === null) return [];
    const at = (count ?? 0) - (op.f === 'inc' ? justBefore : 0);
    const verb = op.f === 'inc' ? 'raised to' : '=';
    return [{ key: name, at, shown: `${name} ${verb} ${count ?? 'nil'}` }];
  });
}

function findLostUpdates(observations: readonly Observation[], found: Found): void {
  const by = new Map<string, Observation>();
  for (const one of observations) {
    if (one.invoke.f !== 'inc') continue;
    for (const { shown } of one.sights) {
      const other = by.get(shown);
      if (other === undefined) {
        by.set(shown, one);
        continue;
      }
      found.add('lost-update', () => ({
        operations: [other.invoke, other.completion, one.invoke, one.completion],
        explanation: `Process ${other.invoke.process} and process ${one.invoke.process} were both told that they had ${shown}: one of the two increments was lost.`,
        impossible: one.completion.index,
      }));
    }
  }
}

const names = {
  growth: [
    'opposite-orders',
    'Each came before the other: they disagree on the order in which the counters grew.',
  ],
  process: ['nonmonotonic-read', 'Each came before the other: for a process, time went back.'],
  realtime: ['stale-read', 'Each came before the other: what was read was out of date.'],
} as const;

function nameOf(cycle: GrowthCycle): readonly [name: string, moral: string] {
  const kinds = new Set(cycle.map(({ kind }) => kind));
  if (kinds.has(because.realtime)) return names.realtime;
  return kinds.has(because.process) ? names.process : names.growth;
}

function checkPart(history: History, end: number, endMs: number, order: GrowthOrder): Checked {
  const found = new Found();
  const part = end === history.length ? history : history.slice(0, end);
  const observations = observationsOf(part, sightsOf);
  findLostUpdates(observations, found);
  const { cycles, components, exhausted, keys } = contradictions(observations, order, endMs);
  for (const cycle of cycles) {
    const [name, moral] = nameOf(cycle);
    found.addAnomaly(cycleAnomaly(name, cycle, { observations, keys }, moral));
  }
  const answers = observations.length;
  return { found, answers, exhausted, details: { observations: answers, components } };
}

function check({ history, timeLimitMs }: CheckContext, order: GrowthOrder): CheckResult {
  const { found, answers, details, checkedUpTo } = checkPrefixes(
    history,
    timeLimitMs,
    (end, endMs) => checkPart(history, end, endMs, order),
  );
  return verdict(found, { history, checkedUpTo, answers }, details);
}

/** Judges `inc` and `read`. `check` throws BadInput for other operations. Linear time. */
export const monotonic = ({ order = 'realtime' }: MonotonicOptions = {}): Checker => ({
  name: 'monotonic',
  summary:
    'counters that only grow never appear to shrink, to nobody, and their reads fit one order',
  check: (context) => check(context, order),
});
