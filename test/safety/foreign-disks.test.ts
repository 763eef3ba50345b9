/** Disks of programs that know nothing of faults. Here those are our own nodes without their hooks: what they promise is known. */

import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isMounted } from '#src/cluster/faulty-folder/mount';
import type { Unsynced } from '#src/schedule/world';
import { Unavailable } from '#src/schedule/world';
import { temporaryFolder, until } from './support/counting-cluster.ts';
import { needsMounts } from './support/disk-user.ts';
import {
  leaderOf,
  type OwnCluster,
  type OwnOptions,
  quietDisks,
  registerAt,
  startOwn,
} from './support/own-cluster.ts';

/** Long enough for all nodes to lose their power before a sync that has begun is over. */
const slowMs = 10_000;

async function withCluster(
  options: OwnOptions,
  use: (cluster: OwnCluster, folder: string) => Promise<void>,
): Promise<void> {
  await using folder = await temporaryFolder();
  await using cluster = await startOwn(folder.path, { ...options, isForeign: true });
  await leaderOf(cluster);
  await use(cluster, folder.path);
}

/** What is read of a write that was acknowledged while no disk had synced it, after all nodes went down in this way. */
async function readAfter(unsynced: Unsynced): Promise<{ read: unknown; seen: readonly unknown[] }> {
  let outcome = { read: undefined as unknown, seen: [] as readonly unknown[] };
  // D06: what is written counts as durable before it is synced.
  await withCluster({ mutant: 'D06' }, async (cluster, folder) => {
    using before = registerAt(cluster, await leaderOf(cluster));
    await before.write('warm', 'up');
    await quietDisks(cluster, folder);
    for (const node of cluster.nodes) {
      await cluster.disks.trouble('slow', node, { kind: 'slow', fsyncMs: slowMs });
    }
    // What was being synced when the disks became slow keeps back what comes next, until its sync is over.
    await until(
      'an acknowledged write',
      async () => (await before.tryWrite('key', 'acknowledged', slowMs)).kind === 'ok',
      4 * slowMs,
    );
    const seen = await Promise.all(
      cluster.nodes.map((node) => cluster.processes.kill('down', node, unsynced)),
    );
    await cluster.disks.release('slow');
    await cluster.processes.release('down');
    using after = registerAt(cluster, await leaderOf(cluster));
    outcome = { read: await after.read('key'), seen };
    assert.deepEqual(cluster.exits, []);
  });
  return outcome;
}

describe('disks of programs that know nothing of faults', function () {
  this.timeout(240_000);
  before(function () {
    needsMounts(this);
  });

  it('a loss of power takes what was not synced, and a killed process keeps it', async () => {
    const lost = await readAfter('lost');
    const told = /pid \d+ is gone; \d+ unsynced changes of 1 files .* lost/;
    // A majority had it.
    assert.ok(lost.seen.filter((said) => told.test(String(said))).length >= 2, lost.seen.join());
    assert.equal(lost.read, null, 'an unsynced write has survived the loss of power');
    const kept = await readAfter('kept');
    assert.equal(kept.read, 'acknowledged', 'a kill has taken an unsynced write');
  });

  it('a loss of power takes nothing that was acknowledged by nodes that wait for their disks', async () => {
    await withCluster({}, async (cluster, folder) => {
      for (const [round, unsynced] of (['lost', 'torn', 'torn'] as const).entries()) {
        using register = registerAt(cluster, await leaderOf(cluster));
        let last = 0;
        let going = true;
        const writing = (async () => {
          for (let value = 1; going; value += 1) {
            const { kind } = await register.tryWrite(`key${round}`, value, 2_000);
            if (kind !== 'ok') break;
            last = value;
          }
        })();
        await until('some writes', async () => last > 20);
        await Promise.all(
          cluster.nodes.map((node) => cluster.processes.kill('down', node, unsynced)),
        );
        going = false;
        await writing;
        await cluster.processes.release('down');
        using after = registerAt(cluster, await leaderOf(cluster));
        const read = Number(await after.read(`key${round}`));
        assert.ok(read >= last, `${last} was acknowledged, ${read} is there after ${unsynced}`);
      }
      assert.deepEqual(cluster.exits, []);
      const data = join(folder, 'nodes', 'n1', 'data');
      assert.ok(isMounted(data));
      await cluster[Symbol.asyncDispose]();
      assert.equal(isMounted(data), false);
      assert.ok(readdirSync(data).length > 0, 'the data is not where it would have been');
      assert.equal(existsSync(join(folder, 'nodes', 'n1', 'disk')), false);
    });
  });

  it('a loss of power reaches a paused node too', async () => {
    await withCluster({}, async (cluster) => {
      await cluster.processes.pause('pause', 'n1');
      assert.match(String(await cluster.processes.kill('power', 'n1', 'lost')), /pid \d+ is gone;/);
      assert.equal(cluster.pid('n1'), undefined);
      await cluster.processes.release('power');
      assert.notEqual(cluster.pid('n1'), undefined);
      await cluster.processes.release('pause');
      await leaderOf(cluster);
    });
  });

  for (const { code, once } of [
    { code: 'EIO', once: true },
    { code: 'EIO', once: false },
    { code: 'ENOSPC', once: false },
  ] as const) {
    it(`${code} ${once ? 'once' : 'until healed'} may end the node, which is back when it is healed`, async () => {
      await withCluster({}, async (cluster, folder) => {
        const leader = await leaderOf(cluster);
        await cluster.disks.trouble('disk', leader, { kind: 'error', code, once });
        using register = registerAt(cluster, leader);
        await until('the end of the node', async () => {
          // One that has not got as far as the disk in time is tried again.
          await register.tryWrite('key', 1, 500);
          return cluster.pid(leader) === undefined;
        });
        const log = readFileSync(join(folder, 'nodes', leader, 'log'), 'utf8');
        assert.match(log, new RegExp(`^FATAL disk: .*${code}`, 'm'));
        assert.doesNotMatch(log, /injected/);
        await cluster.disks.release('disk');
        assert.notEqual(cluster.pid(leader), undefined, 'nobody has started it again');
        await leaderOf(cluster);
        using again = registerAt(cluster, leader);
        await again.write('key', 2);
        assert.deepEqual(cluster.exits, [], 'what a fault did is told as a finding');
      });
    });
  }

  it('the end of a node to whose disk nothing happened is a finding, whatever is asked of the disk', async () => {
    await withCluster({}, async (cluster) => {
      await cluster.disks.trouble('slow', 'n2', { kind: 'slow', fsyncMs: 1 });
      const pid = cluster.pid('n2');
      assert.ok(pid !== undefined);
      process.kill(pid, 'SIGKILL');
      await until('the exit', async () => cluster.exits.length === 1);
      assert.equal(cluster.exits[0]?.node, 'n2');
    });
  });

  it('a slow disk makes writes wait, and counts them', async () => {
    await withCluster({}, async (cluster) => {
      using register = registerAt(cluster, await leaderOf(cluster));
      await register.write('key', 1);
      for (const node of cluster.nodes) {
        await cluster.disks.trouble('slow', node, { kind: 'slow', fsyncMs: 400 });
      }
      const startMs = performance.now();
      await register.write('key', 2);
      const tookMs = performance.now() - startMs;
      assert.ok(tookMs >= 399, `a write took ${tookMs} ms where each sync takes 400`);
      const counts = await Promise.all(
        cluster.nodes.map(async (node) => cluster.disks.effects?.(node)),
      );
      const delayed = counts.filter((count) => (count?.delayed ?? 0) > 0).length;
      assert.ok(delayed >= 2, `${delayed} of three disks were slow, and a majority was waited for`);
      await cluster.disks.release('slow');
      await until('a fast write', async () => {
        const fromMs = performance.now();
        await register.write('key', 3);
        return performance.now() - fromMs < 400;
      });
      assert.deepEqual(cluster.exits, []);
    });
  });

  for (const damage of [{ kind: 'bit-rot', sectors: 100, seed: 4 }, { kind: 'wiped' }] as const) {
    it(`files of a node that is down are damaged (${damage.kind}), and only of a minority`, async () => {
      await withCluster({}, async (cluster) => {
        using register = registerAt(cluster, 'n1');
        for (let value = 0; value < 20; value += 1) await register.write('key', value);
        await assert.rejects(cluster.disks.damage('n2', damage), RangeError);
        await cluster.processes.kill('damage', 'n2');
        const done = String(await cluster.disks.damage('n2', damage));
        assert.match(done, damage.kind === 'wiped' ? /^all \d+ files/ : /: a flipped bit at \d+/);
        await cluster.processes.kill('other', 'n3');
        await assert.rejects(cluster.disks.damage('n3', damage), Unavailable);
        await cluster.processes.release('other');
        await cluster.processes.release('damage');
        if (damage.kind === 'bit-rot') {
          assert.equal(cluster.pid('n2'), undefined, 'it runs with a damaged log');
          await leaderOf(cluster, 2);
          assert.equal(await register.read('key'), 19);
        }
        assert.deepEqual(cluster.exits, [], 'what a fault did is told as a finding');
      });
    });
  }

  it('wipes the disk of a node that is down', async () => {
    await withCluster({}, async (cluster, folder) => {
      const data = join(folder, 'nodes', 'n2', 'data');
      assert.ok(readdirSync(data).length > 0);
      await assert.rejects(cluster.wipe('n2'), RangeError);
      await cluster.processes.kill('wipe', 'n2');
      await cluster.wipe('n2');
      assert.deepEqual(readdirSync(data), []);
    });
  });
});
