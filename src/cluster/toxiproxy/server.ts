/** A Toxiproxy server: how one is asked for, and what is known of it. */

export interface ToxiproxyOptions {
  /** `auto`: the first that is there of a URL, the real binary, the embedded server. */
  readonly prefer: 'auto' | 'embedded' | 'real';
  /** A server that runs already. Default: TOXIPROXY_URL. */
  readonly url?: string | undefined;
  /** The API's port; default any free one. */
  readonly port?: number | undefined;
  /** What the server logs is appended here. Left out: kept in a temporary file while it runs. */
  readonly logFile?: string | undefined;
  /** Seeds the embedded server's random choices; the real one ignores seeds. */
  readonly seed?: number | undefined;
  /** How long it may take to answer, default 10 000. */
  readonly readyTimeoutMs?: number | undefined;
  /** Told each process that was started, as soon as it was. */
  readonly onSpawn?: ((pid: number) => void) | undefined;
  readonly env?: NodeJS.ProcessEnv | undefined;
}

export interface Toxiproxy extends AsyncDisposable {
  readonly url: string;
  readonly kind: 'embedded' | 'real' | 'external';
  readonly version: string;
  /** The server's process, when we started it. */
  readonly pid?: number;
  /** Resolves with the reason when a server that we started ends without having been stopped. */
  readonly died: Promise<string>;
  /** Ends a server that we started; leaves an external one alone. Safe to call twice. */
  stop(): Promise<void>;
}
