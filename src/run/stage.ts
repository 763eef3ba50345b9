/** Where a test takes place: the system under test, and the time that passes for it. Real or simulated; the test cannot tell. */

import type { Clock } from '../schedule/clock.ts';
import type { RunningSystem } from '../systems/system.ts';
import type { Timeline } from './timeline.ts';

export interface Stage {
  readonly system: Pick<RunningSystem, 'world' | 'connect' | 'statuses'>;
  /** What the interpreter waits by. */
  readonly timeline: Timeline;
  /** The same time, for those who sleep. */
  readonly clock: Clock;
  /** Whether this node will serve nobody any more in this run, so that nobody need wait for it. Left out: nobody can tell. */
  readonly isLost?: (node: string) => boolean;
}
