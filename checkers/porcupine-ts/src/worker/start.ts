/** Threads, the same to the caller whether they are Node's or a browser's. */

import type { FromThread, ToThread } from './messages.ts';

/** As much of a web worker as is needed; one whose script is `porcupine-ts/worker`. */
export interface WorkerLike {
  postMessage(message: unknown): void;
  terminate(): void;
  addEventListener(
    type: 'message' | 'error' | 'messageerror',
    listener: (event: { readonly data?: unknown; readonly message?: string }) => void,
  ): void;
}

export interface RunningThread {
  post(message: ToThread): void;
  /** At once, whatever it is doing. */
  terminate(): Promise<void>;
}

export interface Listener {
  message(message: FromThread): void;
  /** It will say nothing more. */
  died(error: Error): void;
}

const nodeModule = <Name extends 'worker_threads' | 'os'>(name: Name) =>
  // Browsers have no `process`, bundles for them a poor one; an import would have to be resolved there.
  typeof process === 'object' ? process.getBuiltinModule?.(name) : undefined;

/** How many threads can run at once, here. */
export function parallelism(): number {
  const cores = nodeModule('os')?.availableParallelism();
  return Math.max(1, cores ?? globalThis.navigator?.hardwareConcurrency ?? 1);
}

const asError = (error: unknown): Error =>
  error instanceof Error ? error : new Error(String(error));

/** Options of Node that are about the script of the main thread, and that threads refuse. */
const isAboutTheScript = (option: string): boolean =>
  /^(--input-type|--eval|-e|--print|-p)\b/.test(option);

function startInNode(
  { Worker }: typeof import('node:worker_threads'),
  listener: Listener,
): RunningThread {
  // In the repository this is a source, in the package what was built of it.
  const script = new URL(
    import.meta.url.endsWith('.ts') ? './thread.ts' : './thread.js',
    import.meta.url,
  );
  const isPlain = !process.execArgv.some(isAboutTheScript);
  const worker = new Worker(script, isPlain ? {} : { execArgv: [] });
  worker.on('message', (message: FromThread) => listener.message(message));
  worker.on('error', (error: unknown) => listener.died(asError(error)));
  worker.on('messageerror', (error) => listener.died(error));
  worker.on('exit', (code) => {
    listener.died(new Error(`a worker thread ended by itself, with exit code ${code}`));
  });
  return {
    post: (message) => worker.postMessage(message),
    terminate: async () => {
      await worker.terminate();
    },
  };
}

/** Of browsers. */
declare const Worker: new (script: URL, options: { readonly type: 'module' }) => WorkerLike;

function webWorker(): WorkerLike {
  try {
    // Bundlers look for these very words.
    return new Worker(new URL('./thread.js', import.meta.url), { type: 'module' });
  } catch (cause) {
    throw new Error(
      'the script of the worker cannot be found from here, as happens when a bundler puts everything into one file. ' +
        "Make a file of its own from `porcupine-ts/worker` and give createWorker: () => new Worker('that file', { type: 'module' })",
      { cause },
    );
  }
}

function startInBrowser(worker: WorkerLike, listener: Listener): RunningThread {
  worker.addEventListener('message', ({ data }) => listener.message(data as FromThread));
  worker.addEventListener('messageerror', () =>
    listener.died(new Error('a message of a worker could not be read')),
  );
  worker.addEventListener('error', ({ message }) =>
    listener.died(
      new Error(
        `a worker failed: ${message ?? 'its script cannot be loaded. createWorker: () => new Worker(...) names another'}`,
      ),
    ),
  );
  return {
    post: (message) => worker.postMessage(message),
    terminate: async () => worker.terminate(),
  };
}

/** A new thread. `createWorker` is for browsers whose bundler hides the script. */
export function startThread(
  listener: Listener,
  createWorker: (() => WorkerLike) | undefined,
): RunningThread {
  if (createWorker !== undefined) return startInBrowser(createWorker(), listener);
  const threads = nodeModule('worker_threads');
  if (threads !== undefined) return startInNode(threads, listener);
  return startInBrowser(webWorker(), listener);
}
