/** Long histories of every shape are decided without search. Times are printed by `tools/large.ts`. */

import assert from 'node:assert/strict';
import {
  check,
  type Operation,
  type QueueInput,
  queue,
  type SetInput,
  type SetOutput,
  set,
  type TakeOutput,
} from '../src/index.ts';
import { large } from './oracle/large.ts';
import { random } from './oracle/random.ts';

const operations = 6000 * Number(process.env['DISSENT_FUZZ'] ?? 1);

describe('long histories without search', function () {
  // Nothing is waited for: a limit would end nothing, and only fail on a slow machine.
  this.timeout(0);

  for (const [name, make] of large) {
    it(`of a ${name}`, () => {
      const { model, valid, broken } = make(random(1), operations);
      const good = check(model, valid);
      assert.deepEqual([good.verdict, good.steps], ['ok', 0]);
      const { verdict, partitions } = check(model, broken);
      assert.equal(verdict, 'illegal');
      const [part] = partitions.filter((one) => one.verdict === 'illegal');
      const conflict = part?.verdict === 'illegal' ? part.conflict : undefined;
      if (conflict === undefined) return;
      assert.ok(conflict.length < 20, `${conflict.length} operations`);
      assert.equal(check(model, conflict, { ignoreHints: true }).verdict, 'illegal');
    });
  }

  it('also if thousands of operations are about one thing', () => {
    const many = 150_000;
    const adds = Array.from({ length: many }, (_, n): Operation<SetInput<number>, never> => {
      return {
        kind: 'completed',
        input: { kind: 'add', value: 1 },
        output: undefined,
        call: n,
        return: n,
      };
    });
    const read: Operation<SetInput<number>, SetOutput<number>> = {
      kind: 'completed',
      input: { kind: 'read' },
      output: { kind: 'elements', elements: [1] },
      call: many,
      return: many,
    };
    assert.equal(check(set<number>(), [...adds, read]).verdict, 'ok');
  });

  it('also if a conflict is about most of them', () => {
    const many = 130_000;
    const history: Operation<QueueInput<number>, TakeOutput<number>>[] = [];
    for (let n = 0; n < many; n += 1) {
      const input = { kind: 'enqueue', value: n } as const;
      history.push({ kind: 'completed', input, output: undefined, call: n, return: n });
      // One too few to take all of them.
      if (n > 0) history.push({ kind: 'unknown', input: { kind: 'dequeue' }, call: many + n });
    }
    const time = 2 * many;
    const input = { kind: 'dequeue' } as const;
    history.push({ kind: 'completed', input, output: { kind: 'empty' }, call: time, return: time });
    assert.equal(check(queue<number>(), history).verdict, 'illegal');
  });
});
