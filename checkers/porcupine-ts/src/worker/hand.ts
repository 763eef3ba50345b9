/** What one thread is dealt: the thread, the parts that it has to decide, and what it said of them. */

import type { Operation } from '../operation.ts';
import type { Part } from '../partitions.ts';
import type { Progress } from '../result.ts';
import type { FromThread, SentPartition } from './messages.ts';
import { type RunningThread, startThread, type WorkerLike } from './start.ts';
import type { Stop } from './stop.ts';

/** Operations in one message; cloning them takes a few ms. */
const operationsPerMessage = 4096;

/** Lets timers and messages have their turn. */
const turn = (): Promise<void> =>
  typeof setImmediate === 'function'
    ? new Promise((resolve) => {
        setImmediate(resolve);
      })
    : new Promise((resolve) => {
        setTimeout(resolve, 0);
      });

export class Hand<Input, Output> {
  readonly parts: readonly number[];
  progress: Progress | undefined;
  result: readonly SentPartition[] | undefined;
  readonly done: Promise<void>;
  readonly #all: readonly Part<Input, Output>[];
  readonly #thread: RunningThread;
  #finish: () => void = () => {};
  #fail: (error: Error) => void = () => {};

  constructor(
    parts: readonly number[],
    all: readonly Part<Input, Output>[],
    {
      told,
      createWorker,
    }: {
      readonly told: () => void;
      readonly createWorker: (() => WorkerLike) | undefined;
    },
  ) {
    this.parts = parts;
    this.#all = all;
    this.done = new Promise((resolve, reject) => {
      this.#finish = resolve;
      this.#fail = reject;
    });
    // Whoever waits for it hears of it; after the end nobody does.
    this.done.catch(() => {});
    const message = (said: FromThread): void => {
      try {
        this.#hear(said);
        told();
      } catch (error) {
        this.#fail(error instanceof Error ? error : new Error(String(error)));
      }
    };
    this.#thread = startThread({ message, died: (error) => this.#fail(error) }, createWorker);
  }

  /** Throws TypeError for operations that cannot be sent. */
  async ask(
    begin: Parameters<RunningThread['post']>[0],
    timeLeftMs: () => number,
    stop: Stop,
  ): Promise<void> {
    this.#thread.post(begin);
    for (const operations of this.#messages()) {
      if (stop.reason !== undefined) return;
      this.#send(operations);
      await turn();
    }
    const timeLimitMs = timeLeftMs();
    if (timeLimitMs > 0) this.#thread.post({ kind: 'check', timeLimitMs });
  }

  /** All that the thread was sent, in order. Only made when there is a result, since it takes time. */
  get operations(): readonly Operation<Input, Output>[] {
    return this.parts.flatMap((part) => this.#all[part]?.operations ?? []);
  }

  end(): Promise<void> {
    return this.#thread.terminate();
  }

  *#messages(): Generator<readonly Operation<Input, Output>[]> {
    let message: Operation<Input, Output>[] = [];
    for (const part of this.parts) {
      for (const op of this.#all[part]?.operations ?? []) {
        message.push(op);
        if (message.length < operationsPerMessage) continue;
        yield message;
        message = [];
      }
    }
    yield message;
  }

  #send(operations: readonly Operation<Input, Output>[]): void {
    try {
      this.#thread.post({ kind: 'operations', operations });
    } catch (cause) {
      const culprit = operations.find((op) => !isSendable(op));
      throw new TypeError(
        `the operation ${describe(culprit)} cannot be sent to another thread: ${String(cause)}. ` +
          'Inputs and outputs have to be plain data for checkInWorkers; `check` takes any',
        { cause },
      );
    }
  }

  #hear(said: FromThread): void {
    switch (said.kind) {
      case 'progress':
        this.progress = said.progress;
        return;
      case 'result':
        this.result = said.partitions;
        this.#finish();
        return;
      case 'failed':
        this.#fail(said.error);
    }
  }
}

function isSendable(value: unknown): boolean {
  try {
    structuredClone(value);
    return true;
  } catch {
    return false;
  }
}

const describe = (op: Operation<unknown, unknown> | undefined): string =>
  op === undefined
    ? 'in a message'
    : `called at ${op.call}${op.id === undefined ? '' : ` (id ${op.id})`}`;
