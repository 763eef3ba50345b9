/**
 * Virtual time: it stands still while something happens, and jumps to the next thing that will. Everything in a simulated run
 * waits in this one queue: messages, disks, ticks, the interpreter's wake-ups and the sleeping faults.
 *
 *     pop an event -> run it -> (did it touch promises? then let all of them run on) -> pop the next
 *
 * Promises only move when an event touched them (a sleeper woke, somebody awaits a client's answer), so most events cost no more than
 * a call. Promise callbacks run in the order in which they became ready, so they are as deterministic as the rest.
 */

import { Call, type Due, EventQueue } from './queue.ts';

/** So many events, or pauses for promises, before the process may look after its signals and files. Bounds a Ctrl-C's wait. */
const eventsPerTurn = 20_000;
const pausesPerTurn = 500;

/**
 * A deadline that is put off again and again and rarely reached, such as a time limit of one request after the other: it waits in the
 * queue once, however often it is set. Promises may be touched when it is reached.
 */
export class Deadline {
  readonly #timeline: SimTimeline;
  readonly #reached: () => void;
  #ns = Number.POSITIVE_INFINITY;
  /** Its place among what happens at the same time, from when it was set. */
  #place = 0;
  #queuedNs = Number.POSITIVE_INFINITY;
  readonly #wake = new Call(() => this.#onWake());

  constructor(timeline: SimTimeline, reached: () => void) {
    this.#timeline = timeline;
    this.#reached = reached;
  }

  /** In the place of what it was set to before. */
  set(ns: number): void {
    // Whole nanoseconds: they end up in histories.
    this.#ns = Math.max(Math.ceil(ns), this.#timeline.nowNs());
    this.#place = this.#timeline.place();
    if (this.#ns < this.#queuedNs) this.#queue();
  }

  clear(): void {
    this.#ns = Number.POSITIVE_INFINITY;
  }

  #onWake(): void {
    const nowNs = this.#timeline.nowNs();
    // It was set to something sooner meanwhile, which has come since.
    if (nowNs !== this.#queuedNs) return;
    this.#queuedNs = Number.POSITIVE_INFINITY;
    if (this.#ns > nowNs) {
      if (this.#ns !== Number.POSITIVE_INFINITY) this.#queue();
      return;
    }
    this.#ns = Number.POSITIVE_INFINITY;
    this.#timeline.touch();
    this.#reached();
  }

  #queue(): void {
    this.#queuedNs = this.#ns;
    this.#timeline.pushAt(this.#ns, this.#wake, this.#place);
  }
}

/** A callback of it runs as soon as those of all promises that have settled before; cheaper than `queueMicrotask`. */
const resolved = Promise.resolve();

class Wake implements Due {
  readonly #timeline: SimTimeline;
  #run: (() => unknown) | undefined;

  constructor(timeline: SimTimeline, run: () => unknown) {
    this.#timeline = timeline;
    this.#run = run;
  }

  fire(): void {
    const run = this.#run;
    if (run === undefined) return;
    this.#run = undefined;
    if (run() !== false) this.#timeline.touch();
  }

  cancel(): void {
    this.#run = undefined;
  }
}

/** The timeline of the interpreter and the clock of the schedule's player, over one queue of events. */
export class SimTimeline {
  readonly #queue = new EventQueue();
  #nowNs = 0;
  #touched = false;
  #events = 0;

  nowNs(): number {
    return this.#nowNs;
  }

  /** Events so far. */
  get events(): number {
    return this.#events;
  }

  /** `due` fires at `ns`, or now if that is past, never within this call. For what touches no promises. */
  push(ns: number, due: Due): void {
    this.#queue.push(ns > this.#nowNs ? ns : this.#nowNs, due);
  }

  /** As `EventQueue.place`. */
  place(): number {
    return this.#queue.place();
  }

  /** `due` fires at `ns`, which is not past, in that place among what happens at the same time. */
  pushAt(ns: number, due: Due, place: number): void {
    this.#queue.push(ns, due, place);
  }

  /** Runs once at `ns`. Promises may be touched, unless it returns false. */
  at(ns: number, run: () => unknown): Wake {
    // Whole nanoseconds: they end up in histories.
    const wake = new Wake(this, run);
    this.push(Math.ceil(ns), wake);
    return wake;
  }

  /** The same, after everything that is ready to happen now. */
  soon(run: () => unknown): void {
    this.push(this.#nowNs, new Wake(this, run));
  }

  /** An event settled a promise: its callbacks run before the next event. */
  touch(): void {
    this.#touched = true;
  }

  /** As in `Clock`: resolves at `ns`, or when the signal is aborted. */
  sleepUntil(ns: number, signal: AbortSignal): Promise<void> {
    if (signal.aborted || ns <= this.#nowNs) {
      this.touch();
      return Promise.resolve();
    }
    return new Promise((resolve) => {
      const end = (): void => {
        signal.removeEventListener('abort', end);
        wake.cancel();
        // Whoever aborts need not know who sleeps.
        this.touch();
        resolve();
      };
      const wake = this.at(ns, end);
      signal.addEventListener('abort', end);
    });
  }

  /**
   * Lets time pass until the promise settles; resolves or rejects as it does. Throws Error when nothing is left that could ever
   * happen, and when `limitNs` is reached: then something waits for what will not come.
   */
  until<T>(result: Promise<T>, limitNs = Number.POSITIVE_INFINITY): Promise<T> {
    let settled = false;
    const settle = (): void => {
      settled = true;
    };
    result.then(settle, settle);
    const { promise, resolve, reject } = Promise.withResolvers<T>();
    let pauses = 0;
    const pump = (): void => {
      if (settled) return resolve(result);
      try {
        this.#run(limitNs);
      } catch (error) {
        reject(error);
        return;
      }
      pauses += 1;
      // The queue of next ticks is looked at again when no promise callback is left: so this one comes after all of them.
      if (pauses % pausesPerTurn === 0 || !this.#touched) setImmediate(pump);
      else void resolved.then(afterPromises);
    };
    const afterPromises = (): void => process.nextTick(pump);
    queueMicrotask(afterPromises);
    return promise;
  }

  /** Until promises are touched, or for a turn. */
  #run(limitNs: number): void {
    const queue = this.#queue;
    this.#touched = false;
    for (let left = eventsPerTurn; left > 0 && !this.#touched; left -= 1) {
      const nextNs = queue.nextNs;
      if (nextNs >= limitNs) {
        throw new Error(
          nextNs === Number.POSITIVE_INFINITY
            ? `nothing is left to happen at ${this.#nowNs} ns of virtual time`
            : `the simulation is not over at ${limitNs} ns of virtual time`,
        );
      }
      this.#nowNs = nextNs;
      this.#events += 1;
      queue.pop().fire();
    }
  }
}
