import assert from 'node:assert/strict';
import fc from 'fast-check';
import { agreement } from '#checkers/agreement';
import type { Operation } from '#src/history/operation';

type Line = readonly [type: Operation['type'], process: number, key: string, value: number];

const check = async (lines: readonly Line[]) => {
  const history = lines.map(([type, process, key, value], index) => ({
    index,
    time: index,
    type,
    process,
    f: 'decide',
    key,
    value,
  }));
  return agreement().check({ history, timeLimitMs: 1000 });
};

describe('agreement', () => {
  it('accepts that everybody is told the value of one of them', async () => {
    const lines: Line[] = [
      ['invoke', 0, 'a', 1],
      ['invoke', 1, 'a', 2],
      ['ok', 1, 'a', 1],
      ['ok', 0, 'a', 1],
    ];
    assert.equal((await check(lines)).valid, true);
  });

  it('accepts the value of a proposal whose outcome is unknown', async () => {
    const lines: Line[] = [
      ['invoke', 0, 'a', 1],
      ['info', 0, 'a', 1],
      ['invoke', 1, 'a', 2],
      ['ok', 1, 'a', 1],
    ];
    assert.equal((await check(lines)).valid, true);
  });

  it('names two different answers', async () => {
    const result = await check([
      ['invoke', 0, 'a', 1],
      ['invoke', 1, 'a', 2],
      ['ok', 1, 'a', 2],
      ['ok', 0, 'a', 1],
    ]);
    assert.equal(result.valid, false);
    assert.equal(result.anomalies?.[0]?.name, 'agreement');
    assert.deepEqual(
      result.anomalies[0].operations.map(({ index }) => index),
      [2, 3],
    );
  });

  it('names a value that nobody had proposed by then, or only for another key', async () => {
    const early = await check([
      ['invoke', 0, 'a', 1],
      ['ok', 0, 'a', 2],
      ['invoke', 1, 'a', 2],
    ]);
    const elsewhere = await check([
      ['invoke', 1, 'b', 2],
      ['invoke', 0, 'a', 1],
      ['ok', 0, 'a', 2],
    ]);
    for (const result of [early, elsewhere]) {
      assert.equal(result.valid, false);
      assert.equal(result.anomalies?.[0]?.name, 'validity');
    }
  });

  it('agrees with the definition on random histories', async () => {
    const line = fc.tuple(
      fc.constantFrom('invoke', 'ok', 'info', 'fail'),
      fc.nat(3),
      fc.constantFrom('a', 'b'),
      fc.nat(2),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(line, { maxLength: 8 }), async (lines) => {
        const told = lines.flatMap(([type, , key, value], at) =>
          type === 'ok' ? [{ key, value, at }] : [],
        );
        const agree = told.every((a) => told.every((b) => a.key !== b.key || a.value === b.value));
        const proposed = told.every(({ key, value, at }) =>
          lines.slice(0, at).some(([t, , k, v]) => t === 'invoke' && k === key && v === value),
        );
        const valid = told.length === 0 ? 'unknown' : agree && proposed;
        assert.equal((await check(lines as readonly Line[])).valid, valid);
      }),
      { numRuns: 3000 },
    );
  });
});
