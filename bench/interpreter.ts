/**
 * How many operations per second the interpreter can do and record, with a client that does nothing: it answers after one turn of
 * the event loop (setImmediate), as a real one would after its socket became readable. One operation = two lines of history.jsonl.
 *
 *     npm run bench:interpreter [-- operations]
 */

import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  clients,
  type Generator,
  independentKeys,
  lift,
  limit,
  mix,
  numbered,
  timeLimit,
} from '#src/generator/index';
import type { Completion, Invocation } from '#src/history/operation';
import { stream } from '#src/random/random';
import { type Client, interpret } from '#src/run/interpreter';
import { RealTimeline } from '#src/run/real-timeline';
import { fileRecorder } from '#src/run/recorder';

/** Recorded operations per second that are wanted at every concurrency. */
const target = 300_000;
const operations = Number(process.argv[2] ?? 1_000_000);
const concurrencies = (process.argv[3] ?? '10,100,1000').split(',').map(Number);
const only = process.argv[4];

const ok = { type: 'ok' } as const;

/** Answers everything that was asked in one turn in the next. */
class IdleClient implements Client {
  invoke(op: Invocation): Promise<Completion> {
    return new Promise((resolve) => {
      setImmediate(resolve, op.f === 'read' ? { type: 'ok', value: 1 } : ok);
    });
  }

  close(): void {}
}

const read = () => ({ f: 'read', key: 'k', value: null });
const write = numbered((n) => ({ f: 'write', value: n }));
const cas = numbered((n) => ({ f: 'cas', value: [n, n + 1] }));

const generators: Readonly<Record<string, (concurrency: number) => Generator>> = {
  /** One function: the cost of the interpreter itself. */
  plain: () => limit(operations, read),
  /** What a real run does, without a rate: reads, writes and cas on fresh keys, two hundred operations each, for a time. */
  'mix over independent keys': (concurrency) =>
    clients(
      timeLimit(
        3_600_000,
        limit(
          operations,
          independentKeys({
            threadsPerKey: Math.min(concurrency, 10),
            each: () =>
              limit(
                200,
                mix(
                  lift(() => ({ f: 'read', value: null })),
                  write,
                  cas,
                ),
              ),
          }),
        ),
      ),
    ),
};

async function measure(name: string, concurrency: number, folder: string): Promise<number> {
  const file = join(folder, `${concurrency}-${name.replaceAll(' ', '-')}.jsonl`);
  const generator = (generators[name] as (concurrency: number) => Generator)(concurrency);
  const recorder = fileRecorder(file);
  using timeline = new RealTimeline();
  const client = new IdleClient();
  const startedNs = timeline.nowNs();
  const startedCpu = process.threadCpuUsage();
  await interpret({
    generator,
    concurrency,
    random: stream(1, 'bench'),
    timeline,
    recorder,
    open: () => client,
  });
  await recorder.close();
  const wroteNs = timeline.nowNs() - startedNs;
  const { user, system } = process.threadCpuUsage(startedCpu);
  const perSecond = (operations / wroteNs) * 1e9;
  const megabytes = statSync(file).size / 1e6;
  console.log(
    [
      name.padEnd(26),
      `${concurrency}`.padStart(11),
      Math.round(perSecond).toLocaleString('en').padStart(12),
      `${(((user + system) * 1000) / operations).toFixed(0)} ns`.padStart(14),
      `${megabytes.toFixed(0)} MB`.padStart(9),
      perSecond >= target ? '  reached' : '  MISSED',
    ].join(''),
  );
  rmSync(file);
  return perSecond;
}

const folder = mkdtempSync(join(tmpdir(), 'dissent-bench-'));
try {
  console.log(
    `${operations.toLocaleString('en')} operations per line; client: one setImmediate turn; target ${target.toLocaleString('en')} recorded ops/s`,
  );
  console.log('generator                 concurrency   recorded/s   main CPU/op     file  target');
  let missed = 0;
  for (const name of Object.keys(generators)) {
    for (const concurrency of concurrencies) {
      if (only !== undefined && name !== only) continue;
      if ((await measure(name, concurrency, folder)) < target) missed += 1;
    }
  }
  process.exitCode = missed === 0 ? 0 : 1;
} finally {
  rmSync(folder, { recursive: true });
}
