/** What a checker that reads a history once has found, how far it has read, and the verdict that follows. */

import type { History, Operation } from '#src/history/operation';
import type { Anomaly, CheckResult } from './checker.ts';

/** Examples of one name that are kept; all are counted. */
const examplesMax = 8;
/** Steps between two looks at the clock. */
const stepsPerLook = 4096;

/** Why a history without answers is not called valid. */
export const nothingRead = 'nothing was read, so that nothing could have shown';

/** An example, with whatever proves it. */
export interface Example {
  readonly operations: readonly (Operation | undefined)[];
  readonly explanation: string;
  /** `index` of the operation that fits nowhere. */
  readonly impossible?: number | undefined;
}

/** Anomalies by name: the first of each are kept, all are counted. */
export class Found {
  readonly anomalies: Anomaly[] = [];
  readonly counts = new Map<string, number>();

  /** `example` is asked only where it is kept. */
  add(name: string, example: () => Example): void {
    if (!this.#count(name)) return;
    const { operations, explanation, impossible } = example();
    this.anomalies.push({
      name,
      explanation,
      operations: [...new Set(operations)]
        .filter((op) => op !== undefined)
        .sort((a, b) => a.index - b.index),
      ...(impossible === undefined ? {} : { impossible }),
    });
  }

  addAnomaly(anomaly: Anomaly): void {
    if (this.#count(anomaly.name)) this.anomalies.push(anomaly);
  }

  /** Whether to keep this one. */
  #count(name: string): boolean {
    const count = this.counts.get(name) ?? 0;
    this.counts.set(name, count + 1);
    return count < examplesMax;
  }
}

/** The time that a check may take, looked at now and then. */
export class Deadline {
  readonly #endMs: number;
  #untilLook = stepsPerLook;
  #isPast: boolean;

  constructor(timeLimitMs: number) {
    this.#endMs = performance.now() + timeLimitMs;
    this.#isPast = timeLimitMs <= 0;
  }

  /** Counts steps; true once the time is up. */
  isPast(steps = 1): boolean {
    this.#untilLook -= steps;
    if (this.#untilLook <= 0) {
      this.#untilLook = stepsPerLook;
      this.#isPast ||= performance.now() > this.#endMs;
    }
    return this.#isPast;
  }
}

export interface Reach {
  readonly history: History;
  /** The position in the history of the first operation that was not looked at; its length when all were. */
  readonly checkedUpTo: number;
  /** Answers that could have shown an anomaly: reads, polls. */
  readonly answers: number;
}

/**
 * What was found is wrong whether or not all was looked at. Nothing found is good news only if all was, and if there was an answer in
 * which something could have been found.
 */
export function verdict(
  { anomalies, counts }: Found,
  { history, checkedUpTo, answers }: Reach,
  details: Readonly<Record<string, unknown>>,
): CheckResult {
  const anomalyCounts = Object.fromEntries(counts);
  const isPartial = checkedUpTo < history.length;
  const about = {
    anomalies,
    anomalyCounts,
    ...details,
    ...(isPartial ? { checkedUpTo: history[checkedUpTo]?.index ?? checkedUpTo } : {}),
  };
  if (anomalies.length > 0) {
    const each = [...counts].map(([name, count]) => (count === 1 ? name : `${count} ${name}`));
    return { valid: false, reason: `found ${each.join(', ')}`, ...about };
  }
  if (isPartial) {
    const reason = `the time was up: checked up to operation ${checkedUpTo} of ${history.length}`;
    return { valid: 'unknown', reason, ...about };
  }
  if (answers === 0)
    return { valid: 'unknown', reason: nothingRead, provesNothing: true, ...about };
  return { valid: true, ...about };
}

const hasNoTime = ({ time, index }: Operation): boolean => time === index;

/** When, for people; formats without times have the position instead. `other` is told with it: the first line may just be at time 0. */
export const when = (op: Operation, other: Operation = op): string =>
  hasNoTime(op) && hasNoTime(other) ? `step ${op.index}` : `${(op.time / 1e6).toFixed(3)} ms`;
