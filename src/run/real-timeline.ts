/**
 * Real time, woken with an accuracy of about a tenth of a millisecond. Timers of Node have a resolution of 1 ms, and waiting for
 * the rest in a loop would take a processor from the system under test. So a thread of its own sleeps until the moment and
 * sends a message; an ordinary timer stands behind it, in case that thread is not there yet or has died.
 */

import { Worker } from 'node:worker_threads';
import { type Timeline, type Wake, WakeQueue } from './timeline.ts';

/** Timers longer than this overflow and fire at once. */
const longestTimerMs = 2 ** 31 - 1;

/** The alarm thread reads the time to wake at from here, in ns of `process.hrtime`. */
export interface AlarmMemory {
  /** One Int32: changes whenever `due` does; the thread sleeps on it. */
  readonly version: SharedArrayBuffer;
  /** One Float64. */
  readonly due: SharedArrayBuffer;
}

export class RealTimeline implements Timeline, Disposable {
  readonly #queue = new WakeQueue();
  readonly #start = process.hrtime();
  readonly #alarm: Alarm;
  #timer: NodeJS.Timeout | undefined;
  #armedNs: number | undefined;
  #closed = false;

  /** Time starts now. */
  constructor() {
    const [seconds, ns] = this.#start;
    this.#alarm = new Alarm(seconds * 1e9 + ns, () => this.#ring());
  }

  nowNs(): number {
    const [seconds, ns] = process.hrtime();
    return (seconds - this.#start[0]) * 1e9 + (ns - this.#start[1]);
  }

  at(ns: number, run: () => void): Wake {
    const wake = this.#queue.add(ns, run);
    this.#arm();
    return wake;
  }

  soon(run: () => void): void {
    setImmediate(run);
  }

  /** No wake-up comes after this. */
  [Symbol.dispose](): void {
    this.#closed = true;
    clearTimeout(this.#timer);
    this.#alarm.stop();
  }

  /** Makes sure of being woken for the soonest. A wake-up for one that was cancelled does no harm. */
  #arm(): void {
    const soonestNs = this.#queue.soonestNs;
    if (soonestNs === this.#armedNs || this.#closed) return;
    clearTimeout(this.#timer);
    this.#armedNs = soonestNs;
    if (soonestNs === undefined) return;
    const leftMs = Math.max(0, (soonestNs - this.nowNs()) / 1e6);
    this.#timer = setTimeout(() => this.#ring(), Math.min(longestTimerMs, Math.ceil(leftMs)));
    if (leftMs > 0) this.#alarm.set(soonestNs);
  }

  #ring(): void {
    this.#armedNs = undefined;
    // Only what is due now: a callback that asks to be woken at once must not keep others waiting.
    const nowNs = this.nowNs();
    try {
      for (let run = this.#queue.takeDue(nowNs); run; run = this.#queue.takeDue(nowNs)) run();
    } finally {
      this.#arm();
    }
  }
}

/** The thread that sleeps for us. */
class Alarm {
  readonly #originNs: number;
  readonly #version = new Int32Array(new SharedArrayBuffer(4));
  readonly #due = new Float64Array(new SharedArrayBuffer(8));
  readonly #worker: Worker;

  constructor(originNs: number, ring: () => void) {
    this.#originNs = originNs;
    const memory: AlarmMemory = { version: this.#version.buffer, due: this.#due.buffer };
    this.#worker = new Worker(new URL('./alarm-thread.ts', import.meta.url), {
      workerData: memory,
      // Not those of the main thread: a profile or an inspector of the alarm helps nobody.
      execArgv: [],
    });
    this.#worker.on('message', ring);
    // The ordinary timer does its work from now on, a millisecond less exactly.
    this.#worker.on('error', () => undefined);
    this.#worker.unref();
  }

  /** Rings at `ns` on the timeline, and forgets what was set before. */
  set(ns: number): void {
    this.#due[0] = this.#originNs + ns;
    Atomics.add(this.#version, 0, 1);
    Atomics.notify(this.#version, 0);
  }

  stop(): void {
    void this.#worker.terminate();
  }
}
