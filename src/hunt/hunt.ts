/**
 * Many seeds over worker threads. Each seed draws a whole test (`swarm.ts`), which is run in the simulated world and judged; a
 * failure is shrunk by the worker that found it, written as a repro file, and the hunt goes on with the other workers meanwhile.
 */

import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { renderSpaceTime } from '#reports/space-time';
import { BadInput, HarnessFailure } from '../errors.ts';
import type { Attempt, Found, HuntAnswer, HuntJob } from './jobs.ts';
import { Pool } from './pool.ts';
import { pageOf, replayCommand, serializeRepro } from './repro.ts';
import type { HuntSubject } from './subject.ts';
import { drawTest } from './swarm.ts';
import {
  added,
  askedOf,
  type HuntFailure,
  type HuntResult,
  interruptedOf,
  undecidedOf,
  verdictOf,
  zeros,
} from './tally.ts';

export interface HuntOptions extends HuntSubject {
  /** The first seed. */
  readonly seed: number;
  /** Seeds to try, of all shards together; left out: as many as there is time for. */
  readonly runs?: number;
  /** Seconds; no new seed is begun afterwards. Left out: as long as it takes. */
  readonly timeBudgetSeconds?: number;
  readonly workers: number;
  /** This hunt takes every `of`th seed, beginning with the `index`th (from 1). */
  readonly shard: { readonly index: number; readonly of: number };
  /** No new seed is begun after so many failures. */
  readonly failuresMax: number;
  /** How long a failure may be shrunk, ms. */
  readonly shrinkBudgetMs: number;
  /** The folder that repro files are written into. */
  readonly out: string;
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: HuntProgress) => void;
}

export interface HuntProgress {
  readonly runs: number;
  readonly seconds: number;
  readonly virtualSeconds: number;
  readonly undecided: number;
  readonly failures: number;
  /** Failures that are being shrunk now. */
  readonly shrinking: number;
  /** Runs of smaller tests; only where each takes so long that one wants to know. */
  readonly tried?: number;
  /** Coverage counters that were reached, and how many there are. */
  readonly reached: number;
  readonly counters: number;
}

/** How many seeds a worker gets at once: enough that asking costs nothing. */
const seedsPerJob = 4;

/**
 * Throws BadInput when neither `runs` nor `timeBudgetSeconds` bounds the hunt or the subject cannot be hunted, and HarnessFailure
 * when a worker fails. Aborting ends it with what there is.
 */
export async function hunt(options: HuntOptions): Promise<HuntResult> {
  if (options.runs === undefined && options.timeBudgetSeconds === undefined) {
    throw new BadInput('a hunt needs an end: give --runs, --time-budget, or both');
  }
  const { system, systemOptions, workload, nemesis } = options;
  const subject: HuntSubject = { system, systemOptions, workload, nemesis };
  // What cannot be hunted is refused here: in a worker it would look like a failure of the harness.
  drawTest(subject, options.seed);
  const program = new URL('./worker.ts', import.meta.url);
  await using pool = new Pool<HuntJob, HuntAnswer>(program, options.workers, subject);
  const state = new Hunt(options, pool);
  await Promise.all(Array.from({ length: options.workers }, () => state.work()));
  return state.result();
}

class Hunt {
  readonly #options: HuntOptions;
  readonly #pool: Pool<HuntJob, HuntAnswer>;
  readonly #startedMs = performance.now();
  #given = 0;
  #runs = 0;
  readonly #undecided: { readonly seed: number; readonly reason: string }[] = [];
  #idle = 0;
  #shrinking = 0;
  #virtualSeconds = 0;
  #coverage: Record<string, number> = {};
  #found = 0;
  readonly #failures: HuntFailure[] = [];

  constructor(options: HuntOptions, pool: Pool<HuntJob, HuntAnswer>) {
    this.#options = options;
    this.#pool = pool;
  }

  /** One worker's day: seeds, and what they found, until there is nothing more to do. */
  async work(): Promise<void> {
    for (let seeds = this.#nextSeeds(); seeds.length > 0; seeds = this.#nextSeeds()) {
      const attempts = await this.#pool.run({ kind: 'attempt', seeds });
      if (!isAttempts(attempts)) throw somethingElse();
      for (const attempt of attempts) await this.#take(attempt);
      this.#options.onProgress?.(this.#progress());
    }
  }

  result(): HuntResult {
    const { system, seed, shard, signal } = this.#options;
    const interrupted = interruptedOf(signal?.aborted);
    const seconds = this.#seconds();
    const undecided = this.#undecided.length;
    const counts = { runs: this.#runs, undecided, idle: this.#idle, failures: this.#failures };
    return {
      valid: verdictOf({ ...counts, ...interrupted }),
      system,
      seed,
      shard,
      asked: askedOf(this.#options),
      ...interrupted,
      ...counts,
      ...undecidedOf(this.#undecided),
      seconds,
      seedsPerSecond: seconds === 0 ? 0 : this.#runs / seconds,
      virtualSeconds: this.#virtualSeconds,
      coverage: this.#coverage,
      neverReached: zeros(this.#coverage),
    };
  }

  #nextSeeds(): number[] {
    const { seed, runs, shard, signal, failuresMax, timeBudgetSeconds } = this.#options;
    const isOver =
      signal?.aborted === true ||
      this.#found >= failuresMax ||
      (timeBudgetSeconds !== undefined && this.#seconds() >= timeBudgetSeconds);
    if (isOver) return [];
    const seeds: number[] = [];
    while (seeds.length < seedsPerJob) {
      // The shards of a hunt take turns, so that together they try the same seeds as one hunt would.
      const offset = this.#given * shard.of + shard.index - 1;
      if (runs !== undefined && offset >= runs) break;
      seeds.push(seed + offset);
      this.#given += 1;
    }
    return seeds;
  }

  async #take(attempt: Attempt): Promise<void> {
    this.#runs += 1;
    this.#virtualSeconds += attempt.virtualSeconds;
    this.#coverage = added(this.#coverage, attempt.coverage);
    const { verdict } = attempt;
    if (verdict.kind === 'idle') this.#idle += 1;
    if (verdict.kind === 'undecided') {
      this.#undecided.push({ seed: attempt.seed, reason: verdict.reason });
    }
    if (verdict.kind !== 'failed' || this.#found >= this.#options.failuresMax) return;
    this.#found += 1;
    this.#shrinking += 1;
    this.#options.onProgress?.(this.#progress());
    const { shrinkBudgetMs: budgetMs } = this.#options;
    const found = await this.#pool.run({ kind: 'shrink', seed: attempt.seed, budgetMs });
    if (isAttempts(found) || 'picture' in found) throw somethingElse();
    this.#failures.push(await this.#keep(attempt.seed, found));
    this.#shrinking -= 1;
  }

  async #keep(seed: number, { repro, seconds }: Found): Promise<HuntFailure> {
    const { out, system } = this.#options;
    const path = join(out, `${system}-${seed}.repro.json`);
    mkdirSync(out, { recursive: true });
    writeFileSync(path, serializeRepro(repro));
    const { by, name, explanation } = repro.failure;
    // The repro is on disk before its page is made: whatever may be wrong with the page, what was found is not lost.
    const explained = await this.#pool.run({ kind: 'explain', repro });
    if (isAttempts(explained) || !('picture' in explained)) throw somethingElse();
    const page = pageOf(path);
    writeFileSync(page, renderSpaceTime(explained.picture, replayCommand(path)));
    return {
      seed,
      by,
      invariant: name,
      explanation,
      faults: repro.spec.schedule.length,
      operations: repro.operations,
      repro: path,
      page,
      shrinkSeconds: seconds,
    };
  }

  #seconds(): number {
    return (performance.now() - this.#startedMs) / 1000;
  }

  #progress(): HuntProgress {
    const counters = Object.values(this.#coverage);
    return {
      runs: this.#runs,
      seconds: this.#seconds(),
      virtualSeconds: this.#virtualSeconds,
      undecided: this.#undecided.length,
      failures: this.#found,
      shrinking: this.#shrinking,
      reached: counters.filter((count) => count > 0).length,
      counters: counters.length,
    };
  }
}

const somethingElse = (): HarnessFailure => new HarnessFailure('a worker answered something else');

const isAttempts = (answer: HuntAnswer): answer is readonly Attempt[] => Array.isArray(answer);
