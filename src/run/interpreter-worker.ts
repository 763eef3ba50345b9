/** One thread of the interpreter: the client it holds, the operation it is at, and the answer it got. */

import type { Thread } from '../generator/generator.ts';
import type { Completion, Invocation, OperationType, Process } from '../history/operation.ts';
import type { Wake } from './timeline.ts';

/**
 * What does operations for one process. Laws: one `invoke` at a time; `fail` only when the operation definitely had and will
 * have no effect. `close` ends an operation in progress; it may be called at any time, also twice.
 */
export interface Client {
  invoke(op: Invocation): Promise<Completion>;
  /** The same without a promise: calls `ended` or `failed` once, perhaps at once. Left out: there is only `invoke`. */
  start?(
    op: Invocation,
    ended: (completion: Completion) => void,
    failed: (error: unknown) => void,
  ): void;
  close(): void | Promise<void>;
}

/** Opens the client of a process, which runs on this thread. To throw means: certainly nothing was or will be done. */
export type Open = (process: number, thread: number) => Client | Promise<Client>;

/** An operation's end, as it is recorded. */
export interface Answer {
  readonly type: Exclude<OperationType, 'invoke'>;
  readonly value: unknown;
  readonly error: string | undefined;
}

/** What a worker tells its interpreter. */
export interface Listener {
  nowNs(): number;
  answered(worker: ThreadWorker): void;
  discard(client: Client, process: Process): void;
}

export class ThreadWorker {
  readonly thread: Thread;
  process: Process;
  /** The node that the process is bound to. */
  node: string | undefined;
  client: Client | undefined;
  /** The operation that it is at. */
  op: Invocation | undefined;
  /** Set once the operation has ended, until that is recorded. */
  answer: Answer | undefined;
  answeredNs = 0;
  /** Set while it sleeps. */
  sleep: Wake | undefined;
  readonly #listener: Listener;

  constructor(thread: Thread, process: Process, listener: Listener) {
    this.thread = thread;
    this.process = process;
    this.#listener = listener;
  }

  /** Starts an operation. Gives whether promises are involved; the answer is never recorded within this call. */
  start(op: Invocation, open: Open): boolean {
    this.op = op;
    if (this.client === undefined) this.#open(op, open);
    else this.#invoke(this.client, op);
    return this.client?.start === undefined;
  }

  #invoke(client: Client, op: Invocation): void {
    if (client.start !== undefined) {
      try {
        client.start(op, this.#onAnswer, this.#onError);
      } catch (error) {
        this.#onError(error);
      }
      return;
    }
    try {
      client.invoke(op).then(this.#onAnswer, this.#onError);
    } catch (error) {
      queueMicrotask(() => this.#onError(error));
    }
  }

  #open(op: Invocation, open: Open): void {
    const opening = (async () => open(Number(this.process), Number(this.thread)))();
    opening.then(
      (client) => {
        // Given up in the meantime: nobody may use it any more.
        if (this.op !== op) return this.#listener.discard(client, this.process);
        this.client = client;
        this.#invoke(client, op);
      },
      (error: unknown) => this.#end('fail', undefined, `no client: ${messageOf(error)}`),
    );
  }

  // Made once per thread, not once per operation.
  readonly #onAnswer = (completion: Completion): void => {
    const type: unknown = completion?.type;
    if (type === 'ok' || type === 'fail' || type === 'info') {
      this.#end(type, completion.value, completion.error);
    } else {
      // Whatever it meant, it may have happened.
      this.#end('info', undefined, `indeterminate: the client answered with type ${String(type)}`);
    }
  };

  readonly #onError = (error: unknown): void => {
    this.#end('info', undefined, `indeterminate: ${messageOf(error)}`);
  };

  #end(type: Answer['type'], value: unknown, error: string | undefined): void {
    // Given up in the meantime.
    if (this.op === undefined) return;
    this.answer = { type, value: value === undefined ? this.op.value : value, error };
    this.answeredNs = this.#listener.nowNs();
    this.#listener.answered(this);
  }
}

/** The message of anything that was thrown. */
export const messageOf = (error: unknown): string =>
  error instanceof Error ? error.message : String(error);
