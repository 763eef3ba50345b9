/**
 * Is every answer one to its question? A write that is told a number, a transaction whose answer has the steps of another: workloads say
 * so (see `notAnAnswer`), and take it for an unknown outcome, which explains everything. So it is judged here.
 */

import type { History } from '#src/history/operation';
import { pairs } from '#src/history/pairs';
import type { Checker, CheckResult } from './checker.ts';

/** How the error of such a completion begins. */
export const notAnAnswer = 'not an answer: ';

/** Anomalies that are shown; all are counted. */
const shownMax = 10;

function judge(history: History): CheckResult {
  const strange = pairs(history).filter(
    ({ completion }) =>
      completion !== undefined &&
      completion.type !== 'ok' &&
      completion.error?.startsWith(notAnAnswer) === true,
  );
  if (strange.length === 0) return { valid: true };
  return {
    valid: false,
    reason: `${strange.length} answers have nothing to do with what was asked`,
    anomalies: strange.slice(0, shownMax).map(({ invoke, completion }) => ({
      name: 'strange-answer',
      explanation: `${invoke.f} ${JSON.stringify(invoke.value) ?? ''} was answered with something that cannot be its answer: ${completion?.error?.slice(notAnAnswer.length) ?? ''}`,
      operations: [invoke, ...(completion === undefined ? [] : [completion])],
    })),
  };
}

/** Decides exactly: workloads know what an answer looks like. Takes time in line with the length of the history. */
export const answers = (): Checker => ({
  name: 'answers',
  summary: 'every answer is one to its question',
  check: ({ history }) => judge(history),
});
