/** Raft's own settings, as they stand in a node's configuration. */

import { type AllowedOptions, checkOptions } from '../options.ts';

export interface RaftOptions {
  /**
   * `read-index`: a leader answers a read only after a majority has confirmed its lead since the read came in.
   * `lease`: a leader answers at once for some time after a majority has confirmed its lead (dissertation 6.4.1). Unsafe where
   * clocks differ by more than `maxClockDrift`, or jump.
   * `local-leader`: whoever thinks it leads answers at once. Unsafe (stale reads); for demonstration.
   */
  readonly reads: 'read-index' | 'lease' | 'local-leader';
  /** For `lease`: of T on the fastest clock, at least this share less passes on the slowest. The lease is that much shorter. */
  readonly maxClockDrift: number;
  /** Ask before campaigning, so that a node that was cut off does not depose a working leader on its return. */
  readonly preVote: boolean;
  /** A leader that has not heard a majority for one election timeout steps down. */
  readonly checkQuorum: boolean;
}

export const defaultRaftOptions: RaftOptions = {
  reads: 'read-index',
  maxClockDrift: 0.1,
  preVote: true,
  checkQuorum: true,
};

const allowed: AllowedOptions<RaftOptions> = {
  reads: ['read-index', 'lease', 'local-leader'],
  maxClockDrift: { from: 0, below: 1 },
  preVote: [true, false],
  checkQuorum: [true, false],
};

/** Defaults for what is left out. Throws RangeError that names an unknown option or value and what is allowed. */
export function raftOptions(given: Readonly<Record<string, unknown>>): RaftOptions {
  checkOptions('raft', allowed, given);
  const options = { ...defaultRaftOptions, ...given };
  if (options.reads === 'lease' && !options.checkQuorum) {
    throw new RangeError(
      'option reads of raft is "lease", which needs checkQuorum: a lease is that followers refuse votes for a while after they heard the leader',
    );
  }
  return options;
}
