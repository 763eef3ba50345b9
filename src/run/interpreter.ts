/**
 * Asks a generator what to do, has clients do it, and records it. Everything happens in turns:
 *
 *     record all completions that have arrived -> ask the generator and start operations, until it has no more to do now
 *
 * Completions come first, so that an operation that has ended never looks concurrent with one that begins. An invocation is
 * recorded before its client gets it, its completion after the client has answered. Between two turns the event loop runs, so
 * all answers that arrive together are recorded together, and nothing starves. The same code runs in real and virtual time.
 *
 *     client   ok, fail           -> the process goes on
 *     client   info, or it threw  -> info: the process is retired, its thread goes on as process + concurrency, new client
 *     open() threw                -> fail: the operation was never sent, the next one tries to open again
 */

import { BadInput } from '../errors.ts';
import { describeThreads, ThreadBoard } from '../generator/context.ts';
import type { Generator, Next, Planned, Thread } from '../generator/generator.ts';
import { problemsOf } from '../generator/validate.ts';
import type { Invocation, Operation, Process } from '../history/operation.ts';
import type { Random } from '../random/random.ts';
import {
  type Answer,
  type Client,
  messageOf,
  type Open,
  ThreadWorker,
} from './interpreter-worker.ts';
import type { Recorder } from './recorder.ts';
import type { Timeline, Wake } from './timeline.ts';

export type { Client, Open } from './interpreter-worker.ts';

export interface InterpreterOptions {
  readonly generator: Generator;
  /** Client threads, 0 or more. */
  readonly concurrency: number;
  /** What generators draw from. */
  readonly random: Random;
  readonly timeline: Timeline;
  /** Not closed by the interpreter. */
  readonly recorder: Recorder;
  readonly open: Open;
  /** The node that a process is bound to, for the history. */
  readonly node?: (process: number, thread: number) => string | undefined;
  /** Does the operations of the thread `nemesis`, which exists only with it. Closed at the end. */
  readonly nemesis?: Client;
  /** Aborting ends the run as if the generator were over, at once. */
  readonly signal?: AbortSignal;
  /** How long operations may go on after the end, in ms, before they are recorded as info; 5000 by default. */
  readonly graceMs?: number;
  /** Called every `progressEveryMs`, 200 by default, and at the end. */
  readonly onProgress?: (progress: Progress) => void;
  readonly progressEveryMs?: number;
  /** Lines from `log`, and what went wrong without harm. */
  readonly onLog?: (message: string, timeNs: number) => void;
}

/** How far a run has got. Counts are of client operations. */
export interface Progress {
  readonly timeNs: number;
  readonly invoked: number;
  readonly ok: number;
  readonly fail: number;
  readonly info: number;
  /** At work now, the nemesis included. */
  readonly running: number;
}

export interface Interpreted {
  readonly ended: 'exhausted' | 'aborted';
  readonly progress: Progress;
}

const limits = {
  /** Answers of the generator within one turn; a few milliseconds of work. */
  stepsPerTurn: 256,
  /** How often a generator is asked that is pending without saying until when, while nothing is at work. */
  idlePollNs: 1_000_000,
  /** So long it may go on like that. No event will ever come, so only a generator that looks outside could go on. */
  idleMaxNs: 60e9,
  /** An operation that is asked so much later than it was due has the time at which it was. */
  lateFromNs: 1_000_000,
} as const;

/**
 * Runs until the generator is over and all operations have ended. Rejects with BadInput when the generator breaks its contract
 * (all breaks are listed), and with HarnessFailure when the history cannot be written; then too, operations at work are
 * recorded as info where possible, and all clients are closed.
 */
export const interpret = (options: InterpreterOptions): Promise<Interpreted> =>
  new Interpreter(options).run();

class Interpreter {
  readonly #options: InterpreterOptions;
  readonly #timeline: Timeline;
  readonly #recorder: Recorder;
  readonly #board: ThreadBoard;
  readonly #workers: readonly ThreadWorker[];
  readonly #counts = { invoked: 0, ok: 0, fail: 0, info: 0 };
  readonly #closing = new Set<Promise<void>>();
  readonly #ended = Promise.withResolvers<void>();
  #generator: Generator;
  #phase: 'asking' | 'finishing' | 'ended' = 'asking';
  #how: Interpreted['ended'] = 'exhausted';
  #answered: ThreadWorker[] = [];
  #running = 0;
  #sleeping = 0;
  #turnComes = false;
  #draining = false;
  /** This turn may have let somebody go on who awaits a promise. */
  #stirs = false;
  #idleSinceNs: number | undefined;
  #wake: Wake | undefined;
  #wakeNs = 0;
  #graceWake: Wake | undefined;
  #progressWake: Wake | undefined;

  constructor(options: InterpreterOptions) {
    this.#options = options;
    this.#timeline = options.timeline;
    this.#recorder = options.recorder;
    this.#generator = options.generator;
    const { concurrency, random, nemesis } = options;
    this.#board = new ThreadBoard({ concurrency, random, nemesis: nemesis !== undefined });
    this.#workers = this.#board.context.threads.map((thread) => this.#worker(thread));
  }

  async run(): Promise<Interpreted> {
    const { signal } = this.#options;
    const abort = (): void => this.#abort();
    signal?.addEventListener('abort', abort);
    try {
      this.#scheduleProgress();
      if (signal?.aborted === true) this.#abort();
      this.#soon();
      await this.#ended.promise;
    } finally {
      signal?.removeEventListener('abort', abort);
      await this.#closeAll();
    }
    const progress = this.#progress();
    this.#options.onProgress?.(progress);
    return { ended: this.#how, progress };
  }

  #worker(thread: Thread): ThreadWorker {
    const worker = new ThreadWorker(thread, this.#board.processOf(thread), {
      nowNs: () => this.#timeline.nowNs(),
      answered: (answered) => {
        this.#answered.push(answered);
        this.#soon();
      },
      discard: (client, process) => this.#close(client, process),
    });
    if (thread === 'nemesis') worker.client = this.#options.nemesis;
    else worker.node = this.#options.node?.(thread, thread);
    return worker;
  }

  // ---- turns

  #soon(): void {
    if (this.#turnComes) return;
    this.#turnComes = true;
    this.#timeline.soon(this.#turn);
  }

  /** Whether somebody who awaits a promise may go on because of it. */
  readonly #turn = (): boolean => {
    this.#turnComes = false;
    if (this.#phase === 'ended') return false;
    this.#stirs = false;
    try {
      this.#recordAnswers();
      if (this.#phase === 'asking') this.#ask();
      if (this.#phase === 'finishing') this.#finish();
    } catch (error) {
      this.#fail(error);
    }
    return this.#stirs;
  };

  readonly #onWake = (): boolean => {
    this.#wake = undefined;
    return this.#turn();
  };

  /** Being woken too soon costs a look; so a wake-up that comes sooner serves as well. */
  #wakeAt(ns: number): void {
    if (this.#wake !== undefined && this.#wakeNs <= ns) return;
    this.#wake?.cancel();
    this.#wakeNs = ns;
    this.#wake = this.#timeline.at(ns, this.#onWake);
  }

  // ---- completions

  #recordAnswers(): void {
    if (this.#answered.length === 0) return;
    const answered = this.#answered;
    this.#answered = [];
    for (const worker of answered) {
      const { op, answer } = worker;
      if (op !== undefined && answer !== undefined) this.#complete(worker, op, answer);
    }
  }

  #complete(worker: ThreadWorker, op: Invocation, answer: Answer): void {
    const { thread } = worker;
    const event = this.#recordAnswer(worker, op, answer);
    worker.op = undefined;
    worker.answer = undefined;
    this.#running -= 1;
    this.#board.timeNs = event.time;
    this.#board.release(thread);
    if (thread !== 'nemesis') {
      this.#counts[answer.type] += 1;
      if (event.type === 'info') this.#retire(worker, thread);
    }
    if (this.#phase === 'asking') this.#tell(event, thread);
  }

  #recordAnswer(worker: ThreadWorker, op: Invocation, answer: Answer): Operation {
    const { process, node, answeredNs } = worker;
    const { type, value, error } = answer;
    try {
      return this.#recorder.add(answeredNs, type, process, op, value, error, node);
    } catch (cause) {
      if (!(cause instanceof TypeError)) throw cause;
      // The result is lost, so of an ok only that it may have happened is known.
      const known = type === 'fail' ? 'fail' : 'info';
      const why = `indeterminate: the result cannot be written as JSON: ${cause.message}`;
      return this.#recorder.add(answeredNs, known, process, op, op.value, why, node);
    }
  }

  #retire(worker: ThreadWorker, thread: number): void {
    if (worker.client !== undefined) this.#close(worker.client, worker.process);
    worker.client = undefined;
    const process = this.#board.retire(thread);
    worker.process = process;
    worker.node = this.#options.node?.(process, thread);
  }

  // ---- the generator

  /** Also when no thread is free: it may be over, and that must not wait for a thread that is stuck. */
  #ask(): void {
    for (let step = 0; step < limits.stepsPerTurn; step += 1) {
      if (this.#recorder.congested) return this.#drain();
      const nowNs = this.#timeline.nowNs();
      this.#board.timeNs = nowNs;
      const next = this.#next();
      if (next.kind === 'op' && next.planned.timeNs > nowNs) {
        return this.#wakeAt(next.planned.timeNs);
      }
      if (next.kind === 'done') {
        this.#stirs = true;
        this.#phase = 'finishing';
        return;
      }
      this.#generator = next.then;
      if (next.kind === 'pending') {
        // A generator that waits for the world may do anything to it.
        this.#stirs = true;
        return this.#wait(next.untilNs, nowNs);
      }
      this.#idleSinceNs = undefined;
      this.#perform(next.planned, nowNs);
    }
    this.#soon();
  }

  #next(): Next {
    const { context } = this.#board;
    let next: Next;
    try {
      next = this.#generator.next(context);
    } catch (error) {
      throw this.#broken(`next() threw: ${messageOf(error)}`, error);
    }
    const problems = problemsOf(next, context);
    if (problems.length > 0) throw this.#broken(problems.join('; '));
    return next;
  }

  #tell(event: Operation, thread: Thread): void {
    try {
      this.#generator = this.#generator.update(this.#board.context, event, thread);
    } catch (error) {
      throw this.#broken(`update() threw: ${messageOf(error)}`, error);
    }
  }

  #broken(problems: string, cause?: unknown): BadInput {
    const { timeNs, freeCount, threads } = this.#board.context;
    const when = `${timeNs / 1e6} ms after the start, ${freeCount} of ${threads.length} threads (${describeThreads(threads)}) free`;
    return new BadInput(`the generator cannot be used: ${problems} (${when})`, { cause });
  }

  /** Nothing to do: until a time, or until something happens. */
  #wait(untilNs: number | undefined, nowNs: number): void {
    if (untilNs !== undefined && untilNs > nowNs) {
      this.#idleSinceNs = undefined;
      // Infinity is a way to say that only an event can help.
      if (untilNs !== Number.POSITIVE_INFINITY) return this.#wakeAt(untilNs);
    }
    if (this.#running + this.#sleeping > 0) return;
    this.#idleSinceNs ??= nowNs;
    if (nowNs - this.#idleSinceNs >= limits.idleMaxNs) {
      throw this.#broken(
        `it has been pending for ${limits.idleMaxNs / 1e9} s while nothing was at work; say untilNs where it waits for a time`,
      );
    }
    this.#wakeAt(nowNs + limits.idlePollNs);
  }

  #perform(planned: Planned, nowNs: number): void {
    if (planned.kind === 'log') {
      // Whoever reads the log may do anything.
      this.#stirs = true;
      this.#options.onLog?.(planned.message, nowNs);
      return;
    }
    const worker = this.#workers[this.#board.slotOf(planned.thread)];
    if (worker === undefined) throw this.#broken(`thread ${planned.thread} does not exist`);
    if (planned.kind === 'sleep') this.#sleep(worker, nowNs + planned.forNs);
    else this.#invoke(worker, planned.op, nowNs, planned.dueNs);
  }

  #invoke(worker: ThreadWorker, op: Invocation, nowNs: number, dueNs = nowNs): void {
    const { thread, process, node } = worker;
    let event: Operation;
    try {
      const due = nowNs - dueNs >= limits.lateFromNs ? dueNs : undefined;
      event = this.#recorder.add(nowNs, 'invoke', process, op, op.value, undefined, node, due);
    } catch (error) {
      if (!(error instanceof TypeError)) throw error;
      throw this.#broken(`value cannot be written as JSON: ${error.message}`, error);
    }
    this.#running += 1;
    if (thread !== 'nemesis') this.#counts.invoked += 1;
    this.#board.occupy(thread);
    // A client may have its answer at once.
    if (worker.start(op, this.#options.open)) this.#stirs = true;
    this.#tell(event, thread);
  }

  #sleep(worker: ThreadWorker, untilNs: number): void {
    this.#board.occupy(worker.thread);
    this.#sleeping += 1;
    worker.sleep = this.#timeline.at(untilNs, () => {
      this.#awaken(worker);
      return this.#turn();
    });
  }

  #awaken(worker: ThreadWorker): void {
    worker.sleep?.cancel();
    worker.sleep = undefined;
    this.#sleeping -= 1;
    this.#board.release(worker.thread);
  }

  /** Asks on when the disk has caught up. Completions are recorded meanwhile: there are few without new invocations. */
  #drain(): void {
    if (this.#draining) return;
    this.#draining = true;
    this.#stirs = true;
    this.#recorder.drained().then(
      () => {
        this.#draining = false;
        this.#soon();
      },
      (error: unknown) => this.#fail(error),
    );
  }

  // ---- the end

  #abort(): void {
    if (this.#phase === 'ended') return;
    if (this.#phase === 'asking') this.#how = 'aborted';
    this.#phase = 'finishing';
    for (const worker of this.#workers) if (worker.sleep !== undefined) this.#awaken(worker);
    this.#soon();
  }

  #finish(): void {
    this.#wake?.cancel();
    if (this.#running + this.#sleeping === 0) return this.#end();
    if (this.#sleeping > 0 || this.#graceWake !== undefined) return;
    this.#graceWake = this.#timeline.at(this.#timeline.nowNs() + this.#graceNs, () => {
      try {
        this.#recordAnswers();
        this.#giveUp(`no answer within ${this.#graceNs / 1e6} ms after the end of the run`);
        this.#end();
      } catch (error) {
        this.#fail(error);
      }
    });
  }

  get #graceNs(): number {
    return (this.#options.graceMs ?? 5000) * 1e6;
  }

  /** What is still at work may happen at any time from now on; what comes of it is nobody's any more. */
  #giveUp(why: string): void {
    const nowNs = this.#timeline.nowNs();
    for (const worker of this.#workers) {
      const { op } = worker;
      if (op === undefined) continue;
      // Still opening its client: it was never sent, and will not be.
      const type = worker.client === undefined ? 'fail' : 'info';
      const error = type === 'fail' ? `no client: still opening, ${why}` : `indeterminate: ${why}`;
      if (worker.answer === undefined) worker.answeredNs = nowNs;
      this.#complete(worker, op, worker.answer ?? { type, value: op.value, error });
    }
  }

  #end(): void {
    this.#stop();
    this.#ended.resolve();
  }

  #fail(error: unknown): void {
    if (this.#phase === 'ended') return;
    this.#phase = 'finishing';
    try {
      this.#recordAnswers();
      this.#giveUp('the run was broken off');
    } catch {
      // The disk has failed: that is the error that is about to be reported.
    }
    this.#stop();
    this.#ended.reject(error);
  }

  #stop(): void {
    this.#phase = 'ended';
    this.#stirs = true;
    this.#wake?.cancel();
    this.#graceWake?.cancel();
    this.#progressWake?.cancel();
    for (const worker of this.#workers) {
      worker.op = undefined;
      worker.sleep?.cancel();
    }
  }

  // ---- clients

  #close(client: Client, process: Process): void {
    this.#stirs = true;
    const closing = (async () => client.close())().catch((error: unknown) => {
      this.#log(`closing the client of process ${process}: ${messageOf(error)}`);
    });
    this.#closing.add(closing);
    void closing.then(() => this.#closing.delete(closing));
  }

  /** Closes all clients; one that does not close within the grace period is left to itself. */
  async #closeAll(): Promise<void> {
    for (const worker of this.#workers) {
      if (worker.client !== undefined) this.#close(worker.client, worker.process);
      worker.client = undefined;
    }
    if (this.#closing.size === 0) return;
    const late = Promise.withResolvers<void>();
    const wake = this.#timeline.at(this.#timeline.nowNs() + this.#graceNs, () => {
      this.#log(`${this.#closing.size} clients did not close within ${this.#graceNs / 1e6} ms`);
      late.resolve();
    });
    await Promise.race([Promise.all(this.#closing), late.promise]);
    wake.cancel();
  }

  // ---- looking on

  #log(message: string): void {
    this.#options.onLog?.(message, this.#timeline.nowNs());
  }

  #progress(): Progress {
    return { timeNs: this.#timeline.nowNs(), ...this.#counts, running: this.#running };
  }

  #scheduleProgress(): void {
    const { onProgress, progressEveryMs = 200 } = this.#options;
    if (onProgress === undefined) return;
    this.#progressWake = this.#timeline.at(this.#timeline.nowNs() + progressEveryMs * 1e6, () => {
      try {
        onProgress(this.#progress());
        this.#scheduleProgress();
      } catch (error) {
        this.#fail(error);
      }
    });
  }
}
