/**
 * What consensus promises, checked on a trace alone, event by event, by a reader that trusts none of the nodes.
 *
 *     nodes --- trace events ---> createInvariants(...).observe(event) ---> the first violation, with the events that contradict
 *                          \---> createCoverage(...).observe(event)    ---> how often each interesting corner was reached
 *
 * Pure and incremental: no I/O, no clock, a small constant of work for an event, memory in proportion to the longest log. What
 * each invariant says and where it comes from: docs/invariants.md.
 */

export { catalogue, type InvariantId } from './catalogue.ts';
export { type Coverage, corners, createCoverage } from './coverage.ts';
export { createInvariants, type Invariants } from './create-invariants.ts';
export { membersMax } from './members.ts';
export {
  describeEvent,
  type InvariantSettings,
  type Traced,
  type TracedOf,
  type Violation,
} from './traced.ts';
