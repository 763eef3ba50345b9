/** Disks of real nodes: each of these fails when the fault does nothing. */

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { walFileName } from '#src/node/wal';
import { Unavailable, type Unsynced } from '#src/schedule/world';
import { temporaryFolder, until } from './support/counting-cluster.ts';
import {
  leaderOf,
  type OwnCluster,
  type OwnOptions,
  quietDisks,
  registerAt,
  startOwn,
} from './support/own-cluster.ts';

/** Longer than any test waits for a sync. */
const neverMs = 60_000;

async function withCluster(
  options: OwnOptions,
  use: (cluster: OwnCluster, folder: string) => Promise<void>,
): Promise<void> {
  await using folder = await temporaryFolder();
  await using cluster = await startOwn(folder.path, options);
  await leaderOf(cluster);
  await use(cluster, folder.path);
}

const logOf = (folder: string, node: string): string =>
  readFileSync(join(folder, 'nodes', node, 'log'), 'utf8');

/** What is read of a write that was acknowledged while no disk had synced it, after all nodes went down in this way. */
async function readAfter(unsynced: Unsynced): Promise<{ read: unknown; seen: readonly unknown[] }> {
  let outcome = { read: undefined as unknown, seen: [] as readonly unknown[] };
  // D06: what is written counts as durable before it is synced.
  await withCluster({ mutant: 'D06' }, async (cluster, folder) => {
    const leader = await leaderOf(cluster);
    using before = registerAt(cluster, leader);
    await before.write('warm', 'up');
    await quietDisks(cluster, folder);
    for (const node of cluster.nodes) {
      await cluster.disks.trouble('slow', node, { kind: 'slow', fsyncMs: neverMs });
    }
    await before.write('key', 'acknowledged');
    const seen = await Promise.all(
      cluster.nodes.map((node) => cluster.processes.kill('down', node, unsynced)),
    );
    await cluster.disks.release('slow');
    await cluster.processes.release('down');
    const next = await leaderOf(cluster);
    using after = registerAt(cluster, next);
    assert.equal(await after.read('warm'), 'up', 'what had been synced is gone');
    outcome = { read: await after.read('key'), seen };
    assert.deepEqual(cluster.exits, []);
  });
  return outcome;
}

describe('disks of real nodes', function () {
  this.timeout(240_000);

  it('a loss of power takes what was not synced, and a killed process keeps it', async () => {
    const lost = await readAfter('lost');
    const told = /pid \d+ is gone; \d+ unsynced writes of \d+ bytes .* lost/;
    // A majority had it.
    assert.ok(lost.seen.filter((said) => told.test(String(said))).length >= 2, lost.seen.join());
    assert.equal(lost.read, null, 'an unsynced write has survived the loss of power');
    const kept = await readAfter('kept');
    assert.equal(kept.read, 'acknowledged', 'a kill has taken an unsynced write');
  });

  it('a loss of power takes nothing that was acknowledged by nodes that wait for their disks', async () => {
    await withCluster({}, async (cluster) => {
      for (const [round, unsynced] of (['lost', 'torn', 'torn'] as const).entries()) {
        const leader = await leaderOf(cluster);
        using register = registerAt(cluster, leader);
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
    it(`${code} ${once ? 'once' : 'until healed'} stops the node, which is back when it is healed`, async () => {
      await withCluster({}, async (cluster, folder) => {
        const leader = await leaderOf(cluster);
        await cluster.disks.trouble('disk', leader, { kind: 'error', code, once });
        using register = registerAt(cluster, leader);
        await until('the end of the node', async () => {
          // One that has not got as far as the disk in time is tried again.
          await register.tryWrite('key', 1, 500);
          return cluster.pid(leader) === undefined;
        });
        assert.match(logOf(folder, leader), new RegExp(`^FATAL disk: .*${code}.*injected`, 'm'));
        if (!once && code === 'EIO') {
          // It cannot start from such a disk either.
          await cluster.processes.kill('kill', leader);
          await cluster.processes.release('kill');
          assert.equal(cluster.pid(leader), undefined);
        }
        await cluster.disks.release('disk');
        assert.notEqual(cluster.pid(leader), undefined, 'nobody has started it again');
        await leaderOf(cluster);
        using again = registerAt(cluster, leader);
        await again.write('key', 2);
        assert.deepEqual(cluster.exits, [], 'what a fault did is told as a finding');
      });
    });
  }

  it('a slow disk makes writes wait', async () => {
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
      await cluster.disks.release('slow');
      await until('a fast write', async () => {
        const fromMs = performance.now();
        await register.write('key', 3);
        return performance.now() - fromMs < 400;
      });
      assert.deepEqual(cluster.exits, []);
    });
  });

  for (const damage of [
    { kind: 'bit-rot', sectors: 1, seed: 4 },
    { kind: 'misdirected', seed: 4 },
    { kind: 'truncated', bytes: 10_000_000 },
    { kind: 'wiped' },
  ] as const) {
    it(`a node whose log is damaged (${damage.kind}) refuses to start, and only a minority is`, async () => {
      await withCluster({}, async (cluster, folder) => {
        using register = registerAt(cluster, 'n1');
        for (let value = 0; value < 20; value += 1) await register.write('key', value);
        await assert.rejects(cluster.disks.damage('n2', damage), RangeError);
        await cluster.processes.kill('damage', 'n2');
        await cluster.disks.damage('n2', damage);
        await cluster.processes.release('damage');
        assert.equal(cluster.pid('n2'), undefined, 'it runs with a damaged log');
        assert.match(logOf(folder, 'n2'), /^FATAL wal corrupt: /m);
        await cluster.processes.kill('other', 'n3');
        await assert.rejects(cluster.disks.damage('n3', damage), Unavailable);
        await cluster.processes.release('other');
        await leaderOf(cluster, 2);
        assert.equal(await register.read('key'), 19);
        assert.deepEqual(cluster.exits, [], 'what a fault did is told as a finding');
      });
    });
  }

  it('damage that no node could notice is refused', async () => {
    await withCluster({}, async (cluster, folder) => {
      using register = registerAt(cluster, 'n1');
      await register.write('key', 1);
      // A majority has it; n2 need not be one of them.
      const log = join(folder, 'nodes', 'n2', 'data', walFileName);
      await until('the write in the log of n2', async () => readFileSync(log).includes('"write"'));
      await cluster.processes.kill('damage', 'n2');
      await assert.rejects(
        cluster.disks.damage('n2', { kind: 'truncated', bytes: 200 }),
        /would be gone without a trace/,
      );
      await cluster.processes.release('damage');
      await leaderOf(cluster);
    });
  });
});
