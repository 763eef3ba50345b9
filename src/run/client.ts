/** The client of one process: a workload's vocabulary on one side, a connection to one node on the other. */

import type { Workload } from '#workloads/workload';
import type { Connection } from '../client/connection.ts';
import type { Completion, Invocation } from '../history/operation.ts';

export interface ProcessClient {
  invoke(op: Invocation): Promise<Completion>;
  /** The same without a promise, where the connection can: calls `ended` or, when the workload throws, `failed`. */
  start?(
    op: Invocation,
    ended: (completion: Completion) => void,
    failed: (error: unknown) => void,
  ): void;
  close(): void;
}

/** Gives each call `opTimeoutMs`, in ms. */
export function processClient(
  workload: Pick<Workload, 'call' | 'completion'>,
  connection: Connection,
  opTimeoutMs: number,
): ProcessClient {
  const client: ProcessClient = {
    invoke: (op) =>
      connection
        .call(workload.call(op), opTimeoutMs)
        .then((outcome) => workload.completion(op, outcome)),
    close: () => connection.close(),
  };
  if (connection.start === undefined) return client;
  client.start = (op, ended, failed) => {
    connection.start?.(workload.call(op), opTimeoutMs, (outcome) => {
      let completion: Completion;
      try {
        completion = workload.completion(op, outcome);
      } catch (error) {
        return failed(error);
      }
      ended(completion);
    });
  };
  return client;
}
