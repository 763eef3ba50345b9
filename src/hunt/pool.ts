/** Worker threads that do one job after the other: as many at once as there are workers, each answer as soon as it is there. */

import { Worker } from 'node:worker_threads';
import { HarnessFailure } from '../errors.ts';

/** What a worker's program sends back. It gets the job as a message, and answers each with one of these. */
export type Reply<Answer> =
  | { readonly kind: 'answer'; readonly answer: Answer }
  | { readonly kind: 'error'; readonly error: string };

interface Waiting<Job, Answer> {
  readonly job: Job;
  readonly resolve: (answer: Answer) => void;
  readonly reject: (error: unknown) => void;
}

/** Jobs in order of asking. Disposing of it ends the threads; what they were doing rejects. */
export class Pool<Job, Answer> implements AsyncDisposable {
  readonly #idle: Worker[] = [];
  readonly #all: Worker[] = [];
  readonly #queue: Waiting<Job, Answer>[] = [];
  readonly #busy = new Map<Worker, Waiting<Job, Answer>>();
  #closed = false;

  /** `program` is the worker's module; `workerData` is what all of them are told at the start. */
  constructor(program: URL, workers: number, workerData: unknown) {
    for (let i = 0; i < workers; i += 1) {
      const worker = new Worker(program, { workerData });
      worker.on('message', (reply: Reply<Answer>) => this.#settle(worker, reply));
      worker.on('error', (error) => this.#lost(worker, error));
      worker.on('exit', (code) => this.#lost(worker, new Error(`it ended with code ${code}`)));
      this.#all.push(worker);
      this.#idle.push(worker);
    }
  }

  /** Rejects with HarnessFailure when the worker failed, which is never the fault of a system under test. */
  run(job: Job): Promise<Answer> {
    const { promise, resolve, reject } = Promise.withResolvers<Answer>();
    this.#queue.push({ job, resolve, reject });
    this.#next();
    return promise;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed = true;
    await Promise.all(this.#all.map((worker) => worker.terminate()));
    for (const waiting of this.#queue.splice(0)) waiting.reject(new HarnessFailure('called off'));
  }

  #next(): void {
    if (this.#closed) return;
    while (this.#queue.length > 0 && this.#idle.length > 0) {
      const worker = this.#idle.pop() as Worker;
      const waiting = this.#queue.shift() as Waiting<Job, Answer>;
      this.#busy.set(worker, waiting);
      worker.postMessage(waiting.job);
    }
  }

  #settle(worker: Worker, reply: Reply<Answer>): void {
    const waiting = this.#busy.get(worker);
    this.#busy.delete(worker);
    this.#idle.push(worker);
    if (reply.kind === 'answer') waiting?.resolve(reply.answer);
    else waiting?.reject(new HarnessFailure(reply.error));
    this.#next();
  }

  #lost(worker: Worker, error: unknown): void {
    const waiting = this.#busy.get(worker);
    this.#busy.delete(worker);
    const failure = new HarnessFailure(`a worker thread failed: ${String(error)}`, {
      cause: error,
    });
    waiting?.reject(failure);
    if (this.#closed) return;
    // A thread that is gone takes no more jobs; without any, nobody would ever answer the rest.
    const place = this.#idle.indexOf(worker);
    if (place >= 0) this.#idle.splice(place, 1);
    this.#all.splice(0, this.#all.length, ...this.#all.filter((one) => one !== worker));
    if (this.#all.length === 0) for (const one of this.#queue.splice(0)) one.reject(failure);
  }
}
