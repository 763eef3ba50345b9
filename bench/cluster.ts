/**
 * How fast clusters of three node processes on loopback are, without proxies: Raft and Multi-Paxos on equal settings, puts and
 * linearizable gets per second with 1, 16 and 64 connections to the leader, rounds interleaved.
 * `npm run bench:cluster [-- seconds per figure] [rounds]`
 */

import type { Call } from '#src/client/connection';
import { connect } from '#src/node/client';
import type { Address } from '#src/node/config';
import { Cluster } from '#test/node/support/cluster';

const seconds = Number(process.argv[2] ?? 2);
const rounds = Number(process.argv[3] ?? 3);
const value = 'x'.repeat(100);
const algorithms = ['raft', 'paxos'] as const;
const connectionCounts = [1, 16, 64] as const;

interface Figure {
  readonly perSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly failed: number;
}

async function measure(
  address: Address,
  connections: number,
  makeCall: (n: number) => Call,
): Promise<Figure> {
  const latencies: number[] = [];
  let failed = 0;
  const endMs = performance.now() + seconds * 1000;
  const worker = async (worker: number): Promise<void> => {
    const connection = connect(address);
    for (let n = 0; performance.now() < endMs; n += 1) {
      const startMs = performance.now();
      const outcome = await connection.call(makeCall(worker * 7919 + n), 5000);
      if (outcome.kind === 'ok') latencies.push(performance.now() - startMs);
      else failed += 1;
    }
    connection.close();
  };
  await Promise.all(Array.from({ length: connections }, (_, i) => worker(i)));
  latencies.sort((a, b) => a - b);
  const at = (q: number): number => latencies[Math.floor(latencies.length * q)] ?? 0;
  return { perSecond: latencies.length / seconds, p50Ms: at(0.5), p99Ms: at(0.99), failed };
}

const key = (n: number): string => `k${n % 1000}`;
const calls: Readonly<Record<string, (n: number) => Call>> = {
  put: (n) => ({ f: 'write', key: key(n), value }),
  get: (n) => ({ f: 'read', key: key(n) }),
};

const figures = new Map<string, Figure[]>();
for (let round = 0; round < rounds; round += 1) {
  for (const algorithm of algorithms) {
    await using cluster = await Cluster.start({ nodes: 3, algorithm });
    const { node } = await cluster.leader();
    const address = cluster.node(node).config.clientListen;
    await measure(address, 16, calls['put'] as (n: number) => Call);
    for (const connections of connectionCounts) {
      for (const [name, call] of Object.entries(calls)) {
        const row = `${name} ${connections} ${algorithm}`;
        const figure = await measure(address, connections, call);
        figures.set(row, [...(figures.get(row) ?? []), figure]);
      }
    }
  }
}

/** The round with the median rate. */
function middle(row: string): Figure {
  const sorted = (figures.get(row) ?? []).toSorted((a, b) => a.perSecond - b.perSecond);
  const found = sorted[sorted.length >> 1];
  if (found === undefined) throw new RangeError(`no figure for ${row}`);
  return found;
}

const show = ({ perSecond, p50Ms, p99Ms, failed }: Figure): string =>
  `${Math.round(perSecond)}/s (p50 ${p50Ms.toFixed(2)} ms, p99 ${p99Ms.toFixed(2)} ms${failed > 0 ? `, ${failed} failed` : ''})`;

for (const connections of connectionCounts) {
  for (const name of Object.keys(calls)) {
    const [raft, paxos] = algorithms.map((algorithm) =>
      middle(`${name} ${connections} ${algorithm}`),
    );
    if (raft === undefined || paxos === undefined) continue;
    const ratio = (paxos.perSecond / raft.perSecond).toFixed(2);
    console.log(
      `${name}, ${connections} connections: raft ${show(raft)}, paxos ${show(paxos)}, paxos/raft ${ratio}`,
    );
  }
}
