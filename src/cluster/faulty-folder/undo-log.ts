/**
 * What of a file no sync has covered, as the way back: the bytes that each change replaced. Pure; the same steps are applied to files and,
 * in tests, to buffers.
 *
 *     synced | write 1 | write 2 | shorten | write 3        lost: all four are undone, the last one first
 *                  ^ size as of here         torn: each sector has one of the contents that it had since the sync
 */

import type { Random } from '../../random/random.ts';

/** A write (`sizeAfter` is not below `sizeBefore`) or a change of size. */
export interface Change {
  /** What of the old content is gone, in order, as far as it was not zero; for a write all of it up to the old end. */
  readonly replaced: readonly Piece[];
  /** Where a write has written; empty for a change of size. */
  readonly offset: number;
  readonly length: number;
  readonly sizeBefore: number;
  readonly sizeAfter: number;
}

export interface Piece {
  readonly offset: number;
  readonly bytes: Buffer;
}

/** What is to be done to a file, in order. */
export type Step =
  | { readonly kind: 'write'; readonly offset: number; readonly bytes: Buffer }
  | { readonly kind: 'resize'; readonly size: number };

/** The changes of one file since its last sync. */
export class UndoLog {
  #changes: Change[] = [];
  /** Changes that have been synced and are no longer in the list. */
  #settled = 0;
  #savedBytes = 0;

  get changes(): readonly Change[] {
    return this.#changes;
  }

  /** Bytes kept in memory. */
  get savedBytes(): number {
    return this.#savedBytes;
  }

  /** The place after the newest change: a sync that starts now covers what is before it. */
  get end(): number {
    return this.#settled + this.#changes.length;
  }

  get changesSize(): boolean {
    return this.#changes.some(({ sizeBefore, sizeAfter }) => sizeBefore !== sizeAfter);
  }

  add(change: Change): void {
    this.#changes.push(change);
    this.#savedBytes += bytesOf(change);
  }

  /** A sync that covers everything before `end` has succeeded. */
  settle(end: number): void {
    const gone = this.#changes.splice(0, Math.max(0, end - this.#settled));
    this.#settled += gone.length;
    for (const change of gone) this.#savedBytes -= bytesOf(change);
  }
}

const bytesOf = ({ replaced }: Change): number =>
  replaced.reduce((sum, { bytes }) => sum + bytes.length, 0);

const isCut = ({ sizeBefore, sizeAfter }: Change): boolean => sizeAfter < sizeBefore;

const resize = (size: number): Step => ({ kind: 'resize', size });

/** Nothing that was not synced survives. */
export function undoAll(changes: readonly Change[]): readonly Step[] {
  return changes.toReversed().flatMap((change): Step[] => {
    const writes = change.replaced.map((piece): Step => ({ kind: 'write', ...piece }));
    // What was cut off has to be there again before it can be filled; what was added goes last, with what is left in it.
    return isCut(change)
      ? [resize(change.sizeBefore), ...writes]
      : [...writes, ...(change.sizeAfter === change.sizeBefore ? [] : [resize(change.sizeBefore)])];
  });
}

/**
 * Of every sector any of the contents since the sync survives, and any of the sizes, as far as no cut comes in between: a file system
 * neither brings back what a surviving cut has taken, nor keeps what came after one that is lost. Bytes that the surviving size covers and
 * whose write is lost are zero, or what they were.
 */
export function undoTorn(
  changes: readonly Change[],
  sectorBytes: number,
  random: Random,
): readonly Step[] {
  const survivors = random.below(changes.length + 1);
  const before = changes.slice(0, survivors).findLastIndex(isCut) + 1;
  const after = changes.findIndex((change, n) => n >= survivors && isCut(change));
  const end = after < 0 ? changes.length : after;
  const size = changes[survivors]?.sizeBefore ?? changes.at(-1)?.sizeAfter;
  const steps = [...undoAll(changes.slice(end))];
  // Per sector, how many of the changes it has seen.
  const seen = new Map<number, number>();
  for (let n = end - 1; n >= before; n -= 1) {
    const change = changes[n] as Change;
    const until = change.offset + change.length;
    for (let at = change.offset; at < until; ) {
      const sector = Math.floor(at / sectorBytes);
      const next = Math.min((sector + 1) * sectorBytes, until);
      const kept = seen.get(sector) ?? before + random.below(end - before + 1);
      seen.set(sector, kept);
      if (n >= kept) steps.push({ kind: 'write', offset: at, bytes: oldBytes(change, at, next) });
      at = next;
    }
  }
  return size === undefined ? steps : [...steps, resize(size)];
}

/** What was there before a write, zeros beyond the old end. */
function oldBytes({ replaced }: Change, from: number, until: number): Buffer {
  const bytes = Buffer.alloc(until - from);
  for (const piece of replaced) {
    const start = Math.max(from, piece.offset);
    const stop = Math.min(until, piece.offset + piece.bytes.length);
    if (start < stop) {
      piece.bytes.copy(bytes, start - from, start - piece.offset, stop - piece.offset);
    }
  }
  return bytes;
}
