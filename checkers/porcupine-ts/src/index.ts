/**
 * Is this concurrent history linearizable?
 *
 * A history is linearizable when every operation can be given one moment between its call and its return such that, taken
 * in the order of these moments, the model accepts all of them. Operations with an unknown outcome may be given a moment
 * after their call, or none.
 */

export type { Illegal, Model, PartitionKey, RegisterView } from './model.ts';
export { illegal } from './model.ts';
export type { CompletedOperation, Event, Operation, UnknownOperation } from './operation.ts';
export type {
  CheckOptions,
  CheckResult,
  IllegalPartition,
  OkPartition,
  PartitionResult,
  Progress,
  UnknownPartition,
  UnknownReason,
  Verdict,
} from './result.ts';
