/** Multi-Paxos's own settings, as they stand in a node's configuration. */

import { type AllowedOptions, checkOptions } from '../options.ts';

export interface PaxosOptions {
  /**
   * `acceptors`: a majority of acceptors is asked for the highest slot accepted before a read is answered (PMMC 4.5).
   * `local-leader`: whoever thinks it leads answers at once. Unsafe (stale reads); for demonstration.
   */
  readonly reads: 'acceptors' | 'local-leader';
  /** Ask before scouting, so that a node that was cut off does not preempt a working leader on its return. */
  readonly canvass: boolean;
  /** A leader that has not heard a majority for one election timeout gives up. Without: a leader cut off stays one. */
  readonly checkQuorum: boolean;
}

export const defaultPaxosOptions: PaxosOptions = {
  reads: 'acceptors',
  canvass: true,
  checkQuorum: true,
};

const allowed: AllowedOptions<PaxosOptions> = {
  reads: ['acceptors', 'local-leader'],
  canvass: [true, false],
  checkQuorum: [true, false],
};

/** Defaults for what is left out. Throws RangeError that names an unknown option or value and what is allowed. */
export function paxosOptions(given: Readonly<Record<string, unknown>>): PaxosOptions {
  checkOptions('paxos', allowed, given);
  return { ...defaultPaxosOptions, ...given };
}
