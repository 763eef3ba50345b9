/**
 * Queues and stacks in which every value is put at most once, with operations that found nothing and unknown outcomes.
 * Exact, unless somebody may have taken nobody knows what: then `ok` is proven by its order, and `illegal` is said only of
 * conflicts in which no such operation can have a part.
 */

import { PlainInterner } from '../intern.ts';
import { at } from '../search/ints.ts';
import type { Problem } from '../search/problem.ts';
import type { BufferShape } from '../shape.ts';
import { type Doing, type Lifetimes, lifetimes, none, type Section } from './lifetimes.ts';
import { type BufferVerdict, decideQueue } from './queue.ts';
import { decideStack } from './stack.ts';
import { sortByTimes, type Timeline } from './timeline.ts';
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
function doingsOf<State, Input, Output>(
  p: Problem<State, Input, Output>,
  t: Timeline,
  shape: BufferShape<Input, Output>,
  values: PlainInterner<unknown>,
): readonly Doing[] | undefined {
  const doings: Doing[] = [];
  for (const [e, input] of p.inputs.entries()) {
    t.tick();
    const view = shape.view(input, p.outputs[e]);
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

  constructor(kind: 'queue' | 'stack', whole: Section) {
    this.#kind = kind;
    this.#whole = whole;
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
    let high = 0;
    for (const i of conflict) if (i < this.#whole.required) high = Math.max(high, i + 1);
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
    const decided = decideSection(this.#kind, section(this.#whole, required));
    return decided.kind === 'illegal' ? decided.conflict : undefined;
  }

  /** With the operations that tell nothing, each as soon as it is called. */
  #withNothing(order: readonly number[]): readonly number[] {
    const { t, doings } = this.#whole;
    const found: number[] = [];
    for (let i = 0; i < t.required; i += 1) {
      t.tick();
      if (doings[at(t.effect, i)]?.kind === 'nothing') found.push(i);
    }
    if (found.length === 0) return order;
    const nothing = Int32Array.from(found);
    sortByTimes(t, nothing, t.call);
    const all: number[] = [];
    let next = 0;
    for (const i of order) {
      t.tick();
      for (; next < nothing.length && at(t.call, at(nothing, next)) < at(t.call, i); next += 1) {
        all.push(at(nothing, next));
      }
      all.push(i);
    }
    for (; next < nothing.length; next += 1) all.push(at(nothing, next));
    return all;
  }
}

export function decideBuffer<State, Input, Output>(
  p: Problem<State, Input, Output>,
  t: Timeline,
  shape: BufferShape<Input, Output>,
): ShapeVerdict {
  const values = new PlainInterner<unknown>();
  for (const value of shape.initial) values.idOf(value);
  // A value that is there twice from the beginning has no name.
  if (values.size < shape.initial.length) return { kind: 'unsuited' };
  const doings = doingsOf(p, t, shape, values);
  if (doings === undefined) return { kind: 'unsuited' };
  const initial = shape.initial.length;
  const about = { t, doings, initial, values: values.size };
  return new Buffer(shape.kind, { ...about, required: t.required, until: Infinity }).decide();
}
