/** Reads, writes and compare-and-sets on many keys, a few of them hot at any time. Half of the clients only read. */

import { z } from 'zod';
import { answers, notAnAnswer } from '#checkers/answers';
import { keyName } from '#checkers/identity';
import { invariants } from '#checkers/invariants';
import { linearizable } from '#checkers/linearizable';
import { logPattern } from '#checkers/log-pattern';
import { refusals } from '#checkers/refusals';
import { stats } from '#checkers/stats';
import type { Call, Outcome } from '#src/client/connection';
import type { Context, Generator, Next, Thread } from '#src/generator/generator';
import { emit, pending } from '#src/generator/source';
import type { Completion, History, Invocation, Key, Operation } from '#src/history/operation';
import { fraction, type Random } from '#src/random/random';
import { chooseKey, keyDistribution } from './key-choice.ts';
import type { Workload, WorkloadKind } from './workload.ts';

const optionsSchema = z.strictObject({
  /** Keys in use at the same time. Few keys and many clients make contention, which is what shows stale reads. */
  activeKeys: z.number().int().min(1).max(10_000).default(5),
  /** Operations on a key before a fresh one takes its place: keeps each key's history short enough to decide. */
  operationsPerKey: z.number().int().min(1).max(1_000_000).default(150),
  /** How operations spread over the keys in use. */
  keys: keyDistribution.default('uniform'),
  /** Share of the clients that only read, the others only update. A client that is alone reads with this probability. */
  readShare: z.number().min(0).max(1).default(0.5),
});
type Options = z.infer<typeof optionsSchema>;

/** One key in use. Written values are 0, 1, 2, ... per key: a value that is read names its writer, and 0 is not nothing. */
interface Slot {
  readonly key: string;
  readonly operations: number;
  readonly nextValue: number;
  /** The newest value seen in a completion, so that a compare-and-set has a fair chance. */
  readonly seen: number | null;
}

const freshSlot = (number: number): Slot => ({
  key: `k${number}`,
  operations: 0,
  nextValue: 0,
  seen: null,
});

/** Was and will be the value of no key. */
const neverThere = -1;

/** Of three updates, two write and one compares and sets; one in eight of these expects what was never there, and must fail. */
function drawUpdate(random: Random, slot: Slot): Invocation {
  if (random.below(3) < 2) return { f: 'write', key: slot.key, value: slot.nextValue };
  const from = random.below(8) === 0 ? neverThere : slot.seen;
  return { f: 'cas', key: slot.key, value: [from, slot.nextValue] };
}

/** The value that a completed operation left behind or saw. */
function seenIn(op: Operation): number | undefined {
  const value = op.f === 'cas' && Array.isArray(op.value) ? op.value[1] : op.value;
  return typeof value === 'number' ? value : undefined;
}

class RegisterGenerator implements Generator {
  readonly #options: Options;
  /** Threads below this only read: an update that hangs on a node that is cut off must not end the reading there. */
  readonly #readers: number;
  readonly #slots: readonly Slot[];
  readonly #keysUsed: number;

  constructor(options: Options, readers: number, slots: readonly Slot[], keysUsed: number) {
    this.#options = options;
    this.#readers = readers;
    this.#slots = slots;
    this.#keysUsed = keysUsed;
  }

  next(context: Context): Next {
    const thread = context.someFree((candidate) => candidate !== 'nemesis');
    if (thread === undefined) return pending(this);
    const at = chooseKey(this.#options.keys)(context.random, this.#slots.length);
    const slot = this.#slots[at] as Slot;
    const op: Invocation = this.#isReading(context, thread)
      ? { f: 'read', key: slot.key, value: null }
      : drawUpdate(context.random, slot);
    const worn = slot.operations + 1 >= this.#options.operationsPerKey;
    const nextSlot = worn
      ? freshSlot(this.#keysUsed)
      : {
          key: slot.key,
          operations: slot.operations + 1,
          nextValue: op.f === 'read' ? slot.nextValue : slot.nextValue + 1,
          seen: slot.seen,
        };
    const then = new RegisterGenerator(
      this.#options,
      this.#readers,
      this.#slots.with(at, nextSlot),
      worn ? this.#keysUsed + 1 : this.#keysUsed,
    );
    return emit({ kind: 'invoke', timeNs: context.timeNs, thread, op }, then);
  }

  #isReading({ concurrency, random }: Context, thread: Thread): boolean {
    if (concurrency === 1) return fraction(random) < this.#options.readShare;
    return Number(thread) < this.#readers;
  }

  update(_context: Context, event: Operation, _thread: Thread): Generator {
    if (event.type !== 'ok') return this;
    const at = this.#slots.findIndex((slot) => slot.key === event.key);
    const slot = this.#slots[at];
    const seen = seenIn(event);
    if (slot === undefined || seen === undefined || seen === slot.seen) return this;
    return new RegisterGenerator(
      this.#options,
      this.#readers,
      this.#slots.with(at, { ...slot, seen }),
      this.#keysUsed,
    );
  }
}

function call(op: Invocation): Call {
  const key = keyName(op.key);
  switch (op.f) {
    case 'read':
      return { f: 'read', key };
    case 'write':
      return { f: 'write', key, value: op.value };
    case 'cas': {
      const [from, to] = op.value as readonly [unknown, unknown];
      return { f: 'cas', key, from, to };
    }
    default:
      throw new RangeError(`the register workload has no operation ${op.f}`);
  }
}

/** Only what an answer says is taken for known: one that says nothing must neither pass for a read nor for a refusal. */
function answered(op: Invocation, result: unknown): Completion {
  const { f, value } = op;
  if (f === 'write' || (f === 'cas' && result === true)) return { type: 'ok', value };
  if (f === 'cas') {
    return result === false
      ? { type: 'fail', value, error: 'precondition: another value was there' }
      : { type: 'info', value, error: `${notAnAnswer}${JSON.stringify(result)}` };
  }
  return result === undefined
    ? { type: 'fail', value, error: `${notAnAnswer}it has no value` }
    : { type: 'ok', value: result };
}

function completion(op: Invocation, outcome: Outcome): Completion {
  switch (outcome.kind) {
    case 'fail':
      return { type: 'fail', value: op.value, error: outcome.error };
    case 'unknown':
      // A read changes nothing, so not knowing its result is the same as not having asked.
      return { type: op.f === 'read' ? 'fail' : 'info', value: op.value, error: outcome.error };
    case 'ok':
      return answered(op, outcome.result);
  }
}

/** Reads of the keys that were in use last: what was acknowledged must still be there. */
function finalOperations(history: History, count: number): readonly Invocation[] {
  const keys = new Set<Key>();
  for (let i = history.length - 1; i >= 0 && keys.size < count; i -= 1) {
    const key = history[i]?.key;
    if (key !== undefined) keys.add(key);
  }
  return [...keys].map((key) => ({ f: 'read', key, value: null }));
}

export const register: WorkloadKind<Options> = {
  name: 'register',
  summary: 'reads, writes and compare-and-sets on many keys; each key is one linearizable register',
  options: optionsSchema,
  create(options, { concurrency }): Workload {
    const readers = Math.floor(concurrency * options.readShare);
    const slots = Array.from({ length: options.activeKeys }, (_, i) => freshSlot(i));
    return {
      name: 'register',
      claim: 'Each key behaves like one atomic register: every read returns the latest write.',
      generator: new RegisterGenerator(options, readers, slots, options.activeKeys),
      probe: { f: 'read', key: 'k0', value: null },
      finalOperations: (history) => finalOperations(history, options.activeKeys),
      call,
      completion,
      checkers: [
        linearizable({ model: 'cas-register' }),
        refusals({ initial: null }),
        invariants(),
        answers(),
        stats(),
        logPattern(),
      ],
    };
  },
};
