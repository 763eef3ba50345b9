/**
 * Is this concurrent history linearizable?
 *
 * A history is linearizable when every operation can be given one moment between its call and its return such that, taken
 * in the order of these moments, the model accepts all of them. Operations with an unknown outcome may be given a moment
 * after their call, or none.
 */

export { check } from './check.ts';
export { fromEvents } from './events.ts';
export type { Illegal, Model, PartitionKey, RegisterView } from './model.ts';
export { illegal } from './model.ts';
export type { CounterInput, CounterOutput } from './models/counter.ts';
export { counter } from './models/counter.ts';
export type { Keyed } from './models/keyed.ts';
export { keyed } from './models/keyed.ts';
export type { KvInput, KvOutput } from './models/kv.ts';
export { kv } from './models/kv.ts';
export type {
  MultiRegisterState,
  MultiRegisterStep,
  MultiRegisterTransaction,
} from './models/multi-register.ts';
export { multiRegister } from './models/multi-register.ts';
export type { MutexInput } from './models/mutex.ts';
export { mutex } from './models/mutex.ts';
export type { NondeterministicModel } from './models/nondeterministic.ts';
export { nondeterministic } from './models/nondeterministic.ts';
export type { QueueInput, QueueState, TakeOutput } from './models/queue.ts';
export { queue } from './models/queue.ts';
export type {
  CasRegisterInput,
  CasRegisterModel,
  RegisterInput,
  RegisterOutput,
} from './models/register.ts';
export { casRegister, register } from './models/register.ts';
export type { SetInput, SetOutput, SetState } from './models/set.ts';
export { set } from './models/set.ts';
export type { StackInput, StackState } from './models/stack.ts';
export { stack } from './models/stack.ts';
export type { CompletedOperation, Event, Operation, UnknownOperation } from './operation.ts';
export type {
  CheckOptions,
  CheckResult,
  IllegalPartition,
  OkPartition,
  PartitionResult,
  Progress,
  StopSignal,
  UnknownPartition,
  UnknownReason,
  Verdict,
} from './result.ts';
export type {
  BufferShape,
  BufferView,
  CounterShape,
  CounterView,
  SetShape,
  SetView,
  Shape,
  TextShape,
  TextView,
  ToggleShape,
  ToggleView,
} from './shape.ts';
export type { Annotation, VisualizeOptions } from './visualize/visualize.ts';
export { visualize } from './visualize/visualize.ts';
export type { CheckInWorkersOptions } from './worker/check-in-workers.ts';
export { checkInWorkers } from './worker/check-in-workers.ts';
export type {
  KeyedReference,
  ModelReference,
  ModuleReference,
  ShippedReference,
} from './worker/reference.ts';
export { shipped } from './worker/reference.ts';
export type { ShippedModels, ShippedName } from './worker/shipped.ts';
export type { WorkerLike } from './worker/start.ts';
