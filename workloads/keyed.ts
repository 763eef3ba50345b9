/** What the workloads on many small objects share: a few keys in use at a time, replaced when they are worn. */

import { z } from 'zod';
import { notAnAnswer as answerError } from '#checkers/answers';
import type { Outcome } from '#src/client/connection';
import type { Context, Generator, Next, Thread } from '#src/generator/generator';
import { emit, pending } from '#src/generator/source';
import type { Completion, History, Invocation, Key, Operation } from '#src/history/operation';
import type { Random } from '#src/random/random';
import { type ChooseKey, chooseKey, type KeyDistribution, keyDistribution } from './key-choice.ts';

/** The options that all of them have. `operationsPerKey` keeps each object's history short enough to decide. */
export const keyedOptions = (activeKeys: number, operationsPerKey: number) =>
  z.strictObject({
    /** Objects in use at the same time. Few of them and many clients make contention. */
    activeKeys: z.number().int().min(1).max(10_000).default(activeKeys),
    /** Operations on an object before a fresh one takes its place. */
    operationsPerKey: z.number().int().min(1).max(1_000_000).default(operationsPerKey),
    /** How operations spread over the objects in use. */
    keys: keyDistribution.default('uniform'),
  });

export interface KeyedOptions {
  readonly activeKeys: number;
  readonly operationsPerKey: number;
  readonly keys: KeyDistribution;
}

/** What is done with one object. `State` is what the generator remembers of it. Laws: all methods are pure. */
export interface ObjectPlan<State> {
  /** Begins the name of each key, before its number. */
  readonly prefix: string;
  readonly fresh: State;
  /** The next operation on it, without its key. */
  draw(
    random: Random,
    state: State,
    thread: Thread,
  ): { readonly op: Invocation; readonly state: State };
  /** Told of completions; `worn`: the object is of no use any more. */
  learn?(state: State, event: Operation, thread: Thread): State | 'worn';
  /** Whether this thread has to go on with this object. */
  isBound?(state: State, thread: Thread): boolean;
}

interface Slot<State> {
  readonly key: string;
  readonly operations: number;
  readonly state: State;
}

interface Setting<State> {
  readonly plan: ObjectPlan<State>;
  readonly operationsPerKey: number;
  readonly choose: ChooseKey;
}

/** Endless operations on objects, by free threads. */
export function keyedGenerator<State>(plan: ObjectPlan<State>, options: KeyedOptions): Generator {
  const { activeKeys, operationsPerKey, keys } = options;
  const setting = { plan, operationsPerKey, choose: chooseKey(keys) };
  const slots = Array.from({ length: activeKeys }, (_, i) => freshSlot(plan, i));
  return new KeyedGenerator(setting, slots, activeKeys);
}

const freshSlot = <State>({ prefix, fresh }: ObjectPlan<State>, number: number): Slot<State> => ({
  key: `${prefix}${number}`,
  operations: 0,
  state: fresh,
});

class KeyedGenerator<State> implements Generator {
  readonly #setting: Setting<State>;
  readonly #slots: readonly Slot<State>[];
  readonly #keysUsed: number;

  constructor(setting: Setting<State>, slots: readonly Slot<State>[], keysUsed: number) {
    this.#setting = setting;
    this.#slots = slots;
    this.#keysUsed = keysUsed;
  }

  next(context: Context): Next {
    const { plan, operationsPerKey } = this.#setting;
    const thread = context.someFree((candidate) => candidate !== 'nemesis');
    if (thread === undefined) return pending(this);
    const at = this.#place(context.random, thread);
    const slot = this.#slots[at] as Slot<State>;
    const { op, state } = plan.draw(context.random, slot.state, thread);
    const operations = slot.operations + 1;
    const then =
      operations >= operationsPerKey
        ? this.#replaced(at)
        : this.#with(at, { key: slot.key, operations, state });
    const planned = { ...op, key: slot.key };
    return emit({ kind: 'invoke', timeNs: context.timeNs, thread, op: planned }, then);
  }

  #place(random: Random, thread: Thread): number {
    const { plan, choose } = this.#setting;
    const bound = plan.isBound
      ? this.#slots.findIndex(({ state }) => plan.isBound?.(state, thread) === true)
      : -1;
    return bound === -1 ? choose(random, this.#slots.length) : bound;
  }

  update(_context: Context, event: Operation, thread: Thread): Generator {
    const { plan } = this.#setting;
    if (event.type === 'invoke' || plan.learn === undefined) return this;
    const at = this.#slots.findIndex(({ key }) => key === event.key);
    const slot = this.#slots[at];
    if (slot === undefined) return this;
    const state = plan.learn(slot.state, event, thread);
    if (state === 'worn') return this.#replaced(at);
    return state === slot.state ? this : this.#with(at, { ...slot, state });
  }

  #replaced(at: number): KeyedGenerator<State> {
    const fresh = freshSlot(this.#setting.plan, this.#keysUsed);
    const slots = this.#slots.with(at, fresh);
    return new KeyedGenerator(this.#setting, slots, this.#keysUsed + 1);
  }

  #with(at: number, slot: Slot<State>): KeyedGenerator<State> {
    return new KeyedGenerator(this.#setting, this.#slots.with(at, slot), this.#keysUsed);
  }
}

/** The keys that clients used, the newest first, at most `count`. */
export function newestKeys(history: History, count: number): readonly Key[] {
  const keys = new Set<Key>();
  for (let i = history.length - 1; i >= 0 && keys.size < count; i -= 1) {
    const op = history[i];
    if (op?.process !== 'nemesis' && op?.key !== undefined) keys.add(op.key);
  }
  return [...keys];
}

/**
 * What an outcome means, given what an answer means: an operation that changes nothing and whose answer is not known is the same
 * as one that was not asked.
 */
export const completing =
  (
    changesNothing: (f: string) => boolean,
    answered: (op: Invocation, result: unknown) => Completion,
  ) =>
  (op: Invocation, outcome: Outcome): Completion => {
    const { f, value } = op;
    switch (outcome.kind) {
      case 'fail':
        return { type: 'fail', value, error: outcome.error };
      case 'unknown':
        return { type: changesNothing(f) ? 'fail' : 'info', value, error: outcome.error };
      case 'ok':
        return answered(op, outcome.result);
    }
  };

/** An answer that says nothing about the question: of a change it is not known whether it happened. */
export const notAnAnswer = (
  { value }: Invocation,
  result: unknown,
  type: 'fail' | 'info',
): Completion => ({ type, value, error: `${answerError}${JSON.stringify(result) ?? 'nothing'}` });

export const noSuchOperation = (workload: string, f: string): RangeError =>
  new RangeError(`the workload ${workload} has no operation ${f}`);
