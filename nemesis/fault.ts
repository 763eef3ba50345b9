/** A fault: what it is called, what it can be told, how it is injected and how it is healed. One file per fault. */

import type { z } from 'zod';
import type { Random } from '#src/random/random';
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
}

export type Injected =
  /** It took effect. `detail` says on what exactly, for the history: the cut links, the killed nodes. */
  | { readonly kind: 'installed'; readonly detail: unknown }
  /** It could not apply here and now, and why. Not a failure. */
  | { readonly kind: 'skipped'; readonly reason: string };

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
  /** A random spec and target for a generated schedule, among those worth firing. */
  draw(
    random: Random,
    nodes: readonly Node[],
  ): { readonly parameters: Parameters; readonly target: string };
  inject(parameters: Parameters, firing: Firing): Promise<Injected>;
  heal(parameters: Parameters, firing: Firing): Promise<void>;
}
