import assert from 'node:assert/strict';
import { refusals } from '#checkers/refusals';
import type { History, Operation } from '#src/history/operation';

type Line = readonly [process: number, type: Operation['type'], f: string, value: unknown];

const history = (lines: readonly Line[], key?: string): History =>
  lines.map(([process, type, f, value], index) => ({
    index,
    time: index * 1e6,
    type,
    process,
    f,
    value,
    ...(key === undefined ? {} : { key }),
    ...(type === 'fail' ? { error: 'precondition: no' } : {}),
  }));

async function judged(lines: readonly Line[]) {
  const result = await refusals().check({ history: history(lines), timeLimitMs: 1000 });
  return [result.valid, ...(result.anomalies ?? []).map(({ name }) => name)];
}

const done = (process: number, f: string, value: unknown, answer = value): Line[] => [
  [process, 'invoke', f, value],
  [process, 'ok', f, answer],
];

const refused = (process: number, f: string, value: unknown): Line[] => [
  [process, 'invoke', f, value],
  [process, 'fail', f, value],
];

describe('the verdict on refusals', () => {
  it('a compare-and-set that expects what was there for certain must not be refused', async () => {
    const swap = refused(2, 'cas', [3, 4]);
    assert.deepEqual(await judged([...done(1, 'write', 3), ...swap]), [false, 'refused-swap']);
    assert.deepEqual(await judged([...done(1, 'write', 5), ...swap]), [true]);
    assert.deepEqual(await judged([...done(1, 'cas', [1, 3]), ...swap, ...done(1, 'write', 5)]), [
      false,
      'refused-swap',
    ]);
    // Nothing is known of what was there first.
    assert.deepEqual(await judged(swap), [true]);
  });

  it('what is there at first must not be refused either, unless somebody may have written by then', async () => {
    const judge = async (lines: readonly Line[]) => {
      const checker = refusals({ initial: null });
      return (await checker.check({ history: history(lines), timeLimitMs: 1000 })).valid;
    };
    const swap = refused(2, 'cas', [null, 4]);
    assert.equal(await judge(swap), false);
    assert.equal(await judge([...refused(1, 'read', null), ...swap]), false);
    assert.equal(await judge(refused(2, 'cas', [0, 4])), true);
    assert.equal(await judge([[1, 'invoke', 'write', 5], ...swap]), true);
    assert.equal(await judge([...done(1, 'write', 5), ...swap]), true);
  });

  it('a value of 0 is not nothing', async () => {
    assert.deepEqual(await judged([...done(1, 'write', 0), ...refused(2, 'cas', [0, 1])]), [
      false,
      'refused-swap',
    ]);
    assert.deepEqual(await judged([...done(1, 'write', 0), ...refused(2, 'cas', [null, 1])]), [
      true,
    ]);
  });

  it('a compare-and-set may be refused where somebody else may have written', async () => {
    const [ask, answer] = refused(2, 'cas', [3, 4]) as [Line, Line];
    const first = done(1, 'write', 3);
    const rows: readonly (readonly Line[])[] = [
      // Before it, at the same time as the write that it relies on.
      [[5, 'invoke', 'write', 7], ...first, [5, 'ok', 'write', 7], ask, answer],
      // Nobody knows whether and when.
      [[5, 'invoke', 'write', 7], ...first, [5, 'info', 'write', 7], ask, answer],
      [[5, 'invoke', 'write', 7], ...first, ask, answer],
      // Meanwhile.
      [...first, ask, [5, 'invoke', 'write', 7], answer, [5, 'ok', 'write', 7]],
      // The write was not over when it was asked.
      [[1, 'invoke', 'write', 3], ask, [1, 'ok', 'write', 3], answer],
    ];
    for (const row of rows) assert.deepEqual(await judged(row), [true], JSON.stringify(row));
    // One that failed did not write, nor did one that was over before.
    const harmless: readonly (readonly Line[])[] = [
      [...done(5, 'write', 7), ...first, ask, answer],
      [...first, ...refused(5, 'cas', [9, 7]), ask, answer],
    ];
    for (const row of harmless) assert.equal((await judged(row))[0], false, JSON.stringify(row));
  });

  it('an acquire must not be refused where nobody can have the lock', async () => {
    const [ask, answer] = refused(2, 'acquire', null) as [Line, Line];
    const taken = done(1, 'acquire', null, 1 as never);
    const back = done(1, 'release', 1, true as never);
    assert.deepEqual(await judged([ask, answer]), [false, 'refused-acquire']);
    assert.deepEqual(await judged([...taken, ...back, ask, answer]), [false, 'refused-acquire']);
    const rows: readonly (readonly Line[])[] = [
      [...taken, ask, answer],
      [...taken, ask, ...back, answer],
      // It was told that it is not held so.
      [...taken, ...done(1, 'release', 1, false as never), ask, answer],
      [...taken, [1, 'invoke', 'release', 1], [1, 'info', 'release', 1], ask, answer],
      // Somebody else may have got it.
      [...taken, ...back, [5, 'invoke', 'acquire', null], ask, answer],
      [
        [5, 'invoke', 'acquire', null],
        [5, 'info', 'acquire', null],
        ...taken,
        ...back,
        ask,
        answer,
      ],
    ];
    for (const row of rows) assert.deepEqual(await judged(row), [true], JSON.stringify(row));
  });

  it('any other failure says nothing', async () => {
    const lines = history([...done(1, 'write', 3), ...refused(2, 'cas', [3, 4])]).map((op) =>
      op.type === 'fail' ? { ...op, error: 'no-leader' } : op,
    );
    const { valid } = await refusals().check({ history: lines, timeLimitMs: 1000 });
    assert.equal(valid, true);
  });
});
