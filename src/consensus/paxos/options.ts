/** Multi-Paxos's own settings, as they stand in a node's configuration. */

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

const allowed: Readonly<Record<keyof PaxosOptions, readonly unknown[]>> = {
  reads: ['acceptors', 'local-leader'],
  canvass: [true, false],
  checkQuorum: [true, false],
};

/** Defaults for what is left out. Throws RangeError that names an unknown option or value and what is allowed. */
export function paxosOptions(given: Readonly<Record<string, unknown>>): PaxosOptions {
  const known = new Map<string, readonly unknown[]>(Object.entries(allowed));
  for (const [name, value] of Object.entries(given)) {
    const values = known.get(name);
    if (values === undefined) {
      throw new RangeError(
        `unknown option of paxos: ${name}; allowed are ${[...known.keys()].join(', ')}`,
      );
    }
    if (!values.includes(value)) {
      throw new RangeError(
        `option ${name} of paxos is ${JSON.stringify(value)}; allowed are ${values.map((v) => JSON.stringify(v)).join(', ')}`,
      );
    }
  }
  return { ...defaultPaxosOptions, ...given };
}
