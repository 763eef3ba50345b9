/**
 * Explanation by reduction: the smallest part of a violating history that still violates for the same reason, without running anything
 * again. What may be left out is decided per checker, so that leaving out is never the cause of the violation:
 *
 * - what changes nothing: if the history has an order that explains it, the rest of that order explains the rest;
 * - a change that nothing left in has observed: whoever looked while it was the latest is gone;
 * - what a transaction observed: if an order explains its answer, it also explains that there was one.
 *
 * So a rule names what each operation leaves in the state and what it observes of it, as tags: an operation may go only if nobody who stays
 * observes a tag that it leaves. What failed left nothing; but where somebody saw it, it is part of the proof and stays.
 */

import type { History } from '#src/history/operation';
import { type Pair, pairs } from '#src/history/pairs';
import type { CheckContext, Checker, CheckResult } from './checker.ts';
import { when } from './found.ts';
import { type Reduced, type ReductionRule, reduceHistory } from './reduction.ts';

/** All of it may take so long, ms, and a share of what the check had left. */
const reductionMsMax = 2000;
const reductionShare = 0.5;
/** More operations than this are counted and not told one by one. */
const toldMax = 12;
/** Where time was up with more than this, the anomaly as it was found says more. */
const leftMax = 100;

/** `isWhole`: with its answer, as it is in the history. */
function line({ invoke, completion }: Pair, isWhole: boolean): string {
  const { f, key, process } = invoke;
  const answer = completion?.type === 'ok' ? completion.value : undefined;
  const value = answer === undefined ? invoke.value : answer;
  const what = [f, key, value === undefined ? undefined : JSON.stringify(value)].filter(
    (part) => part !== undefined,
  );
  const outcome =
    completion?.type === 'ok'
      ? `from ${when(invoke, completion)} to ${when(completion, invoke)}${isWhole ? '' : ', whatever it read'}`
      : completion?.type === 'fail'
        ? `failed at ${when(completion)}`
        : `from ${when(invoke)} on, outcome unknown`;
  return `  ${what.join(' ')} by process ${process}, ${outcome}`;
}

function inWords({ history, isSmallest }: Reduced, all: History): string {
  const kept = pairs(history);
  const lines = new Set(all);
  const isWhole = ({ completion }: Pair) => completion === undefined || lines.has(completion);
  const few = kept.slice(-toldMax).map((pair) => line(pair, isWhole(pair)));
  const more = kept.length > toldMax ? [`  ${kept.length - toldMax} earlier ones, and then`] : [];
  const claim = isSmallest
    ? 'and none of them may be left out'
    : 'as far as there was time to look';
  return [
    `Of the ${pairs(all).length} operations these ${kept.length} alone show it, ${claim}:`,
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
    const isSmall = reduced && (reduced.isSmallest || pairs(reduced.history).length <= leftMax);
    if (reduced === undefined || !isSmall) return result;
    const operations = pairs(context.history).length;
    const explanation = `${reduced.anomaly.explanation}\n${inWords(reduced, context.history)}`;
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
