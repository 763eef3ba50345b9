/**
 * One register in which values may have several sources: NP-complete in general, but most violations show in the values
 * that have one source. Each of those is held in one stretch of time, which must hold its forward zone; so two such zones
 * may not overlap, and nothing that saw or left another value may lie inside. O(n log n); says illegal or nothing.
 */

import { at, ints } from '../search/ints.ts';
import type { Prefix, Sources } from './sources.ts';
import { isCas, isRead, none, operationsPerLook } from './view.ts';
import { disjoint, type Zone, zoneAt } from './zones.ts';

/** The stretches of the values that have one source and are needed. */
function zonesOf(p: Prefix, found: Sources): Zone[] {
  const { h, required } = p;
  const first = found.firstReturn.slice();
  const last = found.lastCall.slice();
  for (let j = 0; j < required; j += 1) {
    if (j % operationsPerLook === 0) h.look();
    // A cas found its value still there: that is the end of the stretch.
    if (at(h.kind, j) !== isCas) continue;
    const from = at(h.from, j);
    last[from] = Math.max(at(last, from), at(h.call, j));
  }
  const zones: Zone[] = [];
  for (let value = 0; value < h.values; value += 1) {
    const source = at(found.source, value);
    if (source < 0 || at(found.needed, value) === 0) continue;
    const returned = source < required || source === h.count ? at(h.return, source) : Infinity;
    const f = Math.min(at(first, value), returned);
    const s = Math.max(at(last, value), at(h.call, source));
    if (f < s) zones.push({ f, s, owner: value });
  }
  return zones;
}

/** Whether operation j can take effect while the register holds `value` throughout. */
const leavesAlone = (p: Prefix, j: number, value: number): boolean =>
  at(p.h.kind, j) === isRead && at(p.h.from, j) === value;

/** The earliest time at which each value can have been there: the first call of a source. */
function firstPossible(p: Prefix): Int32Array {
  const { h, end } = p;
  const first = ints(h.values).fill(0x7fffffff);
  for (let i = 0; i <= h.count; i += 1) {
    if (i % operationsPerLook === 0) h.look();
    const to = at(h.to, i);
    if (to !== none && at(h.call, i) <= end) first[to] = Math.min(at(first, to), at(h.call, i));
  }
  return first;
}

/** True only if the prefix is not linearizable. */
export function isRejected(p: Prefix, found: Sources): boolean {
  const { h, required } = p;
  const zones = disjoint(zonesOf(p, found), h.look);
  if (zones === undefined) return true;
  const possible = firstPossible(p);
  for (let j = 0; j < required; j += 1) {
    if (j % operationsPerLook === 0) h.look();
    const from = at(h.from, j);
    if (from !== none && at(possible, from) > at(h.return, j)) return true;
    const zone = zoneAt(zones, at(h.call, j));
    if (zone === undefined || at(h.return, j) >= zone.s) continue;
    if (j !== at(found.source, zone.owner) && !leavesAlone(p, j, zone.owner)) return true;
  }
  return false;
}
