/** The clock of a node whose program knows nothing of it, however it is set. */

import type { NodeClock } from '../clocks.ts';

export interface OuterClock extends NodeClock {
  /** What is to be in the environment of the program, which is about to start with `given` in it. */
  environment(given: Environment): Promise<Environment>;
  /** A process has started: it gets the clock that its node has. Never rejects: the next change does, with what went wrong. */
  started(): Promise<void>;
  /** Removes what is left of processes that have ended. */
  cleanUp(): Promise<void>;
}

export type Environment = Readonly<Record<string, string | undefined>>;
