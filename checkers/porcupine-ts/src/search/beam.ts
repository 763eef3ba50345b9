/**
 * A search for a witness that does not go back: it walks through the returns in order and keeps, at each of them, only a few
 * configurations, those that used the fewest optional operations and placed the least ahead of time. Where none survives
 * it goes back some way and keeps more. It finds witnesses of long histories with many unknown outcomes, of which
 * depth-first search spends too many, too early. It says ok, with a witness, or nothing. For registers.
 *
 * A configuration is as in `search.ts`: what is placed of the operations open at a return, the state, what can be hidden, and
 * how many of each class of optional operations are used.
 */

import type { Flat, Node } from './beam-node.ts';
import { Branches } from './branches.ts';
import type { RegisterEffects } from './effects.ts';
import { at, ints } from './ints.ts';
import { Levels } from './levels.ts';
import { unfolded } from './order.ts';
import { Paths } from './paths.ts';

/** Configurations kept at a return at first, and at most. */
const firstWidth = 4;
const lastWidth = 4096;
/** Returns between the places that the search can go back to. */
const returnsPerMark = 64;
/** An estimate: a configuration, without its path. */
const bytesPerNode = 256;

export type BeamProgress = 'ok' | 'failed' | 'paused';

export class Beam {
  steps = 0;
  readonly #p: Flat;
  readonly #count: number;
  readonly #levels = new Levels();
  readonly #paths = new Paths();
  readonly #branches: Branches;
  #level = 0;
  #width = firstWidth;
  #marks: (readonly Node[])[] = [];
  #marked = 0;
  /** Where it got stuck last, and how often in a row. */
  #stuckAt = -1;
  #stuck = 0;
  #end: Node | undefined;

  constructor(p: Flat, register: RegisterEffects<unknown>) {
    this.#p = p;
    this.#count = p.required.length;
    this.#branches = new Branches(p, register, this.#levels, this.#paths);
    this.#levels.add({
      path: -1,
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
    const perNode = bytesPerNode + 4 * this.#p.classEffect.length;
    return this.#paths.bytes + perNode * (this.#marked + this.#width);
  }

  /** Goes on for about that many steps. `failed`: it will not find anything, in this memory. Throws what `tick` throws. */
  run(steps: number, memoryLimitBytes: number): BeamProgress {
    const until = this.steps + steps;
    while (this.#level < this.#count && this.steps < until) {
      if (!this.#levels.has(this.#level)) {
        if (this.#levels.isEmpty && !this.#goBack()) return 'failed';
        if (!this.#levels.has(this.#level)) this.#level += 1;
        continue;
      }
      this.#branches.open(this.#level);
      if (this.#level % returnsPerMark === 0) this.#mark();
      if (this.bytes > memoryLimitBytes) return 'failed';
      this.#walk();
      if (this.#paths.isFull) this.#paths.sweep([...this.#levels.all(), ...this.#marks.flat()]);
    }
    if (this.#level < this.#count) return 'paused';
    this.#end = this.#levels.any(this.#count);
    return this.#end === undefined ? 'failed' : 'ok';
  }

  /** After `ok`: indices in `operations`, in order. */
  order(): Int32Array {
    const path = this.#paths.order(this.#end?.path ?? -1);
    const { blind, effectOf } = this.#p;
    return unfolded(path, (i) => at(blind, at(effectOf, i)) === 1);
  }

  #mark(): void {
    const nodes = this.#levels.all();
    this.#marks.push(nodes);
    this.#marked += nodes.length;
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
    this.#marked = this.#marks.reduce((sum, some) => sum + some.length, 0);
    this.#levels.clear();
    for (const node of nodes) this.#levels.add(node);
    this.#level = Math.min(...nodes.map(({ first }) => first));
    this.#branches.rewind();
    return true;
  }

  /** Goes on from the cheapest configurations at the level until enough have left it. */
  #walk(): void {
    const seen = new Set<string>();
    let left = 0;
    while (left < this.#width) {
      this.#p.tick();
      const node = this.#levels.take(this.#level, seen);
      if (node === undefined) break;
      this.steps += 1;
      left += this.#branches.expand(node);
    }
    this.#levels.delete(this.#level);
    this.#level += 1;
  }
}
