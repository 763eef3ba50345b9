/**
 * A search for a witness that does not go back: it walks through the returns in order and keeps, at each of them, only a few
 * configurations, those that used the fewest optional operations and placed the least ahead of time. Where none survives
 * it goes back some way and keeps more. It finds witnesses of long histories with many unknown outcomes, of which
 * depth-first search spends too many, too early. It says ok, with a witness, or nothing. For registers.
 *
 * A configuration is as in `search.ts`: what is placed of the operations open at a return, the state, what can be hidden, and
 * how many of each class of optional operations are used.
 */

import type { RegisterEffects } from './effects.ts';
import { none } from './effects.ts';
import { at, ints } from './ints.ts';
import { Lookahead } from './lookahead.ts';
import { unfolded } from './order.ts';
import type { Problem } from './problem.ts';

/** Configurations kept at a return at first, and at most. */
const firstWidth = 4;
const lastWidth = 4096;
/** Returns between the places that the search can go back to. */
const returnsPerMark = 64;
/** A required operation placed ahead of time may be missed later: it costs so much of an optional one. */
const aheadCost = 0.02;

/** Immutable; shares what it can with the one that it came from. */
interface Node {
  readonly parent: Node | undefined;
  /** Index in `operations`, or the complement of it for a hidden one. */
  readonly operation: number;
  /** The first required operation that is not placed. */
  readonly first: number;
  /** The value of the register. */
  readonly held: number;
  /** Required operations placed after `first`, in order. */
  readonly ahead: readonly number[];
  /** So many had been called at the latest overwrite. */
  readonly covered: number;
  /** An overwrite would make the step before superfluous. */
  readonly dirty: boolean;
  /** Per class. */
  readonly used: Int32Array;
  readonly cost: number;
  /** Only optional operations are to be tried: all else has been, at a lower cost. */
  readonly onlyOptional: boolean;
}

type Flat = Pick<
  Problem<never, never, never>,
  | 'required'
  | 'effect'
  | 'call'
  | 'return'
  | 'byCall'
  | 'effectOf'
  | 'blind'
  | 'readonly'
  | 'classEffect'
  | 'classStart'
  | 'optional'
  | 'optionalCall'
>;

export type BeamProgress = 'ok' | 'failed' | 'paused';

export class Beam {
  steps = 0;
  readonly #p: Flat;
  readonly #register: RegisterEffects<unknown>;
  readonly #lookahead: Lookahead;
  readonly #count: number;
  readonly #callIndex: Int32Array;
  /** Scratch: 1 for what the node at hand placed ahead. */
  readonly #placed: Int32Array;
  /** By `first`, then by what tells them apart. */
  readonly #levels = new Map<number, Map<string, Node>>();
  /** The level at hand: open required operations, by return, and how many have been called by then. */
  #level = 0;
  #open: number[] = [];
  #called = 0;
  #width = firstWidth;
  #marks: (readonly Node[])[] = [];
  /** Where it got stuck last, and how often in a row. */
  #stuckAt = -1;
  #stuck = 0;
  #end: Node | undefined;

  constructor(p: Flat, register: RegisterEffects<unknown>) {
    this.#p = p;
    this.#register = register;
    this.#lookahead = new Lookahead(p, register);
    this.#count = p.required.length;
    this.#placed = ints(this.#count + 1);
    this.#callIndex = ints(this.#count);
    for (let i = 0; i < this.#count; i += 1) this.#callIndex[at(p.byCall, i)] = i;
    this.#add({
      parent: undefined,
      operation: 0,
      first: 0,
      held: register.initial,
      ahead: [],
      covered: 0,
      dirty: false,
      used: ints(p.classEffect.length),
      cost: 0,
      onlyOptional: false,
    });
  }

  /** A guess at the memory held. */
  get bytes(): number {
    return 0;
  }

  /** Goes on for about that many steps. `failed`: it will not find anything. */
  run(steps: number, _memoryLimitBytes: number): BeamProgress {
    const until = this.steps + steps;
    while (this.#level < this.#count && this.steps < until) {
      if (!this.#levels.has(this.#level)) {
        if (this.#levels.size === 0 && !this.#goBack()) return 'failed';
        if (!this.#levels.has(this.#level)) this.#level += 1;
        continue;
      }
      this.#openLevel();
      if (this.#level % returnsPerMark === 0) this.#mark();
      this.#walk();
    }
    if (this.#level < this.#count) return 'paused';
    const [end] = [...(this.#levels.get(this.#count)?.values() ?? [])];
    this.#end = end;
    return end === undefined ? 'failed' : 'ok';
  }

  /** After `ok`: indices in `operations`, in order. */
  order(): readonly number[] {
    const path: number[] = [];
    for (let node = this.#end; node?.parent !== undefined; node = node.parent) {
      path.push(node.operation);
    }
    const { blind, effectOf } = this.#p;
    return unfolded(Int32Array.from(path.reverse()), (i) => at(blind, at(effectOf, i)) === 1);
  }

  #add(node: Node): void {
    let level = this.#levels.get(node.first);
    if (level === undefined) {
      level = new Map();
      this.#levels.set(node.first, level);
    }
    const flags = (node.dirty ? 1 : 0) + (node.onlyOptional ? 2 : 0);
    const key = `${node.held} ${flags} ${node.ahead.join(' ')}`;
    const known = level.get(key);
    const isBetter =
      known === undefined ||
      node.cost < known.cost ||
      (node.cost === known.cost && node.covered > known.covered);
    if (isBetter) level.set(key, node);
  }

  /** Updates what is open at the level. */
  #openLevel(): void {
    const { call, byCall } = this.#p;
    const deadline = at(this.#p.return, this.#level);
    this.#open = this.#open.filter((j) => j >= this.#level);
    while (this.#called < this.#count && at(call, at(byCall, this.#called)) < deadline) {
      const j = at(byCall, this.#called);
      this.#called += 1;
      if (j >= this.#level) this.#open.push(j);
    }
    this.#open.sort((a, b) => a - b);
  }

  #mark(): void {
    this.#marks.push([...this.#levels.values()].flatMap((level) => [...level.values()]));
    if (this.#level > this.#stuckAt + returnsPerMark && this.#stuck > 0) {
      this.#stuck = 0;
      this.#width = firstWidth;
    }
  }

  /** False when it went back far enough, often enough. */
  #goBack(): boolean {
    this.#width *= 4;
    if (this.#width > lastWidth) return false;
    this.#stuck += 1;
    this.#stuckAt = Math.max(this.#stuckAt, this.#level);
    const to = Math.max(0, this.#marks.length - 2 ** this.#stuck);
    const nodes = this.#marks[to] ?? [];
    this.#marks = this.#marks.slice(0, to);
    this.#levels.clear();
    for (const node of nodes) this.#add(node);
    this.#level = Math.min(...nodes.map(({ first }) => first));
    this.#open = [];
    this.#called = 0;
    const { call, byCall } = this.#p;
    // What was called before anything still open at the level may be skipped, but not cheaply found: walk from the start.
    const deadline = at(this.#p.return, this.#level);
    while (this.#called < this.#count && at(call, at(byCall, this.#called)) < deadline) {
      const j = at(byCall, this.#called);
      this.#called += 1;
      if (j >= this.#level) this.#open.push(j);
    }
    return true;
  }

  /** Goes on from the cheapest configurations at the level until enough have left it. */
  #walk(): void {
    const level = this.#levels.get(this.#level);
    if (level === undefined) return;
    const seen = new Set<string>();
    let left = 0;
    while (left < this.#width && level.size > 0) {
      let best: Node | undefined;
      let bestKey = '';
      for (const [key, node] of level) {
        if (best === undefined || node.cost < best.cost) [best, bestKey] = [node, key];
      }
      level.delete(bestKey);
      if (best === undefined || seen.has(bestKey)) continue;
      seen.add(bestKey);
      left += this.#expand(best);
    }
    this.#levels.delete(this.#level);
    this.#level += 1;
  }

  /** Adds what can come next; the number of those that leave the level. */
  #expand(start: Node): number {
    this.steps += 1;
    let node = start;
    for (const j of start.ahead) this.#placed[j] = 1;
    // What changes nothing and is legal now is placed now.
    for (const j of this.#open) {
      const effect = at(this.#p.effect, j);
      if (at(this.#placed, j) === 1 || at(this.#p.readonly, effect) === 0) continue;
      const needed = at(this.#register.from, effect);
      if (needed !== none && needed !== node.held) continue;
      this.#placed[j] = 1;
      node = this.#place(node, j, node.held);
    }
    let left = 0;
    const hasLeft = node.first > this.#level;
    if (!this.#isHopeless(node)) {
      if (hasLeft) this.#add(node);
      else left = this.#branch(node);
    }
    for (const j of start.ahead) this.#placed[j] = 0;
    for (const j of this.#open) this.#placed[j] = 0;
    return hasLeft ? 1 : left;
  }

  #isHopeless(node: Node): boolean {
    return this.#lookahead.isHopelessAmong(
      this.#open,
      { first: node.first, placed: this.#placed },
      node.held,
      (k, deadline) => this.#isLeft(node, k, deadline),
    );
  }

  /** Whether one more of the class can take effect before the deadline. */
  #isLeft(node: Node, k: number, deadline: number): boolean {
    const next = at(this.#p.classStart, k) + at(node.used, k);
    return next < at(this.#p.classStart, k + 1) && at(this.#p.optionalCall, next) < deadline;
  }

  #branch(node: Node): number {
    if (node.onlyOptional) {
      this.#branchOptional(node);
      return 0;
    }
    const p = this.#p;
    let left = 0;
    const add = (next: Node): void => {
      this.#add(next);
      if (next.first > this.#level) left += 1;
    };
    const { first } = node;
    const firstEffect = at(p.effect, first);
    if (at(p.blind, firstEffect) === 1 && at(this.#callIndex, first) < node.covered) {
      const { covered, dirty } = node;
      const operation = ~at(p.required, first);
      add({ ...this.#place(node, first, node.held), operation, covered, dirty });
    }
    const tried = new Set<number>();
    for (const j of this.#open) {
      const effect = at(p.effect, j);
      if (at(this.#placed, j) === 1 || tried.has(effect)) continue;
      tried.add(effect);
      if (node.dirty && at(p.blind, effect) === 1) continue;
      const needed = at(this.#register.from, effect);
      if (needed !== none && needed !== node.held) continue;
      const to = at(this.#register.to, effect);
      if (to !== none) add(this.#place(node, j, to));
    }
    // Later, if that was not enough.
    if (p.classEffect.length > 0) {
      this.#add({ ...node, cost: node.cost + 1, onlyOptional: true });
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
      const needed = at(this.#register.from, effect);
      if ((needed !== none && needed !== node.held) || !this.#isLeft(node, k, deadline)) continue;
      const to = at(this.#register.to, effect);
      if (to !== node.held) this.#add(this.#use(node, k, to));
    }
  }

  #place(node: Node, j: number, to: number): Node {
    const p = this.#p;
    const effect = at(p.effect, j);
    const isBlind = at(p.blind, effect) === 1;
    const { ahead } = node;
    const isFirst = j === node.first;
    let first = node.first;
    let rest = ahead;
    if (isFirst) {
      first += 1;
      let passed = 0;
      while (passed < ahead.length && ahead[passed] === first) {
        first += 1;
        passed += 1;
      }
      rest = passed === 0 ? ahead : ahead.slice(passed);
    } else {
      const before = ahead.findIndex((other) => other > j);
      rest = before < 0 ? [...ahead, j] : ahead.toSpliced(before, 0, j);
    }
    const changes = at(p.readonly, effect) === 0;
    return {
      parent: node,
      operation: at(p.required, j),
      first,
      held: to,
      ahead: rest,
      covered: isBlind ? this.#called : node.covered,
      dirty: changes && isBlind && !isFirst,
      used: node.used,
      onlyOptional: false,
      cost: node.cost + (isFirst || !changes || !isBlind ? 0 : aheadCost),
    };
  }

  #use(node: Node, k: number, to: number): Node {
    const p = this.#p;
    const used = node.used.slice();
    used[k] = at(used, k) + 1;
    const size = at(p.classStart, k + 1) - at(p.classStart, k);
    const isBlind = at(p.blind, at(p.classEffect, k)) === 1;
    return {
      ...node,
      parent: node,
      operation: at(p.optional, at(p.classStart, k) + at(node.used, k)),
      held: to,
      covered: isBlind ? this.#called : node.covered,
      dirty: true,
      used,
      onlyOptional: false,
      // One more has been paid for already. The last ones of a class are dear.
      cost: node.cost + at(node.used, k) / size,
    };
  }
}
