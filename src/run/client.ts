/** The client of one process: a workload's vocabulary on one side, a connection to one node on the other. */

import type { Workload } from '#workloads/workload';
import type { Connection } from '../client/connection.ts';
import type { Completion, Invocation } from '../history/operation.ts';

export interface ProcessClient {
  invoke(op: Invocation): Promise<Completion>;
  close(): void;
}

/** Gives each call `opTimeoutMs`, in ms. */
export const processClient = (
  workload: Pick<Workload, 'call' | 'completion'>,
  connection: Connection,
  opTimeoutMs: number,
): ProcessClient => ({
  invoke: (op) =>
    connection
      .call(workload.call(op), opTimeoutMs)
      .then((outcome) => workload.completion(op, outcome)),
  close: () => connection.close(),
});
