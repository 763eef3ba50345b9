/** Reads and writes of registers whose written values are distinct, so that a read names its writer. */

import type { History, Operation } from '#src/history/operation';
import { type Pair, pairs } from '#src/history/pairs';
import { keyName, textOf } from '../identity.ts';

/** What was there before any write. */
export const initial = -1;

export interface Access {
  readonly pair: Pair;
  readonly process: Operation['process'];
  /** Number of the key. */
  readonly key: number;
  /** The access whose value it found, or `initial`; undefined: it did not look. */
  readonly source: number | undefined;
  readonly writes: boolean;
}

/** A value that was read and that nobody can have written. */
export interface ThinAir {
  readonly reader: Pair;
  /** The write that failed, where there is one. */
  readonly failed: Pair | undefined;
}

export interface Accesses {
  /** In the order of the invocations. */
  readonly all: readonly Access[];
  readonly keys: number;
  readonly thinAir: readonly ThinAir[];
}

/** Why the history says too little for this. */
export interface NotApplicable {
  readonly kind: 'not-applicable';
  readonly reason: string;
}

/** What an operation asked of one register; undefined values: it did not. */
interface Raw {
  readonly pair: Pair;
  readonly key: string;
  readonly reads: string | undefined;
  readonly writes: string | undefined;
}

/** One text per value; the wire knows no undefined. */
const text = (value: unknown): string => textOf(value ?? null);

function rawOf(pair: Pair): Raw | 'idle' | undefined {
  const { invoke, completion } = pair;
  const key = invoke.key === undefined ? '\0no key' : keyName(invoke.key);
  const isOk = completion?.type === 'ok';
  switch (invoke.f) {
    case 'read':
    case 'get':
      if (!isOk || completion.value === undefined) return 'idle';
      return { pair, key, reads: text(completion.value), writes: undefined };
    case 'write':
    case 'put':
      return { pair, key, reads: undefined, writes: text(invoke.value) };
    case 'cas': {
      const { value } = invoke;
      if (!Array.isArray(value) || value.length !== 2) return undefined;
      return { pair, key, reads: text(value[0]), writes: text(value[1]) };
    }
    default:
      return undefined;
  }
}

const isAnswered = ({ completion }: Pair): boolean => completion?.type === 'ok';
const hasFailed = ({ completion }: Pair): boolean => completion?.type === 'fail';

class Reading {
  readonly #raws: Raw[] = [];
  readonly #failed = new Map<string, Pair>();
  readonly #writers = new Map<string, Raw>();
  readonly #initials: ReadonlySet<string>;
  readonly thinAir: ThinAir[] = [];

  constructor(initials: readonly unknown[]) {
    this.#initials = new Set(initials.map(text));
  }

  /** A complaint, or undefined. */
  take(pair: Pair): string | undefined {
    const raw = rawOf(pair);
    if (raw === 'idle') return undefined;
    const { invoke } = pair;
    if (raw === undefined) return `${invoke.f} is neither read, write nor cas`;
    // Nil says that nothing was learnt, unless it is what is there at first.
    const saysNothing = raw.reads === 'null' && !this.#initials.has('null');
    if (saysNothing && raw.writes === undefined) return undefined;
    const version = `${raw.key} ${raw.writes}`;
    if (hasFailed(pair)) {
      if (raw.writes !== undefined) this.#failed.set(version, pair);
      return undefined;
    }
    this.#raws.push(raw);
    if (raw.writes === undefined) return undefined;
    if (this.#writers.has(version) || this.#initials.has(raw.writes)) {
      return `the value ${raw.writes} is written to a key twice, or is there at first, so that reads do not name their writers`;
    }
    this.#writers.set(version, raw);
    return undefined;
  }

  /** Unknown outcomes count when somebody saw what they wrote; then what they read counts, too. */
  #happened(): ReadonlySet<Raw> {
    const happened = new Set(this.#raws.filter(({ pair }) => isAnswered(pair)));
    for (const { key, reads } of happened) {
      const writer = reads === undefined ? undefined : this.#writers.get(`${key} ${reads}`);
      if (writer !== undefined) happened.add(writer);
    }
    return happened;
  }

  accesses(): Accesses {
    const happened = this.#happened();
    const raws = this.#raws.filter((raw) => happened.has(raw));
    const numbers = new Map(raws.map((raw, number) => [raw, number]));
    const keys = new Map<string, number>();
    const all = raws.map(({ pair, key, reads, writes }): Access => {
      const number = keys.get(key) ?? keys.size;
      keys.set(key, number);
      const found = this.#writers.get(`${key} ${reads}`);
      // What only the operation itself wrote, it cannot have found.
      const writer = found?.pair === pair ? undefined : found;
      const isThinAir = reads !== undefined && writer === undefined && !this.#initials.has(reads);
      if (isThinAir) {
        this.thinAir.push({ reader: pair, failed: this.#failed.get(`${key} ${reads}`) });
      }
      const place = writer === undefined ? initial : (numbers.get(writer) ?? initial);
      const source = reads === undefined || isThinAir ? undefined : place;
      return {
        pair,
        process: pair.invoke.process,
        key: number,
        source,
        writes: writes !== undefined,
      };
    });
    return { all, keys: keys.size, thinAir: this.thinAir };
  }
}

/** The accesses of a history of `read`, `write` and `cas`, also as `get` and `put`. `initials`: what reads find at first. */
export function accessesOf(
  history: History,
  initials: readonly unknown[],
): Accesses | NotApplicable {
  const reading = new Reading(initials);
  for (const pair of pairs(history)) {
    const reason = reading.take(pair);
    if (reason !== undefined) return { kind: 'not-applicable', reason };
  }
  return reading.accesses();
}
