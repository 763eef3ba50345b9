/**
 * The anomalies by name, after Adya (1999) and Adya, Liskov, O'Neil (2000), with those that later work added. All reads here
 * are of single items, so that what is called G-single here is always a G2-item as well.
 */

import { dependency } from './graph.ts';

export const cyclePhenomena = ['G0', 'G1c', 'G-single', 'G-nonadjacent', 'G2-item'] as const;
export type CyclePhenomenon = (typeof cyclePhenomena)[number];

/** What else than the data a cycle rests on. */
export const orders = ['', '-process', '-realtime'] as const;
export type Order = (typeof orders)[number];

export type CycleName = `${CyclePhenomenon}${Order}`;

export const otherAnomalies = [
  'G1a',
  'G1b',
  'cyclic-versions',
  'cyclic-versions-process',
  'cyclic-versions-realtime',
  'dirty-update',
  'duplicate-elements',
  'future-read',
  'garbage-read',
  'incompatible-order',
  'internal',
  'lost-update',
] as const;
export type AnomalyName = CycleName | (typeof otherAnomalies)[number];

const weaker: Readonly<Record<CyclePhenomenon, readonly CyclePhenomenon[]>> = {
  G0: ['G1c'],
  G1c: [],
  'G-single': ['G-nonadjacent', 'G2-item'],
  'G-nonadjacent': ['G2-item'],
  'G2-item': [],
};

/** The order of one process is that of real time, so a cycle over the former is one over the latter. */
const weakerOrders: Readonly<Record<Order, readonly Order[]>> = {
  '': ['-process', '-realtime'],
  '-process': ['-realtime'],
  '-realtime': [],
};

function impliedByCycles(): [AnomalyName, AnomalyName[]][] {
  return cyclePhenomena.flatMap((phenomenon) =>
    orders.map((order): [AnomalyName, AnomalyName[]] => [
      `${phenomenon}${order}`,
      [
        ...weaker[phenomenon].map((other): AnomalyName => `${other}${order}`),
        ...weakerOrders[order].map((other): AnomalyName => `${phenomenon}${other}`),
      ],
    ]),
  );
}

/** Direct implications: whoever shows the first shows the others too. */
const implications: ReadonlyMap<AnomalyName, readonly AnomalyName[]> = new Map<
  AnomalyName,
  readonly AnomalyName[]
>([
  ...impliedByCycles(),
  ['cyclic-versions', ['cyclic-versions-process', 'cyclic-versions-realtime']],
  ['cyclic-versions-process', ['cyclic-versions-realtime']],
  // Two states of which neither grew out of the other: one of them was never committed.
  ['incompatible-order', ['G1a']],
  ['dirty-update', ['G1a']],
  // A transaction that sees what it has yet to write depends on itself.
  ['future-read', ['G1c']],
  ['lost-update', ['G2-item']],
]);

/** These anomalies and all that they imply. */
export function withImplied(names: Iterable<AnomalyName>): ReadonlySet<AnomalyName> {
  const all = new Set<AnomalyName>(names);
  for (const name of all) for (const other of implications.get(name) ?? []) all.add(other);
  return all;
}

/** The name of a cycle with edges of these kinds, in order; `pass` belongs to the edge before it. */
export function nameOfCycle(kinds: readonly number[]): CycleName {
  const edges = kinds.filter((kind) => kind !== dependency.pass);
  const has = (bit: number): boolean => edges.some((kind) => (kind & bit) !== 0);
  const isRw = edges.map((kind) => (kind & dependency.rw) !== 0);
  const count = isRw.filter(Boolean).length;
  const isAdjacent = isRw.some((rw, i) => rw && isRw[(i + 1) % isRw.length]);
  const order: Order = has(dependency.realtime)
    ? '-realtime'
    : has(dependency.process)
      ? '-process'
      : '';
  if (count === 0) return has(dependency.wr) ? `G1c${order}` : `G0${order}`;
  if (count === 1) return `G-single${order}`;
  return isAdjacent ? `G2-item${order}` : `G-nonadjacent${order}`;
}
