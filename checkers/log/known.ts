/** What a history tells of its logs: which message is where, who sent it, and whether somebody polled it. */

import { BadInput } from '#src/errors';
import type { Pair } from '#src/history/pairs';
import { describeOperation, show } from '#src/history/source';
import type { Deadline, Found } from '../found.ts';
import { identity } from '../identity.ts';
import type { LogStep } from './steps.ts';

/** An operation with its steps. */
export interface LogOperation {
  readonly pair: Pair;
  readonly steps: readonly LogStep[];
}

export interface Message {
  readonly value: unknown;
  /** Who sent it; undefined: nobody did. */
  readonly sender: Pair | undefined;
  /** Who saw it first at its offset: its sender, or a poll. */
  seen: Pair | undefined;
  offset: number | undefined;
  /** Whether some poll returned it. */
  polled: boolean;
}

/** One log. */
export class Log {
  readonly messages = new Map<string | number, Message>();
  readonly byOffset = new Map<number, Message>();
  /** Offsets that hold something, in order; after `close`. */
  offsets: readonly number[] = [];
  /** Answered sends in the order of their answers, with the largest offset so far. */
  readonly acknowledged: { readonly index: number; readonly largest: number }[] = [];

  message(value: unknown): Message | undefined {
    return this.messages.get(identity(value));
  }

  add(value: unknown, sender: Pair | undefined): Message {
    const message: Message = { value, sender, seen: undefined, offset: undefined, polled: false };
    this.messages.set(identity(value), message);
    return message;
  }

  close(): void {
    this.offsets = [...this.byOffset.keys()].sort((a, b) => a - b);
  }

  /** The known offsets between the two, both excluded. */
  between(low: number, high: number): readonly number[] {
    const from = countUntil(this.offsets.length, (i) => (this.offsets[i] ?? 0) <= low);
    const to = countUntil(this.offsets.length, (i) => (this.offsets[i] ?? 0) < high);
    return this.offsets.slice(from, to);
  }

  /** The largest offset that was acknowledged above the line `index` of the history; -1: none. */
  largestBefore(index: number): number {
    const count = countUntil(
      this.acknowledged.length,
      (i) => (this.acknowledged[i]?.index ?? 0) < index,
    );
    return this.acknowledged[count - 1]?.largest ?? -1;
  }
}

/** How many of 0, 1, 2, ... come before the first for which it does not hold. */
function countUntil(length: number, holds: (i: number) => boolean): number {
  let low = 0;
  let high = length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (holds(middle)) low = middle + 1;
    else high = middle;
  }
  return low;
}

export type Logs = ReadonlyMap<string, Log>;

/** The name of a message for people: `"a" at offset 3 of x`. */
export const named = (key: string, { value, offset }: Message): string =>
  `${show(value)} at offset ${offset ?? '?'} of ${key}`;

function place(key: string, log: Log, message: Message, offset: number, pair: Pair, found: Found) {
  const operations = [message.seen, message.sender, pair].flatMap((one) => [
    one?.invoke,
    one?.completion,
  ]);
  const impossible = pair.completion?.index;
  const { process } = pair.invoke;
  if (message.offset !== undefined && message.offset !== offset) {
    found.add('duplicate', () => ({
      operations,
      impossible,
      explanation: `${show(message.value)} is in ${key} twice: at offset ${message.offset}, and, as process ${process} was told, at offset ${offset}. It was sent once.`,
    }));
  }
  const there = log.byOffset.get(offset);
  if (there !== undefined && there !== message) {
    found.add('inconsistent-offsets', () => ({
      operations: [...operations, there.seen?.invoke, there.seen?.completion],
      impossible,
      explanation: `Offset ${offset} of ${key} held ${show(there.value)} for process ${there.seen?.invoke.process}, and ${show(message.value)} for process ${process}: what is once in a log stays.`,
    }));
  }
  message.offset ??= offset;
  message.seen ??= pair;
  if (there === undefined) log.byOffset.set(offset, message);
}

function send(log: Log, step: LogStep & { readonly kind: 'send' }, pair: Pair): void {
  if (log.message(step.value) !== undefined) {
    const { invoke } = pair;
    throw new BadInput(
      `operation ${invoke.index}, ${describeOperation(invoke)}: ${show(step.value)} is sent to ${step.key} a second time. Allowed: values that are sent to a key once, so that a message names its sender.`,
    );
  }
  log.add(step.value, pair);
}

function poll(log: Log, step: LogStep & { readonly kind: 'poll' }, pair: Pair, found: Found): void {
  const { completion, invoke } = pair;
  for (const [offset, value] of step.messages) {
    const known = log.message(value);
    const message = known ?? log.add(value, undefined);
    message.polled = true;
    if (message.sender === undefined) {
      found.add('garbage-read', () => ({
        operations: [invoke, completion],
        impossible: completion?.index,
        explanation: `Process ${invoke.process} polled ${show(value)} from ${step.key}, which nobody sent there.`,
      }));
    } else if (message.sender.invoke.index > (completion?.index ?? Infinity)) {
      found.add('garbage-read', () => ({
        operations: [invoke, completion, message.sender?.invoke],
        impossible: completion?.index,
        explanation: `Process ${invoke.process} polled ${show(value)} from ${step.key}, and nobody had asked to send it there by then.`,
      }));
    } else if (message.sender.completion?.type === 'fail') {
      found.add('aborted-read', () => ({
        operations: [message.sender?.invoke, message.sender?.completion, invoke, completion],
        impossible: completion?.index,
        explanation: `Process ${invoke.process} polled ${show(value)} from ${step.key}, but the send of it had failed: it is not there.`,
      }));
    }
    place(step.key, log, message, offset, pair, found);
  }
}

const messagesIn = (steps: readonly LogStep[]): number =>
  steps.reduce((sum, step) => sum + (step.kind === 'poll' ? step.messages.length : 1), 0);

/** Reads all of the history once; finds what is wrong with single messages. Undefined when the time was up before all was read. */
export function knownLogs(
  operations: readonly LogOperation[],
  found: Found,
  deadline: Deadline,
): Logs | undefined {
  const logs = new Map<string, Log>();
  const logOf = (key: string): Log => {
    const known = logs.get(key) ?? new Log();
    logs.set(key, known);
    return known;
  };
  // First who sent what: a poll may stand above the invocation's line of nobody, but never above its sender's.
  for (const { pair, steps } of operations) {
    if (deadline.isPast(1 + steps.length)) return undefined;
    for (const step of steps) if (step.kind === 'send') send(logOf(step.key), step, pair);
  }
  const answered: { readonly index: number; readonly log: Log; readonly offset: number }[] = [];
  for (const { pair, steps } of operations) {
    if (deadline.isPast(1 + messagesIn(steps))) return undefined;
    for (const step of steps) {
      const log = logOf(step.key);
      if (step.kind === 'poll') poll(log, step, pair, found);
      else if (step.offset !== undefined && pair.completion?.type === 'ok') {
        const message = log.message(step.value);
        if (message !== undefined) place(step.key, log, message, step.offset, pair, found);
        answered.push({ index: pair.completion.index, log, offset: step.offset });
      }
    }
  }
  answered.sort((a, b) => a.index - b.index);
  for (const { index, log, offset } of answered) {
    const largest = Math.max(offset, log.acknowledged.at(-1)?.largest ?? -1);
    log.acknowledged.push({ index, largest });
  }
  for (const log of logs.values()) log.close();
  return logs;
}
