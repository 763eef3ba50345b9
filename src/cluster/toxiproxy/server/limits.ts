/** Every bound of the embedded server, with its reason. */

export const limits = {
  /** Bytes a toxic holds before reading stops, so that a slow toxic pushes back on the sender as a slow network would. */
  heldBytes: 64 * 1024,
  /** `latency` needs a longer pipe: what is under way must fit, or the delay would cost throughput. Rate x delay up to this. */
  latencyHeldBytes: 32 * 1024 * 1024,
  /** Bounds the queue of `latency` when the chunks are tiny. */
  heldChunks: 64 * 1024,
  /** After a connection is cut, how long the peers get to read their last bytes and to close, before the socket is destroyed. */
  closeGraceMs: 1000,
  /** A rate limit may catch up at most this much after its sink was blocked, so that it does not turn into a burst. */
  bandwidthCatchUpMs: 100,
  /** A request body: thousands of proxies in one `populate`. */
  bodyBytes: 16 * 1024 * 1024,
  /** The longest delay a timer of Node can take; longer waits are asked for again. */
  timerMs: 2 ** 31 - 1,
  /** Idle API connections are kept as long as the real server keeps them. */
  keepAliveMs: 60_000,
  /** Connections the kernel queues for a proxy that has not accepted them yet. */
  backlog: 1024,
} as const;
