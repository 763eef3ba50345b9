/** Many independent objects of one kind. */

import type { Growth, Model, PartitionKey } from '../model.ts';
import { wrapped } from '../shape.ts';

export interface Keyed<Input> {
  readonly key: PartitionKey;
  readonly input: Input;
}

const growthOf = <State, Input, Output>(
  growth: Growth<State, Input, Output>,
): Growth<State, Keyed<Input>, Output> => ({
  jumps: ({ input }, output) => growth.jumps(input, output),
  leadsTo: (state, { input }, output) => growth.leadsTo(state, input, output),
});

/** One object per key, each as `model` says. They are decided one by one. */
export const keyed = <State, Input, Output>(
  model: Model<State, Input, Output>,
): Model<State, Keyed<Input>, Output> => ({
  ...(model.name === undefined ? {} : { name: model.name }),
  init: () => model.init(),
  step: (state, { input }, output) => model.step(state, input, output),
  partition: ({ key }) => key,
  ...(model.equal === undefined ? {} : { equal: model.equal.bind(model) }),
  ...(model.hash === undefined ? {} : { hash: model.hash.bind(model) }),
  describe: ({ key, input }, output) =>
    `${JSON.stringify(key)}: ${model.describe?.(input, output) ?? JSON.stringify(input)}`,
  ...(model.describeState === undefined ? {} : { describeState: model.describeState.bind(model) }),
  readonly: ({ input }, output) => model.readonly?.(input, output) === true,
  total: ({ input }, output) => model.total?.(input, output) === true,
  ...(model.growth === undefined ? {} : { growth: growthOf(model.growth) }),
  blind: ({ input }, output) => model.blind?.(input, output) === true,
  asRegister: ({ input }, output, isUnknown) => model.asRegister?.(input, output, isUnknown),
  ...(model.shape === undefined
    ? {}
    : { shape: wrapped(model.shape, ({ input }: Keyed<Input>) => input) }),
});
