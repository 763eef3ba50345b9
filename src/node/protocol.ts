/**
 * Frames between a client and a node: a 4-byte big-endian length, then that many bytes of JSON in UTF-8.
 * Requests and responses match by `id`; responses may come in any order.
 */

import type { Status } from '../consensus/algorithm.ts';
import type { ClientRequest, ClientResponse } from '../consensus/state-machine/command.ts';
import type { ControlRequest, ControlResponse } from './fault-hooks.ts';

export interface RequestFrame {
  readonly id: number;
  /** `status` is answered from memory, whatever state the cluster is in. */
  readonly body: ClientRequest | { readonly kind: 'status' } | ControlRequest;
}

export interface ResponseFrame {
  readonly id: number;
  readonly body:
    | ClientResponse
    | { readonly kind: 'status'; readonly status: NodeStatus }
    | ControlResponse;
}

export interface NodeStatus extends Status {
  readonly node: string;
  readonly pid: number;
  /** Counted since the process started, for the cost of an operation. */
  readonly counters: {
    /** Left out: the program does not count them. */
    readonly messagesSent?: number;
    readonly bytesSent: number;
    readonly fsyncs: number;
    readonly bytesPersisted: number;
  };
}

/** Longest frame accepted, in bytes: a longer one means that the stream is not ours. */
export const maxFrameBytes = 64 * 1024 * 1024;
