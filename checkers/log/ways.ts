/** The way of each process through the logs: what it sent must lie behind what was there, what it polls must leave nothing out. */

import type { Pair } from '#src/history/pairs';
import { show } from '#src/history/source';
import type { Found } from '../found.ts';
import { type Log, type LogOperation, type Logs, type Message, named } from './known.ts';
import { isFreshStart, type Poll, type Send } from './steps.ts';

const both = ({ invoke, completion }: Pair) => [invoke, completion];

export class Ways {
  readonly #logs: Logs;
  readonly #found: Found;
  /** By process and key: the offset that was polled last, and by what. */
  readonly #polled = new Map<
    unknown,
    Map<string, { readonly offset: number; readonly pair: Pair }>
  >();
  readonly #sent = new Map<string, { readonly offset: number; readonly pair: Pair }>();
  /** Messages that are known to be lost: each is told once. */
  readonly #lost = new Set<Message>();

  constructor(logs: Logs, found: Found) {
    this.#logs = logs;
    this.#found = found;
  }

  /** Told of every operation, in the order of the invocations. */
  see({ pair, steps }: LogOperation): void {
    const { invoke, completion } = pair;
    if (isFreshStart(invoke.f)) this.#polled.delete(invoke.process);
    if (completion?.type !== 'ok') return;
    for (const step of steps) {
      const log = this.#logs.get(step.key);
      if (log === undefined) continue;
      if (step.kind === 'send') this.#send(step, log, pair);
      else this.#poll(step, log, pair);
    }
  }

  #send({ key, offset, value }: Send, log: Log, pair: Pair): void {
    if (offset === undefined) return;
    const { invoke, completion } = pair;
    const impossible = completion?.index;
    const own = `${invoke.process} ${key}`;
    const last = this.#sent.get(own);
    const largest = log.largestBefore(invoke.index);
    if (last !== undefined && last.offset >= offset) {
      const name = last.pair === pair ? 'int-nonmonotonic-send' : 'nonmonotonic-send';
      this.#found.add(name, () => ({
        operations: [...both(last.pair), ...both(pair)],
        impossible,
        explanation: `Process ${invoke.process} sent ${show(value)} to ${key} and was told offset ${offset}, but what it had sent before is at offset ${last.offset}.`,
      }));
    } else if (largest >= offset) {
      const there = log.byOffset.get(largest);
      this.#found.add('stale-send', () => ({
        operations: [...both(pair), ...(there?.sender ? both(there.sender) : [])],
        impossible,
        explanation: `Process ${invoke.process} sent ${show(value)} to ${key} and was told offset ${offset}, but before it asked, offset ${largest} had been given away.`,
      }));
    }
    this.#sent.set(own, { offset, pair });
  }

  #poll(step: Poll, log: Log, pair: Pair): void {
    const { key, from, messages } = step;
    const process = pair.invoke.process;
    const own = this.#polled.get(process) ?? new Map();
    this.#polled.set(process, own);
    const last: { offset: number; pair: Pair } | undefined =
      from === undefined ? own.get(key) : undefined;
    let at = from === undefined ? last?.offset : from - 1;
    for (const [i, [offset]] of messages.entries()) {
      if (at !== undefined && offset <= at) this.#goesBack(step, offset, at, i, pair, last?.pair);
      else if (at !== undefined) {
        const name = i === 0 ? 'poll-skip' : 'int-poll-skip';
        for (const left of log.between(at, offset)) this.#leftOut(name, key, log, left, pair);
      }
      at = offset;
    }
    // Who asks for everything gets what was there when it asked.
    if (from !== undefined && at !== undefined) {
      const largest = log.largestBefore(pair.invoke.index);
      for (const left of log.between(at, largest + 1)) {
        this.#leftOut('stale-poll', key, log, left, pair);
      }
    }
    if (at !== undefined && messages.length > 0) own.set(key, { offset: at, pair });
  }

  #goesBack(
    { key }: Poll,
    offset: number,
    at: number,
    i: number,
    pair: Pair,
    last: Pair | undefined,
  ): void {
    this.#found.add(i === 0 ? 'nonmonotonic-poll' : 'int-nonmonotonic-poll', () => ({
      operations: [...(last ? both(last) : []), ...both(pair)],
      impossible: pair.completion?.index,
      explanation: `Process ${pair.invoke.process} polled offset ${offset} of ${key} after offset ${at}: it went back.`,
    }));
  }

  /** A message that a poll should have returned. Worse if no poll ever did. */
  #leftOut(name: string, key: string, log: Log, offset: number, pair: Pair): void {
    const message = log.byOffset.get(offset);
    if (message === undefined) return;
    // What was sent while somebody polled need not be there yet.
    const isAnswered = (message.sender?.completion?.index ?? Infinity) < pair.invoke.index;
    if (name === 'stale-poll' && !isAnswered) return;
    const isLost = !message.polled;
    if (isLost && this.#lost.has(message)) return;
    if (isLost) this.#lost.add(message);
    this.#found.add(isLost ? 'lost-write' : name, () => ({
      operations: [...(message.seen ? both(message.seen) : []), ...both(pair)],
      impossible: pair.completion?.index,
      explanation: isLost
        ? `${named(key, message)} was acknowledged to process ${message.sender?.invoke.process}, but no poll ever returned it; process ${pair.invoke.process} polled past it or to the end without it.`
        : `Process ${pair.invoke.process} polled past ${named(key, message)} without it, although it was there: process ${message.seen?.invoke.process} knew of it.`,
    }));
  }
}
