/** Which calls a disk in trouble refuses, and how often it did. */

import assert from 'node:assert/strict';
import { constants } from 'node:os';
import { Refusal } from '#src/cluster/faulty-folder/protocol';
import { type Call, Troubles } from '#src/cluster/faulty-folder/troubles';

function outcome(troubles: Troubles, call: Call): 'ok' | number {
  try {
    troubles.check(call);
    return 'ok';
  } catch (error) {
    assert.ok(error instanceof Refusal);
    return error.errno;
  }
}

const { EIO, ENOSPC } = constants.errno;

describe('troubles of a faulty folder', () => {
  it('EIO fails writes and syncs, ENOSPC whatever takes room', () => {
    const troubles = new Troubles();
    const all = () => (['write', 'sync', 'space'] as const).map((call) => outcome(troubles, call));
    assert.deepEqual(all(), ['ok', 'ok', 'ok']);
    troubles.set([{ kind: 'error', id: '1', code: 'EIO', once: false }]);
    assert.deepEqual(all(), [EIO, EIO, 'ok']);
    troubles.set([{ kind: 'error', id: '2', code: 'ENOSPC', once: false }]);
    assert.deepEqual(all(), [ENOSPC, 'ok', ENOSPC]);
    troubles.set([]);
    assert.deepEqual(all(), ['ok', 'ok', 'ok']);
    assert.deepEqual(troubles.effects, { failed: 4, delayed: 0, lied: 0 });
  });

  it('that happen once do so once, also when they are set again', () => {
    const troubles = new Troubles();
    const once = { kind: 'error', id: '1', code: 'EIO', once: true } as const;
    troubles.set([once]);
    assert.deepEqual([outcome(troubles, 'write'), outcome(troubles, 'write')], [EIO, 'ok']);
    assert.deepEqual(troubles.active, []);
    troubles.set([once]);
    assert.equal(outcome(troubles, 'sync'), 'ok');
    troubles.set([once, { ...once, id: '2' }]);
    assert.deepEqual([outcome(troubles, 'sync'), outcome(troubles, 'sync')], [EIO, 'ok']);
    assert.equal(troubles.effects.failed, 2);
  });

  it('add up when they make syncs slow', () => {
    const troubles = new Troubles();
    assert.equal(troubles.slownessMs(), 0);
    troubles.set([
      { kind: 'slow', id: '1', fsyncMs: 30 },
      { kind: 'slow', id: '2', fsyncMs: 12 },
    ]);
    assert.equal(troubles.slownessMs(), 42);
    assert.equal(troubles.lies(), false);
    assert.deepEqual(troubles.effects, { failed: 0, delayed: 1, lied: 0 });
  });
});
