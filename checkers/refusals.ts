/**
 * Refusals are answers too: a compare-and-set that is told that another value was there, an acquire that is told that somebody has the
 * lock. Searches leave out what did not happen, so a system that refuses for no reason would pass for a good one.
 *
 *     write 3     |----|                                  from the end of the write on the value was 3 for certain, until
 *     cas 3 -> 4          |------| another value there    somebody else may have written: this refusal is wrong
 *     write 5                         |-----|
 *
 * Only what is certain counts: everything else that may have changed the object was over before, or began after the refusal. So this is
 * a necessary condition; it takes n log n.
 */

import type { Key } from '#src/history/operation';
import type { Pair } from '#src/history/pairs';
import type { Checker } from './checker.ts';
import { identity } from './identity.ts';
import { endOf, Findings, ofKey, proven } from './objects/findings.ts';
import { judgeObjects, type ObjectJudge, type ObjectsOptions } from './objects/judge.ts';
import type { Budget } from './transactions/budget.ts';

interface Tally {
  refused: number;
  /** Of these, the ones that had to be, or may have had to. */
  explained: number;
}

const never = Number.POSITIVE_INFINITY;

/** Workloads say so where a condition did not hold; any other failure says nothing about the object. */
const isRefusal = ({ completion }: Pair): boolean =>
  completion?.type === 'fail' && completion.error?.startsWith('precondition') === true;

const mayHaveHappened = ({ completion }: Pair): boolean => completion?.type !== 'fail';

/** Those called before a position, in the order of their calls. */
function calledBefore(operations: readonly Pair[], position: number): number {
  let low = 0;
  let high = operations.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((operations[middle] as Pair).invoke.index < position) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** `latest[i]`: the largest position of the first i. */
function runningMax(positions: readonly number[]): number[] {
  const latest = [-1];
  for (const position of positions) latest.push(Math.max(latest.at(-1) ?? -1, position));
  return latest;
}

/** What a write or a compare-and-set leaves there. */
const writtenBy = ({ invoke: { f, value } }: Pair): unknown =>
  f === 'cas' && Array.isArray(value) ? (value as readonly unknown[])[1] : value;

const expectedBy = ({ invoke: { value } }: Pair): unknown =>
  Array.isArray(value) ? (value as readonly unknown[])[0] : value;

class RefusalJudge implements ObjectJudge<Tally> {
  readonly bytesPerLine = 150;
  readonly tally: Tally = { refused: 0, explained: 0 };
  readonly #initial: unknown;

  constructor(initial: unknown) {
    this.#initial = initial;
  }

  judge(
    key: Key | undefined,
    operations: readonly Pair[],
    findings: Findings,
    budget: Budget,
  ): void {
    budget.step(operations.length);
    const refused = operations.filter(isRefusal);
    const swaps = refused.filter(({ invoke }) => invoke.f === 'cas');
    const acquires = refused.filter(({ invoke }) => invoke.f === 'acquire');
    this.tally.refused += swaps.length + acquires.length;
    this.tally.explained += swaps.length + acquires.length;
    if (swaps.length > 0) this.#swaps(key, operations, swaps, findings);
    if (acquires.length > 0) this.#acquires(key, operations, acquires, findings);
  }

  /** Whoever wrote last, alone and in time, wrote what was expected. */
  #swaps(
    key: Key | undefined,
    operations: readonly Pair[],
    refused: readonly Pair[],
    findings: Findings,
  ): void {
    const updates = operations.filter(
      (pair) => ['write', 'cas'].includes(pair.invoke.f) && mayHaveHappened(pair),
    );
    const over = runningMax(updates.map(endOf));
    for (const refusal of refused) {
      const count = calledBefore(updates, refusal.completion?.index ?? -1);
      const last = updates[count - 1];
      if (last === undefined) {
        if (
          this.#initial !== undefined &&
          identity(this.#initial) === identity(expectedBy(refusal))
        ) {
          this.#wrong(
            findings,
            'refused-swap',
            `A compare-and-set${ofKey(key)} was told that another value was there, but what it expected is there at first, and nobody wrote until it was over.`,
            [refusal],
          );
        }
        continue;
      }
      if (endOf(last) > refusal.invoke.index) continue;
      if ((over[count - 1] ?? never) > last.invoke.index) continue;
      if (identity(writtenBy(last)) !== identity(expectedBy(refusal))) continue;
      this.#wrong(
        findings,
        'refused-swap',
        `A compare-and-set${ofKey(key)} was told that another value was there, but what it expected had been written, and nobody else wrote until it was over.`,
        [last, refusal],
      );
    }
  }

  /** Everybody who may ever have had the lock had given it back. A lock is free at first. */
  #acquires(
    key: Key | undefined,
    operations: readonly Pair[],
    refused: readonly Pair[],
    findings: Findings,
  ): void {
    const released = new Map<unknown, Pair>();
    for (const pair of operations) {
      const { invoke, completion } = pair;
      if (invoke.f !== 'release' || completion?.type !== 'ok' || completion.value === false)
        continue;
      const before = released.get(invoke.value);
      if (before === undefined || endOf(pair) < endOf(before)) released.set(invoke.value, pair);
    }
    const grants = operations.filter(
      (pair) => pair.invoke.f === 'acquire' && mayHaveHappened(pair),
    );
    const releaseOf = ({ completion }: Pair): Pair | undefined =>
      completion?.type === 'ok' ? released.get(completion.value) : undefined;
    const free = runningMax(
      grants.map((grant) => {
        const release = releaseOf(grant);
        return release === undefined ? never : endOf(release);
      }),
    );
    for (const refusal of refused) {
      const count = calledBefore(grants, refusal.completion?.index ?? -1);
      if ((free[count] ?? never) > refusal.invoke.index) continue;
      const last = grants[count - 1];
      const shown = last === undefined ? [] : [last, releaseOf(last)];
      this.#wrong(
        findings,
        'refused-acquire',
        `An acquire${ofKey(key)} was told that somebody has the lock, but everybody who ever had it had given it back, and nobody else asked for it.`,
        [...shown.filter((pair) => pair !== undefined), refusal],
      );
    }
  }

  #wrong(findings: Findings, name: string, sentence: string, involved: readonly Pair[]): void {
    this.tally.explained -= 1;
    findings.add(name, () => proven(sentence, involved, involved.at(-1)));
  }

  /** That nobody was ever refused is no reason to doubt. */
  tooLittle(): undefined {
    return undefined;
  }

  details() {
    return { ...this.tally };
  }
}

export interface RefusalsOptions extends ObjectsOptions {
  /** What registers hold before anybody wrote; left out: that is not known. */
  readonly initial?: unknown;
}

/** A necessary condition for histories with `cas` and `acquire` whose refusals end as `fail` with an error that begins with `precondition`. */
export const refusals = ({ initial, ...options }: RefusalsOptions = {}): Checker => ({
  name: 'refusals',
  summary: 'refused compare-and-sets and acquires: was there a reason for each?',
  check: (context) => judgeObjects(context, new RefusalJudge(initial), new Findings(), options),
});
