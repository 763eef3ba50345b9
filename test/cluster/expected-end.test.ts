/** Which ends of nodes are a fault's doing, and which are findings. */

import assert from 'node:assert/strict';
import { expectedEnd } from '#src/cluster/expected-end';

const injected = 'FATAL disk: /data/wal: EIO: i/o error, fdatasync (injected)';
const corrupt = 'FATAL wal corrupt: /data/wal at offset 52: record 1 of batch 2 is damaged';

describe('ends that a fault made', () => {
  it('are those of injected errors, and of damaged logs where there is damage', () => {
    const stack = ['InjectedError: EIO', '    at somewhere'];
    assert.deepEqual(expectedEnd(70, ['ready', injected, ...stack], false), {
      kind: 'stopped',
      line: injected,
    });
    assert.deepEqual(expectedEnd(70, [corrupt], true), { kind: 'lost', line: corrupt });
  });

  it('are not: other errors, damage nobody did, other ways to end, an injected error long ago', () => {
    assert.equal(expectedEnd(70, ['FATAL disk: /data/wal: EIO: i/o error'], true), undefined);
    assert.equal(expectedEnd(70, ['FATAL invariant: two leaders in term 3'], true), undefined);
    assert.equal(expectedEnd(70, [corrupt], false), undefined);
    assert.equal(expectedEnd(1, [injected], true), undefined);
    assert.equal(expectedEnd(null, [injected], true), undefined);
    assert.equal(expectedEnd(70, [injected, 'FATAL invariant: a gap'], true), undefined);
    assert.equal(expectedEnd(70, [], true), undefined);
  });
});
