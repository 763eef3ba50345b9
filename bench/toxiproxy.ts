/**
 * Embedded against real Toxiproxy without toxics: 200-byte ping-pong and bulk, over 1 and 20 connections, interleaved rounds
 * (A B B A ...) in one run, load from a process of its own. Prints the medians and a ratio per row; over 1 the embedded
 * server is the better one. The CPU rows hold on a busy machine too; they need Linux. `--rounds 9 --duration 500` (ms per measurement), `--json`.
 */

import { readFileSync } from 'node:fs';
import { availableParallelism, loadavg } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import { execa } from 'execa';
import { findRealServer, startToxiproxy } from '#src/cluster/toxiproxy/discover';
import { connectProxies } from '#src/cluster/toxiproxy/proxies';
import type { Toxiproxy } from '#src/cluster/toxiproxy/server';
import type { Job, Measured } from './toxiproxy/wire.ts';

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '9' },
    duration: { type: 'string', default: '500' },
    json: { type: 'boolean', default: false },
  },
});
const rounds = Number(values.rounds);
const durationMs = Number(values.duration);

interface Route {
  readonly name: string;
  readonly echo: number;
  readonly sink: number;
  /** The server's process; undefined for none. */
  readonly pid: number | undefined;
}

interface Sample {
  readonly measured: Measured;
  /** What the server used meanwhile, ms. */
  readonly cpuMs: number;
}

interface Figure {
  readonly row: string;
  readonly unit: string;
  readonly moreIsBetter: boolean;
  readonly of: (sample: Sample) => number;
}

const of =
  (pick: (m: Extract<Measured, { kind: 'ping' }>) => number) =>
  ({ measured }: Sample): number =>
    measured.kind === 'ping' ? pick(measured) : Number.NaN;

const perSecond = (m: Measured): number => (m.kind === 'ping' ? m.perSecond : m.mbPerSecond);

/** CPU time of the server for one round trip or one MB, us. */
const cpuUs = ({ measured, cpuMs }: Sample): number =>
  (cpuMs * 1000) / ((perSecond(measured) * durationMs) / 1000);

const tickMs = 10;

/** CPU time of a process so far, ms; NaN where that cannot be told. */
function cpuMsOf(pid: number | undefined): number {
  if (pid === undefined || process.platform !== 'linux') return Number.NaN;
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)?.split(' ') ?? [];
  return (Number(fields[11]) + Number(fields[12])) * tickMs;
}

const figures: Readonly<Record<Job['kind'], readonly Figure[]>> = {
  ping: [
    { row: 'ping-pong 200 B', unit: 'rt/s', moreIsBetter: true, of: of((m) => m.perSecond) },
    { row: 'ping-pong 200 B p50', unit: 'us', moreIsBetter: false, of: of((m) => m.p50Us) },
    { row: 'ping-pong 200 B p99', unit: 'us', moreIsBetter: false, of: of((m) => m.p99Us) },
    { row: 'ping-pong 200 B CPU/rt', unit: 'us', moreIsBetter: false, of: cpuUs },
  ],
  bulk: [
    {
      row: 'stream 64 KB',
      unit: 'MB/s',
      moreIsBetter: true,
      of: ({ measured }) => perSecond(measured),
    },
    { row: 'stream 64 KB CPU/MB', unit: 'us', moreIsBetter: false, of: cpuUs },
  ],
};

function median(numbers: readonly number[]): number {
  const sorted = numbers.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const high = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? high : ((sorted[middle - 1] ?? Number.NaN) + high) / 2;
}

/** The load generator as a function from job to measurement. */
async function startLoad() {
  const child = execa(process.execPath, [join(import.meta.dirname, 'toxiproxy', 'load.ts')], {
    stdin: 'pipe',
    stdout: 'pipe',
    stderr: 'inherit',
    buffer: false,
  });
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
  const next = async <T>(): Promise<T> => {
    const line = await lines.next();
    if (line.done === true) throw new Error('the load generator has gone');
    return JSON.parse(line.value) as T;
  };
  const ports = await next<{ echoPort: number; sinkPort: number }>();
  return {
    ports,
    measure: (job: Job) => {
      child.stdin.write(`${JSON.stringify(job)}\n`);
      return next<Measured>();
    },
    stop: async () => {
      child.stdin.end();
      await child;
    },
  };
}

async function routeThrough(
  server: Toxiproxy,
  ports: { echoPort: number; sinkPort: number },
): Promise<Route> {
  const proxies = connectProxies(server.url);
  const to = async (name: string, port: number) =>
    (await proxies.create(name, { host: '127.0.0.1', port })).listen.port;
  return {
    name: server.kind,
    echo: await to('echo', ports.echoPort),
    sink: await to('sink', ports.sinkPort),
    pid: server.pid,
  };
}

function report(samples: ReadonlyMap<string, readonly Sample[]>, real: boolean) {
  const rows = [];
  for (const kind of ['ping', 'bulk'] as const) {
    for (const connections of [1, 20]) {
      for (const figure of figures[kind]) {
        const value = (name: string) =>
          median((samples.get(`${kind}/${connections}/${name}`) ?? []).map(figure.of));
        const [direct, embedded, shopify] = [value('direct'), value('embedded'), value('real')];
        const ratio = figure.moreIsBetter ? embedded / shopify : shopify / embedded;
        rows.push({
          what: `${figure.row}, ${connections} conn`,
          unit: figure.unit,
          direct: Number.isNaN(direct) ? '-' : Math.round(direct),
          embedded: Math.round(embedded),
          real: real ? Math.round(shopify) : 'not found',
          ratio: real ? ratio.toFixed(2) : '-',
        });
      }
    }
  }
  return rows;
}

const cores = availableParallelism();
const loadBefore = loadavg()[0] ?? 0;
if (loadBefore > cores / 2)
  console.error(
    `The machine is busy (load ${loadBefore.toFixed(1)} on ${cores} cores): throughput and p99 will say more about that than about the servers.`,
  );
const load = await startLoad();
const realServer = findRealServer();
if (realServer === undefined)
  console.error('toxiproxy-server was not found: measuring the embedded server only, no ratio.');
{
  await using embedded = await startToxiproxy({ prefer: 'embedded' });
  await using real =
    realServer === undefined ? undefined : await startToxiproxy({ prefer: 'real', url: '' });
  const routes: Route[] = [
    { name: 'direct', echo: load.ports.echoPort, sink: load.ports.sinkPort, pid: undefined },
    await routeThrough(embedded, load.ports),
    ...(real === undefined ? [] : [await routeThrough(real, load.ports)]),
  ];
  const samples = new Map<string, Sample[]>();
  for (let round = 1; round <= rounds; round += 1) {
    for (const kind of ['ping', 'bulk'] as const) {
      for (const connections of [1, 20]) {
        // In turns, and turned round every time, so that a slow moment of the machine hits all alike.
        for (const route of round % 2 === 0 ? routes.toReversed() : routes) {
          const port = kind === 'ping' ? route.echo : route.sink;
          const before = cpuMsOf(route.pid);
          const measured = await load.measure({ kind, connections, port, durationMs });
          const key = `${kind}/${connections}/${route.name}`;
          samples.set(key, [
            ...(samples.get(key) ?? []),
            { measured, cpuMs: cpuMsOf(route.pid) - before },
          ]);
        }
      }
    }
    console.error(`round ${round} of ${rounds}`);
  }
  const rows = report(samples, real !== undefined);
  if (values.json) console.log(JSON.stringify({ rounds, durationMs, cores, loadBefore, rows }));
  else console.table(rows);
}
await load.stop();
