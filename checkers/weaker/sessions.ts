/**
 * What each process may expect of what it has done and seen before (Terry et al., "Session guarantees for weakly consistent
 * replicated data", 1994), key by key. A guarantee holds if there is one order of the versions of every key, the same for all, in which no
 * process ever sees an older one than the guarantee entitles it to:
 *
 *     read your writes    what it reads is at least as new as what it wrote itself
 *     monotonic reads     what it reads is at least as new as what it read before
 *     monotonic writes    what it writes is newer than what it wrote before
 *
 * Each is a set of edges between versions; there is an order exactly if they make no circle.
 */

import { type Access, type Accesses, initial } from '../causal/accesses.ts';
import { Deadline } from '../found.ts';
import { components } from '../transactions/components.ts';
import { GraphBuilder } from '../transactions/graph.ts';

export const sessionGuarantees = [
  'read-your-writes',
  'monotonic-reads',
  'monotonic-writes',
] as const;
export type SessionGuarantee = (typeof sessionGuarantees)[number];

/** Edges that are made at most; the own writes of a process to one key may be many. */
const edgesMax = 20_000_000;

const theOnlyKind = 1;

/** What one process did with one key, so far. */
interface Session {
  readonly written: number[];
  /** The source of its last read. */
  lastRead: number | undefined;
}

class Versions {
  readonly #graph: GraphBuilder;
  readonly #first: number;
  readonly #guarantee: SessionGuarantee;
  readonly #sessions = new Map<string, Session>();

  /** Versions are the accesses that write, and after them the first version of each key. */
  constructor({ all, keys }: Accesses, guarantee: SessionGuarantee) {
    this.#graph = new GraphBuilder(all.length + keys);
    this.#first = all.length;
    this.#guarantee = guarantee;
    for (const [id, access] of all.entries()) {
      if (access.writes) this.#graph.add(this.#first + access.key, id, theOnlyKind);
    }
  }

  /** False when there are too many edges. */
  take(id: number, { process, key, source, writes }: Access): boolean {
    const name = `${process} ${key}`;
    const session = this.#sessions.get(name) ?? { written: [], lastRead: undefined };
    this.#sessions.set(name, session);
    if (source !== undefined) this.#read(session, source === initial ? this.#first + key : source);
    if (writes) {
      // A compare-and-set replaces what it found, whatever is guaranteed.
      if (source !== undefined && source !== initial) this.#graph.add(source, id, theOnlyKind);
      const last = session.written.at(-1);
      if (this.#guarantee === 'monotonic-writes' && last !== undefined) {
        this.#graph.add(last, id, theOnlyKind);
      }
      session.written.push(id);
    }
    return this.#graph.size < edgesMax;
  }

  #read(session: Session, version: number): void {
    if (this.#guarantee === 'read-your-writes') {
      for (const own of session.written) this.#graph.add(own, version, theOnlyKind);
    }
    if (this.#guarantee === 'monotonic-reads' && session.lastRead !== undefined) {
      this.#graph.add(session.lastRead, version, theOnlyKind);
    }
    session.lastRead = version;
  }

  get hasOrder(): boolean {
    return components(this.#graph.build(), theOnlyKind).count === 0;
  }
}

/** Whether the guarantee holds; undefined when the history is too large to tell by `endMs` (on the clock of `performance`). Nothing may have been read out of thin air. */
export function holdsGuarantee(
  accesses: Accesses,
  guarantee: SessionGuarantee,
  endMs: number,
): boolean | undefined {
  const deadline = new Deadline(endMs - performance.now());
  const versions = new Versions(accesses, guarantee);
  for (const [id, access] of accesses.all.entries()) {
    if (deadline.isPast() || !versions.take(id, access)) return undefined;
  }
  return versions.hasOrder;
}
