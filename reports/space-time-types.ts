/** A failing run of the simulated world as plain data: the only thing that its page knows. Times are ms since the start of the run. */

import type { EvidenceOperation, ReportAnomaly } from './types.ts';

/** A node in one role and one term or ballot round. */
export interface Stretch {
  readonly node: string;
  readonly fromMs: number;
  readonly toMs: number;
  readonly role: 'leader' | 'candidate' | 'follower';
  readonly term: number;
}

/** A node that does not run, does not get on, or is under a fault. */
export interface Bar {
  readonly node: string;
  readonly fromMs: number;
  readonly toMs: number;
  readonly kind: 'down' | 'paused' | 'fault';
  /** A few, such as `partition 2`. */
  readonly label: string;
  readonly words: string;
}

/** An arrow. A message that arrives twice is two of them. */
export interface Arrow {
  /** The message: both arrows of one that arrives twice have the same. */
  readonly id: number;
  readonly from: string;
  readonly to: string;
  /** As in the code: `append`, `p1a`. */
  readonly message: string;
  readonly term?: number;
  readonly sentMs: number;
  /** When it arrived or was lost; null: it was still on its way when the run ended. */
  readonly endMs: number | null;
  readonly lost?: string;
  /** The second of two. */
  readonly copy?: true;
  /** Part of how the first event could become known at the second. */
  readonly chain?: true;
}

export const markKinds = [
  'role',
  'vote',
  'log',
  'disk',
  'commit',
  'apply',
  'read',
  'reply',
  'other',
] as const;
export type MarkKind = (typeof markKinds)[number];

/** Something that one node did. */
export interface Mark {
  readonly node: string;
  readonly timeMs: number;
  /** For what takes time: writing to the disk, until it is durable. null: never. */
  readonly untilMs?: number | null;
  readonly kind: MarkKind;
  readonly label: string;
  /** A sentence. */
  readonly words: string;
  /** The event as it is in the trace. */
  readonly raw: string;
  /** 1 or 2: one of the events that contradict each other. */
  readonly contradicts?: number;
}

/** One of at most two events that cannot both be right. */
export interface Contradiction {
  readonly number: number;
  readonly timeMs: number;
  readonly where:
    | { readonly kind: 'node'; readonly node: string }
    /** `index` of the invocation. */
    | { readonly kind: 'operation'; readonly operation: number };
  readonly words: string;
}

/** Worth knowing to follow what happened. */
export interface Moment {
  readonly timeMs: number;
  readonly kind: 'fault' | 'role' | 'client' | 'contradiction' | 'node';
  readonly words: string;
}

/** A fault of the schedule, as it happened. */
export interface FaultLine {
  readonly number: number;
  readonly fromMs: number;
  readonly toMs: number;
  readonly words: string;
}

export interface SpaceTime {
  readonly version: 1;
  readonly system: string;
  readonly nodes: readonly string[];
  readonly failure: {
    readonly by: string;
    readonly name: string;
    /** What the invariant or the checker claims, in a few words; empty where the name says it. */
    readonly claim: string;
    readonly explanation: string;
  };
  /** Set when the run does not show what was recorded. */
  readonly differs?: string;
  readonly traceHash: string;
  readonly facts: readonly (readonly [name: string, value: string])[];
  /** Options of the system and of the simulated world that are not the default. */
  readonly options: readonly (readonly [name: string, value: string, usual: string])[];
  readonly faults: readonly FaultLine[];
  readonly contradictions: readonly Contradiction[];
  /** Whether messages lead from the first to the second; empty where there are not two. */
  readonly knowledge: string;
  readonly moments: readonly Moment[];
  readonly anomaly?: ReportAnomaly;
  /** Of the clients. */
  readonly operations: readonly EvidenceOperation[];
  readonly stretches: readonly Stretch[];
  readonly bars: readonly Bar[];
  readonly arrows: readonly Arrow[];
  readonly marks: readonly Mark[];
  /** Where messages and marks are complete; elsewhere they were left out. */
  readonly windows: readonly (readonly [fromMs: number, toMs: number])[];
  readonly left: { readonly arrows: number; readonly marks: number; readonly operations: number };
  /** What to look at first. */
  readonly focusMs: readonly [from: number, to: number];
  readonly endMs: number;
}
