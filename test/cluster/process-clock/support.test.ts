/** Which way a clock is set, and what is said where there is none. */

import assert from 'node:assert/strict';
import { fileURLToPath } from 'node:url';
import { choose } from '#src/cluster/process-clock/support';

const here = fileURLToPath(import.meta.url);
const refused = { kind: 'none', reason: 'memory is out of reach' } as const;

describe('the way in which a clock is set', () => {
  it('is through memory wherever that can be written to', () => {
    for (const kind of ['process', 'libc'] as const) {
      assert.deepEqual(choose(kind, { kind: 'vdso' }, [here]), { kind: 'vdso' });
    }
  });

  it('is libfaketime elsewhere, for a program that obeys it', function () {
    if (process.platform !== 'linux') return this.skip();
    const paths = ['/nowhere/libfaketime.so', here];
    assert.deepEqual(choose('libc', refused, paths), { kind: 'faketime', library: here });
  });

  it('is none where neither works, for reasons that are both told', () => {
    const without = choose('libc', refused, ['/nowhere/libfaketime.so']);
    assert.equal(without.kind, 'none');
    assert.match(
      'reason' in without ? without.reason : '',
      /memory is out of reach; libfaketime.*apt-get/,
    );
    const unfit = choose('process', refused, [here]);
    assert.equal(unfit.kind, 'none');
    assert.match(
      'reason' in unfit ? unfit.reason : '',
      /memory is out of reach; libfaketime is no way out/,
    );
  });
});
