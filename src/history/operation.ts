/** One line of a history: what a process asked for, or what it learnt about what it had asked for. */

export type OperationType = 'invoke' | 'ok' | 'fail' | 'info';

/** Client processes are numbers; whatever injects faults writes its own lines as `nemesis`. */
export type Process = number | 'nemesis';

export type Key = string | number;

export interface Operation {
  /** Position in the history, from 0, without gaps. */
  readonly index: number;
  /** Integer nanoseconds since the start of the run, from a monotonic clock. */
  readonly time: number;
  /** `ok` happened, `fail` definitely did not, `info` may still happen at any later time. */
  readonly type: OperationType;
  readonly process: Process;
  /** What was asked: `read`, `write`, `cas`, ... */
  readonly f: string;
  /** For workloads over many independent objects: which one. */
  readonly key?: Key;
  /** `[from, to]` for a cas, `[[f, key, value], ...]` for a transaction. */
  readonly value?: unknown;
  readonly error?: string;
  /** The node that the process is bound to. */
  readonly node?: string;
  /**
   * Of an invocation: when it was due, in ns like `time`, where it was asked 1 ms later than that or more, because all clients
   * were still waiting for answers. Latency that is counted from here does not leave out what nobody was free to ask.
   */
  readonly due?: number;
}

/** What an operation asks, before it has a place in a history. */
export interface Invocation {
  readonly f: string;
  readonly key?: Key;
  readonly value?: unknown;
}

/** How an invocation ended. `value` is the result of a read, or the argument again. */
export interface Completion {
  readonly type: 'ok' | 'fail' | 'info';
  readonly value?: unknown;
  readonly error?: string;
}

export type History = readonly Operation[];
