/** Where everything of one part goes: lanes, positions along the axis, moments of an order. Pure numbers, no page. */

import type { AnnotationData, PartData } from '../page-data.ts';

/** `order`: every call and return takes the same room, so that nothing is too short to see. `time`: a clock. */
export type Axis = 'order' | 'time';

export interface Lane {
  /** False for further lanes of a client that had several operations at once. */
  readonly isFirst: boolean;
  /** From left to right. They do not overlap, except that one whose end nobody knows gives way to the next. */
  readonly operations: readonly number[];
}

export interface Layout {
  readonly lanes: readonly Lane[];
  readonly laneOf: Int32Array;
  readonly start: Float64Array;
  /** Infinity for an unknown outcome. */
  readonly end: Float64Array;
  /** Where its bar ends: an unknown outcome is drawn up to what its lane shows next. */
  readonly barEnd: Float64Array;
  /** The axis goes from 0 to this. */
  readonly width: number;
  /** Where a time of the history is on the axis. */
  readonly place: (annotation: AnnotationData) => { readonly from: number; readonly to: number };
}

function spans(part: PartData): { start: Float64Array; end: Float64Array; times: Float64Array } {
  const n = part.call.length;
  const ends = part.return.flatMap((time, op) => (time === null ? [] : [op]));
  // Calls before returns at the same time: intervals are closed.
  const events = [
    ...part.call.map((time, op) => ({ time, op, isReturn: false })),
    ...ends.map((op) => ({ time: part.return[op] ?? 0, op, isReturn: true })),
  ].sort((a, b) => a.time - b.time || Number(a.isReturn) - Number(b.isReturn));
  const start = new Float64Array(n);
  const end = new Float64Array(n).fill(Infinity);
  const times = new Float64Array(events.length);
  for (const [rank, { time, op, isReturn }] of events.entries()) {
    if (isReturn) end[op] = rank + 0.5;
    else start[op] = rank + 0.5;
    times[rank] = time;
  }
  return { start, end, times };
}

/** How many of the sorted times are smaller. */
function countBelow(times: Float64Array, time: number): number {
  let low = 0;
  let high = times.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((times[middle] ?? 0) < time) low = middle + 1;
    else high = middle;
  }
  return low;
}

function byOrder(part: PartData): Omit<Layout, 'lanes' | 'laneOf' | 'barEnd'> {
  const { start, end, times } = spans(part);
  const width = Math.max(1, times.length);
  const at = (time: number | null): number => (time === null ? width : countBelow(times, time));
  return {
    start,
    end,
    width,
    place: (note) => ({ from: at(note.start), to: at(note.end) }),
  };
}

function byTime(part: PartData): Omit<Layout, 'lanes' | 'laneOf' | 'barEnd'> {
  const called = part.calledAt ?? part.call;
  const returned = part.returnedAt ?? part.return;
  let first = Infinity;
  let last = -Infinity;
  for (const [op, time] of called.entries()) {
    first = Math.min(first, time);
    last = Math.max(last, returned[op] ?? time);
  }
  if (called.length === 0) [first, last] = [0, 1];
  const width = last > first ? last - first : 1;
  const clamp = (time: number): number => Math.min(width, Math.max(0, time - first));
  return {
    start: Float64Array.from(called, (time) => time - first),
    end: Float64Array.from(returned, (time) => (time === null ? Infinity : time - first)),
    width,
    place: (note) => {
      const end = note.endedAt === undefined ? note.end : note.endedAt;
      return { from: clamp(note.startedAt ?? note.start), to: end === null ? width : clamp(end) };
    },
  };
}

/** With more clients than this, those that are gone make room for those that come. */
const clientLanesMax = 24;

interface OpenLane {
  /** Whose turn it is. */
  client: number;
  readonly isFirst: boolean;
  /** When its last operation returned; when it was called, if nobody knows. */
  busyUntil: number;
  readonly operations: number[];
}

/** The last call of each client, or its last return: after that it is gone. */
function goneAt(part: PartData): ReadonlyMap<number, number> {
  const gone = new Map<number, number>();
  for (const [op, client] of part.client.entries()) {
    const end = part.return[op] ?? part.call[op] ?? 0;
    gone.set(client, Math.max(gone.get(client) ?? -Infinity, end));
  }
  return gone;
}

/**
 * Clients in the order in which they appear; a client that did several things at once gets several lanes. Operations that
 * never ended do not keep their lanes: a history with hundreds of them would have hundreds of lanes with nothing else.
 */
function lanes(part: PartData): Pick<Layout, 'lanes' | 'laneOf'> {
  const gone = goneAt(part);
  const isCrowded = gone.size > clientLanesMax;
  const byClient = new Map<number, OpenLane[]>();
  const laneOf = new Int32Array(part.client.length);
  const all: OpenLane[] = [];
  const free = (client: number, call: number): OpenLane | undefined => {
    if (!isCrowded || byClient.has(client)) return undefined;
    const lane = all.find((one) => (gone.get(one.client) ?? 0) < call);
    if (lane === undefined) return undefined;
    byClient.delete(lane.client);
    lane.client = client;
    return lane;
  };
  for (const [op, client] of part.client.entries()) {
    const call = part.call[op] ?? 0;
    const own = byClient.get(client) ?? [];
    let lane = own.find(({ busyUntil }) => busyUntil <= call) ?? free(client, call);
    if (lane === undefined) {
      lane = { client, isFirst: isCrowded || own.length === 0, busyUntil: 0, operations: [] };
      all.push(lane);
    }
    if (!own.includes(lane)) own.push(lane);
    byClient.set(client, own);
    lane.busyUntil = part.return[op] ?? call;
    lane.operations.push(op);
  }
  // Further lanes stand below the first of their client.
  const order = isCrowded ? all : [...Map.groupBy(all, ({ client }) => client).values()].flat();
  for (const [index, { operations }] of order.entries()) {
    for (const op of operations) laneOf[op] = index;
  }
  return { lanes: order, laneOf };
}

function barEnds(
  part: PartData,
  all: readonly Lane[],
  { start, end }: Pick<Layout, 'start' | 'end'>,
): Float64Array {
  const bars = end.slice();
  for (const { operations } of all) {
    for (const [nth, op] of operations.entries()) {
      const next = operations[nth + 1];
      if (part.return[op] === null && next !== undefined) bars[op] = start[next] ?? Infinity;
    }
  }
  return bars;
}

/** Lanes and positions of a part on one of the axes. */
export function layout(part: PartData, axis: Axis): Layout {
  const laid = lanes(part);
  const placed = axis === 'order' ? byOrder(part) : byTime(part);
  return { ...laid, ...placed, barEnd: barEnds(part, laid.lanes, placed) };
}

/**
 * A moment for every operation of an order: inside its interval, never before the one ahead of it. Operations that could all
 * take effect at one moment are spread over the room that they have in common.
 */
export function moments(
  order: readonly number[],
  { start, end, width }: Pick<Layout, 'start' | 'end' | 'width'>,
): Float64Array<ArrayBuffer> {
  const at = new Float64Array(order.length);
  let latest = 0;
  for (const [step, op] of order.entries()) {
    latest = Math.max(latest, start[op] ?? 0);
    at[step] = latest;
  }
  for (let from = 0; from < order.length; ) {
    const moment = at[from] ?? 0;
    let to = from;
    let room = width;
    while (to < order.length && at[to] === moment) {
      room = Math.min(room, end[order[to] as number] ?? width);
      to += 1;
    }
    if (to < order.length) room = Math.min(room, at[to] ?? width);
    const share = Math.max(0, room - moment) / (to - from);
    for (let step = from; step < to; step += 1) at[step] = moment + share * (step - from + 0.5);
    from = to;
  }
  return at;
}
