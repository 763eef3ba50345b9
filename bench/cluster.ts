/**
 * How fast a cluster of three node processes on loopback is, without proxies: puts and linearizable gets per second with
 * 1, 16 and 64 connections to the leader. `npm exec -- node bench/cluster.ts [seconds per figure]`
 */

import type { Call } from '#src/client/connection';
import { connect } from '#src/node/client';
import type { Address } from '#src/node/config';
import { Cluster } from '#test/node/support/cluster';

const seconds = Number(process.argv[2] ?? 3);
const value = 'x'.repeat(100);

async function measure(
  address: Address,
  connections: number,
  makeCall: (n: number) => Call,
): Promise<string> {
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
  const at = (q: number): string => (latencies[Math.floor(latencies.length * q)] ?? 0).toFixed(2);
  const rate = Math.round(latencies.length / seconds);
  return `${rate}/s, p50 ${at(0.5)} ms, p99 ${at(0.99)} ms${failed > 0 ? `, ${failed} failed` : ''}`;
}

await using cluster = await Cluster.start({ nodes: 3 });
const { node } = await cluster.leader();
const address = cluster.node(node).config.clientListen;
const key = (n: number): string => `k${n % 1000}`;
await measure(address, 16, (n) => ({ f: 'write', key: key(n), value }));
for (const connections of [1, 16, 64]) {
  const put = await measure(address, connections, (n) => ({ f: 'write', key: key(n), value }));
  const get = await measure(address, connections, (n) => ({ f: 'read', key: key(n) }));
  console.log(`${connections} connections: put ${put}; get ${get}`);
}
console.log(`leader: ${JSON.stringify((await cluster.status(node))?.counters)}`);
