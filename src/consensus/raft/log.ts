/** The log in memory, and how much of it is known to be on disk. */

import { broken } from '../invariant.ts';
import type { Entry } from './messages.ts';

/** A place in a log: the term of the entry at the index. (0, 0) is before the first entry. */
export interface Position {
  readonly index: number;
  readonly term: number;
}

interface Write {
  readonly sequence: number;
  readonly lastIndex: number;
}

/** Indices count from 1. Everything up to `offset` is gone (0: nothing); the term there is still known. */
export class RaftLog<Command> {
  readonly offset: number = 0;
  readonly offsetTerm: number = 0;
  readonly #entries: Entry<Command>[] = [];
  #writes: Write[] = [];
  #durableIndex = 0;

  get lastIndex(): number {
    return this.offset + this.#entries.length;
  }

  get lastTerm(): number {
    return this.#entries.at(-1)?.term ?? this.offsetTerm;
  }

  /** The log up to here is on disk, and no record handed to the disk since says otherwise. */
  get durableIndex(): number {
    return this.#durableIndex;
  }

  /** The term at the index; undefined where this log has nothing. */
  termAt(index: number): number | undefined {
    if (index === this.offset) return this.offsetTerm;
    return this.#entries[index - this.offset - 1]?.term;
  }

  /** The entry at the index. Throws BrokenInvariant where there is none. */
  at(index: number): Entry<Command> {
    return (
      this.#entries[index - this.offset - 1] ??
      broken(`no entry at ${index}; the log holds ${this.offset + 1}..${this.lastIndex}`)
    );
  }

  /** At most `max` entries from the index on. */
  from(index: number, max: number): readonly Entry<Command>[] {
    const start = index - this.offset - 1;
    return this.#entries.slice(start, start + max);
  }

  /** Raft 5.4.1: whether a log that ends at this position is at least as up-to-date as this one. */
  isUpToDate(other: Position): boolean {
    if (other.term !== this.lastTerm) return other.term > this.lastTerm;
    return other.index >= this.lastIndex;
  }

  /** How many of these entries, meant to follow `prevIndex`, the log already has (same index, same term). */
  countPresent(prevIndex: number, entries: readonly Entry<Command>[]): number {
    let present = 0;
    while (
      present < entries.length &&
      this.termAt(prevIndex + 1 + present) === entries[present]?.term
    ) {
      present += 1;
    }
    return present;
  }

  /** The last position at or before `upTo` whose term is at most `term`. Terms never fall along a log, so all before it qualify too. */
  lastAtMost(term: number, upTo: number): Position {
    let index = Math.min(upTo, this.lastIndex);
    while (index > this.offset && this.at(index).term > term) index -= 1;
    return { index, term: this.termAt(index) ?? this.offsetTerm };
  }

  /** Everything from `from` on becomes these entries, written to disk with this persist sequence. */
  replaceFrom(from: number, entries: readonly Entry<Command>[], sequence: number): void {
    if (from <= this.offset || from > this.lastIndex + 1) {
      broken(`cannot write at ${from}: the log holds ${this.offset + 1}..${this.lastIndex}`);
    }
    this.#cut(from - 1);
    for (const entry of entries) {
      if (entry.term < this.lastTerm) {
        broken(
          `term ${entry.term} after term ${this.lastTerm} at index ${this.lastIndex + 1}: terms never fall along a log`,
        );
      }
      this.#entries.push(entry);
    }
    this.#writes.push({ sequence, lastIndex: this.lastIndex });
  }

  /**
   * The disk holds everything up to this sequence. A completion counts for what it wrote and what was not cut off since:
   * an entry that was overwritten and came back is durable only with the write that brought it back.
   */
  completed(sequence: number): void {
    let done: Write | undefined;
    while ((this.#writes[0]?.sequence ?? Number.POSITIVE_INFINITY) <= sequence) {
      done = this.#writes.shift();
    }
    if (done !== undefined) this.#durableIndex = Math.max(this.#durableIndex, done.lastIndex);
  }

  #cut(keep: number): void {
    if (keep === this.lastIndex) return;
    this.#entries.length = keep - this.offset;
    this.#durableIndex = Math.min(this.#durableIndex, keep);
    this.#writes = this.#writes.map((write) => ({
      sequence: write.sequence,
      lastIndex: Math.min(write.lastIndex, keep),
    }));
  }
}
