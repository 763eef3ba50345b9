/** What the compared figures are called, what they mean and how they are written, for people. */

import type { EpisodeMetric } from './episodes.ts';

type Unit = 'ms' | 'share' | 'count' | 'bytes';

export interface MetricWords {
  readonly name: string;
  /** What it is, in one line. */
  readonly definition: string;
  readonly unit: Unit;
  /** What the better one of two is. */
  readonly better: 'higher' | 'shorter' | 'fewer' | 'lower';
  /** What a missing value stands for, where that is a finding of its own. */
  readonly absent?: string;
}

const latency = (quantile: 'median' | 'p99', when: string, definition: string): MetricWords => ({
  name: `latency ${when}, ${quantile}`,
  definition: `${quantile === 'median' ? 'Half' : '99 %'} of the operations that succeeded took at most this long, from asking to the answer; of those asked ${definition}.`,
  unit: 'ms',
  better: 'shorter',
});

const success = (when: string, definition: string): MetricWords => ({
  name: `success rate ${when}`,
  definition: `Share of the operations that succeeded; of those asked ${definition}.`,
  unit: 'share',
  better: 'higher',
});

const before = 'between the healing of the fault before (or the start) and the start of this one';
const during = 'while the fault was in effect';
const after = 'between its healing and the next fault, or the end';

export const metricWords: Readonly<Record<EpisodeMetric, MetricWords>> = {
  availability: {
    name: 'availability',
    definition:
      'Share of all windows of 100 ms in which at least one operation succeeded, from the start of the fault to the next one.',
    unit: 'share',
    better: 'higher',
  },
  lostMs: {
    name: 'time lost',
    definition:
      'All windows of 100 ms without any success together, from the start of the fault to the next one.',
    unit: 'ms',
    better: 'shorter',
  },
  longestOutageMs: {
    name: 'longest outage',
    definition: 'Longest time without any success, from the start of the fault to the next one.',
    unit: 'ms',
    better: 'shorter',
  },
  detectionMs: {
    name: 'detection gap',
    definition:
      'From the start of the fault until a node sought leadership, pre-votes included. None where nobody did before the next fault.',
    unit: 'ms',
    better: 'shorter',
  },
  timeToFirstOkMs: {
    name: 'time to first success',
    definition:
      'From the start of the fault until the first success of an operation asked after that start.',
    unit: 'ms',
    better: 'shorter',
    absent: 'not before the next fault',
  },
  recoveryMs: {
    name: 'recovery',
    definition:
      'From the healing of the fault until every node that clients talk to had served an operation asked after the healing.',
    unit: 'ms',
    better: 'shorter',
    absent: 'not before the next fault',
  },
  degradedMs: {
    name: 'degraded tail',
    definition:
      'From the healing of the fault until ten operations in a row succeeded at a median latency within 1.5 times of before; the slowest kind of operation counts.',
    unit: 'ms',
    better: 'shorter',
    absent: 'not before the next fault',
  },
  catchUpMs: {
    name: 'catch-up',
    definition:
      'From the healing of the fault until every node that it hit knew all that was committed at the healing; nodes are looked at every quarter of a second.',
    unit: 'ms',
    better: 'shorter',
    absent: 'not before the next fault',
  },
  successBefore: success('before', before),
  successDuring: success('during', during),
  successAfter: success('after', after),
  latencyBeforeP50Ms: latency('median', 'before', before),
  latencyBeforeP99Ms: latency('p99', 'before', before),
  latencyDuringP50Ms: latency('median', 'during', during),
  latencyDuringP99Ms: latency('p99', 'during', during),
  latencyAfterP50Ms: latency('median', 'after', after),
  latencyAfterP99Ms: latency('p99', 'after', after),
  elections: {
    name: 'elections',
    definition: 'How often a node asked the others to make it leader, successful or not.',
    unit: 'count',
    better: 'fewer',
  },
  leaderChanges: {
    name: 'leader changes',
    definition: 'How often a node began to lead; the first leader of the run is not counted.',
    unit: 'count',
    better: 'fewer',
  },
  messagesPerOp: {
    name: 'messages per operation',
    definition:
      'Messages that the nodes sent to each other, heartbeats included, for each operation that succeeded.',
    unit: 'count',
    better: 'fewer',
  },
  bytesPerOp: {
    name: 'bytes per operation',
    definition: 'Bytes that the nodes sent to each other, for each operation that succeeded.',
    unit: 'bytes',
    better: 'fewer',
  },
  fsyncsPerOp: {
    name: 'fsyncs per operation',
    definition:
      'How often all nodes together forced their logs to disk, for each operation that succeeded.',
    unit: 'count',
    better: 'fewer',
  },
};

/** Three significant digits, never an exponent, and whole numbers stay whole. */
const significant = (value: number): string =>
  Math.abs(value) >= 99.95 ? String(Math.round(value)) : String(Number(value.toPrecision(3)));

function time(ms: number): string {
  if (ms === 0) return '0 ms';
  if (ms < 0.9995) return `${Math.round(ms * 1000)} µs`;
  return ms < 999.5 ? `${significant(ms)} ms` : `${significant(ms / 1000)} s`;
}

/** 1 is 100 %; anything below it never rounds up to that. */
const percent = (share: number): string =>
  share === 1 ? '100 %' : `${(Math.floor(share * 1000) / 10).toFixed(1)} %`;

/** A value with its unit: `430 ms`, `98.2 %`, `2.1 kB`. What did not come to pass is `not seen`. */
export function inWords(metric: EpisodeMetric, value: number): string {
  if (value === Infinity) return 'not seen';
  switch (metricWords[metric].unit) {
    case 'ms':
      return time(value);
    case 'share':
      return percent(value);
    case 'bytes':
      return value < 999.5 ? `${Math.round(value)} B` : `${significant(value / 1000)} kB`;
    case 'count':
      return significant(value);
  }
}
