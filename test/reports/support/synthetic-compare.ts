/** A made-up comparison: the same made-up run again and again, the second system's a little slower. */

import type { ComparedRun, CompareReportData } from '#reports/compare-types';
import { headlines } from '#reports/compare-words';
import { attemptsOf } from '#src/metrics/attempts';
import { compareEpisodes } from '#src/metrics/compare';
import { type Episode, episodesOf } from '#src/metrics/episodes';
import { throughput } from '#src/metrics/throughput';
import { syntheticRun } from './synthetic.ts';

export interface SyntheticCompareOptions {
  readonly rounds?: number;
  readonly seconds?: number;
}

const systems = ['raft', 'paxos'] as const;

interface Made {
  readonly part: ComparedRun;
  readonly episodes: readonly Episode[];
}

function made(system: string, round: number, seconds: number): Made {
  const { history, leaderships, results } = syntheticRun({ seed: round, seconds });
  const slower = system === 'paxos' ? 1.5 : 1;
  const stretched = history.map((op) => ({ ...op, time: Math.round(op.time * slower) }));
  const faults = results.faults.map((fault) => ({
    ...fault,
    startMs: fault.startMs * slower,
    endMs: fault.endMs * slower,
  }));
  const ms = 1e6;
  const episodes = episodesOf({
    history: stretched,
    faults: faults.map((fault) => ({
      ...fault,
      startNs: fault.startMs * ms,
      endNs: fault.endMs * ms,
    })),
    workloadEndNs: seconds * slower * 1e9,
    leaderships,
    electionsNs: leaderships.map(({ startMs }) => startMs * ms),
    samples: [0, seconds * 1e9].map((timeNs, i) => ({
      timeNs,
      node: 'n1',
      pid: 1,
      counters: { messagesSent: i * 9000, bytesSent: i * 2e6, fsyncs: i * (2000 + round) },
    })),
  });
  return {
    episodes,
    part: {
      system,
      valid: true,
      exitCode: 0,
      reasons: [],
      report: `runs/round-${round}-${system}/2026-03-01/report.html`,
      throughput: throughput(attemptsOf(stretched), 250),
      faults,
      leaderships,
    },
  };
}

/** The same for the same options. */
export function syntheticCompare({
  rounds = 3,
  seconds = 12,
}: SyntheticCompareOptions = {}): CompareReportData {
  const all = Array.from({ length: rounds }, (_, i) =>
    systems.map((system) => made(system, i + 1, seconds)),
  );
  const table = compareEpisodes(
    Object.fromEntries(
      systems.map((system) => [
        system,
        all.flat().flatMap((run) => (run.part.system === system ? run.episodes : [])),
      ]),
    ),
  );
  return {
    version: 1,
    valid: true,
    systems,
    workload: 'register',
    claim: 'Each key behaves like one atomic register.',
    nodes: ['n1', 'n2', 'n3', 'n4', 'n5'],
    clients: 10,
    rate: 200,
    time: seconds,
    seed: 1,
    nemesis: ['kill', 'partition', 'pause'],
    startedAt: '2026-03-01T12:00:00.000Z',
    command: 'npx dissent compare raft paxos --seed 1',
    controls: { nodes: '5', heartbeatMs: '50', checkQuorum: 'true' },
    differences: { raft: { preVote: 'true' }, paxos: {} },
    headlines: headlines({ systems, rounds, time: seconds, table }),
    table,
    rounds: all.map((runs, i) => ({
      round: i + 1,
      seed: i + 1,
      runs: runs.map(({ part }) => part),
    })),
    durationMs: seconds * 1500,
  };
}
