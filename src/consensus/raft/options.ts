/** Raft's own settings, as they stand in a node's configuration. */

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

const allowed: Readonly<Record<keyof RaftOptions, readonly unknown[]>> = {
  reads: ['read-index', 'local-leader'],
  preVote: [true, false],
  checkQuorum: [true, false],
};

/** Defaults for what is left out. Throws RangeError that names an unknown option or value and what is allowed. */
export function raftOptions(given: Readonly<Record<string, unknown>>): RaftOptions {
  for (const [name, value] of Object.entries(given)) {
    const values = new Map<string, readonly unknown[]>(Object.entries(allowed)).get(name);
    if (values === undefined) {
      throw new RangeError(
        `unknown option of raft: ${name}; allowed are ${Object.keys(allowed).join(', ')}`,
      );
    }
    if (!values.includes(value)) {
      throw new RangeError(
        `option ${name} of raft is ${JSON.stringify(value)}; allowed are ${values.map((v) => JSON.stringify(v)).join(', ')}`,
      );
    }
  }
  return { ...defaultRaftOptions, ...given };
}
