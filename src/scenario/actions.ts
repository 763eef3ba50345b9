/** What a step does, once it is read. */

/** Picks messages. Everything left out matches everything. */
export interface Selector {
  readonly from?: string;
  readonly to?: string;
  /** Sender or receiver. */
  readonly either?: string;
  readonly kind?: string;
  /** Part of the message as it is shown. */
  readonly containing?: string;
  /** Only what is held back. */
  readonly delayed?: true;
}

export type Action =
  | {
      readonly kind: 'prepare';
      readonly node: string;
      readonly round: number;
      readonly to: readonly string[];
    }
  | { readonly kind: 'propose'; readonly node: string; readonly value: string }
  | {
      readonly kind: 'answer';
      readonly node: string;
      readonly question: string;
      readonly reply: string;
    }
  | { readonly kind: 'write'; readonly node: string; readonly key: string; readonly value: unknown }
  | { readonly kind: 'read'; readonly node: string; readonly key: string }
  /** `one`: the oldest. `each`: all that are in flight now. `all`: until nothing is left, answers included. */
  | { readonly kind: 'deliver'; readonly which: 'one' | 'each' | 'all'; readonly select: Selector }
  | { readonly kind: 'drop' | 'duplicate' | 'hold' | 'release'; readonly select: Selector }
  | {
      readonly kind: 'crash' | 'restart' | 'wipe' | 'stall' | 'sync';
      readonly node: string;
    }
  | { readonly kind: 'times out'; readonly node: string }
  | { readonly kind: 'tick'; readonly nodes: readonly string[]; readonly ms: number };
