/** A fault: what it is called, what it can be told, how it is injected and how it is healed. One file per fault. */

import type { z } from 'zod';
import type { Random } from '#src/random/random';
import type { Clock } from '#src/schedule/clock';
import type { ActiveFault, Harm } from '#src/schedule/harm';
import type { Node, World } from '#src/schedule/world';

/** Given to a fault when it fires. */
export interface Firing {
  /** Unique within the run: owns everything this firing changes in the world. */
  readonly owner: string;
  /** What the target resolved to. Never empty. */
  readonly targets: readonly Node[];
  readonly world: World;
  /** Seeded by the run's seed and the place in the schedule. */
  readonly random: Random;
  /** What else is in effect: who is down already cannot be paused. */
  readonly others: readonly ActiveFault[];
}

/**
 * What a fault goes on doing while it is in effect, for one that is not a single act: cut and heal a link in turn. Returns soon
 * after the signal is aborted, which is before the fault is healed; rejects when the effect could not be kept up. What it
 * resolves with goes into the history.
 */
export type During = (clock: Clock, signal: AbortSignal) => Promise<unknown>;

export type Injected =
  /**
   * It took effect. `detail` proves it, for the history: the toxics as read back, the killed processes. `hit`: on whom, where some of
   * its targets had to be passed over; left out: on all of them.
   */
  | {
      readonly kind: 'installed';
      readonly detail: unknown;
      readonly hit?: readonly Node[];
      readonly during?: During;
    }
  /** It could not apply here and now, and why. Not a failure. */
  | { readonly kind: 'skipped'; readonly reason: string };

/** One way to fire a fault that is worth firing. */
export interface Plan<Parameters = unknown> {
  readonly parameters: Parameters;
  readonly target: string;
  /** How likely it comes before the others; a positive integer. */
  readonly weight: number;
  /** How often it comes up before every other one has; left out: once. */
  readonly copies?: number;
}

/** Known before a fault is injected. */
export interface Aim {
  readonly targets: readonly Node[];
  /** All members. */
  readonly nodes: readonly Node[];
  /** Draws the same as the one that `inject` is given. */
  readonly random: Random;
}

/**
 * Laws: `inject` resolves after the effect was verified, and rejects when it could not be brought about; `heal` undoes
 * everything done under `firing.owner`, may be called twice or without an inject, and resolves when it is undone.
 */
export interface Fault<Parameters = unknown> {
  readonly kind: string;
  /** One line for `dissent list`. */
  readonly summary: string;
  /** Validates the entry's `fault` object; its defaults are what a bare kind means. */
  readonly schema: z.ZodType<Parameters>;
  /** Where it can be had at all; left out: everywhere, empty: nowhere yet. */
  readonly worlds?: readonly ('real' | 'sim')[];
  /** More than systems promise to withstand: part of a schedule when it is asked for by name, and not by `all`. */
  readonly onlyByName?: true;
  /**
   * What a generated schedule may fire, each plan once before any of them again. For the same nodes always as many plans in the
   * same order: the random numbers choose details within a plan.
   */
  plans(nodes: readonly Node[], random: Random): readonly Plan<Parameters>[];
  /** Who it takes down, stops or cuts off, for the targets `quorum-safe` and `quorum-losing`. Left out: nobody. */
  harms?(parameters: Parameters, aim: Aim): readonly Harm[];
  /** Nodes named in the parameters, which have to be members. */
  names?(parameters: Parameters): readonly Node[];
  inject(parameters: Parameters, firing: Firing): Promise<Injected>;
  heal(parameters: Parameters, firing: Firing): Promise<void>;
}
