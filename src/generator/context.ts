/**
 * Who is free, at which time: the state behind every Context. The interpreter and the simulation change a ThreadBoard,
 * generators see it through views. A view is made once per set of threads and kept up to date, so that asking costs nothing.
 */

import type { Process } from '../history/operation.ts';
import type { Random } from '../random/random.ts';
import type { Context, Selection, Thread } from './generator.ts';

export interface BoardOptions {
  /** Client threads, at least 0. */
  readonly concurrency: number;
  /** Whether there is a nemesis thread as well. */
  readonly nemesis: boolean;
  readonly random: Random;
}

/** Mutable: time, free threads and the process of each thread. */
export class ThreadBoard {
  /** Now, in ns since the start of the run. */
  timeNs = 0;
  readonly concurrency: number;
  readonly random: Random;
  /** The view of all threads. */
  readonly context: Context;
  readonly #root: View;
  readonly #busy: Uint8Array;
  readonly #processes: Process[];
  readonly #viewsOfSlot: View[][];
  readonly #viewsByMembers = new Map<string, View>();

  /** Throws RangeError for a concurrency that is not a whole number from 0. */
  constructor({ concurrency, nemesis, random }: BoardOptions) {
    if (!Number.isSafeInteger(concurrency) || concurrency < 0) {
      throw new RangeError(`concurrency must be a whole number from 0, not ${concurrency}`);
    }
    this.concurrency = concurrency;
    this.random = random;
    this.#busy = new Uint8Array(concurrency + 1);
    const clients = Array.from({ length: concurrency }, (_, thread) => thread);
    this.#processes = [...clients, 'nemesis'];
    this.#viewsOfSlot = Array.from({ length: concurrency + 1 }, () => []);
    this.#root = this.#view(nemesis ? [...clients, 'nemesis'] : clients);
    this.context = this.#root;
  }

  /** Position of a thread in tables: client threads by number, then the nemesis; -1 for a thread that cannot exist. */
  slotOf(thread: Thread): number {
    if (thread === 'nemesis') return this.concurrency;
    return thread >= 0 && thread < this.concurrency ? thread : -1;
  }

  isBusy(slot: number): boolean {
    return this.#busy[slot] !== 0;
  }

  processOf(thread: Thread): Process {
    return this.#processes[this.slotOf(thread)] ?? thread;
  }

  /** The thread now has work. */
  occupy(thread: Thread): void {
    const slot = this.slotOf(thread);
    if (this.#busy[slot] === 1) return;
    this.#busy[slot] = 1;
    for (const view of this.#viewsOfSlot[slot] ?? []) view.remove(slot);
  }

  /** The thread is free again. */
  release(thread: Thread): void {
    const slot = this.slotOf(thread);
    if (this.#busy[slot] === 0) return;
    this.#busy[slot] = 0;
    for (const view of this.#viewsOfSlot[slot] ?? []) view.add(slot);
  }

  /** The thread goes on as its next process, which is returned: the old one may still be at work. */
  retire(thread: number): number {
    const next = Number(this.#processes[thread]) + this.concurrency;
    this.#processes[thread] = next;
    return next;
  }

  /** The view of a part of `of`'s threads. Throws RangeError when the selection chooses none, or others. */
  select(of: readonly Thread[], selection: Selection): View {
    const members = selection.choose(of);
    if (members.length === 0) {
      throw new RangeError(
        `${selection.name}: there is no such thread among ${describeThreads(of)}; a generator for it could never do anything`,
      );
    }
    return this.#viewsByMembers.get(members.join()) ?? this.#view(members);
  }

  #view(members: readonly Thread[]): View {
    const view = new View(this, members);
    for (const thread of members) this.#viewsOfSlot[this.slotOf(thread)]?.push(view);
    this.#viewsByMembers.set(members.join(), view);
    return view;
  }
}

/** One set of threads with the list of the free ones among them; adding, removing and drawing take constant time. */
class View implements Context {
  readonly threads: readonly Thread[];
  readonly #board: ThreadBoard;
  /** The free slots, in any order, in the first `freeCount` places. */
  readonly #free: Int32Array;
  /** Where a slot is in `#free`, or `notFree`, or `notMember`. Begins with the lowest slot of the view. */
  readonly #place: Int32Array;
  readonly #lowest: number;
  readonly #narrower = new WeakMap<Selection, View>();
  freeCount = 0;

  constructor(board: ThreadBoard, threads: readonly Thread[]) {
    this.#board = board;
    this.threads = threads;
    this.#free = new Int32Array(threads.length);
    const slots = threads.map((thread) => board.slotOf(thread));
    const lowest = slots.reduce((a, b) => Math.min(a, b), board.concurrency);
    const highest = slots.reduce((a, b) => Math.max(a, b), lowest);
    this.#lowest = lowest;
    this.#place = new Int32Array(highest - lowest + 1).fill(notMember);
    for (const slot of slots) {
      if (lowest < 0 || this.#placeOf(slot) !== notMember) {
        throw new RangeError(
          `a selection chose ${threads.join()}: a thread twice, or none of ours`,
        );
      }
      this.#place[slot - lowest] = notFree;
      if (!board.isBusy(slot)) this.add(slot);
    }
  }

  #placeOf(slot: number): number {
    return this.#place[slot - this.#lowest] ?? notMember;
  }

  get timeNs(): number {
    return this.#board.timeNs;
  }

  get random(): Random {
    return this.#board.random;
  }

  get concurrency(): number {
    return this.#board.concurrency;
  }

  has(thread: Thread): boolean {
    return this.#placeOf(this.#board.slotOf(thread)) !== notMember;
  }

  isFree(thread: Thread): boolean {
    return this.#placeOf(this.#board.slotOf(thread)) >= 0;
  }

  someFree(filter?: (thread: Thread) => boolean): Thread | undefined {
    const count = this.freeCount;
    if (count === 0) return undefined;
    const start = count === 1 ? 0 : this.#board.random.below(count);
    if (filter === undefined) return this.#threadAt(start);
    for (let i = 0; i < count; i += 1) {
      const thread = this.#threadAt((start + i) % count);
      if (filter(thread)) return thread;
    }
    return undefined;
  }

  processOf(thread: Thread): Process {
    return this.#board.processOf(thread);
  }

  only(selection: Selection): Context {
    const known = this.#narrower.get(selection);
    if (known !== undefined) return known;
    const view = this.#board.select(this.threads, selection);
    this.#narrower.set(selection, view);
    return view;
  }

  add(slot: number): void {
    this.#free[this.freeCount] = slot;
    this.#place[slot - this.#lowest] = this.freeCount;
    this.freeCount += 1;
  }

  /** The last free slot takes the place of the one that leaves. */
  remove(slot: number): void {
    const place = this.#placeOf(slot);
    const last = this.#free[this.freeCount - 1] as number;
    this.#free[place] = last;
    this.#place[last - this.#lowest] = place;
    this.#place[slot - this.#lowest] = notFree;
    this.freeCount -= 1;
  }

  #threadAt(place: number): Thread {
    const slot = this.#free[place] as number;
    return slot === this.#board.concurrency ? 'nemesis' : slot;
  }
}

const notFree = -1;
const notMember = -2;

/** `0..9 and the nemesis`, short also for many threads. */
export function describeThreads(threads: readonly Thread[]): string {
  const clients = threads.filter((thread) => thread !== 'nemesis');
  const parts: string[] = [];
  if (clients.length > 8) parts.push(`${clients[0]}..${clients.at(-1)}`);
  else if (clients.length > 0) parts.push(clients.join(', '));
  if (clients.length < threads.length) parts.push('the nemesis');
  return parts.length === 0 ? 'no threads' : parts.join(' and ');
}
