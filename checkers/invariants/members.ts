/** Nodes as small numbers, sets of nodes as bits, ballots as numbers that compare as ballots do. */

import type { Ballot } from '#src/consensus/paxos/ballot';

/** Sets of nodes are the bits of one integer. */
export const membersMax = 31;

export class Members {
  readonly count: number;
  /** The smallest number of members that is more than half of them. */
  readonly quorum: number;
  readonly #numbers = new Map<string, number>();
  readonly #names: readonly string[];

  /** Throws RangeError when there are too many, or none. */
  constructor(names: readonly string[]) {
    if (names.length === 0 || names.length > membersMax) {
      throw new RangeError(`${names.length} members; allowed are 1 to ${membersMax}`);
    }
    // By name, as ballots of the same round are ordered.
    this.#names = [...names].sort((a, b) => (a < b ? -1 : 1));
    for (const [number, name] of this.#names.entries()) this.#numbers.set(name, number);
    this.count = names.length;
    this.quorum = Math.floor(names.length / 2) + 1;
  }

  /** From 0. Throws RangeError for a name that is not a member's. */
  number(name: string): number {
    const number = this.#numbers.get(name);
    if (number === undefined) {
      throw new RangeError(`${name} is not a member; members are ${this.#names.join(', ')}`);
    }
    return number;
  }

  name(number: number): string {
    return this.#names[number] ?? '';
  }

  /** The bits of these members; one that is named twice counts once. */
  bits(names: readonly string[]): number {
    let bits = 0;
    for (const name of names) bits |= 1 << this.number(name);
    return bits;
  }

  isQuorum(bits: number): boolean {
    return size(bits) >= this.quorum;
  }

  /** The members whose bit is not set, for explanations. */
  without(bits: number): string {
    return this.#names.filter((_, number) => (bits & (1 << number)) === 0).join(', ');
  }

  /** 0 for the ballot below all others. */
  key({ round, node }: Ballot): number {
    return node === '' ? round * 32 : round * 32 + 1 + this.number(node);
  }
}

/** How many bits are set. */
export function size(bits: number): number {
  let count = 0;
  for (let rest = bits; rest !== 0; rest &= rest - 1) count += 1;
  return count;
}

/** What all checks of one run share. */
export interface Scene {
  readonly members: Members;
  /** See `InvariantSettings.exact`. */
  readonly exact: boolean;
  /** Bits of the members of which the end of an incarnation may be missing: they may have done what no event tells. */
  lost: number;
}
