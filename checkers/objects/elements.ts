/** The elements of one set, each with the few operations that decide about it. */

import type { Pair } from '#src/history/pairs';
import { identity } from '../identity.ts';
import type { Budget } from '../transactions/budget.ts';
import { endOf } from './findings.ts';

export interface Element {
  readonly value: unknown;
  /** Adds of it, failed ones included. */
  attempts: number;
  /** The add that was called first, of those that may have happened. */
  added: Pair | undefined;
  /** The add that was first answered with ok. */
  acknowledged: Pair | undefined;
  /** Of the reads with it, the one that was over first. */
  firstSeen: Pair | undefined;
  /** Of the reads with it, the one that began last. */
  lastPresent: Pair | undefined;
  /** Of the reads without it, the one that began last. */
  lastAbsent: Pair | undefined;
  /** The newest read that was looked at and has it. */
  mark: number;
}

/** A read with what it returned. */
export interface ReadOfSet {
  readonly pair: Pair;
  readonly elements: readonly unknown[];
}

const fresh = (value: unknown): Element => ({
  value,
  attempts: 0,
  added: undefined,
  acknowledged: undefined,
  firstSeen: undefined,
  lastPresent: undefined,
  lastAbsent: undefined,
  mark: -1,
});

/** Operations in the order of their calls. `onTwice` is told, once per read and element, of one that is in a read more than once. */
export function elementsOf(
  operations: readonly Pair[],
  budget: Budget,
  onTwice: (element: Element, read: ReadOfSet) => void,
): Iterable<Element> {
  const elements = new Map<unknown, Element>();
  const reads: ReadOfSet[] = [];
  for (const pair of operations) {
    budget.step();
    const { invoke, completion } = pair;
    if (invoke.f === 'add') noteAdd(elements, pair);
    else if (completion?.type === 'ok' && Array.isArray(completion.value)) {
      reads.push({ pair, elements: completion.value as readonly unknown[] });
    }
  }
  noteReads(elements, reads, budget, onTwice);
  return elements.values();
}

function noteAdd(elements: Map<unknown, Element>, pair: Pair): void {
  const { invoke, completion } = pair;
  const element = elementAt(elements, invoke.value);
  element.attempts += 1;
  if (completion?.type === 'fail') return;
  element.added ??= pair;
  if (completion?.type !== 'ok') return;
  if (element.acknowledged === undefined || endOf(pair) < endOf(element.acknowledged)) {
    element.acknowledged = pair;
  }
}

function elementAt(elements: Map<unknown, Element>, value: unknown): Element {
  const id = identity(value);
  let element = elements.get(id);
  if (element === undefined) {
    element = fresh(value);
    elements.set(id, element);
  }
  return element;
}

/**
 * From the read that began last back to the first: an element that such a read does not have has found the last read without it, and is
 * looked for no more. So each read costs as much as it returned, and no more.
 */
function noteReads(
  elements: Map<unknown, Element>,
  reads: readonly ReadOfSet[],
  budget: Budget,
  onTwice: (element: Element, read: ReadOfSet) => void,
): void {
  let present = [...elements.values()];
  for (let at = reads.length - 1; at >= 0; at -= 1) {
    const read = reads[at] as ReadOfSet;
    budget.step(1 + read.elements.length);
    const twice = new Set<Element>();
    for (const value of read.elements) {
      const element = elementAt(elements, value);
      if (element.mark === at) twice.add(element);
      else noteSeen(element, read.pair);
      element.mark = at;
    }
    for (const element of twice) onTwice(element, read);
    present = stillPresent(present, read.pair, at);
  }
}

function noteSeen(element: Element, read: Pair): void {
  element.lastPresent ??= read;
  if (element.firstSeen === undefined || endOf(read) < endOf(element.firstSeen)) {
    element.firstSeen = read;
  }
}

/** Those that this read has; the others have found the last read without them. Moves them together in place. */
function stillPresent(present: Element[], read: Pair, mark: number): Element[] {
  let kept = 0;
  for (const element of present) {
    if (element.mark === mark) {
      present[kept] = element;
      kept += 1;
    } else element.lastAbsent = read;
  }
  present.length = kept;
  return present;
}
