/** What can come after a configuration of the beam. */

import { type Flat, isLeft, type Node, placed, used, withHidden } from './beam-node.ts';
import { none, type RegisterEffects } from './effects.ts';
import { at, ints } from './ints.ts';
import type { Levels } from './levels.ts';
import { Lookahead } from './lookahead.ts';
import type { Paths } from './paths.ts';

export class Branches {
  readonly #p: Flat;
  readonly #register: RegisterEffects<unknown>;
  readonly #lookahead: Lookahead;
  readonly #levels: Levels;
  readonly #paths: Paths;
  readonly #callIndex: Int32Array;
  /** Scratch: 1 for what the node at hand placed ahead. */
  readonly #placed: Int32Array;
  /** The level at hand: open required operations, by return, and how many have been called by then. */
  #level = 0;
  #open: number[] = [];
  #called = 0;

  /** What comes after goes to the levels. */
  constructor(p: Flat, register: RegisterEffects<unknown>, levels: Levels, paths: Paths) {
    this.#p = p;
    this.#register = register;
    this.#lookahead = new Lookahead(p, register);
    this.#levels = levels;
    this.#paths = paths;
    const count = p.required.length;
    this.#placed = ints(count + 1);
    this.#callIndex = ints(count);
    for (let i = 0; i < count; i += 1) this.#callIndex[at(p.byCall, i)] = i;
  }

  /** Goes to a level: a later one, or any after `rewind`. */
  open(level: number): void {
    const { call, byCall } = this.#p;
    this.#level = level;
    const deadline = at(this.#p.return, level);
    this.#open = this.#open.filter((j) => j >= level);
    while (this.#called < byCall.length && at(call, at(byCall, this.#called)) < deadline) {
      const j = at(byCall, this.#called);
      this.#called += 1;
      if (j >= level) this.#open.push(j);
    }
    this.#open.sort((a, b) => a - b);
  }

  /** What was called before anything still open may be skipped, but is not cheaply found: the next `open` walks from the start. */
  rewind(): void {
    this.#open = [];
    this.#called = 0;
  }

  /** Adds what can come after a configuration of the level; the number of those that leave the level. */
  expand(start: Node): number {
    for (const j of start.ahead) this.#placed[j] = 1;
    const node = this.#placeReadonly(start);
    const hasLeft = node.first > this.#level;
    let left = hasLeft ? 1 : 0;
    if (!this.#isHopeless(node)) {
      if (hasLeft) this.#levels.add(node);
      else if (node.onlyOptional) this.#branchOptional(node);
      else left = this.#branch(node);
    }
    for (const j of start.ahead) this.#placed[j] = 0;
    for (const j of this.#open) this.#placed[j] = 0;
    return left;
  }

  /** What changes nothing and is legal now is placed now. */
  #placeReadonly(start: Node): Node {
    const p = this.#p;
    let node = start;
    for (const j of this.#open) {
      const effect = at(p.effect, j);
      if (at(this.#placed, j) === 1 || at(p.readonly, effect) === 0) continue;
      if (!this.#isLegal(effect, node.held)) continue;
      this.#placed[j] = 1;
      node = placed(p, this.#paths, node, j, node.held, this.#called);
    }
    return node;
  }

  #isLegal(effect: number, held: number): boolean {
    const needed = at(this.#register.from, effect);
    return needed === none || needed === held;
  }

  #isHopeless(node: Node): boolean {
    return this.#lookahead.isHopelessAmong(
      this.#open,
      { first: node.first, placed: this.#placed },
      node.held,
      (k, deadline) => isLeft(this.#p, node, k, deadline),
    );
  }

  #branch(node: Node): number {
    const p = this.#p;
    let left = 0;
    const add = (next: Node): void => {
      this.#levels.add(next);
      if (next.first > this.#level) left += 1;
    };
    const { first } = node;
    const isOverwrite = at(p.blind, at(p.effect, first)) === 1;
    if (isOverwrite && at(this.#callIndex, first) < node.covered) {
      add(withHidden(p, this.#paths, node));
    }
    const tried = new Set<number>();
    for (const j of this.#open) {
      const effect = at(p.effect, j);
      if (at(this.#placed, j) === 1 || tried.has(effect)) continue;
      tried.add(effect);
      if (node.dirty && at(p.blind, effect) === 1) continue;
      const to = at(this.#register.to, effect);
      if (to === none || !this.#isLegal(effect, node.held)) continue;
      add(placed(p, this.#paths, node, j, to, this.#called));
    }
    // Later, if that was not enough.
    if (p.classEffect.length > 0) {
      this.#levels.add({ ...node, cost: node.cost + 1, onlyOptional: true });
    }
    return left;
  }

  #branchOptional(node: Node): void {
    const p = this.#p;
    const open = new Set<number>();
    for (const j of this.#open) {
      if (at(this.#placed, j) === 0) open.add(at(p.effect, j));
    }
    const deadline = at(p.return, this.#level);
    for (let k = 0; k < p.classEffect.length; k += 1) {
      const effect = at(p.classEffect, k);
      if (open.has(effect) || (node.dirty && at(p.blind, effect) === 1)) continue;
      if (!this.#isLegal(effect, node.held) || !isLeft(p, node, k, deadline)) continue;
      const to = at(this.#register.to, effect);
      if (to !== node.held) this.#levels.add(used(p, this.#paths, node, k, to, this.#called));
    }
  }
}
