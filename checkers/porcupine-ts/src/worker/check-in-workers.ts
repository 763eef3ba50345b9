/**
 * The same question as `check`, asked in other threads: partitions are dealt out, each thread gives slices of time to its own,
 * and the thread that asks stays free.
 *
 *     this thread   import model, partition, deal      | gather, stop the others, put together
 *     threads             import model, take operations, check |
 */

import { Budget, OutOfTime } from '../budget.ts';
import type { Operation } from '../operation.ts';
import { type Part, partitions } from '../partitions.ts';
import type { CheckOptions, CheckResult, PartitionResult, StopSignal } from '../result.ts';
import { Hand } from './hand.ts';
import { received, undecided } from './received.ts';
import { type AnyModel, type ModelReference, resolveModel, sendable } from './reference.ts';
import { parallelism, type WorkerLike } from './start.ts';
import { Stop } from './stop.ts';

export interface CheckInWorkersOptions extends CheckOptions {
  /** Threads at most. Default: as many as can run at once here. Never more than there are partitions. */
  readonly workers?: number;
  readonly signal?: Required<StopSignal>;
  /** For browsers: a web worker whose script is `porcupine-ts/worker`, where a bundler has moved it. */
  readonly createWorker?: () => WorkerLike;
}

/** What threads get to say how far they got, before they are ended. */
const graceMs = 40;
const progressEveryMs = 100;
const smallestMemoryLimitBytes = 2 ** 20;
/** Longer ones a timer takes for none. */
const timerMsMax = 2 ** 31 - 1;

const sleep = (ms: number): Promise<void> =>
  new Promise((resolve) => {
    setTimeout(resolve, ms);
  });

const stepsOf = (result: readonly { readonly steps: number }[] | undefined): number | undefined =>
  result?.reduce((total, { steps }) => total + steps, 0);

/** Parts of about the same number of operations for each thread; the largest are dealt first. */
function deal<Input, Output>(
  parts: readonly Part<Input, Output>[],
  threads: number,
): readonly (readonly number[])[] {
  const hands = Array.from({ length: threads }, () => ({ parts: [] as number[], operations: 0 }));
  const size = (part: number): number => parts[part]?.operations.length ?? 0;
  const largestFirst = [...parts.keys()].sort((a, b) => size(b) - size(a));
  for (const part of largestFirst) {
    const least = hands.reduce((a, b) => (b.operations < a.operations ? b : a));
    least.parts.push(part);
    least.operations += size(part);
  }
  return hands.map((hand) => hand.parts);
}

class Run<Input, Output> {
  readonly #reference: ModelReference;
  readonly #history: readonly Operation<Input, Output>[];
  readonly #options: CheckInWorkersOptions;
  readonly #budget: Budget;
  readonly #stop = new Stop();
  readonly #flag: Int32Array<SharedArrayBuffer> | undefined;
  #parts: readonly Part<Input, Output>[] = [];
  #workers: readonly Hand<Input, Output>[] = [];
  #timer: ReturnType<typeof setTimeout> | undefined;
  #toldMs = progressEveryMs;

  constructor(
    reference: ModelReference,
    history: readonly Operation<Input, Output>[],
    options: CheckInWorkersOptions,
  ) {
    this.#reference = sendable(reference);
    this.#history = history;
    this.#options = options;
    this.#budget = new Budget(options);
    const { workers, timeLimitMs = Infinity, signal } = options;
    if (workers !== undefined && !(Number.isInteger(workers) && workers > 0)) {
      throw new RangeError(`workers is ${workers}; give a whole number above 0, or leave it out`);
    }
    // A page that shares its process with others has no shared memory; its threads are just ended.
    if (typeof SharedArrayBuffer === 'function') {
      this.#flag = new Int32Array(new SharedArrayBuffer(4));
    }
    if (timeLimitMs <= timerMsMax) {
      this.#timer = setTimeout(() => this.#stop.because('time-limit'), timeLimitMs);
    }
    signal?.addEventListener('abort', this.#abort);
    if (signal?.aborted === true) this.#abort();
  }

  async result(): Promise<CheckResult<unknown, Input, Output>> {
    const model = await Promise.race([resolveModel(this.#reference), this.#stop.happened]);
    if (model) this.#partition(model);
    if (this.#parts.length > 0 && this.#stop.reason === undefined) await this.#ask();
    const results = this.#parts.map((part) => undecided(part, this.#stop.reason ?? 'time-limit'));
    if (model) this.#receive(model, results);
    return this.#result(results);
  }

  /** Leaves no thread and no timer behind. */
  async end(): Promise<void> {
    clearTimeout(this.#timer);
    this.#options.signal?.removeEventListener('abort', this.#abort);
    await Promise.all(this.#workers.map((worker) => worker.end()));
  }

  readonly #abort = (): void => this.#stop.because('aborted');

  #partition(model: AnyModel): void {
    try {
      this.#parts = partitions<unknown, Input, Output>(model, this.#history, this.#budget.tick);
    } catch (error) {
      if (!(error instanceof OutOfTime)) throw error;
      this.#stop.because(this.#budget.reason);
    }
  }

  async #ask(): Promise<void> {
    const { workers = parallelism(), timeLimitMs = Infinity, createWorker } = this.#options;
    const threads = Math.min(workers, this.#parts.length);
    const started: Hand<Input, Output>[] = [];
    this.#workers = started;
    for (const hand of deal(this.#parts, threads)) {
      started.push(new Hand(hand, this.#parts, { told: () => this.#told(), createWorker }));
    }
    const begin = {
      kind: 'begin',
      model: this.#reference,
      memoryLimitBytes: Math.max(
        smallestMemoryLimitBytes,
        Math.floor(this.#budget.memoryLimitBytes / threads),
      ),
      exhaustive: this.#options.exhaustive ?? false,
      ignoreHints: this.#options.ignoreHints === true,
      stop: this.#flag?.buffer,
    } as const;
    const timeLeftMs = (): number => timeLimitMs - this.#budget.elapsedMs;
    const asked = started.map((worker) => worker.ask(begin, timeLeftMs, this.#stop));
    const all = Promise.all([...asked, ...started.map((worker) => worker.done)]);
    await Promise.race([all, this.#stop.happened]);
    if (this.#stop.reason === undefined) return;
    // Threads that look at the flag answer within a ms or so; the others are busy with something long.
    if (this.#flag !== undefined) Atomics.store(this.#flag, 0, 1);
    const settled = Promise.allSettled(started.map((worker) => worker.done));
    await Promise.race([settled, sleep(this.#flag === undefined ? 0 : graceMs)]);
  }

  #told(): void {
    const isIllegal = this.#workers.some(({ result }) =>
      result?.some(({ verdict }) => verdict === 'illegal'),
    );
    if (isIllegal && this.#options.exhaustive !== true) {
      this.#stop.because('another-partition-is-illegal');
    }
    const { onProgress } = this.#options;
    if (onProgress === undefined || this.#stop.reason !== undefined) return;
    const { elapsedMs } = this.#budget;
    if (elapsedMs < this.#toldMs) return;
    this.#toldMs = elapsedMs + progressEveryMs;
    const sum = (of: (worker: Hand<Input, Output>) => number): number =>
      this.#workers.reduce((total, worker) => total + of(worker), 0);
    onProgress({
      elapsedMs,
      steps: sum(({ progress, result }) => stepsOf(result) ?? progress?.steps ?? 0),
      partitionsDecided: sum(
        ({ progress, result, parts }) =>
          (result === undefined ? progress?.partitionsDecided : parts.length) ?? 0,
      ),
      partitions: this.#parts.length,
    });
  }

  /** Puts what is known where it belongs. */
  #receive(model: AnyModel, results: PartitionResult<unknown, Input, Output>[]): void {
    const stopped = this.#stop.reason;
    for (const hand of this.#workers) {
      if (hand.result === undefined) continue;
      const { operations, parts } = hand;
      for (const [nth, sentPart] of hand.result.entries()) {
        const index = parts[nth] ?? -1;
        const part = this.#parts[index];
        if (part === undefined) continue;
        results[index] = received(part, sentPart, { model, operations, stopped });
      }
    }
  }

  #result(results: PartitionResult<unknown, Input, Output>[]): CheckResult<unknown, Input, Output> {
    // Nothing is known yet about what the partitions are.
    if (this.#parts.length === 0 && this.#stop.reason !== undefined) {
      const all = { key: undefined, operations: this.#history };
      results.push(undecided(all, this.#stop.reason));
    }
    const verdicts = results.map(({ verdict }) => verdict);
    return {
      verdict: (['illegal', 'unknown'] as const).find((one) => verdicts.includes(one)) ?? 'ok',
      partitions: results,
      steps: results.reduce((total, { steps }) => total + steps, 0),
      elapsedMs: this.#budget.elapsedMs,
    };
  }
}

/**
 * `check` in worker threads, or web workers: as many partitions at once as there is parallelism, without blocking the caller.
 * The first illegal partition ends the other threads, unless `exhaustive` is true. Inputs, outputs and states have to be plain data, since
 * they are sent. Rejects with TypeError for a model that cannot be reached from another thread or an operation that cannot
 * be sent, and otherwise with what `check` throws. Nothing is left running when it settles.
 */
export async function checkInWorkers<Input, Output>(
  model: ModelReference,
  history: readonly Operation<Input, Output>[],
  options: CheckInWorkersOptions = {},
): Promise<CheckResult<unknown, Input, Output>> {
  const run = new Run(model, history, options);
  try {
    return await run.result();
  } finally {
    await run.end();
  }
}
