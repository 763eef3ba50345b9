/** Short names for what the tests of generators look at. */

import type { Generator, Thread } from '#src/generator/generator';
import {
  type Simulated,
  type SimulationOptions,
  type Source,
  simulate,
} from '#src/generator/index';
import { pending } from '#src/generator/source';
import type { Operation } from '#src/history/operation';

export const fs = (events: readonly Simulated[]): string[] =>
  events.map(({ operation }) => operation.f);

export const values = (events: readonly Simulated[]): unknown[] =>
  events.map(({ operation }) => operation.value);

export const timesMs = (events: readonly Simulated[]): number[] =>
  events.map(({ operation }) => operation.time / 1e6);

/** The invocations of a simulation. */
export const invoked = (source: Source, options?: SimulationOptions): readonly Simulated[] =>
  simulate(source, options).invocations;

/** Always in the mood for one more. */
export const forever = (f: string) => () => ({ f });

/** Never has anything to do, is never over, and counts what it hears. */
export function deaf(heard: Operation[] = []): Generator {
  const self: Generator = {
    next: () => pending(self),
    update(_context, event: Operation, _thread: Thread) {
      heard.push(event);
      return self;
    },
  };
  return self;
}

/** Invocations and their completions as [start, end] in ns with the name of the operation. */
export function spans(
  events: readonly Simulated[],
): { f: string; thread: Thread; start: number; end: number }[] {
  const open = new Map<Thread, { f: string; thread: Thread; start: number; end: number }>();
  const all: { f: string; thread: Thread; start: number; end: number }[] = [];
  for (const { operation, thread } of events) {
    if (operation.type === 'invoke') {
      const span = { f: operation.f, thread, start: operation.time, end: Number.POSITIVE_INFINITY };
      open.set(thread, span);
      all.push(span);
    } else {
      const span = open.get(thread);
      if (span === undefined) throw new Error(`completion without invocation on ${thread}`);
      span.end = operation.time;
      open.delete(thread);
    }
  }
  return all;
}
