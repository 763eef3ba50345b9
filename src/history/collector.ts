/** From what a file says to operations: every reader hands its fields to one of these, which refuses what makes no sense. */

import type { Key, Operation, OperationType, Process } from './operation.ts';
import { badLine, show } from './source.ts';

/** Something a reader saw that is no error, but that a verdict should not hide. */
export type Warning =
  /** The last line was cut off in the middle, as a killed writer leaves it; it was ignored. */
  | { readonly kind: 'torn-last-line'; readonly line: number; readonly message: string }
  /** Times that go back were replaced by the latest time before them: the order of the lines counts. */
  | { readonly kind: 'time-went-back'; readonly line: number; readonly message: string }
  /** The file holds no operation of any client. */
  | { readonly kind: 'no-operations'; readonly message: string };

/** The fields of one operation as found, by the names that Jepsen gave them. `undefined`: not there. */
export interface RawOperation {
  readonly index?: unknown;
  readonly time?: unknown;
  readonly type?: unknown;
  readonly process?: unknown;
  readonly f?: unknown;
  readonly key?: unknown;
  readonly value?: unknown;
  readonly error?: unknown;
  readonly node?: unknown;
  readonly due?: unknown;
}

export interface Collected {
  readonly history: readonly Operation[];
  readonly lines: readonly number[];
  readonly warnings: readonly Warning[];
}

const types: ReadonlySet<unknown> = new Set<OperationType>(['invoke', 'ok', 'fail', 'info']);
const isType = (value: unknown): value is OperationType => types.has(value);

/** A count or position: an integer from 0. */
const isNatural = (value: unknown): value is number =>
  typeof value === 'number' && Number.isInteger(value) && value >= 0;

const isTransaction = (value: unknown): boolean =>
  Array.isArray(value) && value.length > 0 && value.every((step) => Array.isArray(step));

const operationFields =
  'an operation with type, process and f, such as {"type":"invoke","process":0,"f":"read","value":null}';

/**
 * `strict` keeps times as they are, for whoever validates. `follows-order` is for recorders that took the time a moment
 * before they took their place in the history, as Jepsen did: there the order is the truth, and times that go back are
 * raised to the time before, with a warning.
 */
export type Clock = 'strict' | 'follows-order';

/**
 * Gathers the operations of one file in order. What a file may leave out is made up from the order: the index is always
 * the position (given ones only have to grow); without any time each operation gets its position as its time; a time that
 * is missing among others is that of the operation before. Where no operation names a process, all are by process 0.
 */
export class Collector {
  readonly #file: string;
  readonly #history: Operation[] = [];
  readonly #lines: number[] = [];
  #lastIndex = -1;
  #timed = false;
  #anonymous = false;
  readonly #clock: Clock;
  #wentBack: { readonly firstLine: number; count: number; mostNs: number } | undefined;

  constructor(file: string, clock: Clock = 'strict') {
    this.#file = file;
    this.#clock = clock;
  }

  get size(): number {
    return this.#history.length;
  }

  /** Adds one operation, found on `line`. Throws BadInput when a field is missing or has a value that it cannot have. */
  add(raw: RawOperation, line: number): void {
    this.#checkIndex(raw.index, line);
    const { type } = raw;
    if (!isType(type)) {
      const problem = type === undefined ? 'no type' : `unknown type ${show(type)}`;
      throw this.#bad(line, problem, `invoke, ok, fail, info in ${operationFields}`);
    }
    const process = this.#process(raw.process, line);
    const key = raw.key ?? undefined;
    if (key !== undefined && !isKey(key)) {
      throw this.#bad(line, `key ${show(key)}`, 'a string or a number');
    }
    this.#history.push({
      index: this.#history.length,
      time: this.#time(raw.time, line),
      type,
      process,
      f: this.#function(raw, process, line),
      ...(key === undefined ? undefined : { key }),
      ...(raw.value === undefined ? undefined : { value: raw.value }),
      ...(isAbsent(raw.error) ? undefined : { error: asText(raw.error) }),
      ...(isAbsent(raw.node) ? undefined : { node: asText(raw.node) }),
      ...(typeof raw.due === 'number' ? { due: raw.due } : undefined),
    });
    this.#lines.push(line);
  }

  finish(): Collected {
    return { history: this.#history, lines: this.#lines, warnings: this.#warnings() };
  }

  #warnings(): Warning[] {
    const back = this.#wentBack;
    if (back === undefined) return [];
    const message = `${this.#file}:${back.firstLine}: time goes backwards here${back.count > 1 ? ` and on ${back.count - 1} more lines` : ''}, by up to ${back.mostNs} ns; the order of the lines was taken as the truth`;
    return [{ kind: 'time-went-back', line: back.firstLine, message }];
  }

  #bad(line: number, problem: string, allowed: string): Error {
    return badLine(this.#file, line, { problem, allowed });
  }

  /** Given positions need not be ours (a part of a longer history is fine), but the order must be. */
  #checkIndex(index: unknown, line: number): void {
    if (isAbsent(index)) return;
    if (!isNatural(index) || index <= this.#lastIndex) {
      const allowed = `an integer above ${this.#lastIndex}, the index before it: operations in the order in which they happened`;
      throw this.#bad(line, `index ${show(index)}`, allowed);
    }
    this.#lastIndex = index;
  }

  #process(process: unknown, line: number): Process {
    const isMissing = isAbsent(process);
    if (this.size === 0) this.#anonymous = isMissing;
    if (isMissing && this.#anonymous) return 0;
    if (process === 'nemesis') return process;
    if (isNatural(process) && !this.#anonymous) return process;
    const problem = isMissing ? 'no process' : `process ${show(process)}`;
    const allowed = this.#anonymous
      ? 'no process on any operation, or one on every operation'
      : `an integer from 0, or nemesis, in ${operationFields}`;
    throw this.#bad(line, problem, allowed);
  }

  #function(raw: RawOperation, process: Process, line: number): string {
    if (typeof raw.f === 'string') return raw.f;
    // Composed nemeses have functions such as [:partition :start].
    if (process === 'nemesis') return isAbsent(raw.f) ? 'nemesis' : JSON.stringify(raw.f);
    // Elle's own test histories hold nothing but transactions and do not say so.
    if (isAbsent(raw.f) && isTransaction(raw.value)) return 'txn';
    const problem = isAbsent(raw.f) ? 'no f' : `f ${show(raw.f)}`;
    throw this.#bad(line, problem, `a name, in ${operationFields}`);
  }

  #time(time: unknown, line: number): number {
    if (isAbsent(time)) {
      if (!this.#timed) return this.size;
      return this.#history.at(-1)?.time ?? 0;
    }
    const at = typeof time === 'bigint' ? Number(time) : time;
    if (!isNatural(at)) {
      throw this.#bad(line, `time ${show(time)}`, 'an integer from 0, in nanoseconds');
    }
    if (!this.#timed) this.#startClock(at);
    const before = this.#history.at(-1)?.time ?? 0;
    if (at >= before || this.#clock === 'strict') return at;
    this.#wentBack ??= { firstLine: line, count: 0, mostNs: 0 };
    this.#wentBack.count += 1;
    this.#wentBack.mostNs = Math.max(this.#wentBack.mostNs, before - at);
    return before;
  }

  /** The first time in the file: operations before it, which had none, happened by then. */
  #startClock(at: number): void {
    this.#timed = true;
    for (const [i, op] of this.#history.entries()) this.#history[i] = { ...op, time: at };
  }
}

const isAbsent = (value: unknown): value is null | undefined =>
  value === null || value === undefined;

const isKey = (value: unknown): value is Key =>
  typeof value === 'string' || (typeof value === 'number' && Number.isFinite(value));

/** Errors are often data ([:timed-out nil]); here they are text. */
const asText = (value: unknown): string =>
  typeof value === 'string' ? value : JSON.stringify(value);
