/** Cost: what the nodes spent for each operation that succeeded. */

/** One look at one node process: what it had counted since it started. */
export interface CounterSample {
  readonly node: string;
  readonly pid: number;
  readonly counters: {
    /** Left out: not counted by that node. */
    readonly messagesSent?: number | undefined;
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
  let messages: number | undefined = 0;
  let bytes = 0;
  let fsyncs = 0;
  for (const counters of last.values()) {
    messages = total(messages, counters.messagesSent);
    bytes += counters.bytesSent;
    fsyncs += counters.fsyncs;
  }
  return {
    messagesPerOp: messages === undefined ? null : messages / okCount,
    bytesPerOp: bytes / okCount,
    fsyncsPerOp: fsyncs / okCount,
  };
}

/** Unknown when a part of it is. */
export const total = (a: number | undefined, b: number | undefined): number | undefined =>
  a === undefined || b === undefined ? undefined : a + b;
