/** Clusters of one node that runs a program which knows nothing of faults, and its clocks as seen by asking it. */

import { execFileSync } from 'node:child_process';
import { createConnection } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import type { NodeCommand } from '#src/cluster/node-process';
import {
  type NodeView,
  type Program,
  type RealCluster,
  startCluster,
} from '#src/cluster/real-world';

const view = z.object({
  role: z.string(),
  term: z.number(),
  wallMs: z.number(),
  monotonicMs: z.number(),
  sinceStartMs: z.number(),
  /** How often its monotonic clock was seen to go back. */
  backwards: z.number(),
});
export type ClockView = z.infer<typeof view>;

export const fixture = (name: string): string =>
  fileURLToPath(new URL(`../fixtures/clocks/${name}`, import.meta.url));

/** Connects, says something, and gives all that is answered. */
export async function say(port: number, what: string, timeoutMs: number): Promise<string> {
  const socket = createConnection({ host: '127.0.0.1', port });
  const timer = setTimeout(() => socket.destroy(new Error('no answer')), timeoutMs);
  try {
    if (what !== '') socket.write(what);
    return await text(socket);
  } finally {
    clearTimeout(timer);
    socket.destroy();
  }
}

/** A program that prints a ClockView on every connection. */
export const printing = (
  command: (port: number) => NodeCommand,
  clock: Program<ClockView>['clock'] = 'process',
): Program<ClockView> => ({
  command: async ({ clientListen }) => command(clientListen.port),
  probe: async ({ clientListen }, timeoutMs) =>
    view.parse(JSON.parse(await say(clientListen.port, '', timeoutMs))),
  clock,
});

export const startForeign = <View extends NodeView>(
  folder: string,
  program: Program<View>,
): Promise<RealCluster<View>> =>
  startCluster({
    nodes: ['n1'],
    program,
    folder,
    originNs: process.hrtime.bigint(),
    toxiproxy: 'embedded',
    signal: new AbortController().signal,
    seed: 1,
  });

const monotonicMs = (): number => Number(process.hrtime.bigint()) / 1e6;

/** One look at a program's clocks, at some moment between two readings of the machine's; ms. */
export interface Look {
  readonly seen: ClockView;
  /** Wall clock minus the machine's. */
  readonly aheadMs: number;
  readonly atMs: number;
  /** How far both may be off. */
  readonly widthMs: number;
}

/** Throws an Error when it does not answer, several times in a row. */
export async function look(cluster: RealCluster<ClockView>): Promise<Look> {
  for (let tries = 0; tries < 20; tries += 1) {
    const [from, fromWall] = [monotonicMs(), Date.now()];
    const seen = (await cluster.statuses()).get('n1');
    const [until, untilWall] = [monotonicMs(), Date.now()];
    if (seen === undefined) continue;
    return {
      seen,
      aheadMs: seen.wallMs - (fromWall + untilWall) / 2,
      atMs: (from + until) / 2,
      // A reading in whole ms, on both sides.
      widthMs: until - from + 2,
    };
  }
  throw new Error('the program does not answer');
}

/** Looks that are further apart than this many times as long as they took tell rates well enough. */
const apart = 8;

/** How fast its clocks run, from two looks; `near` says whether a rate can be it, for how long the looks took is known. */
export async function rates(cluster: RealCluster<ClockView>, waitMs = 300) {
  const first = await look(cluster);
  let second = first;
  // On a busy machine looks take long, and say less of when they were: then they have to lie further apart.
  do {
    await delay(waitMs);
    second = await look(cluster);
  } while (second.atMs - first.atMs < apart * (first.widthMs + second.widthMs));
  const elapsed = second.atMs - first.atMs;
  const wall = (second.seen.wallMs - first.seen.wallMs) / elapsed;
  const monotonic = (second.seen.monotonicMs - first.seen.monotonicMs) / elapsed;
  const slack = (first.widthMs + second.widthMs) / elapsed;
  const near = (rate: number): boolean =>
    Math.abs(wall - rate) <= slack * (1 + rate) && Math.abs(monotonic - rate) <= slack * (1 + rate);
  return { wall, monotonic, near, slack };
}

/** Whether the tool is there. */
export function has(tool: string, ...args: readonly string[]): boolean {
  try {
    execFileSync(tool, args, { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

/** The Go fixture as a program. */
export function buildGo(folder: string): string {
  const program = join(folder, 'clock');
  execFileSync('go', ['build', '-o', program, fixture('clock.go')], { stdio: 'pipe' });
  return program;
}
