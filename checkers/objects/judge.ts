/** What the checkers on many small objects share: one object after the other, within a budget, and a verdict over all. */

import { getHeapStatistics } from 'node:v8';
import type { History, Key } from '#src/history/operation';
import { type Pair, pairs } from '#src/history/pairs';
import type { Anomaly, CheckContext, CheckResult } from '../checker.ts';
import { Budget, OutOfTime } from '../transactions/budget.ts';
import type { Findings } from './findings.ts';

export interface ObjectsOptions {
  /** What the check may use beyond the history itself, in bytes. Default: what this process has left. */
  readonly memoryLimitBytes?: number;
}

/** One kind of object. `Tally` are counts over all objects. */
export interface ObjectJudge<Tally> {
  /** What a check needs per line of a history, in bytes; measured, rounded up. */
  readonly bytesPerLine: number;
  readonly tally: Tally;
  /** Judges all operations on one object. Throws OutOfTime; whatever it has found by then counts. */
  judge(
    key: Key | undefined,
    operations: readonly Pair[],
    findings: Findings,
    budget: Budget,
  ): void;
  /** Called when all is judged; a reason why this history proves nothing, if there is one. */
  tooLittle(): string | undefined;
  /** What is told beside the verdict. */
  details(): Readonly<Record<string, unknown>>;
}

/** Objects in order of their first operation. */
function byKey(all: readonly Pair[]): Map<Key | undefined, Pair[]> {
  const objects = new Map<Key | undefined, Pair[]>();
  for (const pair of all) {
    const { key } = pair.invoke;
    const operations = objects.get(key);
    if (operations === undefined) objects.set(key, [pair]);
    else operations.push(pair);
  }
  return objects;
}

/** How far a check has got. */
interface Reach {
  objects: number;
  decided: number;
  operations: number;
  checked: number;
}

const reachInWords = ({ objects, decided, operations, checked }: Reach): string =>
  `${decided} of ${objects} objects are decided, with ${checked} of ${operations} operations`;

/** The verdict over all objects of a history. Throws BadInput for a history that cannot be paired. */
export function judgeObjects<Tally>(
  { history, timeLimitMs }: CheckContext,
  judge: ObjectJudge<Tally>,
  findings: Findings,
  { memoryLimitBytes = memoryLeft() }: ObjectsOptions,
): CheckResult {
  const budget = new Budget(performance.now() + timeLimitMs, () => performance.now());
  const neededBytes = history.length * judge.bytesPerLine;
  if (neededBytes > memoryLimitBytes) return tooLarge(history, neededBytes, memoryLimitBytes);
  const objects = byKey(pairs(history));
  const reach: Reach = { objects: objects.size, decided: 0, operations: 0, checked: 0 };
  for (const operations of objects.values()) reach.operations += operations.length;
  let stopped: string | undefined;
  try {
    for (const [key, operations] of objects) {
      if (budget.leftMs <= 0) throw new OutOfTime();
      judge.judge(key, operations, findings, budget);
      reach.decided += 1;
      reach.checked += operations.length;
    }
  } catch (error) {
    if (!(error instanceof OutOfTime)) throw error;
    stopped = `the time limit of ${timeLimitMs} ms was reached: ${reachInWords(reach)}`;
  }
  return {
    ...(stopped === undefined
      ? verdict(findings, judge.tooLittle(), { provesNothing: true })
      : verdict(findings, stopped)),
    checkedOperations: reach.checked,
    objects: reach.objects,
    objectsDecided: reach.decided,
    ...judge.details(),
  };
}

/** What was found counts, however far the check got. */
function verdict(
  findings: Findings,
  why: string | undefined,
  because: Pick<CheckResult, 'provesNothing'> = {},
): CheckResult & { readonly anomalies: readonly Anomaly[] } {
  const { anomalies } = findings;
  if (findings.count > 0) return { valid: false, reason: findings.inWords(), anomalies };
  return why === undefined
    ? { valid: true, anomalies }
    : { valid: 'unknown', reason: why, ...because, anomalies };
}

function tooLarge(history: History, needed: number, limit: number): CheckResult {
  const mb = (bytes: number): string => `${Math.ceil(bytes / 1e6)} MB`;
  return {
    valid: 'unknown',
    reason: `the memory limit was reached before operation 0: ${history.length} lines need ${mb(needed)}, and there are ${mb(limit)}. Give node more with --max-old-space-size.`,
    anomalies: [],
    checkedOperations: 0,
  };
}

function memoryLeft(): number {
  const { heap_size_limit: limit, used_heap_size: used } = getHeapStatistics();
  return limit - used;
}
