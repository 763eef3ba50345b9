/** A store of texts by key: get, put, append, and compare and set. Every key is an object of its own. */

import { illegal, type Model, type PartitionKey } from '../model.ts';
import type { TextView } from '../shape.ts';
import { show } from './values.ts';

export type KvInput =
  | { readonly kind: 'get'; readonly key: PartitionKey }
  | { readonly kind: 'put'; readonly key: PartitionKey; readonly value: string }
  | { readonly kind: 'append'; readonly key: PartitionKey; readonly value: string }
  | {
      readonly kind: 'cas';
      readonly key: PartitionKey;
      readonly from: string;
      readonly to: string;
    };

export type KvOutput =
  | { readonly kind: 'value'; readonly value: string }
  /** Whether a cas found what it expected. */
  | { readonly kind: 'swapped'; readonly swapped: boolean };

const step = (state: string, input: KvInput, output: KvOutput | undefined) => {
  switch (input.kind) {
    case 'get':
      return output?.kind !== 'value' || output.value === state ? state : illegal;
    case 'put':
      return input.value;
    case 'append':
      return state + input.value;
    case 'cas': {
      const swaps = state === input.from;
      if (output?.kind === 'swapped' && output.swapped !== swaps) return illegal;
      return swaps ? input.to : state;
    }
  }
};

const describe = (input: KvInput, output: KvOutput | undefined): string => {
  const key = show(input.key);
  switch (input.kind) {
    case 'get':
      return `get(${key}) -> ${output?.kind === 'value' ? show(output.value) : '?'}`;
    case 'put':
      return `put(${key}, ${show(input.value)})`;
    case 'append':
      return `append(${key}, ${show(input.value)})`;
    case 'cas':
      return `cas(${key}, ${show(input.from)}, ${show(input.to)}) -> ${output?.kind === 'swapped' ? output.swapped : '?'}`;
  }
};

const view = (
  input: KvInput,
  output: KvOutput | undefined,
  isUnknown: boolean,
): TextView | undefined => {
  switch (input.kind) {
    case 'get':
      return output?.kind === 'value' ? output : { kind: 'nothing' };
    case 'put':
    case 'append':
      return input;
    case 'cas':
      return isUnknown || (output?.kind === 'swapped' && output.swapped) ? input : undefined;
  }
};

/** Keys that were never written hold `init`, the empty text unless told otherwise. */
export const kv = (init = ''): Model<string, KvInput, KvOutput> => ({
  name: 'kv',
  init: () => init,
  partition: (input) => input.key,
  step,
  describe,
  describeState: show,
  readonly: (input, output) =>
    input.kind === 'get' ||
    (input.kind === 'append' && input.value === '') ||
    (input.kind === 'cas' &&
      (input.from === input.to || (output?.kind === 'swapped' && !output.swapped))),
  blind: (input) => input.kind === 'put',
  total: (input, output) =>
    input.kind === 'append' ||
    (input.kind === 'get' && output?.kind !== 'value') ||
    (input.kind === 'cas' && output?.kind !== 'swapped'),
  shape: { kind: 'text', initial: init, view },
  growth: {
    jumps: (input, output) =>
      input.kind === 'put' ||
      (input.kind === 'cas' && (output?.kind !== 'swapped' || output.swapped)),
    leadsTo: (state, input, output) => {
      if (input.kind === 'get') return output?.kind !== 'value' || output.value.startsWith(state);
      if (input.kind !== 'cas' || output?.kind !== 'swapped' || !output.swapped) return true;
      return input.from.startsWith(state);
    },
  },
});
