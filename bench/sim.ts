/**
 * How fast the simulated world is: `npm run bench:sim`, or `node bench/sim.ts [--profile]`.
 *
 *     steady   virtual seconds per CPU second, 5 nodes at 100 operations/s without faults, tracing off
 *     short    whole short tests per CPU second: 3 nodes, 7 s, about 100 operations, partitions, kills and pauses
 *
 * CPU time of the process, all its threads included (the garbage collector's too); each figure is the best of several rounds,
 * because a machine that does other things as well makes everything slower, and the median beside it. With --profile, the functions that took longest.
 */

import { Session } from 'node:inspector/promises';
import { buildSpec, type TestRequest } from '../src/run/build-spec.ts';
import { simulate } from '../src/run/simulate.ts';

/** Code is compiled for good only after the first dozen; a hunt goes on for minutes. */
const rounds = 30;
const goals = { steady: 1_000, short: 50 } as const;

const cpuSeconds = (): number => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
};

const sim = { world: 'sim', trace: false } as const;

interface Figure {
  readonly best: number;
  readonly median: number;
}

function figure(values: readonly number[]): Figure {
  const sorted = values.toSorted((a, b) => a - b);
  return { best: sorted.at(-1) ?? 0, median: sorted[sorted.length >> 1] ?? 0 };
}

async function steady(system: string): Promise<Figure> {
  const request: TestRequest = { ...sim, system, nodes: 5, clients: 10, rate: 100, time: 200 };
  const spec = buildSpec(request, 7);
  const values: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const start = cpuSeconds();
    const { endNs, history } = await simulate(spec);
    if (history.length < 35_000) throw new Error(`only ${history.length} lines of history`);
    values.push(endNs / 1e9 / (cpuSeconds() - start));
  }
  return figure(values);
}

async function short(system: string): Promise<Figure> {
  const perRound = 100;
  const values: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const start = cpuSeconds();
    for (let seed = 0; seed < perRound; seed += 1) {
      const nemesis = ['partition', 'kill', 'pause'];
      const request = { ...sim, system, nemesis, nodes: 3, clients: 3, rate: 15, time: 7 };
      const { brokenNodes } = await simulate(buildSpec(request, seed));
      if (brokenNodes.length > 0) throw new Error(`seed ${seed}: ${brokenNodes[0]?.error}`);
    }
    values.push(perRound / (cpuSeconds() - start));
  }
  return figure(values);
}

/** Where the time went, by function, without what they called. */
async function profiled(work: () => Promise<unknown>): Promise<string[]> {
  const session = new Session();
  session.connect();
  await session.post('Profiler.enable');
  await session.post('Profiler.start');
  await work();
  const { profile } = await session.post('Profiler.stop');
  session.disconnect();
  const selfMs = new Map<string, number>();
  const names = new Map(
    profile.nodes.map(({ id, callFrame }) => [
      id,
      `${callFrame.functionName} ${callFrame.url.split('/').slice(-2).join('/')}:${callFrame.lineNumber + 1}`,
    ]),
  );
  const { samples = [], timeDeltas = [] } = profile;
  samples.forEach((id, index) => {
    const name = names.get(id) ?? '';
    selfMs.set(name, (selfMs.get(name) ?? 0) + (timeDeltas[index] ?? 0) / 1000);
  });
  return [...selfMs]
    .sort(([, a], [, b]) => b - a)
    .slice(0, 15)
    .map(([name, ms]) => `  ${ms.toFixed(0).padStart(6)} ms  ${name}`);
}

const words = (name: string, { best, median }: Figure, unit: string, goal: number): string =>
  `${name.padEnd(14)} ${best.toFixed(0).padStart(6)} ${unit} (median ${median.toFixed(0)}; goal ${goal}, ratio ${(best / goal).toFixed(2)})\n`;

for (const system of ['raft', 'paxos']) {
  process.stdout.write(
    words(`steady ${system}`, await steady(system), 'virtual s per CPU s', goals.steady),
  );
  process.stdout.write(
    words(`short ${system}`, await short(system), 'seeds per CPU s', goals.short),
  );
}
if (process.argv.includes('--profile')) {
  const lines = await profiled(() => steady('raft'));
  process.stdout.write(`where the time goes (steady raft, self time):\n${lines.join('\n')}\n`);
}
