/** All logs of a run as one tree: by Log Matching (I3) an index and a term name an entry and everything before it. */

import { chainOf } from '#src/consensus/hash';
import type { Report } from './report.ts';
import type { Traced } from './traced.ts';

export interface Entry {
  readonly index: number;
  readonly term: number;
  readonly hash: number;
  /** Of this entry and all before it. */
  readonly chain: number;
  /** undefined for the root. */
  readonly parent: Entry | undefined;
  /** Another entry at the same index, of another term. */
  readonly sibling: Entry | undefined;
  /** Bits of the nodes that had it on disk at any time. */
  durable: number;
  /** What told of it first. */
  readonly event: Traced | undefined;
}

export class Entries {
  /** Before the first entry; on every disk. */
  readonly root: Entry = {
    index: 0,
    term: 0,
    hash: 0,
    chain: 0,
    parent: undefined,
    sibling: undefined,
    durable: -1,
    event: undefined,
  };
  readonly #report: Report;
  readonly #byIndex: (Entry | undefined)[] = [this.root];

  constructor(report: Report) {
    this.#report = report;
  }

  find(index: number, term: number): Entry | undefined {
    let entry = this.#byIndex[index];
    while (entry !== undefined && entry.term !== term) entry = entry.sibling;
    return entry;
  }

  /** The entry of this term after `parent`: the one that is known, or a new one. */
  after(parent: Entry, term: number, hash: number, event: Traced): Entry {
    const index = parent.index + 1;
    const known = this.find(index, term);
    if (known !== undefined) {
      if (known.hash === hash && known.parent === parent) return known;
      const how = known.hash === hash ? 'after different logs' : 'with different commands';
      this.#report.violated(
        'I3',
        `two logs have an entry of term ${term} at index ${index}, ${how}`,
        known.event,
        event,
      );
    }
    const entry: Entry = {
      index,
      term,
      hash,
      chain: chainOf(parent.chain, term, hash),
      parent,
      sibling: this.#byIndex[index],
      durable: 0,
      event,
    };
    this.#byIndex[index] = entry;
    return entry;
  }
}

/** Sets the node's bit on an entry and all before it. Each entry is visited once a node. */
export function markDurable(entry: Entry, bit: number): void {
  for (let at: Entry | undefined = entry; at !== undefined && (at.durable & bit) === 0; ) {
    at.durable |= bit;
    at = at.parent;
  }
}

/** Whether a log that ends in `tip` has the entry. Walks, so not for every event. */
export function holds(tip: Entry, entry: Entry): boolean {
  let at: Entry | undefined = tip;
  while (at !== undefined && at.index > entry.index) at = at.parent;
  return at === entry;
}

/** The log of one node in its memory: an array, so that any index is found at once. */
export class Log {
  #entries: Entry[];

  constructor(root: Entry) {
    this.#entries = [root];
  }

  get tip(): Entry {
    return this.#entries[this.#entries.length - 1] as Entry;
  }

  at(index: number): Entry | undefined {
    return this.#entries[index];
  }

  cutFrom(index: number): void {
    if (index < this.#entries.length) this.#entries.length = Math.max(1, index);
  }

  push(entry: Entry): void {
    this.#entries.push(entry);
  }

  has(entry: Entry): boolean {
    return this.#entries[entry.index] === entry;
  }

  /** Becomes the log that ends in `tip`. Costs as much as it differs. */
  become(tip: Entry): void {
    this.cutFrom(tip.index + 1);
    for (let at: Entry | undefined = tip; at !== undefined && !this.has(at); at = at.parent) {
      this.#entries[at.index] = at;
    }
  }
}
