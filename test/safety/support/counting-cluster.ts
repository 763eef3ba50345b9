/** Clusters of counting nodes, in a temporary folder. */

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createConnection } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import {
  type ClusterOptions,
  type Program,
  type RealCluster,
  startCluster,
} from '#src/cluster/real-world';

const view = z.object({
  role: z.enum(['leader', 'follower']),
  term: z.number(),
  startedAt: z.number(),
  sent: z.record(z.string(), z.number()),
  received: z.record(z.string(), z.array(z.number())),
  /** Of each number that was received, how long it was on its way, in ms. */
  delays: z.record(z.string(), z.array(z.number())),
  /** How often bytes of a peer ended in the middle of a line. */
  torn: z.record(z.string(), z.number()),
  /** How often a connection to a peer was made. */
  dials: z.record(z.string(), z.number()),
});
export type CountingView = z.infer<typeof view>;

const fixture = fileURLToPath(new URL('../fixtures/counting-node.ts', import.meta.url));

async function ask(port: number, timeoutMs: number): Promise<CountingView> {
  const socket = createConnection({ host: '127.0.0.1', port });
  const timer = setTimeout(() => socket.destroy(new Error('no answer')), timeoutMs);
  try {
    return view.parse(JSON.parse(await text(socket)));
  } finally {
    clearTimeout(timer);
    socket.destroy();
  }
}

/** n1 says that it leads. */
export const countingProgram: Program<CountingView> = {
  async command(plan) {
    const { node, peerListen, clientListen, peers } = plan;
    const file = join(plan.folder, 'config.json');
    const config = { self: node, leads: node === 'n1', peerListen, clientListen, peers };
    await writeFile(file, JSON.stringify(config));
    return { file: process.execPath, args: [fixture, file] };
  },
  probe: (plan, timeoutMs) => ask(plan.clientListen.port, timeoutMs),
};

export type CountingCluster = RealCluster<CountingView>;

/** A temporary folder that is gone at the end. */
export async function temporaryFolder(): Promise<AsyncDisposable & { readonly path: string }> {
  const path = await mkdtemp(join(tmpdir(), 'dissent-cluster-'));
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) };
}

export const startCounting = (
  folder: string,
  options: Partial<ClusterOptions<CountingView>> = {},
): Promise<CountingCluster> =>
  startCluster({
    nodes: ['n1', 'n2', 'n3'],
    program: countingProgram,
    folder,
    originNs: process.hrtime.bigint(),
    toxiproxy: 'embedded',
    signal: new AbortController().signal,
    seed: 1,
    ...options,
  });

/** How long to wait for what has to come: only what never comes takes this long. */
export const patienceMs = 45_000;

/** Waits for something that has to come; fails by throwing what it was waiting for. */
export async function until<T>(
  what: string,
  look: () => Promise<T | undefined | false>,
  withinMs = patienceMs,
): Promise<T> {
  const deadline = performance.now() + withinMs;
  for (;;) {
    const seen = await look();
    if (seen !== undefined && seen !== false) return seen;
    if (performance.now() > deadline) throw new Error(`never seen: ${what}`);
    await delay(10);
  }
}
