/**
 * The long comparison: random small histories against the definition of linearizability, and the methods without search
 * against the search, over threads. Exits with 1 on the first disagreement and prints the smallest history that shows it.
 *
 *     node tools/oracle.ts [--runs 1000000] [--fast-runs 100000] [--seed N] [--workers K] [--only SUBJECT]
 */

import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { isMainThread, parentPort, Worker } from 'node:worker_threads';
import {
  type Campaign,
  type CampaignKind,
  type CampaignResult,
  type Counts,
  campaign,
} from '../test/oracle/campaign.ts';
import { fastSubjects, subjects, walkSubjects } from '../test/oracle/subjects.ts';

/** Histories that a thread gets at a time. */
const chunkRuns = 5000;
const progressEveryMs = 2000;

interface Plan {
  readonly runs: number;
  readonly fastRuns: number;
  readonly seed: number;
  readonly workers: number;
  readonly only: string | undefined;
}

function count(name: string, text: string, least: number): number {
  const value = Number(text);
  if (Number.isSafeInteger(value) && value >= least) return value;
  throw new RangeError(`--${name} ${text}: allowed: an integer, at least ${least}`);
}

function plan(): Plan {
  const { values } = parseArgs({
    options: {
      runs: { type: 'string', default: '1000000' },
      'fast-runs': { type: 'string', default: '100000' },
      seed: { type: 'string', default: String(Math.floor(performance.timeOrigin) % 1_000_000) },
      workers: { type: 'string', default: String(availableParallelism()) },
      only: { type: 'string' },
    },
  });
  if (values.only !== undefined && !subjects.has(values.only)) {
    throw new RangeError(`--only ${values.only}: allowed: ${[...subjects.keys()].join('; ')}`);
  }
  return {
    runs: count('runs', values.runs, 0),
    fastRuns: count('fast-runs', values['fast-runs'], 0),
    seed: count('seed', values.seed, 0),
    workers: count('workers', values.workers, 1),
    only: values.only,
  };
}

/** What is to be done, in pieces. */
function* chunks({ runs, fastRuns, seed, only }: Plan): Generator<Campaign> {
  const kinds: readonly [CampaignKind, readonly string[], number][] = [
    ['definition', [...subjects.keys()], runs],
    ['fast', fastSubjects, fastRuns],
    ['walk', walkSubjects, fastRuns],
  ];
  for (const [kind, names, total] of kinds) {
    for (const subject of names) {
      if (only !== undefined && only !== subject) continue;
      for (let from = 0; from < total; from += chunkRuns) {
        yield { kind, subject, seed, from, to: Math.min(total, from + chunkRuns) };
      }
    }
  }
}

interface Answer {
  readonly chunk: Campaign;
  readonly result: CampaignResult;
}

const titles: Readonly<Record<CampaignKind, string>> = {
  definition: 'against the definition',
  fast: 'without search against the search',
  walk: 'a walk against the search',
};

class Run {
  readonly #plan: Plan;
  readonly #chunks: Iterator<Campaign>;
  readonly #totals = new Map<string, Counts>();
  #reportedMs = 0;

  constructor(what: Plan) {
    this.#plan = what;
    this.#chunks = chunks(what);
  }

  /** True if there was no disagreement. */
  async go(): Promise<boolean> {
    const threads = Array.from(
      { length: this.#plan.workers },
      () => new Worker(new URL(import.meta.url)),
    );
    try {
      const verdicts = await Promise.all(threads.map((thread) => this.#feed(thread)));
      return verdicts.every(Boolean);
    } finally {
      await Promise.all(threads.map((thread) => thread.terminate()));
    }
  }

  report(): void {
    for (const [name, { ok, illegal, unsuited }] of this.#totals) {
      const left = unsuited > 0 ? `, left to the search ${unsuited}` : '';
      process.stdout.write(`${name}: ok ${ok}, illegal ${illegal}${left}\n`);
    }
  }

  /** Gives a thread one chunk after the other, until there are none or something is wrong. */
  #feed(thread: Worker): Promise<boolean> {
    return new Promise((resolve, reject) => {
      const next = (): void => {
        const chunk = this.#chunks.next();
        if (chunk.done === true) resolve(true);
        else thread.postMessage(chunk.value);
      };
      thread.on('error', reject);
      thread.on('message', (answer: Answer) => {
        if (this.#isFine(answer)) next();
        else {
          this.#chunks.return?.();
          resolve(false);
        }
      });
      next();
    });
  }

  #isFine({ chunk, result }: Answer): boolean {
    const { kind, subject, seed, to } = chunk;
    const name = `${titles[kind]}: ${subject}`;
    const total = this.#totals.get(name) ?? { ok: 0, illegal: 0, unsuited: 0 };
    for (const one of ['ok', 'illegal', 'unsuited'] as const) total[one] += result.counts[one];
    this.#totals.set(name, total);
    const { failure } = result;
    if (failure !== undefined) {
      process.stdout.write(
        `DISAGREEMENT ${name}, seed ${seed}, history ${failure.run}: ${failure.message}\n${failure.history}\n`,
      );
      return false;
    }
    if (performance.now() - this.#reportedMs > progressEveryMs) {
      this.#reportedMs = performance.now();
      process.stderr.write(`${name}: ${to}\n`);
    }
    return true;
  }
}

async function main(): Promise<void> {
  const what = plan();
  process.stdout.write(
    `seed ${what.seed}, ${what.runs} histories each, ${what.fastRuns} each for the methods without search, ${what.workers} threads\n`,
  );
  const run = new Run(what);
  const isFine = await run.go();
  run.report();
  process.stdout.write(
    isFine
      ? `no disagreement, ${Math.round(performance.now() / 1000)} s\n`
      : `repeat: --seed ${what.seed}\n`,
  );
  process.exitCode = isFine ? 0 : 1;
}

if (isMainThread) {
  await main();
} else {
  parentPort?.on('message', (chunk: Campaign) => {
    parentPort?.postMessage({ chunk, result: campaign(chunk) } satisfies Answer);
  });
}
