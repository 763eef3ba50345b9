/** What the bench and its load generator say to each other, as JSON lines. */

export interface Job {
  readonly kind: 'ping' | 'bulk';
  readonly connections: number;
  /** Where to connect: a proxy, or the echo/sink server itself. */
  readonly port: number;
  readonly durationMs: number;
}

export type Measured =
  | {
      readonly kind: 'ping';
      readonly perSecond: number;
      readonly p50Us: number;
      readonly p99Us: number;
    }
  | { readonly kind: 'bulk'; readonly mbPerSecond: number };
