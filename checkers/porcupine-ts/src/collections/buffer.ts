/**
 * Queues and stacks in which every value is put at most once, with operations that found nothing and unknown outcomes.
 * Exact, unless somebody may have taken nobody knows what: then `ok` is proven by its order, and `illegal` is said only of
 * conflicts in which no such operation can have a part.
 */

import { PlainInterner } from '../intern.ts';
import { at } from '../search/ints.ts';
import type { Problem } from '../search/problem.ts';
import type { BufferShape, BufferView } from '../shape.ts';
import { type Doing, type Lifetimes, lifetimes, none, type Section } from './lifetimes.ts';
import { type BufferVerdict, decideQueue } from './queue.ts';
import { decideStack } from './stack.ts';
import type { Timeline } from './timeline.ts';
import { giveInQueue, giveInStack } from './unknown-takes.ts';
import type { ShapeVerdict } from './verdict.ts';

type Decided =
  | { readonly kind: 'ok'; readonly order: readonly number[] }
  | { readonly kind: 'illegal'; readonly conflict: readonly number[] }
  | { readonly kind: 'unsuited' };

/** Whether all these values are taken by operations that are known to take them. */
const areTaken = (l: Lifetimes, values: readonly number[], required: number): boolean =>
  values.every((v) => at(l.take, v) !== none && at(l.take, v) < required);

/** A conflict proves something only if no unknown take can have a part in it. */
function judged(s: Section, l: Lifetimes, verdict: BufferVerdict): Decided {
  if (verdict.kind === 'ok') return verdict;
  const isCertain = l.unknown.length === 0 || areTaken(l, verdict.values, s.required);
  return isCertain ? { kind: 'illegal', conflict: verdict.conflict } : { kind: 'unsuited' };
}

function decideSection(kind: 'queue' | 'stack', s: Section): Decided {
  const filed = lifetimes(s);
  if (filed.kind === 'unsuited') return filed;
  if (filed.kind === 'conflict') return { kind: 'illegal', conflict: filed.conflict };
  const l = filed.lifetimes;
  if (kind === 'stack') return judged(s, l, decideStack(s.t, giveInStack(s.t, l)));
  const given = giveInQueue(s.t, l, s.required);
  if (given.kind === 'conflict') return { kind: 'illegal', conflict: given.conflict };
  return judged(s, l, decideQueue(s.t, given.lifetimes));
}

/** What the effects do; `undefined` if it cannot be said. */
function doingsOf(
  views: readonly (BufferView | undefined)[],
  values: PlainInterner<unknown>,
): readonly Doing[] | undefined {
  const doings: Doing[] = [];
  for (const view of views) {
    if (view === undefined) return undefined;
    const hasValue = view.kind === 'put' || view.kind === 'take';
    doings.push({ kind: view.kind, value: hasValue ? values.idOf(view.value) : none });
  }
  return doings;
}

/** The prefix up to the return of required operation number `required - 1`. */
const section = (whole: Section, required: number): Section => ({
  ...whole,
  required,
  until: required === 0 ? -1 : at(whole.t.return, required - 1),
});

class Buffer {
  readonly #kind: 'queue' | 'stack';
  readonly #whole: Section;
  readonly #tick: () => void;

  constructor(kind: 'queue' | 'stack', whole: Section, tick: () => void) {
    this.#kind = kind;
    this.#whole = whole;
    this.#tick = tick;
  }

  decide(): ShapeVerdict {
    const decided = decideSection(this.#kind, this.#whole);
    switch (decided.kind) {
      case 'unsuited':
        return decided;
      case 'ok':
        return { kind: 'ok', order: this.#withNothing(decided.order) };
      case 'illegal':
        return this.#explain(decided.conflict);
    }
  }

  /** The shortest prefix that is illegal: mostly the one up to the end of the conflict, so the steps down begin small. */
  #explain(first: readonly number[]): ShapeVerdict {
    let conflict = first;
    let high = 1 + Math.max(...conflict.filter((i) => i < this.#whole.required));
    let low = 0;
    let step = 1;
    let isBelow = false;
    while (low < high - 1) {
      const middle = isBelow ? (low + high) >> 1 : Math.max(low + 1, high - step);
      step *= 2;
      const found = this.#prefix(middle);
      if (found === undefined) {
        low = middle;
        isBelow = true;
      } else {
        high = middle;
        conflict = found;
      }
    }
    const before = decideSection(this.#kind, section(this.#whole, high - 1));
    const about = { kind: 'illegal' as const, blocked: high - 1, conflict };
    return before.kind === 'ok' ? { ...about, before: before.order } : about;
  }

  /** The conflict in a prefix, if it is known to have one. */
  #prefix(required: number): readonly number[] | undefined {
    this.#tick();
    const decided = decideSection(this.#kind, section(this.#whole, required));
    return decided.kind === 'illegal' ? decided.conflict : undefined;
  }

  /** With the operations that tell nothing, each as soon as it is called. */
  #withNothing(order: readonly number[]): readonly number[] {
    const { t, doings } = this.#whole;
    const nothing: number[] = [];
    for (let i = 0; i < t.required; i += 1) {
      if (doings[at(t.effect, i)]?.kind === 'nothing') nothing.push(i);
    }
    if (nothing.length === 0) return order;
    nothing.sort((a, b) => at(t.call, a) - at(t.call, b));
    const all: number[] = [];
    let next = 0;
    for (const i of order) {
      while (next < nothing.length && at(t.call, nothing[next] as number) < at(t.call, i)) {
        all.push(nothing[next] as number);
        next += 1;
      }
      all.push(i);
    }
    return [...all, ...nothing.slice(next)];
  }
}

export function decideBuffer<State, Input, Output>(
  p: Problem<State, Input, Output>,
  t: Timeline,
  shape: BufferShape<Input, Output>,
  tick: () => void,
): ShapeVerdict {
  const values = new PlainInterner<unknown>();
  for (const value of shape.initial) values.idOf(value);
  // A value that is there twice from the beginning has no name.
  if (values.size < shape.initial.length) return { kind: 'unsuited' };
  const views = p.inputs.map((input, e) => shape.view(input, p.outputs[e]));
  const doings = doingsOf(views, values);
  if (doings === undefined) return { kind: 'unsuited' };
  const initial = shape.initial.length;
  const about = { t, doings, initial, values: values.size };
  return new Buffer(shape.kind, { ...about, required: t.required, until: Infinity }, tick).decide();
}
