/** The operations that prove an anomaly, joined with their other halves and made printable. */

import type { Anomaly, AnomalyCycle } from '#checkers/checker';
import type { Operation } from '#src/history/operation';
import type { Attempt } from '#src/metrics/attempts';
import { plain, shorten, show } from './text.ts';
import type { EvidenceOperation, ReportAnomaly } from './types.ts';

/** More operations than this explain nothing; those nearest to the impossible one are kept. */
const operationsMax = 60;

/** More than this is a wall, not an explanation. */
const explanationMax = 4000;

/** What was asked and, for a success that says more than the question, what was answered. */
export function describe({ invoke, completion, outcome }: Attempt): string {
  const parts = [invoke.key === undefined ? '' : show(invoke.key, 40).replace(/^"(.*)"$/, '$1')];
  const asked = invoke.value === null ? '' : show(invoke.value);
  if (asked !== '') parts.push(asked);
  if (outcome === 'ok' && completion?.value !== undefined) {
    const answered = show(completion.value);
    if (answered !== show(invoke.value) || invoke.value === null) parts.push(`→ ${answered}`);
  }
  return parts.filter((part) => part !== '').join(' ');
}

/** Attempts by the index of either half. */
export type AttemptIndex = ReadonlyMap<number, Attempt>;

/** Only of the operations that anomalies name: a map of a million entries for three of them would be a waste. */
export function indexAttempts(
  attempts: readonly Attempt[],
  anomalies: readonly Anomaly[],
): AttemptIndex {
  const wanted = new Set(anomalies.flatMap((one) => one.operations.map((op) => op.index)));
  const found = new Map<number, Attempt>();
  if (wanted.size === 0) return found;
  for (const attempt of attempts) {
    const { invoke, completion } = attempt;
    if (wanted.has(invoke.index)) found.set(invoke.index, attempt);
    if (completion !== undefined && wanted.has(completion.index))
      found.set(completion.index, attempt);
  }
  return found;
}

/** A line that belongs to no attempt (the nemesis's, or of another history) stands for itself. */
const alone = (op: Operation): Attempt => ({
  invoke: op,
  completion: op,
  outcome: op.type === 'invoke' ? 'info' : op.type,
});

/**
 * The one that fits nowhere: the one the checker names, else the success that completed last, because checkers read a history
 * forwards and stop at the first contradiction.
 */
function impossibleOf(anomaly: Anomaly, attempts: readonly Attempt[]): Attempt | undefined {
  const named = attempts.find(
    ({ invoke, completion }) =>
      anomaly.impossible !== undefined &&
      (invoke.index === anomaly.impossible || completion?.index === anomaly.impossible),
  );
  if (named !== undefined) return named;
  // In a circle each fits as little as any other.
  if (anomaly.cycle !== undefined) return undefined;
  const successes = attempts.filter((attempt) => attempt.outcome === 'ok');
  return successes.reduce<Attempt | undefined>(
    (last, one) => ((one.completion?.time ?? 0) > (last?.completion?.time ?? -1) ? one : last),
    undefined,
  );
}

function operationOf(attempt: Attempt, impossible: boolean): EvidenceOperation {
  const { invoke, completion, outcome } = attempt;
  const error = completion?.error;
  return {
    index: invoke.index,
    process: String(invoke.process),
    node: plain(invoke.node ?? completion?.node ?? ''),
    text: `${shorten(plain(invoke.f), 40)} ${describe(attempt)}`.trim(),
    outcome,
    ...(error === undefined ? {} : { error: shorten(plain(error), 200) }),
    startMs: invoke.time / 1e6,
    endMs: outcome === 'info' || completion === undefined ? null : completion.time / 1e6,
    impossible,
  };
}

/** The anomaly in the form that a report shows. */
export function reportAnomaly(
  checker: string,
  anomaly: Anomaly,
  byIndex: AttemptIndex,
): ReportAnomaly {
  const named = anomaly.operations.map((op) => byIndex.get(op.index) ?? alone(op));
  const attempts = [...new Map(named.map((one) => [one.invoke.index, one])).values()].sort(
    (a, b) => a.invoke.time - b.invoke.time || a.invoke.index - b.invoke.index,
  );
  const impossible = impossibleOf(anomaly, attempts);
  const centre = impossible?.invoke.time ?? 0;
  const near = new Set(
    [...attempts]
      .sort((a, b) => Math.abs(a.invoke.time - centre) - Math.abs(b.invoke.time - centre))
      .slice(0, operationsMax),
  );
  return {
    checker: plain(checker),
    name: plain(anomaly.name),
    // Line breaks may structure an explanation.
    explanation: shorten(anomaly.explanation.split('\n').map(plain).join('\n'), explanationMax),
    operations: attempts
      .filter((one) => near.has(one))
      .map((one) => operationOf(one, one === impossible)),
    left: attempts.length - near.size,
    ...(anomaly.cycle === undefined ? {} : { cycle: printable(anomaly.cycle) }),
  };
}

/** A transaction in a drawing; the whole is in the table. */
const drawnTextMax = 200;

const printable = ({ transactions, dependencies }: AnomalyCycle): AnomalyCycle => ({
  transactions: transactions.map((one) => ({
    ...one,
    name: plain(one.name),
    text: shorten(plain(one.text), drawnTextMax),
  })),
  dependencies: dependencies.map((one) => ({
    ...one,
    label: shorten(plain(one.label), drawnTextMax),
  })),
});
