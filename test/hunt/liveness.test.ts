import assert from 'node:assert/strict';
import { patienceWith } from '#src/hunt/liveness';
import { simOptionsSchema } from '#src/sim/options';

const on = (network: object) => ({ nodes: 7, sim: simOptionsSchema.parse({ network }) });

describe('hunt: patience with a bare majority', () => {
  it('is more where messages are lost, late or out of order, each of which an election may fail for', () => {
    const quiet = { transport: 'datagram' };
    assert.equal(patienceWith(on(quiet), 4), 1);
    for (const share of ['loss', 'reordered', 'stragglers']) {
      const patience = patienceWith(on({ ...quiet, [share]: 0.2 }), 4);
      assert.ok(patience > 3 && patience < 4, `${share}: ${patience}`);
    }
    assert.ok(patienceWith(on({ ...quiet, reordered: 0.14, stragglers: 0.1 }), 4) > 5);
  });

  it('is the usual one with more than a majority, and on connections', () => {
    assert.equal(patienceWith(on({ transport: 'datagram', reordered: 0.3, loss: 0.3 }), 5), 1);
    assert.equal(patienceWith(on({ transport: 'stream' }), 4), 1);
    assert.equal(patienceWith({ nodes: 7, sim: undefined }, 4), 1);
  });
});
