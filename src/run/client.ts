/** The client of one process: a workload's vocabulary on one side, a connection to one node on the other. */

import type { Workload } from '#workloads/workload';
import type { Connection } from '../client/connection.ts';
import type { Completion } from '../history/operation.ts';
import type { Client } from './interpreter-worker.ts';

export interface ProcessClient extends Client {
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
