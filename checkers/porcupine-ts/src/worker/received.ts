/** Results out of what threads said of their parts, with the operations that the caller gave, not copies of them. */

import type { Operation } from '../operation.ts';
import type { Part } from '../partitions.ts';
import type { PartitionResult, UnknownReason } from '../result.ts';
import type { SentPartition } from './messages.ts';
import type { AnyModel } from './reference.ts';
import { statesAfter } from './states.ts';

const about = <Input, Output>({ key, operations }: Part<Input, Output>) => ({
  ...(key === undefined ? {} : { key }),
  operations,
});

/** A part that no thread said anything of. */
export const undecided = <Input, Output>(
  part: Part<Input, Output>,
  reason: UnknownReason,
): PartitionResult<unknown, Input, Output> => ({
  ...about(part),
  steps: 0,
  verdict: 'unknown',
  reason,
  partialLinearizations: [[]],
});

interface Context<Input, Output> {
  readonly model: AnyModel;
  /** Those that the thread was sent. */
  readonly operations: readonly Operation<Input, Output>[];
  /** Why it was told to stop, if it was. */
  readonly stopped: UnknownReason | undefined;
}

/** What a thread said of a part. Throws what the model throws. */
export function received<Input, Output>(
  part: Part<Input, Output>,
  sentPart: SentPartition,
  { model, operations, stopped }: Context<Input, Output>,
): PartitionResult<unknown, Input, Output> {
  const at = (index: number): Operation<Input, Output> => {
    const op = operations[index];
    if (op !== undefined) return op;
    throw new Error(`a thread named operation ${index}, which it was not sent`);
  };
  const order = (indices: Int32Array): readonly Operation<Input, Output>[] =>
    Array.from(indices, at);
  const all = { ...about(part), steps: sentPart.steps };
  switch (sentPart.verdict) {
    case 'ok':
      return { ...all, verdict: 'ok', linearization: order(sentPart.linearization) };
    case 'illegal': {
      const { statesBefore, conflict, blocked } = sentPart;
      const partialLinearizations = sentPart.partialLinearizations.map(order);
      const states =
        statesBefore.kind === 'plain'
          ? statesBefore.states
          : statesBefore.orders.flatMap((one) =>
              statesAfter(model, partialLinearizations[one] ?? []),
            );
      return {
        ...all,
        verdict: 'illegal',
        partialLinearizations,
        blocked: at(blocked),
        statesBefore: states,
        ...(conflict === undefined ? {} : { conflict: order(conflict) }),
      };
    }
    case 'unknown':
      return {
        ...all,
        verdict: 'unknown',
        // The thread knows only that it was told to stop.
        reason: sentPart.reason === 'aborted' ? (stopped ?? 'aborted') : sentPart.reason,
        partialLinearizations: sentPart.partialLinearizations.map(order),
      };
  }
}
