/** Results out of what threads said of their parts, with the operations that the caller gave, not copies of them. */

import type { Operation } from '../operation.ts';
import type { Part } from '../partitions.ts';
import type { PartitionResult, UnknownReason } from '../result.ts';
import type { SentPartition } from './messages.ts';

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

/** `operations` are those that the thread was sent. `stopped` is why it was told to stop, if it was. */
export function received<Input, Output>(
  part: Part<Input, Output>,
  sentPart: SentPartition,
  operations: readonly Operation<Input, Output>[],
  stopped: UnknownReason | undefined,
): PartitionResult<unknown, Input, Output> {
  const at = (index: number): Operation<Input, Output> => {
    const op = operations[index];
    if (op === undefined)
      throw new Error(`a thread named operation ${index}, which it was not sent`);
    return op;
  };
  const order = (indices: Int32Array): readonly Operation<Input, Output>[] =>
    Array.from(indices, at);
  const all = { ...about(part), steps: sentPart.steps };
  switch (sentPart.verdict) {
    case 'ok':
      return { ...all, verdict: 'ok', linearization: order(sentPart.linearization) };
    case 'illegal':
      return {
        ...all,
        verdict: 'illegal',
        partialLinearizations: sentPart.partialLinearizations.map(order),
        blocked: at(sentPart.blocked),
        statesBefore: sentPart.statesBefore,
      };
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
