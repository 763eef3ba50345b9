/**
 * From a test that fails to the few faults and operations that matter. fast-check proposes the parts to leave out; whether what
 * is left still fails, and for the same reason, is for the caller to say. Nothing is assumed of the test but that it can be run.
 *
 *     a run that ends sooner, whole stretches of faults and operations: what is left is run in a fraction of the time
 *     faults and operations: sub-lists of what there was   ->   then: fewer nodes, shorter faults, a shorter run
 *     again from the start, as long as that leaves out more
 */

import fc from 'fast-check';
import type { ScriptedOperation } from '../generator/script.ts';
import type { TestSpec } from '../run/spec.ts';
import type { ScheduleEntry } from '../schedule/schedule.ts';
import { namedNodes } from '../schedule/targets.ts';
import { leaveOutStretches } from './stretches.ts';

/** A test whose operations are all written down. */
export type ScriptedTest = TestSpec & { readonly operations: ScriptedOperation[] };

export interface ShrinkOptions {
  /** Whether the test still fails for the same reason. Asked once per candidate. */
  readonly fails: (test: ScriptedTest) => Promise<boolean>;
  /** Past it the best so far is given, ms. */
  readonly budgetMs: number;
  /** A monotonic clock, ms. */
  readonly nowMs: () => number;
  /** How many seeds a candidate may try: other delays may show in a smaller test what these do not. At least 1. */
  readonly seeds: number;
  /** When the failure had shown itself, ms after the start of the workload, where that is known. */
  readonly shownMs?: number;
  readonly onProgress?: (best: ScriptedTest, tried: number) => void;
}

export interface Shrunk {
  readonly test: ScriptedTest;
  /** Candidates that were run. */
  readonly tried: number;
  /** Whether nothing more could be left out, or the budget was used up. */
  readonly ended: 'minimal' | 'budget';
}

/** The smallest test found that still fails. `test` itself must fail: it is not run again. */
export async function shrink(test: ScriptedTest, options: ShrinkOptions): Promise<Shrunk> {
  const shrinker = new Shrinker(test, options);
  await shrinker.run();
  return { test: shrinker.best, tried: shrinker.tried, ended: shrinker.ended };
}

/** How much a person has to read. Faults weigh more than operations, operations more than their times. */
export const sizeOf = ({ schedule, operations, nodes, clients }: ScriptedTest): number =>
  4 * schedule.length + operations.length + nodes + clients;

/** What the second pass may change besides leaving out. */
interface Frame {
  readonly timeMs: number;
  /** How long each fault lasts, ms. */
  readonly lengths: readonly number[];
}

class Shrinker {
  best: ScriptedTest;
  tried = 0;
  ended: Shrunk['ended'] = 'minimal';
  readonly #options: ShrinkOptions;
  readonly #deadlineMs: number;
  readonly #known = new Map<string, ScriptedTest | undefined>();

  constructor(test: ScriptedTest, options: ShrinkOptions) {
    this.best = test;
    this.#options = options;
    this.#deadlineMs = options.nowMs() + options.budgetMs;
  }

  async run(): Promise<void> {
    await this.#endSooner();
    await this.#leaveOutStretches();
    for (let before = Number.POSITIVE_INFINITY; sizeOf(this.best) < before; ) {
      before = sizeOf(this.best);
      await this.#leaveOutFaults();
      await this.#leaveOutOperations();
      await this.#leaveOutNodes();
      await this.#leaveOutClients();
      if (this.#isOver()) return;
    }
    await this.#beginSooner();
    await this.#shorten();
  }

  /** First of all: what costs time in a run is how long it is. */
  async #endSooner(): Promise<void> {
    const { time } = this.best;
    const { shownMs } = this.#options;
    const ends = shownMs === undefined ? [] : [shownMs + 1];
    for (const ms of [...ends, ...[0.25, 0.5, 0.75].map((share) => share * time * 1000)]) {
      const timeMs = Math.max(100, Math.ceil(ms));
      if (timeMs >= time * 1000 || this.#isOver()) continue;
      const isBefore = ({ at }: { readonly at: number }): boolean => at < timeMs;
      const { schedule, operations } = this.best;
      const sooner = {
        ...this.best,
        time: timeMs / 1000,
        schedule: schedule.filter(isBefore),
        operations: operations.filter(isBefore),
      };
      if (await this.#keeps(sooner)) return;
    }
  }

  async #leaveOutStretches(): Promise<void> {
    const without = <Part extends Partial<ScriptedTest>>(part: Part): Promise<boolean> =>
      this.#isOver() ? Promise.resolve(false) : this.#keeps({ ...this.best, ...part });
    await leaveOutStretches(this.best.operations, (operations) => without({ operations }));
    await leaveOutStretches(this.best.schedule, (schedule) => without({ schedule }));
  }

  /** Whether the candidate fails; then it is the best. */
  async #keeps(candidate: ScriptedTest): Promise<boolean> {
    const failing = await this.#failing(candidate);
    if (failing === undefined) return false;
    this.best = failing;
    this.#options.onProgress?.(failing, this.tried);
    return true;
  }

  /** All or none first: many violations need no fault at all, and many a single one. */
  async #leaveOutFaults(): Promise<void> {
    const { schedule } = this.best;
    await this.#try(fc.subarray(schedule), schedule, (kept) => ({ ...this.best, schedule: kept }));
  }

  async #leaveOutOperations(): Promise<void> {
    const { operations } = this.best;
    await this.#try(fc.subarray(operations), operations, (kept) => ({
      ...this.best,
      operations: kept,
    }));
  }

  async #leaveOutNodes(): Promise<void> {
    const { nodes } = this.best;
    const needed = Math.max(3, ...this.best.schedule.map(highestNode));
    if (needed >= nodes) return;
    await this.#try(fc.integer({ min: needed, max: nodes }), nodes, (kept) => ({
      ...this.best,
      nodes: kept,
    }));
  }

  /** Clients who do nothing still read at the end. */
  async #leaveOutClients(): Promise<void> {
    const { clients, operations } = this.best;
    const needed = Math.max(1, ...operations.map(({ thread }) => thread + 1));
    if (needed < clients) {
      const bounds = { min: needed, max: clients };
      await this.#try(fc.integer(bounds), clients, (kept) => ({ ...this.best, clients: kept }));
    }
    // Threads in between have nothing to do either; others may do their work, though at other nodes.
    const busy = [...new Set(this.best.operations.map(({ thread }) => thread))].toSorted(
      (a, b) => a - b,
    );
    if (busy.length === 0 || busy.length >= this.best.clients) return;
    const renamed: ScriptedTest = {
      ...this.best,
      clients: busy.length,
      operations: this.best.operations.map((one) => ({ ...one, thread: busy.indexOf(one.thread) })),
    };
    await this.#try(fc.boolean(), true, (kept) => (kept ? this.best : renamed));
  }

  /** Nothing happens before the first thing that matters. */
  async #beginSooner(): Promise<void> {
    const { schedule, operations, time } = this.best;
    const firstMs = Math.floor(Math.min(...[...schedule, ...operations].map(({ at }) => at)));
    if (!Number.isFinite(firstMs) || firstMs < 1) return;
    const keep = fc.integer({ min: 0, max: firstMs });
    await this.#try(keep, firstMs, (kept) => {
      const sooner = firstMs - kept;
      return {
        ...this.best,
        time: Math.max(0.1, time - sooner / 1000),
        schedule: schedule.map((entry) => ({ ...entry, at: entry.at - sooner })),
        operations: operations.map((one) => ({ ...one, at: one.at - sooner })),
      };
    });
  }

  /** Shorter faults and a shorter run: easier to read, and quicker to replay. */
  async #shorten(): Promise<void> {
    const { schedule, time } = this.best;
    const start: Frame = {
      timeMs: Math.ceil(time * 1000),
      lengths: schedule.map((entry) => Math.ceil(entry.for)),
    };
    const arbitrary = fc.record({
      timeMs: fc.integer({ min: Math.min(start.timeMs, lastMs(this.best)), max: start.timeMs }),
      lengths: fc.tuple(...start.lengths.map((max) => fc.integer({ min: Math.min(max, 50), max }))),
    });
    await this.#try<Frame>(arbitrary, start, ({ timeMs, lengths }) => ({
      ...this.best,
      time: timeMs / 1000,
      schedule: schedule.map((entry, i) => ({ ...entry, for: lengths[i] ?? entry.for })),
    }));
  }

  #isOver(): boolean {
    if (this.#options.nowMs() < this.#deadlineMs) return false;
    this.ended = 'budget';
    return true;
  }

  /** Lets fast-check shrink `start`, which is known to fail, and keeps the best that `make` makes of what it proposes. */
  async #try<T>(
    arbitrary: fc.Arbitrary<T>,
    start: T,
    make: (value: T) => ScriptedTest,
  ): Promise<void> {
    if (this.#isOver()) return;
    let first = true;
    const property = fc.asyncProperty(arbitrary as fc.Arbitrary<unknown>, async (value) => {
      if (first) {
        first = false;
        return false;
      }
      return !(await this.#keeps(make(value as T)));
    });
    const leftMs = this.#deadlineMs - this.#options.nowMs();
    await fc.check(property, {
      examples: [[start]],
      numRuns: 1,
      seed: 0,
      interruptAfterTimeLimit: Math.max(1, leftMs),
      markInterruptAsFailure: false,
    });
    this.#isOver();
  }

  /** The candidate with the first seed with which it fails, or undefined. */
  async #failing(candidate: ScriptedTest): Promise<ScriptedTest | undefined> {
    const key = JSON.stringify(candidate);
    if (this.#known.has(key)) return this.#known.get(key);
    let found: ScriptedTest | undefined;
    for (let i = 0; i < this.#options.seeds && found === undefined; i += 1) {
      const test = { ...candidate, seed: candidate.seed + i };
      this.tried += 1;
      if (await this.#options.fails(test)) found = test;
    }
    this.#known.set(key, found);
    return found;
  }
}

/** The number of the highest node that an entry names, 0 for roles. */
const highestNode = ({ target, fault }: ScheduleEntry): number =>
  Math.max(
    0,
    ...namedNodes(target).map((node) => Number(node.slice(1))),
    ...[...JSON.stringify(fault).matchAll(/"n(\d+)"/g)].map(([, digits]) => Number(digits)),
  );

/** When the last thing of the workload begins, ms; a fault must begin before the workload ends. */
const lastMs = ({ schedule, operations }: ScriptedTest): number =>
  Math.ceil(
    Math.max(100, ...schedule.map(({ at }) => at + 1), ...operations.map(({ at }) => at + 1)),
  );
