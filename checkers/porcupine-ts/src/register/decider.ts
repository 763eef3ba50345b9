/** A method that decides the beginnings of a history, so that the first violation can be found. */

import type { ChainVerdict } from './chains.ts';

/** Operations 0 .. required - 1 are the required ones in the order of their returns, the others the optional ones. */
export interface Decider {
  readonly required: number;
  /** The verdict on the first `required` operations by return, and those called until then. */
  decide(required: number): ChainVerdict;
}
