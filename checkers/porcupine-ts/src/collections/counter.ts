/**
 * A counter to which only one amount is ever added: decided in O(n log n), unknown outcomes included.
 *
 * The number of additions done only grows. Nothing is done before somebody returns who needs it: an addition on its own
 * return, or as many as a read that returns needs, the open ones that return first before the others, unknown outcomes
 * last. This keeps the number as small as any linearization could, at every moment (proof in docs/algorithms.md), so a read
 * that asks for less, or for more than there are open, is impossible.
 *
 * With several amounts it is subset sum, NP-complete. Then only the bounds are looked at: sound, not complete.
 */

import { at } from '../search/ints.ts';
import type { Problem } from '../search/problem.ts';
import type { CounterShape, CounterView } from '../shape.ts';
import { Heap } from './heap.ts';
import { events, type Timeline } from './timeline.ts';
import type { ShapeVerdict } from './verdict.ts';

class UnitCounter {
  readonly order: number[] = [];
  readonly #t: Timeline;
  readonly #views: readonly CounterView[];
  readonly #initial: number;
  readonly #unit: number;
  readonly #placed: Uint8Array;
  /** Open additions that are not done; optional ones have the highest numbers. */
  readonly #open = new Heap();
  /** Open reads that are not done, by the number of additions that they saw. */
  readonly #waiting = new Map<number, number[]>();
  #done = 0;

  constructor(t: Timeline, views: readonly CounterView[], initial: number, unit: number) {
    this.#t = t;
    this.#views = views;
    this.#initial = initial;
    this.#unit = unit;
    this.#placed = new Uint8Array(t.count);
  }

  call(i: number): void {
    const view = this.#view(i);
    if (view.kind === 'nothing') this.#place(i);
    else if (view.kind === 'add') this.#open.push(i);
    else {
      const seen = this.#seen(view.value);
      if (seen === this.#done) this.#place(i);
      else if (seen > this.#done) {
        const list = this.#waiting.get(seen);
        if (list === undefined) this.#waiting.set(seen, [i]);
        else list.push(i);
      }
    }
  }

  /** False: impossible. */
  return(i: number): boolean {
    if (this.#placed[i] === 1) return true;
    const view = this.#view(i);
    if (view.kind !== 'read') {
      this.#add();
      return true;
    }
    const seen = this.#seen(view.value);
    if (!(seen > this.#done && seen <= this.#done + this.#open.size)) return false;
    while (this.#done < seen) this.#add();
    return true;
  }

  #view(i: number): CounterView {
    return this.#views[at(this.#t.effect, i)] as CounterView;
  }

  /** How many additions; NaN if no number of them leads there. */
  #seen(value: number): number {
    const additions = (value - this.#initial) / this.#unit;
    return Number.isSafeInteger(additions) ? additions : Number.NaN;
  }

  #add(): void {
    const next = this.#open.pop();
    if (next === undefined) throw new Error('an addition that is not done is open');
    this.#place(next);
    this.#done += 1;
    for (const reader of this.#waiting.get(this.#done) ?? []) this.#place(reader);
    this.#waiting.delete(this.#done);
  }

  #place(i: number): void {
    this.#placed[i] = 1;
    this.order.push(i);
  }
}

/** Sums over what was called or has returned by now, of positive and of negative amounts. */
class Bounds {
  readonly #atCall = new Map<number, readonly [least: number, most: number]>();
  #calledUp = 0;
  #calledDown = 0;
  #returnedUp = 0;
  #returnedDown = 0;

  call(i: number, view: CounterView): void {
    if (view.kind === 'read') this.#atCall.set(i, [this.#returnedUp, this.#returnedDown]);
    if (view.kind !== 'add') return;
    this.#calledUp += Math.max(0, view.delta);
    this.#calledDown += Math.min(0, view.delta);
  }

  /** False if no choice of the additions that overlap leads to what was read. */
  return(i: number, view: CounterView, initial: number): boolean {
    if (view.kind === 'add') {
      this.#returnedUp += Math.max(0, view.delta);
      this.#returnedDown += Math.min(0, view.delta);
    }
    if (view.kind !== 'read') return true;
    const [least, most] = this.#atCall.get(i) ?? [0, 0];
    this.#atCall.delete(i);
    const change = view.value - initial;
    return least + this.#calledDown <= change && change <= most + this.#calledUp;
  }
}

function decideBounds(t: Timeline, views: readonly CounterView[], initial: number): ShapeVerdict {
  const bounds = new Bounds();
  const happens = events(t);
  for (let position = 0; position < happens.length; position += 1) {
    t.tick();
    const event = at(happens, position);
    if (event < 0) continue;
    const i = event < t.count ? event : event - t.count;
    const view = views[at(t.effect, i)] as CounterView;
    if (event < t.count) bounds.call(i, view);
    else if (!bounds.return(i, view, initial)) return { kind: 'illegal', blocked: i };
  }
  return { kind: 'unsuited' };
}

function decideUnit(t: Timeline, counter: UnitCounter): ShapeVerdict {
  const happens = events(t);
  for (let position = 0; position < happens.length; position += 1) {
    t.tick();
    const event = at(happens, position);
    if (event < 0) continue;
    if (event < t.count) counter.call(event);
    else if (!counter.return(event - t.count)) {
      return { kind: 'illegal', blocked: event - t.count, before: counter.order };
    }
  }
  return { kind: 'ok', order: counter.order };
}

export function decideCounter<State, Input, Output>(
  p: Problem<State, Input, Output>,
  t: Timeline,
  shape: CounterShape<Input, Output>,
): ShapeVerdict {
  const views: CounterView[] = [];
  const amounts = new Set<number>();
  let largest = Math.abs(shape.initial);
  for (const [e, input] of p.inputs.entries()) {
    t.tick();
    const view = shape.view(input, p.outputs[e]);
    if (view === undefined) return { kind: 'unsuited' };
    views.push(view);
    if (view.kind !== 'add') continue;
    amounts.add(view.delta);
    largest = Math.max(largest, Math.abs(view.delta));
  }
  // Where sums are not exact, only the model itself knows what they are.
  const isExact = Number.isSafeInteger(shape.initial) && [...amounts].every(Number.isSafeInteger);
  if (!isExact || !Number.isSafeInteger(largest * (t.count + 1))) return { kind: 'unsuited' };
  if (amounts.size > 1) return decideBounds(t, views, shape.initial);
  const [unit = 1] = amounts;
  return decideUnit(t, new UnitCounter(t, views, shape.initial, unit));
}
