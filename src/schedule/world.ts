/** What faults act on. The real cluster and the simulator both offer it; a fault never knows which one it has. */

export type Node = string;

/** `hold`: bytes stop and are delivered on heal. `drop`: bytes vanish, connections break on heal. `refuse`: cut and refused. */
export type CutStyle = 'hold' | 'drop' | 'refuse';

/** One direction of one connection between two nodes. */
export interface Link {
  readonly from: Node;
  readonly to: Node;
}

/** How far a link is from a perfect one; what is left out is perfect. Several owners' qualities on one link add up. */
export interface LinkQuality {
  /** Added to every message, in ms. */
  readonly latencyMs?: number;
  /** A uniform extra of up to this, in ms. */
  readonly jitterMs?: number;
  /** Share of the messages that are lost, 0..1. Where links are TCP: stalls, as after a retransmission. */
  readonly loss?: number;
  /** Share of the messages that arrive twice, 0..1. */
  readonly duplicates?: number;
  /** Share of the messages that arrive late, after ones sent later, 0..1. */
  readonly reordered?: number;
  readonly bytesPerSecond?: number;
  /** Bytes arrive in pieces of this size. */
  readonly sliceBytes?: number;
}

/** What a crash does to bytes that were written and not yet synced: a process dies (`kept`), or the machine loses power. */
export type Unsynced = 'kept' | 'lost' | 'torn';

/** What a running node's disk does wrong, until it is released. */
export type DiskTrouble =
  /** `once`: the next such call only. */
  | { readonly kind: 'error'; readonly code: 'EIO' | 'ENOSPC'; readonly once: boolean }
  | { readonly kind: 'slow'; readonly fsyncMs: number };

/** Counts of calls to a node's disk since the start of the run, all of them asked for by troubles. */
export interface DiskEffects {
  readonly failed: number;
  /** Syncs that took longer. */
  readonly delayed: number;
}

/** What happens to the files of a node that is down. Offsets are drawn by the world from `seed`. */
export type DiskDamage =
  /** Flips bits of `sectors` sectors within the log. */
  | { readonly kind: 'bit-rot'; readonly sectors: number; readonly seed: number }
  /** Cuts off the end of the log, `bytes` long. */
  | { readonly kind: 'truncated'; readonly bytes: number }
  /** A sector is written where another one belongs. */
  | { readonly kind: 'misdirected'; readonly seed: number }
  | { readonly kind: 'wiped' };

export interface ClockChange {
  /** Added at once, in ms; negative: the clock jumps back. */
  readonly offsetMs?: number;
  /** Seconds of the node's clock per true second; 1 is right. */
  readonly rate?: number;
}

/** This world, or this system in it, cannot do that, and why: the fault is recorded as skipped. */
export class Unavailable extends Error {
  override readonly name = 'Unavailable';
}

/**
 * Owners: every change is made in the name of an owner (one firing of one fault), and undone by that owner only. Two
 * overlapping faults on the same link or process therefore heal independently: the link works again when nobody cuts it.
 * Every method is idempotent, and resolves when the change has taken effect (checked, not assumed), with what was seen of it, for
 * the history: toxics as read back, a process that is gone. It rejects otherwise, with `Unavailable` when it never could.
 */
export interface World {
  /** All members, dead or alive. */
  readonly nodes: readonly Node[];
  /** Nodes that think they lead now, the newest term first. Asks the nodes directly, past any cut link. */
  leaders(): Promise<readonly Node[]>;
  /** Nanoseconds since the start of the run. */
  nowNs(): number;
  readonly links: {
    cut(owner: string, links: readonly Link[], style: CutStyle): Promise<unknown>;
    /** Replaces what the owner asked of these links before. */
    degrade(owner: string, links: readonly Link[], quality: LinkQuality): Promise<unknown>;
    /** Breaks the connections on these links once; they may be opened again at once. */
    reset(links: readonly Link[]): Promise<unknown>;
    /** Undoes what `owner` cut and degraded. */
    heal(owner: string): Promise<void>;
  };
  /** The way from clients to a node, which its peers do not take. */
  readonly clients: {
    cut(owner: string, nodes: readonly Node[], style: CutStyle): Promise<unknown>;
    heal(owner: string): Promise<void>;
  };
  readonly processes: {
    /** SIGKILL; resolves when the process is gone. The owner keeps it down. Left out, unsynced bytes are `kept`. */
    kill(owner: string, node: Node, unsynced?: Unsynced): Promise<unknown>;
    /** SIGSTOP; resolves when the process is seen stopped. */
    pause(owner: string, node: Node): Promise<unknown>;
    /** Ends what `owner` did: nodes start or resume that nobody else keeps down. Resolves when a started node is ready. */
    release(owner: string): Promise<void>;
  };
  /**
   * The clock that rules a node's timers and leases. Survives restarts of the node until it is released. Our own nodes have one, which is
   * monotonic and jumps nevertheless. Any other process has two: an offset is that of its wall clock, a rate is that of both, and its
   * monotonic clock never jumps.
   */
  readonly clocks: {
    /** Resolves with what was measured afterwards: the node's clock minus true time, in ms, and its rate. */
    adjust(owner: string, node: Node, change: ClockChange): Promise<ClockReading>;
    /** The rate is right again at once; an offset stays, as it would on a machine whose clock is monotonic. */
    release(owner: string): Promise<void>;
  };
  readonly disks: {
    trouble(owner: string, node: Node, trouble: DiskTrouble): Promise<unknown>;
    /** Why damage to this node is refused whatever it is, to be asked before the node is killed for it; undefined: it is not. */
    refusal(node: Node): string | undefined;
    /** Rejects while the node runs: kill it first. Resolves with what was done, for the history. */
    damage(node: Node, damage: DiskDamage): Promise<unknown>;
    /** What this node's disk has done wrong so far. Left out, or undefined: it is not counted. */
    effects?(node: Node): Promise<DiskEffects | undefined>;
    release(owner: string): Promise<void>;
  };
}

export interface ClockReading {
  readonly offsetMs: number;
  readonly rate: number;
  /** Why it, or its rate, is what was asked for and not what was seen: the node is down, paused or slow to answer. */
  readonly unmeasured?: string;
}
