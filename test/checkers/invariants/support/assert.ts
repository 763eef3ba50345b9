/** What a broken trace must lead to. */

import assert from 'node:assert/strict';
import type { Traced, Violation } from '#checkers/invariants/index';
import type { PaxosScript, RaftScript } from './script.ts';

/** The violation of this invariant comes first, and names these two events. */
export function assertBroken(
  script: RaftScript | PaxosScript,
  invariant: string,
  first: Traced | undefined,
  second: Traced,
): void {
  const violations = script.judge();
  const [violation] = violations;
  assert.equal(violation?.invariant, invariant, JSON.stringify(violations, null, 1));
  assert.deepEqual(violation.events, first === undefined ? [second] : [first, second]);
  assert.match(violation.explanation, /\w \w/);
}

export function violationOf(script: RaftScript | PaxosScript, invariant: string): Violation {
  const found = script.judge().find((violation) => violation.invariant === invariant);
  assert.ok(found, invariant);
  return found;
}
