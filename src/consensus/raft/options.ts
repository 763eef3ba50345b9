/** Raft's own settings, as they stand in a node's configuration. */

import { type AllowedOptions, checkOptions } from '../options.ts';

export interface RaftOptions {
  /**
   * `read-index`: a leader answers a read only after a majority has confirmed its lead since the read came in.
   * `local-leader`: whoever thinks it leads answers at once. Unsafe (stale reads); for demonstration.
   */
  readonly reads: 'read-index' | 'local-leader';
  /** Ask before campaigning, so that a node that was cut off does not depose a working leader on its return. */
  readonly preVote: boolean;
  /** A leader that has not heard a majority for one election timeout steps down. */
  readonly checkQuorum: boolean;
}

export const defaultRaftOptions: RaftOptions = {
  reads: 'read-index',
  preVote: true,
  checkQuorum: true,
};

const allowed: AllowedOptions<RaftOptions> = {
  reads: ['read-index', 'local-leader'],
  preVote: [true, false],
  checkQuorum: [true, false],
};

/** Defaults for what is left out. Throws RangeError that names an unknown option or value and what is allowed. */
export function raftOptions(given: Readonly<Record<string, unknown>>): RaftOptions {
  checkOptions('raft', allowed, given);
  return { ...defaultRaftOptions, ...given };
}
