/** The few messages of etcd's API (rpc.proto, kv.proto) that the adapter sends and reads. Field numbers are those of the API. */

import { message, parse } from './protobuf.ts';

/** Paths of the calls. */
export const methods = {
  range: '/etcdserverpb.KV/Range',
  txn: '/etcdserverpb.KV/Txn',
  status: '/etcdserverpb.Maintenance/Status',
} as const;

/** What a key holds: `modRevision` changes with every write of it, and is 0 while there is no such key. */
export interface Held {
  readonly modRevision: bigint;
  /** undefined: there is no such key. */
  readonly value: string | undefined;
}

export type Compare =
  | { readonly kind: 'mod-revision'; readonly key: string; readonly is: bigint }
  | { readonly kind: 'value'; readonly key: string; readonly is: string }
  | { readonly kind: 'missing'; readonly key: string };

export type TxnOperation =
  | { readonly kind: 'put'; readonly key: string; readonly value: string }
  | { readonly kind: 'delete'; readonly key: string }
  | { readonly kind: 'get'; readonly key: string };

/** `success` is carried out when all comparisons hold, `failure` otherwise; either as a whole. */
export interface Txn {
  readonly compare: readonly Compare[];
  readonly success: readonly TxnOperation[];
  readonly failure: readonly TxnOperation[];
}

export interface TxnResult {
  readonly succeeded: boolean;
  /** Of the `get`s of the branch that was carried out, in order. */
  readonly held: readonly Held[];
}

const equal = 0;
const targets = { version: 0, modRevision: 2, value: 3 } as const;

/** `serializable`: answered by the node from what it has, which may be old. */
export const rangeRequest = (key: string, serializable: boolean): Buffer =>
  message([1, key], [7, serializable || undefined]);

function comparison(compare: Compare): Buffer {
  switch (compare.kind) {
    case 'mod-revision':
      return message([1, equal], [2, targets.modRevision], [3, compare.key], [6, compare.is]);
    case 'value':
      return message([1, equal], [2, targets.value], [3, compare.key], [7, compare.is]);
    case 'missing':
      return message([1, equal], [2, targets.version], [3, compare.key], [4, 0]);
  }
}

function operation(op: TxnOperation, serializable: boolean): Buffer {
  switch (op.kind) {
    case 'get':
      return message([1, rangeRequest(op.key, serializable)]);
    case 'put':
      return message([2, message([1, op.key], [2, op.value])]);
    case 'delete':
      return message([3, message([1, op.key])]);
  }
}

/** `serializable`: its `get`s; of effect only where there is nothing else in it. */
export const txnRequest = ({ compare, success, failure }: Txn, serializable = false): Buffer =>
  message(
    ...compare.map((one) => [1, comparison(one)] as const),
    ...success.map((one) => [2, operation(one, serializable)] as const),
    ...failure.map((one) => [3, operation(one, serializable)] as const),
  );

/** Of a range of one key. Throws RangeError for what is no such answer. */
export function rangeResponse(bytes: Buffer): Held {
  const [found] = parse(bytes).all(2);
  if (found === undefined) return { modRevision: 0n, value: undefined };
  const pair = parse(found);
  return { modRevision: pair.number(3), value: pair.bytes(5).toString('utf8') };
}

/** Throws RangeError for what is no such answer. */
export function txnResponse(bytes: Buffer): TxnResult {
  const answer = parse(bytes);
  return {
    succeeded: answer.number(2) !== 0n,
    held: answer.all(3).flatMap((one) => {
      const response = parse(one);
      return response.has(1) ? [rangeResponse(response.bytes(1))] : [];
    }),
  };
}

export interface MemberStatus {
  readonly member: bigint;
  /** Of the member that leads, as far as this one knows; 0: nobody. */
  readonly leader: bigint;
  readonly version: string;
  readonly raftTerm: number;
  readonly raftIndex: number;
  readonly appliedIndex: number;
}

export const statusRequest: Buffer = message();

/** Throws RangeError for what is no such answer. */
export function statusResponse(bytes: Buffer): MemberStatus {
  const answer = parse(bytes);
  return {
    member: parse(answer.bytes(1)).number(2),
    version: answer.bytes(2).toString('utf8'),
    leader: answer.number(4),
    raftIndex: Number(answer.number(5)),
    raftTerm: Number(answer.number(6)),
    appliedIndex: Number(answer.number(7)),
  };
}
