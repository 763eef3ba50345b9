/**
 * Explanation by reduction: the smallest part of a violating history that still violates for the same reason, without running anything
 * again. What may be left out is decided per checker, so that leaving out is never the cause of the violation:
 *
 * - what changes nothing: if the history has an order that explains it, the rest of that order explains the rest;
 * - a change that nothing left in has observed: whoever looked while it was the latest is gone.
 *
 * So a rule names what each operation leaves in the state and what it observes of it, as tags: an operation may go only if nobody who stays
 * observes a tag that it leaves. What failed left nothing; but where somebody saw it, it is part of the proof and stays.
 */

import type { History, Operation } from '#src/history/operation';
import { type Pair, pairs } from '#src/history/pairs';
import type { Anomaly, CheckContext, Checker, CheckResult } from './checker.ts';
import { when } from './found.ts';

/** What an operation is to others, for one checker. Tags are texts such as `x=3`. */
export interface ReductionRule {
  readonly leaves: (pair: Pair) => readonly string[];
  readonly observes: (pair: Pair) => readonly string[];
}

/** All of it may take so long, ms, and a share of what the check had left. */
const reductionMsMax = 2000;
const reductionShare = 0.5;
/** More operations than this are counted and not told one by one. */
const toldMax = 12;

/** What is left, and the anomaly that it still shows. */
export interface Reduced {
  readonly history: History;
  readonly anomaly: Anomaly;
  /** Whether nothing more may go, or time was up before that was known. */
  readonly isSmallest: boolean;
}

class Reduction {
  readonly #checker: Checker;
  readonly #rule: ReductionRule;
  readonly #name: string;
  readonly #endMs: number;
  /** For each tag, who leaves it. */
  readonly #leavers = new Map<string, Pair[]>();

  constructor(
    checker: Checker,
    rule: ReductionRule,
    all: readonly Pair[],
    name: string,
    endMs: number,
  ) {
    this.#checker = checker;
    this.#rule = rule;
    this.#name = name;
    this.#endMs = endMs;
    for (const pair of all) {
      for (const tag of rule.leaves(pair)) {
        const leavers = this.#leavers.get(tag);
        if (leavers === undefined) this.#leavers.set(tag, [pair]);
        else leavers.push(pair);
      }
    }
  }

  get isLate(): boolean {
    return performance.now() >= this.#endMs;
  }

  /** With everybody who left something that these observe. */
  closed(wanted: Iterable<Pair>): readonly Pair[] {
    const kept = new Set(wanted);
    for (const pair of kept) {
      for (const tag of this.#rule.observes(pair)) {
        for (const leaver of this.#leavers.get(tag) ?? []) kept.add(leaver);
      }
    }
    return [...kept].sort((a, b) => a.invoke.index - b.invoke.index);
  }

  /** The anomaly of the same name that these alone show. */
  async shows(kept: readonly Pair[]): Promise<Anomaly | undefined> {
    const timeLimitMs = this.#endMs - performance.now();
    if (timeLimitMs <= 0) return undefined;
    const result = await this.#checker.check({ history: linesOf(kept), timeLimitMs });
    if (result.valid !== false) return undefined;
    return result.anomalies?.find(({ name }) => name === this.#name);
  }

  /** Leaves out halves, quarters, ... down to single operations, until a whole pass over single ones finds nothing. */
  async shrink(
    start: readonly Pair[],
    proof: Anomaly,
  ): Promise<readonly [readonly Pair[], Anomaly]> {
    let [kept, anomaly] = [start, proof];
    for (let size = Math.ceil(kept.length / 2); size >= 1 && !this.isLate; ) {
      const before = kept.length;
      for (let end = kept.length; end > 0 && !this.isLate; end -= size) {
        const leaving = new Set(kept.slice(Math.max(0, end - size), end));
        const rest = this.closed(kept.filter((pair) => !leaving.has(pair)));
        if (rest.length >= kept.length) continue;
        const shown = await this.shows(rest);
        if (shown !== undefined) [kept, anomaly] = [rest, shown];
      }
      if (size > 1) size = Math.floor(size / 2);
      else if (kept.length === before) break;
    }
    return [kept, anomaly];
  }
}

const linesOf = (kept: readonly Pair[]): Operation[] =>
  kept
    .flatMap(({ invoke, completion }) => [invoke, completion])
    .filter((op) => op !== undefined)
    .sort((a, b) => a.index - b.index);

interface Task {
  readonly checker: Checker;
  readonly rule: ReductionRule;
  readonly timeLimitMs: number;
}

/** The smallest part of the history that still shows an anomaly of this name, as far as time allows; undefined: none was found. */
export async function reduceHistory(
  history: History,
  anomaly: Anomaly,
  task: Task,
): Promise<Reduced | undefined> {
  const endMs = performance.now() + task.timeLimitMs;
  const { impossible } = anomaly;
  // What came after the impossible operation is mostly not needed.
  if (impossible !== undefined) {
    const beginning = history.filter(({ index }) => index <= impossible);
    const reduced = await reducePart(pairs(beginning), anomaly, task, endMs);
    if (reduced !== undefined) return reduced;
  }
  return reducePart(pairs(history), anomaly, task, endMs);
}

async function reducePart(
  all: readonly Pair[],
  anomaly: Anomaly,
  { checker, rule }: Task,
  endMs: number,
): Promise<Reduced | undefined> {
  const reduction = new Reduction(checker, rule, all, anomaly.name, endMs);
  // Mostly the anomaly names all that matters already.
  const named = new Set(anomaly.operations.map(({ index }) => index));
  const guess = reduction.closed(
    all.filter(
      ({ invoke, completion }) => named.has(invoke.index) || named.has(completion?.index ?? -1),
    ),
  );
  const guessed = await reduction.shows(guess);
  const proof = guessed ?? (await reduction.shows(all));
  if (proof === undefined) return undefined;
  const [kept, shown] = await reduction.shrink(guessed === undefined ? all : guess, proof);
  return { history: linesOf(kept), anomaly: shown, isSmallest: !reduction.isLate };
}

function line({ invoke, completion }: Pair): string {
  const { f, key, process } = invoke;
  const value = completion?.type === 'ok' ? completion.value : invoke.value;
  const what = [f, key, value === undefined ? undefined : JSON.stringify(value)].filter(
    (part) => part !== undefined,
  );
  const outcome =
    completion?.type === 'ok'
      ? `from ${when(invoke)} to ${when(completion)}`
      : completion?.type === 'fail'
        ? `failed at ${when(completion)}`
        : `from ${when(invoke)} on, outcome unknown`;
  return `  ${what.join(' ')} by process ${process}, ${outcome}`;
}

function inWords({ history, isSmallest }: Reduced, operations: number): string {
  const kept = pairs(history);
  const few = kept.slice(-toldMax).map(line);
  const more = kept.length > toldMax ? [`  ${kept.length - toldMax} earlier ones, and then`] : [];
  const claim = isSmallest
    ? 'and none of them may be left out'
    : 'as far as there was time to look';
  return [
    `Of the ${operations} operations these ${kept.length} alone show it, ${claim}:`,
    ...more,
    ...few,
  ].join('\n');
}

/** The same checker, which reduces the history to what shows its first anomaly, and tells of that in the explanation. */
export const explainedByReduction = (checker: Checker, rule: ReductionRule): Checker => ({
  ...checker,
  async check(context: CheckContext): Promise<CheckResult> {
    const startedMs = performance.now();
    const result = await checker.check(context);
    const [first, ...others] = result.anomalies ?? [];
    if (result.valid !== false || first === undefined) return result;
    const left = context.timeLimitMs - (performance.now() - startedMs);
    const timeLimitMs = Math.min(reductionMsMax, left * reductionShare);
    const reduced = await reduceHistory(context.history, first, { checker, rule, timeLimitMs });
    if (reduced === undefined) return result;
    const operations = pairs(context.history).length;
    const explanation = `${reduced.anomaly.explanation}\n${inWords(reduced, operations)}`;
    return {
      ...result,
      anomalies: [{ ...reduced.anomaly, explanation, operations: reduced.history }, ...others],
      reduced: {
        from: operations,
        to: pairs(reduced.history).length,
        isSmallest: reduced.isSmallest,
      },
    };
  },
});
