/** Proxies and toxics, as the harness speaks of them. */

import type { Address } from '../../node/config.ts';

export type Direction = 'upstream' | 'downstream';

/** What a toxic does, by the server's type names; units are in the field names. */
export type Toxic =
  | { readonly kind: 'noop' }
  | { readonly kind: 'latency'; readonly latencyMs: number; readonly jitterMs: number }
  /** 0 holds everything back until the toxic is removed. */
  | { readonly kind: 'bandwidth'; readonly rateKBps: number }
  | { readonly kind: 'slow_close'; readonly delayMs: number }
  /** Data vanishes; after so long without any the connection is closed (0: when the toxic is removed). */
  | { readonly kind: 'timeout'; readonly timeoutMs: number }
  | { readonly kind: 'reset_peer'; readonly timeoutMs: number }
  | {
      readonly kind: 'slicer';
      readonly averageBytes: number;
      readonly variationBytes: number;
      readonly delayUs: number;
    }
  | { readonly kind: 'limit_data'; readonly bytes: number };

/** A toxic on a proxy. */
export interface ToxicState {
  /** Unique on its proxy, both directions together. */
  readonly name: string;
  /** `upstream`: what the one who dialled sends. `downstream`: what comes back. */
  readonly direction: Direction;
  /** The part of the connections it affects, 0 to 1. */
  readonly toxicity: number;
  readonly toxic: Toxic;
}

export interface ProxyState {
  readonly name: string;
  readonly listen: Address;
  readonly upstream: Address;
  readonly enabled: boolean;
  readonly toxics: readonly ToxicState[];
}
