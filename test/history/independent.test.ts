import assert from 'node:assert/strict';
import { looksIndependent } from '#src/history/index';
import { history, type Sketch } from './support.ts';

const looks = (...ops: readonly Sketch[]) => looksIndependent(history(...ops));
const read: Sketch = { type: 'invoke', f: 'read', value: ['x', null] };
const write: Sketch = { type: 'invoke', f: 'write', process: 1, value: ['x', 1] };

describe('unmarked tuples of independent objects', () => {
  it('are recognised by reads that ask [key nil]', () => {
    assert.equal(looks(read, write), true);
    assert.equal(looks(read, { ...read, type: 'ok', value: ['x', 3] }), true);
    assert.equal(looks(read, { ...read, type: 'fail', value: null }), true);
    assert.equal(looks({ type: 'info', process: 'nemesis', value: 'kill' }, read), true);
  });

  it('are not seen where they are not', () => {
    assert.equal(looks(), false);
    assert.equal(looks(write), false);
    assert.equal(looks({ ...read, value: null }), false);
    assert.equal(looks({ ...read, value: ['x', 1] }), false);
    assert.equal(looks(read, { ...write, value: 1 }), false);
    assert.equal(looks({ ...read, key: 'x' }), false);
    assert.equal(
      looks({ type: 'invoke', f: 'cas', value: [1, 2] }, { ...read, value: null }),
      false,
    );
  });
});
