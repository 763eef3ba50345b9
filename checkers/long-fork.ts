/**
 * Two writes, seen in opposite orders: one read saw the first and not the second, another the second and not the first. Snapshots that
 * are each consistent in themselves can do that (parallel snapshot isolation); nothing that has one order of all writes can.
 * Every key is written once, so a key that was seen written came later than one that was seen empty.
 */

import { BadInput } from '#src/errors';
import type { History, Key, Operation } from '#src/history/operation';
import { pairs } from '#src/history/pairs';
import { describeOperation, show } from '#src/history/source';
import type { CheckContext, Checker, CheckResult } from './checker.ts';
import { Found, verdict } from './found.ts';
import { observationsOf, type Sight } from './growth/observations.ts';
import { contradictions } from './growth/order.ts';
import { cycleAnomaly } from './growth/words.ts';
import { identity, keyName } from './identity.ts';
import { type Checked, checkPrefixes } from './prefixes.ts';

type Step = readonly [f: string, key: Key, value: unknown];

/** The steps of a read or a write: a list of `[r, key, value]`, or one `[w, key, value]`. */
function stepsOf(op: Operation): readonly Step[] {
  const isStep = (step: unknown): step is Step =>
    Array.isArray(step) && step.length >= 2 && ['r', 'read', 'w', 'write'].includes(step[0]);
  const steps: unknown = op.value;
  if (Array.isArray(steps) && steps.every(isStep)) return steps;
  throw new BadInput(
    `operation ${op.index}, ${describeOperation(op)}: not what a long fork shows in. Allowed: lists of ["r", key, value] and of ["w", key, value], such as [["r", "x", null], ["r", "y", 1]].`,
  );
}

const isRead = ([f]: Step): boolean => f.startsWith('r');

const moral =
  'Each came before the other: the two saw these writes in opposite orders, so there is no one order of all writes.';

interface Write {
  readonly value: unknown;
  readonly failed: boolean;
  /** Position of its invocation. */
  readonly asked: number;
}

/** Who wrote each key; a key that is written twice proves nothing. */
interface Written {
  readonly by: ReadonlyMap<string, Write>;
  readonly twice: ReadonlySet<string>;
}

function writtenIn(history: History): Written {
  const by = new Map<string, Write>();
  const twice = new Set<string>();
  for (const { invoke, completion } of pairs(history)) {
    for (const step of stepsOf(invoke)) {
      const key = keyName(step[1]);
      if (isRead(step)) continue;
      if (by.has(key)) twice.add(key);
      by.set(key, {
        value: step[2],
        failed: completion?.type === 'fail',
        asked: invoke.index,
      });
    }
  }
  return { by, twice };
}

function judgeValue(op: Operation, [, name, value]: Step, { by }: Written, found: Found): void {
  const written = by.get(keyName(name));
  const isOwn = written !== undefined && identity(written.value) === identity(value);
  const isLater = isOwn && written.asked > op.index;
  if (isOwn && !written.failed && !isLater) return;
  const why = isLater
    ? 'and nobody had asked to write it by then'
    : isOwn
      ? 'whose write failed'
      : 'which nobody wrote there';
  found.add(isOwn && !isLater ? 'aborted-read' : 'garbage-read', () => ({
    operations: [op],
    explanation: `Process ${op.process} read ${show(value)} from ${name}, ${why}.`,
    impossible: op.index,
  }));
}

function sightsOf(op: Operation, written: Written, found: Found): readonly Sight[] {
  const sights: Sight[] = [];
  for (const step of stepsOf(op)) {
    if (!isRead(step)) continue;
    const [, name, value] = step;
    const key = keyName(name);
    if (written.twice.has(key)) continue;
    const isThere = value !== null && value !== undefined;
    if (isThere) judgeValue(op, step, written, found);
    sights.push({ key, at: isThere ? 1 : 0, shown: `${key} = ${isThere ? show(value) : 'nil'}` });
  }
  return sights;
}

function checkPart(history: History, end: number, endMs: number, written: Written): Checked {
  const found = new Found();
  const part = end === history.length ? history : history.slice(0, end);
  const observations = observationsOf(part, (op) => sightsOf(op, written, found));
  const { cycles, components, exhausted, keys } = contradictions(observations, 'none', endMs);
  for (const cycle of cycles) {
    found.addAnomaly(cycleAnomaly('long-fork', cycle, { observations, keys }, moral));
  }
  const answers = observations.length;
  return { found, answers, exhausted, details: { reads: answers, components } };
}

function check({ history, timeLimitMs }: CheckContext): CheckResult {
  const written = writtenIn(history);
  const { found, answers, details, checkedUpTo } = checkPrefixes(
    history,
    timeLimitMs,
    (end, endMs) => checkPart(history, end, endMs, written),
  );
  const result = verdict(found, { history, checkedUpTo, answers }, details);
  if (result.valid !== true || written.twice.size === 0) return result;
  const reason = `${written.twice.size} keys were written more than once, so that reads of them prove nothing`;
  return { ...result, valid: 'unknown', reason };
}

/** Judges transactions that only read and ones that write, each key once. `check` throws BadInput for other operations. Linear time. */
export const longFork = (): Checker => ({
  name: 'long-fork',
  summary: 'no two reads saw two writes in opposite orders',
  check,
});
