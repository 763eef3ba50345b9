/**
 * Causal convergence (CCv), decided by its bad patterns (Bouajjani, Enea, Guerraoui, Hamza, "On verifying causal consistency", POPL
 * 2017). Causal order is what a process did one after the other, and a write before those that read it. Where a read had one write
 * in its past and found another, the former has to come first in the order that all agree on:
 *
 *     p   write x 1  ------------->  read x -> 2        hence write x 1 before write x 2
 *
 * There is such an order exactly if nothing was read out of thin air and these three kinds of edge make no circle. The past of every
 * access is a vector of counts, one per process: time and memory are accesses times processes.
 */

import { Deadline } from '../found.ts';
import { type Contradictions, shortCycles } from '../growth/order.ts';
import { GraphBuilder } from '../transactions/graph.ts';
import { type Access, type Accesses, initial } from './accesses.ts';

/** Why one access comes before another, as bits. */
export const causes = {
  /** `about`: the read that had the former in its past and found the latter. */
  conflict: 1,
  /** A read found what the write wrote. */
  reads: 2,
  process: 8,
} as const;

/** Vectors of more counts than this are not made: 400 MB. */
const countsMax = 100_000_000;

export interface CausalOrder extends Contradictions {
  /** Reads that found nothing although a write was in their past, each with that write. */
  readonly initialReads: readonly { readonly reader: number; readonly write: number }[];
}

export type CausalOutcome = CausalOrder | { readonly kind: 'too-much'; readonly reason: string };

interface Processes {
  /** Per access: the number of its process, and its place in it, from 0. */
  readonly of: Int32Array;
  readonly place: Int32Array;
  readonly members: readonly (readonly number[])[];
}

function processesOf(all: readonly Access[]): Processes {
  const numbers = new Map<unknown, number>();
  const members: number[][] = [];
  const of = new Int32Array(all.length);
  const place = new Int32Array(all.length);
  for (const [i, { process }] of all.entries()) {
    const number = numbers.get(process) ?? numbers.size;
    numbers.set(process, number);
    members[number] ??= [];
    of[i] = number;
    place[i] = members[number].length;
    members[number].push(i);
  }
  return { of, place, members };
}

/** Accesses in an order that respects causality, as far as there is one. */
function sorted(all: readonly Access[], { place, of, members }: Processes): Int32Array {
  const readers: number[][] = [];
  const waitsFor = new Int32Array(all.length);
  for (const [i, { source }] of all.entries()) {
    waitsFor[i] = place[i] === 0 ? 0 : 1;
    if (source === undefined || source === initial || source === i) continue;
    readers[source] ??= [];
    readers[source].push(i);
    waitsFor[i] = (waitsFor[i] as number) + 1;
  }
  const order = new Int32Array(all.length);
  let count = 0;
  const ready = all.flatMap((_, i) => (waitsFor[i] === 0 ? [i] : []));
  for (let i = ready.pop(); i !== undefined; i = ready.pop()) {
    order[count] = i;
    count += 1;
    const next = members[of[i] as number]?.[(place[i] as number) + 1];
    for (const later of [...(readers[i] ?? []), ...(next === undefined ? [] : [next])]) {
      waitsFor[later] = (waitsFor[later] as number) - 1;
      if (waitsFor[later] === 0) ready.push(later);
    }
  }
  return order.subarray(0, count);
}

/** Per access, how many of the accesses of each process are in its past, itself included. Undefined: the time was up. */
function pasts(
  all: readonly Access[],
  order: Int32Array,
  processes: Processes,
  deadline: Deadline,
): Int32Array | undefined {
  const { of, place, members } = processes;
  const width = members.length;
  const counts = new Int32Array(all.length * width);
  for (const i of order) {
    if (deadline.isPast(width)) return undefined;
    const at = i * width;
    const take = (other: number): void => {
      for (let p = 0; p < width; p += 1) {
        const seen = counts[other * width + p] as number;
        if (seen > (counts[at + p] as number)) counts[at + p] = seen;
      }
    };
    const process = of[i] as number;
    const before = members[process]?.[(place[i] as number) - 1];
    if (before !== undefined) take(before);
    const source = all[i]?.source;
    if (source !== undefined && source !== initial && source !== i) take(source);
    counts[at + process] = (place[i] as number) + 1;
  }
  return counts;
}

/** Per process and key: the places of the writes, in order. */
function writePlaces(all: readonly Access[], { of, place }: Processes): Map<number, number[]>[] {
  const places: Map<number, number[]>[] = [];
  for (const [i, { key, writes }] of all.entries()) {
    if (!writes) continue;
    const own = places[of[i] as number] ?? new Map<number, number[]>();
    places[of[i] as number] = own;
    const list = own.get(key);
    if (list === undefined) own.set(key, [place[i] as number]);
    else list.push(place[i] as number);
  }
  return places;
}

/** The last of an ascending list that is below the bound. */
function lastBelow(list: readonly number[], bound: number): number | undefined {
  let low = 0;
  let high = list.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((list[middle] as number) < bound) low = middle + 1;
    else high = middle;
  }
  return list[low - 1];
}

function addConflicts(
  all: readonly Access[],
  order: Int32Array,
  processes: Processes,
  graph: GraphBuilder,
  deadline: Deadline,
): CausalOrder['initialReads'] | undefined {
  const { of, members } = processes;
  const width = members.length;
  const counts = pasts(all, order, processes, deadline);
  if (counts === undefined) return undefined;
  const places = writePlaces(all, processes);
  const initialReads: { reader: number; write: number }[] = [];
  for (const reader of order) {
    const { source, key } = all[reader] as Access;
    if (source === undefined) continue;
    if (deadline.isPast(width)) return undefined;
    for (let p = 0; p < width; p += 1) {
      const list = places[p]?.get(key);
      // The read itself is no part of its past, also where it writes afterwards.
      const bound = (counts[reader * width + p] as number) - (of[reader] === p ? 1 : 0);
      const last = list && lastBelow(list, bound);
      const write = last === undefined ? undefined : members[p]?.[last];
      if (write === undefined || write === source) continue;
      if (source === initial) initialReads.push({ reader, write });
      else graph.add(write, source, causes.conflict, reader);
    }
  }
  return initialReads;
}

/** Whether there is a causal order that all can agree on; if not, why. `endMs`: on the clock of `performance`. */
export function causalOrder({ all }: Accesses, endMs: number): CausalOutcome {
  const processes = processesOf(all);
  const size = all.length * processes.members.length;
  if (size > countsMax) {
    const reason = `${all.length} operations of ${processes.members.length} processes are too many`;
    return { kind: 'too-much', reason };
  }
  const graph = new GraphBuilder(all.length);
  for (const own of processes.members) {
    for (const [i, access] of own.entries()) {
      const next = own[i + 1];
      if (next !== undefined) graph.add(access, next, causes.process);
    }
  }
  for (const [i, { source }] of all.entries()) {
    if (source !== undefined && source !== initial) graph.add(source, i, causes.reads, i);
  }
  const order = sorted(all, processes);
  const deadline = new Deadline(endMs - performance.now());
  const initialReads = addConflicts(all, order, processes, graph, deadline);
  if (initialReads === undefined) return { kind: 'too-much', reason: 'the time was up' };
  const causal = causes.process | causes.reads;
  const found = shortCycles(graph.build(), [causal, causal | causes.conflict], endMs);
  return { ...found, initialReads };
}

export const isConvergent = (accesses: Accesses, order: CausalOrder): boolean =>
  accesses.thinAir.length === 0 && order.components === 0 && order.initialReads.length === 0;
