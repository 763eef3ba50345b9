/** What runs in each thread of `checkInWorkers`: collects operations, checks them, answers. Importing it starts it. */

import { check } from '../check.ts';
import type { PartitionResult } from '../result.ts';
import type { AnyOperation, FromThread, SentPartition, ToThread } from './messages.ts';
import { type AnyModel, resolveModel } from './reference.ts';
import { sendableStates } from './states.ts';

interface Port {
  post(message: FromThread): void;
  listen(listener: (message: ToThread) => void): void;
}

/** As much of a dedicated web worker's global scope as is needed. */
interface WorkerScope {
  postMessage(message: unknown): void;
  addEventListener(type: 'message', listener: (event: { readonly data: ToThread }) => void): void;
}

const isWorkerScope = (scope: unknown): scope is WorkerScope =>
  typeof scope === 'object' && scope !== null && 'postMessage' in scope && !('document' in scope);

/** undefined where nobody is on the other side. */
function connect(): Port | undefined {
  const node = typeof process === 'object' ? process.getBuiltinModule?.('worker_threads') : null;
  const { parentPort } = node ?? {};
  if (parentPort) {
    return {
      post: (message) => parentPort.postMessage(message),
      listen: (listener) => parentPort.on('message', listener),
    };
  }
  const scope: unknown = globalThis;
  if (!isWorkerScope(scope)) return undefined;
  return {
    post: (message) => scope.postMessage(message),
    listen: (listener) => scope.addEventListener('message', ({ data }) => listener(data)),
  };
}

type Begin = Extract<ToThread, { readonly kind: 'begin' }>;

function sent(
  model: AnyModel,
  part: PartitionResult<unknown, unknown, unknown>,
  indexOf: (op: AnyOperation) => number,
): SentPartition {
  const indices = (order: readonly AnyOperation[]): Int32Array => Int32Array.from(order, indexOf);
  const { steps } = part;
  if (part.verdict === 'ok') {
    return { steps, verdict: 'ok', linearization: indices(part.linearization) };
  }
  const partialLinearizations = part.partialLinearizations.map(indices);
  if (part.verdict === 'unknown') {
    return { steps, verdict: 'unknown', partialLinearizations, reason: part.reason };
  }
  const { statesBefore, blocked, conflict } = part;
  return {
    steps,
    verdict: 'illegal',
    partialLinearizations,
    blocked: indexOf(blocked),
    statesBefore: sendableStates(model, statesBefore, part.partialLinearizations),
    conflict: conflict && indices(conflict),
  };
}

class Thread {
  readonly #port: Port;
  readonly #operations: AnyOperation[] = [];
  #begin: Begin | undefined;
  #model: Promise<AnyModel> | undefined;

  constructor(port: Port) {
    this.#port = port;
  }

  async take(message: ToThread): Promise<void> {
    switch (message.kind) {
      case 'begin':
        this.#begin = message;
        this.#model = resolveModel(message.model);
        await this.#model;
        return;
      case 'operations':
        for (const op of message.operations) this.#operations.push(op);
        return;
      case 'check': {
        const model = await this.#model;
        if (model === undefined || this.#begin === undefined) {
          throw new Error('a thread was told to check before it was told what');
        }
        this.#port.post(this.#check(model, this.#begin, message.timeLimitMs));
      }
    }
  }

  #check(model: AnyModel, begin: Begin, timeLimitMs: number): FromThread {
    const flag = begin.stop === undefined ? undefined : new Int32Array(begin.stop);
    const result = check(model, this.#operations, {
      timeLimitMs,
      memoryLimitBytes: begin.memoryLimitBytes,
      exhaustive: begin.exhaustive,
      ignoreHints: begin.ignoreHints,
      onProgress: (progress) => this.#port.post({ kind: 'progress', progress }),
      signal: {
        get aborted() {
          return flag !== undefined && Atomics.load(flag, 0) === 1;
        },
      },
    });
    const indices = new Map(this.#operations.map((op, index) => [op, index]));
    const indexOf = (op: AnyOperation): number => indices.get(op) ?? -1;
    return {
      kind: 'result',
      partitions: result.partitions.map((part) => sent(model, part, indexOf)),
    };
  }
}

const port = connect();
if (port !== undefined) {
  const thread = new Thread(port);
  port.listen((message) => {
    thread.take(message).catch((error: unknown) => {
      port.post({
        kind: 'failed',
        error: error instanceof Error ? error : new Error(String(error)),
      });
    });
  });
}
