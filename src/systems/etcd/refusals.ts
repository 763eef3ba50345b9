/**
 * What an error of etcd says about a write. An error is definite only when etcd gives it before it proposes the write, or because its
 * raft did not take the proposal; whoever waits for a proposal that was made can be told of a timeout, a stopped server or a full
 * database, and the write may be carried out all the same.
 */

/** Texts of errors that come before anything is proposed (etcd 3.4: api/v3rpc/interceptor.go, key.go, etcdserver/v3_server.go). */
const definite: ReadonlySet<string> = new Set([
  /** Of the check that requests ask for with the header `hasleader`. */
  'etcdserver: no leader',
  'etcdserver: not capable',
  'etcdserver: rpc not supported for learner',
  /** Too much that is committed and not applied. */
  'etcdserver: too many requests',
  'etcdserver: request is too large',
  'etcdserver: too many operations in txn request',
  'etcdserver: duplicate key given in txn request',
  'etcdserver: key is not provided',
  /** The node's own raft refused it: no leader is known, or the leader is handing over. */
  'raft proposal dropped',
]);

/** No client of ours sends such a thing; asking again does not help. */
const hopeless: ReadonlySet<string> = new Set([
  'etcdserver: request is too large',
  'etcdserver: too many operations in txn request',
  'etcdserver: duplicate key given in txn request',
  'etcdserver: key is not provided',
]);

/** Whether a write that was answered with this error definitely did not and will not happen. */
export const isDefinite = (text: string): boolean => definite.has(text);

/** Whether the same request would be refused again. */
export const isHopeless = (text: string): boolean => hopeless.has(text);
