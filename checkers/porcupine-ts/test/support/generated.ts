/**
 * Histories of one register or a store of texts, as clients of a real one could have recorded them, from a seed. What
 * `small` histories are for finding wrong verdicts, these are for finding slow ones.
 */

import type { CasRegisterInput, Operation, RegisterOutput } from '../../src/index.ts';

export interface Shape {
  readonly seed: number;
  readonly operations: number;
  readonly clients: number;
  /** Values 0 .. values - 1 are written again and again; 0: every written value is new. */
  readonly values: number;
  /** Share of changes that write a new value nevertheless. Default 0. */
  readonly fresh?: number;
  /** Shares; the rest is cas. */
  readonly read: number;
  readonly write: number;
  /** Share of the changes of which nobody learns the outcome; half of them take effect, some much later. Default 0. */
  readonly unknown?: number;
  /** Mean pause of a client between two operations, in mean durations of an operation. Default 0.1. */
  readonly think?: number;
  /** A read after this share of the history is made to see what cannot be there any more. Needs new values. */
  readonly staleAt?: number;
}

export type RegisterHistory = Operation<CasRegisterInput<number>, RegisterOutput<number>>[];

/** Uniform in [0, 1). A counter, scrambled; the same numbers everywhere. */
export function random(seed: number): () => number {
  let counter = Math.imul(seed + 1, 0x9e3779b9);
  return () => {
    counter = (counter + 0x6d2b79f5) | 0;
    let x = Math.imul(counter ^ (counter >>> 15), counter | 1);
    x = (x + Math.imul(x ^ (x >>> 7), x | 61)) ^ x;
    return ((x ^ (x >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** New values count up from here. */
const firstNew = 1000;

interface Planned {
  readonly client: number;
  readonly call: number;
  readonly return: number;
  /** When it takes effect; Infinity for never. */
  readonly effect: number;
  readonly f: 'read' | 'write' | 'cas';
  readonly isUnknown: boolean;
}

function plan(shape: Shape, next: () => number): Planned[] {
  const lasting = (mean: number): number => -Math.log(1 - next()) * mean;
  const free = Array.from({ length: shape.clients }, () => lasting(1));
  const each = Math.ceil(shape.operations / shape.clients);
  const planned: Planned[] = [];
  for (let client = 0; client < shape.clients; client += 1) {
    for (let i = 0; i < each && planned.length < shape.operations; i += 1) {
      const call = (free[client] ?? 0) + lasting(shape.think ?? 0.1);
      const end = call + 0.01 + lasting(1);
      free[client] = end;
      const dice = next();
      const f = dice < shape.read ? 'read' : dice < shape.read + shape.write ? 'write' : 'cas';
      const isUnknown = f !== 'read' && next() < (shape.unknown ?? 0);
      const inTime = call + (end - call) * next();
      const late = next() < 0.3 ? end + lasting(20) : inTime;
      const effect = !isUnknown ? inTime : next() < 0.5 ? late : Infinity;
      planned.push({ client, call, return: end, effect, f, isUnknown });
    }
  }
  return planned.sort((a, b) => a.effect - b.effect);
}

/** In the order of calls. Starts as 0. With `staleAt` it is not linearizable, otherwise it is. */
export function registerHistory(shape: Shape): RegisterHistory {
  const next = random(shape.seed);
  let held = 0;
  let unused = firstNew;
  const value = (): number => {
    if (shape.values > 0 && next() >= (shape.fresh ?? 0)) return Math.floor(next() * shape.values);
    unused += 1;
    return unused;
  };
  const history: RegisterHistory = [];
  for (const { client, call, return: end, effect, f, isUnknown } of plan(shape, next)) {
    const to = value();
    const hits = shape.values === 0 || next() < 0.6;
    const from = hits ? held : Math.floor(next() * shape.values);
    const takesEffect = effect !== Infinity && (f !== 'cas' || from === held);
    if (f === 'cas' && !takesEffect && !isUnknown) continue;
    const input: CasRegisterInput<number> =
      f === 'read'
        ? { kind: 'read' }
        : f === 'write'
          ? { kind: f, value: to }
          : { kind: f, from, to };
    const output: RegisterOutput<number> | undefined =
      f === 'read'
        ? { kind: 'value', value: held }
        : f === 'cas'
          ? { kind: 'swapped', swapped: true }
          : undefined;
    if (f !== 'read' && takesEffect) held = to;
    history.push(
      isUnknown
        ? { kind: 'unknown', client, input, call }
        : { kind: 'completed', client, input, output, call, return: end },
    );
  }
  history.sort((a, b) => a.call - b.call);
  return shape.staleAt === undefined ? history : withStaleRead(history, shape.staleAt);
}

/** Makes a read see a value that was written once, and gone when an earlier read saw another one: illegal, whatever else there is. */
function withStaleRead(history: RegisterHistory, share: number): RegisterHistory {
  const start = Math.floor(share * history.length);
  for (let i = start; i < history.length; i += 1) {
    const stale = history[i];
    if (stale?.kind !== 'completed' || stale.input.kind !== 'read') continue;
    const before = history.slice(Math.max(0, i - 200), i);
    const sawAnother = before.findLast(
      (op) => op.kind === 'completed' && op.input.kind === 'read' && op.return < stale.call,
    );
    if (sawAnother?.kind !== 'completed' || sawAnother.output?.kind !== 'value') continue;
    const seen = sawAnother.output.value;
    const gone = before.findLast(
      ({ kind, input, ...op }) =>
        kind === 'completed' &&
        input.kind === 'write' &&
        input.value >= firstNew &&
        input.value !== seen &&
        'return' in op &&
        op.return < sawAnother.call,
    );
    if (gone?.input.kind !== 'write') continue;
    return history.with(i, { ...stale, output: { kind: 'value', value: gone.input.value } });
  }
  throw new Error(`no place for a stale read after ${share} of the history; try more operations`);
}
