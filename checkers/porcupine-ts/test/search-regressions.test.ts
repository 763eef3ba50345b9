/** Histories on which the search once was wrong, as `npm run test:oracle` found them. */

import assert from 'node:assert/strict';
import {
  type CasRegisterInput,
  casRegister,
  check,
  type KvInput,
  type KvOutput,
  kv,
  type Operation,
} from '../src/index.ts';

const completed = (input: CasRegisterInput<number>, call: number, end: number) => ({
  kind: 'completed' as const,
  input,
  output: input.kind === 'cas' ? { kind: 'swapped' as const, swapped: true } : undefined,
  call,
  return: end,
});

describe('the search', () => {
  it('uses an unknown overwrite with the value that is there already, to hide another one before it', () => {
    const history = [
      completed({ kind: 'cas', from: 0, to: 2 }, 0, 2),
      completed({ kind: 'write', value: 1 }, 0, 2),
      { kind: 'unknown' as const, input: { kind: 'write' as const, value: 0 }, call: 1 },
      completed({ kind: 'cas', from: 2, to: 4 }, 3, 3),
    ];
    assert.equal(check(casRegister(0), history).verdict, 'ok');
  });

  it('does not take an append that can be hidden for one that cannot, though they append the same', () => {
    const get = (value: string, call: number, end: number): Operation<KvInput, KvOutput> => ({
      kind: 'completed',
      input: { kind: 'get', key: 'x' },
      output: { kind: 'value', value },
      call,
      return: end,
    });
    const change = (
      kind: 'put' | 'append',
      value: string,
      call: number,
      end: number,
    ): Operation<KvInput, KvOutput> => ({
      kind: 'completed',
      input: { kind, key: 'x', value },
      output: undefined,
      call,
      return: end,
    });
    const history = [
      change('append', 'x', 0, 10),
      change('put', 'b', 1, 2),
      get('b', 3, 4),
      change('append', 'x', 5, 20),
      get('bx', 6, 8),
      get('bx', 21, 22),
    ];
    assert.equal(check(kv(), history).verdict, 'ok');
  });
});
