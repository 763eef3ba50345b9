/** Report data out of the pieces of a run folder. */

import type { CheckResult } from '#checkers/checker';
import type { History } from '#src/history/operation';
import { type Attempt, attemptsOf } from '#src/metrics/attempts';
import { niceBinMs, throughput } from '#src/metrics/throughput';
import type { Leadership } from '#src/metrics/types';
import { columnsOf } from './columns.ts';
import { indexAttempts, reportAnomaly } from './evidence.ts';
import type { Results } from './results.ts';
import { plain, shorten, show } from './text.ts';
import type { CheckerSummary, ReportAnomaly, ReportData, TestFacts } from './types.ts';
import { verdictOf } from './verdict.ts';

/** Bars in the throughput chart at most. */
const binsMax = 240;

/** Anomalies shown; a broken system can have thousands that all say the same. */
const anomaliesMax = 20;

export interface RunPieces {
  readonly results: Results;
  readonly test: TestFacts;
  readonly history: History;
  readonly leaderships: readonly Leadership[];
  /** When the workload ended and the final operations began, ms. Left out: the end of the history. */
  readonly workloadEndMs?: number;
  readonly controls?: Readonly<Record<string, string | number | boolean>>;
}

/** A detail of a checker; a flat object reads `a 1, b 2`. */
function detail(value: unknown): string {
  const isFlat =
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    Object.values(value).every((one) => typeof one !== 'object');
  if (!isFlat) return show(value, 200);
  const parts = Object.entries(value).map(([name, one]) => `${plain(name)} ${show(one)}`);
  return shorten(parts.join(', '), 200);
}

function summaryOf(name: string, result: CheckResult): CheckerSummary {
  const { valid, reason, anomalies, ...details } = result;
  return {
    name: plain(name),
    valid,
    ...(reason === undefined ? {} : { reason: shorten(plain(reason), 1000) }),
    details: [
      ...Object.entries(details).map(([key, value]) => [plain(key), detail(value)] as const),
      ...(anomalies === undefined ? [] : [['anomalies', String(anomalies.length)] as const]),
    ],
  };
}

function anomaliesOf(results: Results, history: ReturnType<typeof attemptsOf>): ReportAnomaly[] {
  const all = Object.entries(results.checkers)
    // The checkers that found a violation first: theirs is what a reader looks for.
    .sort(([, a], [, b]) => Number(a.valid !== false) - Number(b.valid !== false))
    .flatMap(([checker, result]) =>
      (result.anomalies ?? []).map((anomaly) => ({ checker, anomaly })),
    )
    .slice(0, anomaliesMax);
  const byIndex = indexAttempts(
    history,
    all.map(({ anomaly }) => anomaly),
  );
  return all.map(({ checker, anomaly }) => reportAnomaly(checker, anomaly, byIndex));
}

/** The last thing that happened, ms. */
function endMs(pieces: RunPieces): number {
  const times = [
    (pieces.history.at(-1)?.time ?? 0) / 1e6,
    ...pieces.results.faults.map((fault) => fault.endMs),
    ...pieces.leaderships.map((one) => one.endMs),
    pieces.workloadEndMs ?? 0,
  ];
  return times.reduce((a, b) => Math.max(a, b), 1);
}

/** The final operations come all at once and as fast as they can: their rate says nothing. */
const duringWorkload = (
  attempts: readonly Attempt[],
  { workloadEndMs }: RunPieces,
): readonly Attempt[] =>
  workloadEndMs === undefined
    ? attempts
    : attempts.filter(({ invoke }) => invoke.time < workloadEndMs * 1e6);

/** Linear in the history. Everything that may come from a history is made printable on the way. */
export function reportData(pieces: RunPieces): ReportData {
  const { results, test, history, leaderships } = pieces;
  const attempts = attemptsOf(history);
  const { checkers, ...rest } = results;
  const durationMs = endMs(pieces);
  return {
    version: 1,
    verdict: verdictOf(results),
    results: rest,
    test,
    controls: Object.fromEntries(
      Object.entries(pieces.controls ?? {}).map(([name, value]) => [name, String(value)]),
    ),
    checkers: Object.entries(checkers).map(([name, result]) => summaryOf(name, result)),
    anomalies: anomaliesOf(results, attempts),
    leaderships,
    throughput: throughput(duringWorkload(attempts, pieces), niceBinMs(durationMs, binsMax)),
    durationMs,
    workloadEndMs: pieces.workloadEndMs ?? durationMs,
    operations: columnsOf(attempts),
  };
}
