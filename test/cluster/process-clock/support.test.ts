/** Which way a clock is set, and what is said where there is none. */

import assert from 'node:assert/strict';
import { fileURLToPath } from 'node:url';
import { createNodes } from '#src/cluster/cluster-nodes';
import { planCluster, portsNeeded } from '#src/cluster/plan';
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
    if (process.platform !== 'linux') {
      console.log('      not tested: libfaketime, for want of Linux');
      return this.skip();
    }
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

describe('clocks that cannot be set', () => {
  it('are skipped with the reason, and healing them does nothing', async () => {
    const names = ['n1', 'n2'];
    const ports = Array.from({ length: portsNeeded(names.length) }, (_, i) => 20_000 + i);
    const never = () => Promise.reject(new Error('nothing is started here'));
    const { clocks } = createNodes({
      plan: planCluster(names, 'nowhere', ports, 'test'),
      seed: 1,
      guardian: { pid: 0, guard: never, release: never, [Symbol.asyncDispose]: never },
      hooks: undefined,
      folders: undefined,
      clock: refused,
      command: never,
      probe: never,
      nowNs: () => 0,
      readyTimeoutMs: undefined,
      onExit: () => undefined,
    });
    await assert.rejects(clocks.adjust('a', 'n1', { offsetMs: 5 }), {
      name: 'Unavailable',
      message: refused.reason,
    });
    await clocks.release('a');
  });
});
