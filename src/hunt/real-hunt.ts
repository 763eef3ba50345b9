/**
 * A hunt on real processes: one cluster after the other, never two at once. Each seed draws a short test (`real-draw.ts`), which is run
 * and judged from its run folder; a failure is shrunk by running smaller tests a few times each.
 */

import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { BadInput } from '../errors.ts';
import type { HuntOptions } from './hunt.ts';
import { drawRealTest } from './real-draw.ts';
import { findReal } from './real-find.ts';
import { discard, judgeReal, type RealJudged, type RealOptions } from './real-judge.ts';
import { type Repro, serializeRepro } from './repro.ts';
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

export interface RealHuntOptions extends Omit<HuntOptions, 'workers'> {
  /** How often a smaller test is run before it counts as one that passes. At least 1. */
  readonly runsPerCandidate: number;
  /** URL of a running Toxiproxy, or which kind to start. */
  readonly toxiproxy: string;
}

/**
 * Throws BadInput when neither `runs` nor `timeBudgetSeconds` bounds the hunt, and HarnessFailure when the harness fails. Aborting
 * ends it with what there is. Run folders of runs that failed stay, below `out`/runs.
 */
export async function huntReal(options: RealHuntOptions): Promise<HuntResult> {
  if (options.runs === undefined && options.timeBudgetSeconds === undefined) {
    throw new BadInput('a hunt needs an end: give --runs, --time-budget, or both');
  }
  const hunt = new RealHunt(options);
  await hunt.work();
  return hunt.result();
}

class RealHunt {
  readonly #options: RealHuntOptions;
  readonly #running: RealOptions;
  readonly #startedMs = performance.now();
  #runs = 0;
  readonly #undecided: { readonly seed: number; readonly reason: string }[] = [];
  #idle = 0;
  #shrinking = 0;
  #coverage: Record<string, number> = {};
  readonly #failures: HuntFailure[] = [];

  constructor(options: RealHuntOptions) {
    this.#options = options;
    const { out, toxiproxy, signal } = options;
    this.#running = { store: join(out, 'runs'), toxiproxy, signal };
  }

  async work(): Promise<void> {
    try {
      for (let seed = this.#nextSeed(); seed !== undefined; seed = this.#nextSeed()) {
        await this.#attempt(seed);
        this.#tell();
      }
    } finally {
      // The newest run may be one of those that are gone.
      rmSync(join(this.#running.store, 'latest'), { force: true });
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
      world: 'real',
      system,
      seed,
      shard,
      asked: askedOf(this.#options),
      ...interrupted,
      ...counts,
      ...undecidedOf(this.#undecided),
      seconds,
      seedsPerSecond: seconds === 0 ? 0 : this.#runs / seconds,
      virtualSeconds: 0,
      coverage: this.#coverage,
      neverReached: zeros(this.#coverage),
    };
  }

  #nextSeed(): number | undefined {
    const { seed, runs, shard, signal, failuresMax, timeBudgetSeconds } = this.#options;
    const offset = this.#runs * shard.of + shard.index - 1;
    const isOver =
      signal?.aborted === true ||
      this.#failures.length >= failuresMax ||
      (runs !== undefined && offset >= runs) ||
      (timeBudgetSeconds !== undefined && this.#seconds() >= timeBudgetSeconds);
    return isOver ? undefined : seed + offset;
  }

  async #attempt(seed: number): Promise<void> {
    const spec = drawRealTest(this.#options, seed);
    const judged = await judgeReal(spec, this.#running);
    // Interrupted: what there is of it is no verdict.
    if (judged === undefined) return;
    const { verdict } = judged;
    if (this.#options.signal?.aborted === true && verdict.kind !== 'failed') {
      discard(judged);
      return;
    }
    this.#runs += 1;
    this.#coverage = added(this.#coverage, reachedIn(judged));
    if (verdict.kind === 'idle') this.#idle += 1;
    if (verdict.kind === 'undecided') this.#undecided.push({ seed, reason: verdict.reason });
    if (verdict.kind !== 'failed') {
      discard(judged);
      return;
    }
    this.#shrinking = 1;
    this.#tell();
    const startedMs = performance.now();
    const { runsPerCandidate, shrinkBudgetMs: budgetMs } = this.#options;
    const onRun = (tried: number): void => this.#tell(tried);
    const failed = { spec, judged };
    const shrinking = { ...this.#running, runsPerCandidate, budgetMs, onRun };
    const repro = await findReal(failed, shrinking);
    this.#shrinking = 0;
    this.#failures.push(this.#keep(seed, repro, (performance.now() - startedMs) / 1000));
  }

  #keep(seed: number, repro: Repro, shrinkSeconds: number): HuntFailure {
    const { out, system } = this.#options;
    const path = join(out, `${system}-real-${seed}.repro.json`);
    mkdirSync(out, { recursive: true });
    writeFileSync(path, serializeRepro(repro));
    const { by, name, explanation } = repro.failure;
    return {
      seed,
      by,
      invariant: name,
      explanation,
      faults: repro.spec.schedule.length,
      operations: repro.operations,
      repro: path,
      shrinkSeconds,
    };
  }

  #seconds(): number {
    return (performance.now() - this.#startedMs) / 1000;
  }

  #tell(tried?: number): void {
    const counters = Object.values(this.#coverage);
    this.#options.onProgress?.({
      runs: this.#runs,
      seconds: this.#seconds(),
      virtualSeconds: 0,
      undecided: this.#undecided.length,
      failures: this.#failures.length + this.#shrinking,
      shrinking: this.#shrinking,
      ...(tried === undefined ? {} : { tried }),
      reached: counters.filter((count) => count > 0).length,
      counters: counters.length,
    });
  }
}

/** Which corners of the protocol the nodes' traces show, and which faults took effect. */
function reachedIn({ results }: RealJudged): Record<string, number> {
  const reached: Record<string, number> = {};
  const corners = results.checkers['invariants']?.['corners'];
  if (typeof corners === 'object' && corners !== null) {
    for (const [name, count] of Object.entries(corners)) reached[name] = Number(count);
  }
  for (const { kind, outcome } of results.faults) {
    const name = `fault ${kind}`;
    reached[name] = (reached[name] ?? 0) + (outcome.kind === 'installed' ? 1 : 0);
  }
  return reached;
}
