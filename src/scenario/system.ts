/** What a scenario needs to know of an algorithm: how to make a node of it, and how to put what it does into words. */

import type { Effect, RandomSource, TraceEvent } from '#src/consensus/algorithm';
import type { Ballot } from '#src/consensus/paxos/ballot';

export type MachineEffect = Effect<unknown, unknown, unknown>;

export type MachineInput =
  | { readonly kind: 'tick'; readonly nowMs: number }
  | {
      readonly kind: 'message';
      readonly nowMs: number;
      readonly from: string;
      readonly message: unknown;
    }
  | { readonly kind: 'durable'; readonly nowMs: number; readonly sequence: number }
  /** A command for the log. */
  | {
      readonly kind: 'write';
      readonly nowMs: number;
      readonly request: number;
      readonly key: string;
      readonly value: unknown;
    }
  | { readonly kind: 'read'; readonly nowMs: number; readonly request: number }
  /** A value for single-decree Paxos. */
  | {
      readonly kind: 'propose';
      readonly nowMs: number;
      readonly value: string;
      readonly leastRound: number;
    };

export interface MachineSetup {
  readonly self: string;
  readonly members: readonly string[];
  readonly options: Readonly<Record<string, unknown>>;
  /** Entries in one message. */
  readonly maxBatchEntries: number;
  readonly disk: readonly unknown[];
  readonly random: RandomSource;
  readonly nowMs: number;
}

export interface Machine {
  step(input: MachineInput): readonly MachineEffect[];
  /** What the algorithm says of itself. */
  status(): {
    readonly role: string;
    readonly term: number;
    readonly leader: string | undefined;
    readonly commit: number;
  };
}

/** A place in a log: Raft's entry, or a decided slot. */
export interface LogPlace {
  readonly term: number;
  readonly label: string;
}

/** Something accepted, in single-decree Paxos in slot 1. */
export interface AcceptedPlace {
  readonly slot: number;
  readonly ballot: Ballot;
  readonly label: string;
}

/** A node's state, read from its records and its status: expectations and narration look at nothing else. */
export interface Facts {
  readonly role: string;
  readonly term: number;
  readonly leader: string | undefined;
  readonly vote: string | undefined;
  readonly promised: Ballot | undefined;
  readonly accepted: readonly AcceptedPlace[];
  /** Raft: the log. Paxos: what is known to be decided. */
  readonly log: readonly LogPlace[];
  readonly commit: number;
}

export interface FactsSource {
  /** Everything written, in order. */
  readonly records: readonly unknown[];
  /** Undefined: the node is down. */
  readonly machine: Machine | undefined;
  /** What the node was told is decided, from index 1. */
  readonly decided: readonly LogPlace[];
}

/** One message that a node sent in answer to what it got. */
export interface Sent {
  readonly to: string;
  readonly message: unknown;
}

export interface ScenarioSystem {
  readonly name: string;
  /** Of its messages, as steps name them. */
  readonly kinds: readonly string[];
  /** Throws RangeError on options that it does not know. */
  create(setup: MachineSetup): Machine;
  /** Records that a disk holds at the start. Throws RangeError with what is wrong with the description. */
  startingDisk(given: Readonly<Record<string, unknown>>): readonly unknown[];
  label(message: unknown): string;
  facts(source: FactsSource): Facts;
  /** For people: the rows of a node's picture. */
  rows(facts: Facts): readonly (readonly [string, string])[];
  /** What `self` makes of a message, beyond what its trace tells: refusals and disregard above all. */
  why(self: string, from: string, message: unknown, before: Facts, sent: readonly Sent[]): string[];
  /** A trace event as a sentence about `self`; undefined where it says nothing to a reader. */
  said(self: string, event: TraceEvent): string | undefined;
  /** What a record of the disk accepts, where acceptance by a majority is what chooses. */
  acceptedBy(record: unknown): readonly AcceptedPlace[];
  /** Who has which quorum, by what is on the disks. */
  quorums(
    disks: readonly { readonly node: string; readonly facts: Facts }[],
    quorum: number,
  ): string[];
}

export const ballotName = (ballot: Ballot): string => `${ballot.round}.${ballot.node}`;

/** `A, B (2 of 3: a quorum)`. */
export function counted(names: readonly string[], size: number, quorum: number): string {
  const enough = names.length >= quorum ? 'a quorum' : `${quorum} needed`;
  return `${names.join(', ')} (${names.length} of ${size}: ${enough})`;
}

/** Groups nodes by what they agree on, in order of first appearance. */
export function groupBy<Item>(
  items: readonly Item[],
  keyOf: (item: Item) => string | undefined,
): ReadonlyMap<string, readonly Item[]> {
  const groups = new Map<string, Item[]>();
  for (const item of items) {
    const key = keyOf(item);
    if (key === undefined) continue;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [item]);
    else group.push(item);
  }
  return groups;
}
