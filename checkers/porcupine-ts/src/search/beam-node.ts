/** A configuration of the beam, and how one follows from another. */

import { at } from './ints.ts';
import type { Paths } from './paths.ts';
import type { Problem } from './problem.ts';

/** A required operation placed ahead of time may be missed later: it costs so much of an optional one. */
const aheadCost = 0.02;

/** Nothing but the number of its path ever changes. */
export interface Node {
  /** How it was reached: a number of `Paths`. */
  path: number;
  /** The first required operation that is not placed. */
  readonly first: number;
  /** The value of the register. */
  readonly held: number;
  /** Required operations placed after `first`, in order. */
  readonly ahead: readonly number[];
  /** So many had been called at the latest overwrite. */
  readonly covered: number;
  /** An overwrite would make the step before superfluous. */
  readonly dirty: boolean;
  /** Optional operations, per class. */
  readonly used: Int32Array;
  readonly cost: number;
  /** Only optional operations are to be tried: all else has been, at a lower cost. */
  readonly onlyOptional: boolean;
}

/** What a problem needs to have for it. */
export type Flat = Pick<
  Problem<never, never, never>,
  | 'required'
  | 'effect'
  | 'call'
  | 'return'
  | 'byCall'
  | 'effectOf'
  | 'blind'
  | 'readonly'
  | 'classEffect'
  | 'classStart'
  | 'optional'
  | 'optionalCall'
  | 'tick'
>;

/** Whether one more of the class can take effect before the deadline. */
export function isLeft(p: Flat, node: Node, k: number, deadline: number): boolean {
  const next = at(p.classStart, k) + at(node.used, k);
  return next < at(p.classStart, k + 1) && at(p.optionalCall, next) < deadline;
}

/** The first operation after j that is not in the list, which is sorted, and what of the list comes after that. */
function pass(j: number, ahead: readonly number[]): [first: number, rest: readonly number[]] {
  let first = j + 1;
  let passed = 0;
  while (passed < ahead.length && ahead[passed] === first) {
    first += 1;
    passed += 1;
  }
  return [first, passed === 0 ? ahead : ahead.slice(passed)];
}

function inserted(j: number, ahead: readonly number[]): readonly number[] {
  const before = ahead.findIndex((other) => other > j);
  return before < 0 ? [...ahead, j] : ahead.toSpliced(before, 0, j);
}

/** With the required operation j, which leads to the value `to`; `called`: how many have been called by now. */
export function placed(
  p: Flat,
  paths: Paths,
  node: Node,
  j: number,
  to: number,
  called: number,
): Node {
  const effect = at(p.effect, j);
  const isBlind = at(p.blind, effect) === 1;
  const isFirst = j === node.first;
  const [first, ahead] = isFirst ? pass(j, node.ahead) : [node.first, inserted(j, node.ahead)];
  const changes = at(p.readonly, effect) === 0;
  return {
    path: paths.add(node.path, at(p.required, j)),
    first,
    held: to,
    ahead,
    covered: isBlind ? called : node.covered,
    dirty: changes && isBlind && !isFirst,
    used: node.used,
    onlyOptional: false,
    cost: node.cost + (isFirst || !changes || !isBlind ? 0 : aheadCost),
  };
}

/** With the first operation where nobody sees it, before the latest overwrite. */
export function withHidden(p: Flat, paths: Paths, node: Node): Node {
  const [first, ahead] = pass(node.first, node.ahead);
  const path = paths.add(node.path, ~at(p.required, node.first));
  return { ...node, path, first, ahead, onlyOptional: false };
}

/** With one more of the class of optional operations, which leads to the value `to`. */
export function used(
  p: Flat,
  paths: Paths,
  node: Node,
  k: number,
  to: number,
  called: number,
): Node {
  const before = at(node.used, k);
  const counts = node.used.slice();
  counts[k] = before + 1;
  const size = at(p.classStart, k + 1) - at(p.classStart, k);
  const isBlind = at(p.blind, at(p.classEffect, k)) === 1;
  return {
    ...node,
    path: paths.add(node.path, at(p.optional, at(p.classStart, k) + before)),
    held: to,
    covered: isBlind ? called : node.covered,
    dirty: true,
    used: counts,
    onlyOptional: false,
    // One more has been paid for already. The last ones of a class are dear.
    cost: node.cost + before / size,
  };
}
