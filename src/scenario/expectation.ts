/** What a scenario can expect: a sentence with a test behind it. */

import type { Judge } from './judge.ts';
import type { Mail, Mailbox } from './mailbox.ts';
import type { Facts } from './system.ts';

export type ReadAnswer =
  | { readonly kind: 'open' }
  | { readonly kind: 'refused' }
  | { readonly kind: 'answered'; readonly value: unknown };

/** As much of the world as expectations look at. */
export interface Inspected {
  readonly judge: Judge;
  readonly mailbox: Mailbox;
  readonly nodes: readonly string[];
  /** The newest read of this key at this node. */
  lastRead(node: string, key: string): ReadAnswer | undefined;
  facts(node: string): Facts;
  health(node: string): 'up' | 'down' | 'stopped';
  waiting(): readonly Mail[];
  /** The state that was made of committed writes. */
  valueAt(node: string, key: string): unknown;
}

export interface Judgement {
  readonly ok: boolean;
  /** What was found, in words. */
  readonly seen: string;
}

export interface Expectation {
  readonly text: string;
  readonly line: number;
  readonly check: (world: Inspected) => Judgement;
}
