import assert from 'node:assert/strict';
import { stats, summarize } from '#checkers/stats';
import { history } from '#test/history/support';

const read = { f: 'read' } as const;
const write = { f: 'write', process: 1 } as const;

describe('stats', () => {
  it('counts outcomes overall and by function; what is open counts as unknown', () => {
    const found = summarize(
      history(
        { ...read, type: 'invoke' },
        { ...write, type: 'invoke' },
        { ...read, type: 'ok' },
        { type: 'info', process: 'nemesis', f: 'kill' },
        { ...write, type: 'ok' },
        { ...read, type: 'invoke' },
        { ...write, type: 'invoke' },
        { ...read, type: 'fail' },
        { ...write, type: 'info' },
        { ...read, type: 'invoke' },
      ),
    );
    assert.deepEqual(found, {
      valid: true,
      counts: { ok: 2, fail: 1, info: 2 },
      byFunction: { read: { ok: 1, fail: 1, info: 1 }, write: { ok: 1, fail: 0, info: 1 } },
      unfinished: 1,
    });
  });

  it('does not pass a run in which some function never succeeded', async () => {
    const ops = history(
      { ...read, type: 'invoke' },
      { ...write, type: 'invoke' },
      { ...read, type: 'ok' },
      { ...write, type: 'fail' },
    );
    const found = await stats().check({ history: ops, timeLimitMs: 1000 });
    assert.equal(found.valid, 'unknown');
    assert.match(found.reason ?? '', /did too little: no success of write \(1 failed, 0 unknown\)/);
  });

  it('does not pass a run without operations of clients', () => {
    for (const ops of [[], history({ type: 'info', process: 'nemesis', f: 'kill' })]) {
      const found = summarize(ops);
      assert.equal(found.valid, 'unknown');
      assert.match(found.reason ?? '', /there were no operations/);
    }
  });
});
