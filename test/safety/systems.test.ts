/** Both systems, for real: they keep their promise under every fault, and the harness sees when they are made to break it. */

import assert from 'node:assert/strict';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Results } from '#reports/results';
import type { Schedule } from '#src/schedule/schedule';
import { dissent, latest, processesWith, readJson, temporaryStore } from './support.ts';

async function test(store: string, args: readonly string[]): Promise<Results> {
  const { stdout, stderr, exitCode } = await dissent(['test', ...args, '--out', store, '--json']);
  assert.ok(exitCode !== undefined && exitCode < 254, String(stderr));
  const results = JSON.parse(String(stdout)) as Results;
  assert.equal(results.exitCode, exitCode);
  return results;
}

/** As much work as a slow machine gets done between two faults. */
const little = ['--nodes', '3', '--clients', '6', '--rate', '100'];

/** Three faults, one of each kind, all on the leader. */
const leaderInTrouble: Schedule = [
  { at: 1500, for: 2000, fault: { kind: 'partition' }, target: 'leader' },
  { at: 5500, for: 2000, fault: { kind: 'kill' }, target: 'leader' },
  { at: 9500, for: 2000, fault: { kind: 'pause' }, target: 'leader' },
];

const leaderCutOff: Schedule = [
  { at: 1500, for: 5000, fault: { kind: 'partition', shape: 'isolate' }, target: 'leader' },
];

const unsafe: Readonly<Record<string, string>> = {
  raft: '--unsafe-no-read-index',
  paxos: '--unsafe-local-reads',
};

for (const system of ['raft', 'paxos']) {
  describe(`${system} on real processes`, function () {
    this.timeout(360_000);
    const store = temporaryStore();
    after(() => store.remove());

    const schedule = (name: string, value: Schedule): string => {
      const file = join(store.path, name);
      writeFileSync(file, JSON.stringify(value));
      return file;
    };

    it('stays linearizable while its leader is cut off, killed and paused, and recovers', async () => {
      const file = schedule('trouble.json', leaderInTrouble);
      const args = [system, '--schedule', file, '--time', '13', '--seed', '5', ...little];
      const results = await test(store.path, args);
      assert.equal(results.valid, true, results.reasons.join('; '));
      assert.equal(results.exitCode, 0);
      assert.ok(results.counts.ok > 200, `${results.counts.ok} operations succeeded`);
      assert.deepEqual(
        results.faults.map(({ kind, outcome }) => [kind, outcome.kind]),
        leaderInTrouble.map(({ fault }) => [fault.kind, 'installed']),
      );
      for (const fault of results.faults) assert.notEqual(fault.recoveryMs, null, fault.kind);
      assert.ok((results.leader.changes ?? 0) >= 2);
      assert.ok((results.cost.messagesPerOp ?? 0) > 0);
      for (const file of [
        'test.json',
        'schedule.json',
        'history.jsonl',
        'report.html',
        'junit.xml',
        'summary.md',
      ]) {
        assert.ok(existsSync(join(latest(store.path), file)), file);
      }
      assert.deepEqual(processesWith(store.path), []);
      assert.deepEqual(readJson(latest(store.path), 'results.json'), results);
    });

    it('is found out within five runs when whoever thinks it leads answers reads', async () => {
      const file = schedule('cut.json', leaderCutOff);
      for (let seed = 1; seed <= 5; seed += 1) {
        const flag = unsafe[system] ?? '';
        const args = [system, flag, '--schedule', file, '--time', '8', '--seed', String(seed)];
        const results = await test(store.path, args);
        if (results.exitCode !== 1) continue;
        const [anomaly] = results.checkers['linearizable']?.anomalies ?? [];
        assert.equal(results.valid, false);
        assert.ok(anomaly?.operations.some(({ f }) => f === 'read'));
        return;
      }
      assert.fail('five runs, and no stale read was found');
    });
  });
}
