/**
 * What has to hold before a hunt's silence means anything: the same seed is the same run, and a crash at any moment of a small run
 * does no harm. A sample of both here; all of it with DISSENT_SELF_CHECKS=full (`npm run test:self-checks`).
 */

import assert from 'node:assert/strict';
import { judge } from '#src/hunt/judge';
import { drawTest } from '#src/hunt/swarm';
import { crashEverywhere, smallTest } from './crash-points.ts';

const isFull = process.env['DISSENT_SELF_CHECKS'] === 'full';
const seeds = isFull ? 50 : 3;
const step = isFull ? 1 : 25;

for (const system of ['raft', 'paxos'] as const) {
  const subject = { system, systemOptions: undefined, workload: undefined, nemesis: undefined };

  describe(`self-checks: ${system}`, function () {
    this.timeout(isFull ? 3_600_000 : 240_000);

    it(`the same seed is the same run, to the last event, for ${seeds} seeds`, async () => {
      const hashes = new Set<string>();
      for (let seed = 1; seed <= seeds; seed += 1) {
        const first = await judge(drawTest(subject, seed), { hash: true });
        const again = await judge(drawTest(subject, seed), { hash: true });
        assert.match(first.traceHash ?? '', /^[0-9a-f]{16}$/);
        assert.equal(again.traceHash, first.traceHash, `seed ${seed}`);
        assert.deepEqual(again.verdict, first.verdict, `seed ${seed}`);
        hashes.add(first.traceHash ?? '');
      }
      assert.equal(hashes.size, seeds, 'other seeds are other runs');
    });

    it(`a crash after every ${step === 1 ? '' : `${step}th `}write, fsync and message does no harm`, async () => {
      const { quiet, points, runs, findings } = await crashEverywhere(smallTest(system), { step });
      assert.deepEqual(quiet, { kind: 'passed' });
      assert.deepEqual(findings, []);
      for (const after of ['write', 'fsync', 'message']) {
        assert.ok(points.filter((point) => point.after === after).length > 10, after);
      }
      assert.equal(runs, 3 * Math.ceil(points.length / step));
    });
  });
}
