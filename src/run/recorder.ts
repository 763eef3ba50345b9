/** The history as it comes into being: kept in memory for the checkers, and written line by line as it happens. */

import type {
  History,
  Invocation,
  Operation,
  OperationType,
  Process,
} from '../history/operation.ts';
import { HistoryFile } from './history-file.ts';

/** What is known about an operation besides its place in the history. */
export interface Entry {
  /** Ns since the start of the run. */
  readonly time: number;
  readonly type: OperationType;
  readonly process: Process;
  readonly f: string;
  readonly key?: Operation['key'];
  readonly value?: unknown;
  readonly error?: string;
  readonly node?: string;
}

type Growing = { -readonly [Field in keyof Operation]: Operation[Field] };

/** All fields in one literal where possible: fields that are added later cost memory of their own. */
function make(
  index: number,
  time: number,
  type: OperationType,
  process: Process,
  { f, key }: Invocation,
  value: unknown,
): Growing {
  if (key === undefined) {
    return value === undefined
      ? { index, time, type, process, f }
      : { index, time, type, process, f, value };
  }
  return value === undefined
    ? { index, time, type, process, f, key }
    : { index, time, type, process, f, key, value };
}

/** The same for what most operations are: at a node, and without an error. The fields are in the same order as always. */
function makeAt(
  node: string,
  index: number,
  time: number,
  type: OperationType,
  process: Process,
  { f, key }: Invocation,
  value: unknown,
): Growing {
  if (key === undefined) {
    return value === undefined
      ? { index, time, type, process, f, node }
      : { index, time, type, process, f, value, node };
  }
  return value === undefined
    ? { index, time, type, process, f, key, node }
    : { index, time, type, process, f, key, value, node };
}

/** Operations are indexed in the order in which they are recorded, and their times never go back. */
export class Recorder {
  readonly #operations: Operation[] = [];
  readonly #file: HistoryFile | undefined;
  #lastNs = 0;

  constructor(file?: HistoryFile) {
    this.#file = file;
  }

  /** Grows while the run goes on. */
  get operations(): History {
    return this.#operations;
  }

  /** Whoever records should wait for `drained` first: the disk is behind. */
  get congested(): boolean {
    return this.#file?.congested === true;
  }

  /**
   * Puts an operation into the history, at its time or, if something later has been recorded already, at that time. Throws
   * TypeError when it cannot be written as JSON, and HarnessFailure when the disk has failed; then it is not in the history.
   */
  record({ time, type, process, f, key, value, error, node }: Entry): Operation {
    return this.add(
      time,
      type,
      process,
      key === undefined ? { f } : { f, key },
      value,
      error,
      node,
    );
  }

  /** The same, without an object for each call. */
  add(
    timeNs: number,
    type: OperationType,
    process: Process,
    op: Invocation,
    value: unknown,
    error: string | undefined,
    node: string | undefined,
    dueNs?: number,
  ): Operation {
    const time = timeNs > this.#lastNs ? timeNs : this.#lastNs;
    const index = this.#operations.length;
    const isPlain = node !== undefined && error === undefined;
    const operation = isPlain
      ? makeAt(node, index, time, type, process, op, value)
      : make(index, time, type, process, op, value);
    if (error !== undefined) operation.error = error;
    if (node !== undefined && !isPlain) operation.node = node;
    if (dueNs !== undefined) operation.due = dueNs;
    this.#file?.append(operation);
    this.#operations.push(operation);
    this.#lastNs = time;
    return operation;
  }

  /** Resolves when it is not congested. Rejects with HarnessFailure when the disk has failed. */
  async drained(): Promise<void> {
    await this.#file?.drained();
  }

  /** Resolves when the file is complete and on disk. Rejects with HarnessFailure when it is not. May be called twice. */
  async close(): Promise<void> {
    await this.#file?.close();
  }
}

/** Records in memory only: for the simulated world, where waiting for a disk would not be deterministic. */
export const memoryRecorder = (): Recorder => new Recorder();

/** Records into a new file as well. Throws HarnessFailure when it exists already or cannot be made. */
export const fileRecorder = (path: string): Recorder => new Recorder(new HistoryFile(path));
