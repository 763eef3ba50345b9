/** What faults act on. The real cluster and the simulator both offer it; a fault never knows which one it has. */

export type Node = string;

/** `hold`: bytes stop and are delivered on heal. `drop`: bytes vanish, connections break on heal. `refuse`: cut and refused. */
export type CutStyle = 'hold' | 'drop' | 'refuse';

/** One direction of one connection between two nodes. */
export interface Link {
  readonly from: Node;
  readonly to: Node;
}

/**
 * Owners: every change is made in the name of an owner (one firing of one fault), and undone by that owner only. Two
 * overlapping faults on the same link or process therefore heal independently: the link works again when nobody cuts it.
 * Every method is idempotent, and resolves when the change has taken effect (checked, not assumed). It rejects otherwise.
 */
export interface World {
  /** All members, dead or alive. */
  readonly nodes: readonly Node[];
  /** Nodes that think they lead now, the newest term first. Asks the nodes directly, past any cut link. */
  leaders(): Promise<readonly Node[]>;
  /** Nanoseconds since the start of the run. */
  nowNs(): number;
  readonly links: {
    cut(owner: string, links: readonly Link[], style: CutStyle): Promise<void>;
    heal(owner: string): Promise<void>;
  };
  readonly processes: {
    /** SIGKILL; resolves when the process is gone. The owner keeps it down. */
    kill(owner: string, node: Node): Promise<void>;
    /** SIGSTOP; resolves when the process is seen stopped. */
    pause(owner: string, node: Node): Promise<void>;
    /** Ends what `owner` did: nodes start or resume that nobody else keeps down. Resolves when a started node is ready. */
    release(owner: string): Promise<void>;
  };
}
