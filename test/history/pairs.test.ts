import assert from 'node:assert/strict';
import { BadInput } from '#src/errors';
import { pairs } from '#src/history/pairs';
import { history } from './support.ts';

describe('pairs', () => {
  it('finds the completion of every invocation, in the order of the invocations', () => {
    const ops = history(
      { type: 'invoke', process: 1 },
      { type: 'invoke', process: 0 },
      { type: 'info', process: 'nemesis', f: 'kill' },
      { type: 'ok', process: 0 },
      { type: 'invoke', process: 0 },
      { type: 'fail', process: 1 },
      { type: 'invoke', process: 2 },
      { type: 'info', process: 0 },
    );
    const indices = pairs(ops).map(({ invoke, completion }) => [invoke.index, completion?.index]);
    assert.deepEqual(indices, [
      [0, 5],
      [1, 3],
      [4, 7],
      [6, undefined],
    ]);
  });

  it('refuses what cannot be paired', () => {
    assert.throws(() => pairs(history({ type: 'ok' })), BadInput);
    assert.throws(() => pairs(history({ type: 'invoke' }, { type: 'invoke' })), BadInput);
    assert.throws(
      () => pairs(history({ type: 'invoke' }, { type: 'ok' }, { type: 'ok' })),
      /no open/,
    );
  });
});
