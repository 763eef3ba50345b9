/** Runs a generator in virtual time, without clients: what would it do, and when? The test kit for generators. */

import type { Completion, Invocation, Operation, OperationType } from '../history/operation.ts';
import { type Random, stream } from '../random/random.ts';
import { ThreadBoard } from './context.ts';
import type { Generator, Next, Planned, Thread } from './generator.ts';
import { lift, type Source } from './source.ts';
import { problemsOf } from './validate.ts';

/** How the imagined system answers. `n` counts invocations from 0. */
export type Answer = (
  op: Invocation,
  random: Random,
  n: number,
) => { readonly afterNs: number; readonly completion: Completion };

/** Every operation is ok after the same time. */
export const perfect =
  (latencyMs = 10): Answer =>
  (op) => ({
    afterNs: latencyMs * 1e6,
    completion: { type: 'ok', value: op.value },
  });

const outcomes = ['ok', 'info', 'fail'] as const;

/** In turn ok, info and fail, each after 0 to 2 x `latencyMs`. */
export const imperfect =
  (latencyMs = 10): Answer =>
  (op, random, n) => ({
    afterNs: random.below(2 * latencyMs * 1e6 + 1),
    completion: { type: outcomes[n % outcomes.length] ?? 'ok', value: op.value },
  });

export interface SimulationOptions {
  /** Client threads, 10 by default. */
  readonly concurrency?: number;
  /** A nemesis thread as well; by default none. Its operations are answered like the others. */
  readonly nemesis?: boolean;
  readonly seed?: number;
  /** What the generator draws from, by default a stream of the seed. */
  readonly random?: Random;
  /** `perfect()` by default. */
  readonly answer?: Answer;
  /** Stops after so many invocations, 10 000 by default: many generators never end. */
  readonly operationsMax?: number;
}

/** One operation with the thread that did it. */
export interface Simulated {
  readonly operation: Operation;
  readonly thread: Thread;
}

export interface Simulation {
  readonly events: readonly Simulated[];
  readonly invocations: readonly Simulated[];
  readonly log: readonly { readonly timeNs: number; readonly message: string }[];
  readonly endNs: number;
  /** Whether the generator ended by itself, or had to be stopped. */
  readonly ended: 'exhausted' | 'stopped';
}

/**
 * Throws Error when the generator breaks its contract, or waits for ever: pending while nothing is running and without
 * saying until when.
 */
export function simulate(source: Source, options: SimulationOptions = {}): Simulation {
  return new Simulator(lift(source), options).run();
}

/** Something that will happen to a busy thread. */
interface Due {
  readonly timeNs: number;
  readonly thread: Thread;
  /** Absent at the end of a sleep. */
  readonly completes?: { readonly op: Invocation; readonly completion: Completion };
}

/** More answers than this at the same moment is a loop. */
const stepsAtOnceMax = 100_000;

class Simulator {
  readonly #board: ThreadBoard;
  readonly #answer: Answer;
  readonly #answers: Random;
  readonly #operationsMax: number;
  readonly #events: Simulated[] = [];
  readonly #invocations: Simulated[] = [];
  readonly #log: { timeNs: number; message: string }[] = [];
  /** Sorted, the soonest last. */
  readonly #due: Due[] = [];
  #generator: Generator;

  constructor(generator: Generator, options: SimulationOptions) {
    const seed = options.seed ?? 1;
    this.#board = new ThreadBoard({
      concurrency: options.concurrency ?? 10,
      nemesis: options.nemesis ?? false,
      random: options.random ?? stream(seed, 'generator'),
    });
    this.#answer = options.answer ?? perfect();
    this.#answers = stream(seed, 'answers');
    this.#operationsMax = options.operationsMax ?? 10_000;
    this.#generator = generator;
  }

  run(): Simulation {
    let idle = 0;
    while (this.#invocations.length < this.#operationsMax) {
      while (this.#isDue(this.#board.timeNs)) this.#happen();
      const next = this.#ask();
      if (next.kind === 'done') return this.#finish('exhausted');
      const before = this.#board.timeNs;
      this.#step(next);
      idle = this.#board.timeNs === before ? idle + 1 : 0;
      if (idle > stepsAtOnceMax) {
        throw new Error(`the generator has gone on for ever at ${before} ns`);
      }
    }
    return this.#finish('stopped');
  }

  #finish(ended: 'exhausted' | 'stopped'): Simulation {
    while (this.#due.length > 0) this.#happen();
    const endNs = this.#board.timeNs;
    return {
      events: this.#events,
      invocations: this.#invocations,
      log: this.#log,
      endNs,
      ended,
    };
  }

  #ask(): Next {
    const next = this.#generator.next(this.#board.context);
    const problems = problemsOf(next, this.#board.context);
    if (problems.length > 0)
      throw new Error(`the generator broke its contract: ${problems.join('; ')}`);
    return next;
  }

  /** Uses an answer, or waits until there may be another one. */
  #step(next: Exclude<Next, { kind: 'done' }>): void {
    if (next.kind === 'op' && !this.#isDue(next.planned.timeNs)) {
      this.#board.timeNs = Math.max(this.#board.timeNs, next.planned.timeNs);
      this.#generator = next.then;
      this.#perform(next.planned);
      return;
    }
    if (next.kind === 'pending') {
      this.#generator = next.then;
      const untilNs = Math.max(next.untilNs ?? Number.POSITIVE_INFINITY, this.#board.timeNs + 1);
      if (!this.#isDue(untilNs)) {
        if (untilNs === Number.POSITIVE_INFINITY) {
          throw new Error(`the generator is pending for ever at ${this.#board.timeNs} ns`);
        }
        this.#board.timeNs = untilNs;
        return;
      }
    }
    this.#happen();
  }

  #perform(planned: Planned): void {
    const { timeNs } = this.#board;
    if (planned.kind === 'log') {
      this.#log.push({ timeNs, message: planned.message });
      return;
    }
    this.#board.occupy(planned.thread);
    if (planned.kind === 'sleep') {
      this.#schedule({ timeNs: timeNs + planned.forNs, thread: planned.thread });
      return;
    }
    const { thread, op } = planned;
    const { afterNs, completion } = this.#answer(op, this.#answers, this.#invocations.length);
    this.#invocations.push(this.#record(thread, 'invoke', op, op.value));
    this.#schedule({ timeNs: timeNs + afterNs, thread, completes: { op, completion } });
  }

  #happen(): void {
    const due = this.#due.pop() as Due;
    this.#board.timeNs = Math.max(this.#board.timeNs, due.timeNs);
    this.#board.release(due.thread);
    if (due.completes === undefined) return;
    const { op, completion } = due.completes;
    this.#record(due.thread, completion.type, op, completion.value);
  }

  #record(thread: Thread, type: OperationType, op: Invocation, value: unknown): Simulated {
    const operation: Operation = {
      index: this.#events.length,
      time: this.#board.timeNs,
      type,
      process: this.#board.processOf(thread),
      f: op.f,
      ...(op.key === undefined ? {} : { key: op.key }),
      ...(value === undefined ? {} : { value }),
    };
    const event = { operation, thread };
    this.#events.push(event);
    if (type === 'info' && typeof thread === 'number') this.#board.retire(thread);
    this.#generator = this.#generator.update(this.#board.context, operation, thread);
    return event;
  }

  #isDue(timeNs: number): boolean {
    const next = this.#due.at(-1);
    return next !== undefined && next.timeNs <= timeNs;
  }

  /** Equals happen in the order in which they were scheduled. */
  #schedule(due: Due): void {
    let place = this.#due.length;
    while (place > 0 && (this.#due[place - 1] as Due).timeNs <= due.timeNs) place -= 1;
    this.#due.splice(place, 0, due);
  }
}
