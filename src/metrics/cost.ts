/** Cost: what the nodes spent for each operation that succeeded. */

/** One look at one node process: what it had counted since it started. */
export interface CounterSample {
  readonly node: string;
  readonly pid: number;
  readonly counters: {
    readonly messagesSent: number;
    readonly bytesSent: number;
    readonly fsyncs: number;
  };
}

export interface Cost {
  readonly messagesPerOp: number | null;
  readonly bytesPerOp: number | null;
  readonly fsyncsPerOp: number | null;
}

/**
 * Sums the last counters seen of every process (a restarted node is another process) and divides by `okCount`. What a
 * killed process counted after the last look at it is lost, so this is a lower bound. null without samples or successes.
 */
export function costPerOp(samples: Iterable<CounterSample>, okCount: number): Cost {
  const last = new Map<string, CounterSample['counters']>();
  for (const { node, pid, counters } of samples) last.set(`${node}/${pid}`, counters);
  if (last.size === 0 || okCount === 0) {
    return { messagesPerOp: null, bytesPerOp: null, fsyncsPerOp: null };
  }
  let messages = 0;
  let bytes = 0;
  let fsyncs = 0;
  for (const counters of last.values()) {
    messages += counters.messagesSent;
    bytes += counters.bytesSent;
    fsyncs += counters.fsyncs;
  }
  return {
    messagesPerOp: messages / okCount,
    bytesPerOp: bytes / okCount,
    fsyncsPerOp: fsyncs / okCount,
  };
}
