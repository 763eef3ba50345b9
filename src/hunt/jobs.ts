/** What the main thread and the workers of a hunt tell each other. Plain data: it is cloned on its way. */

import type { SpaceTime } from '#reports/space-time-types';
import type { Repro } from './repro.ts';
import type { Verdict } from './verdict.ts';

export type HuntJob =
  | { readonly kind: 'attempt'; readonly seeds: readonly number[] }
  | { readonly kind: 'shrink'; readonly seed: number; readonly budgetMs: number }
  | { readonly kind: 'explain'; readonly repro: Repro };

/** To a job of each kind. */
export type HuntAnswer = readonly Attempt[] | Found | Explained;

export interface Attempt {
  readonly seed: number;
  readonly verdict: Verdict;
  readonly virtualSeconds: number;
  readonly coverage: Readonly<Record<string, number>>;
}

export interface Found {
  readonly repro: Repro;
  /** That shrinking took. */
  readonly seconds: number;
}

/** What the page of a repro shows. */
export interface Explained {
  readonly picture: SpaceTime;
}
