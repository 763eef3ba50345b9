/** Faulty folders that are really mounted, and programs that use them: each of these fails when the fault does nothing. */

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { FaultyFolder } from '#src/cluster/faulty-folder/faulty-folder';
import { isMounted } from '#src/cluster/faulty-folder/mount';
import { isAlive } from '#src/cluster/proc';
import { HarnessFailure } from '#src/errors';
import { temporaryFolder, until } from './support/counting-cluster.ts';
import { DiskUser, needsMounts, withFolder } from './support/disk-user.ts';

/** Longer than any test waits for a sync. */
const neverMs = 60_000;

const ownerFixture = fileURLToPath(new URL('./fixtures/folder-owner.ts', import.meta.url));

const withUser = (use: (user: DiskUser, folder: FaultyFolder) => Promise<void>) =>
  withFolder(async (folder) => {
    await using user = new DiskUser(folder.mountPoint);
    await use(user, folder);
  });

/** The power goes, and comes back. */
async function losePower(folder: FaultyFolder, user: DiskUser, how: 'lost' | 'torn', seed = 1) {
  await folder.powerOff();
  await user.kill();
  const loss = await folder.lose(how, seed);
  await folder.powerOn();
  return loss;
}

describe('a faulty folder', function () {
  this.timeout(240_000);
  before(function () {
    needsMounts(this);
  });

  it('is like any other one while nothing is wrong with it', async () => {
    await withUser(async (user, folder) => {
      await user.do('write', 'a', 0, 'x'.repeat(300_000));
      await user.do('write', 'a', 1, 'abc');
      await user.do('truncate', 'a', 10);
      await user.do('append', 'b', 'one');
      await user.do('append', 'b', 'two');
      await user.do('rename', 'b', 'c');
      await user.do('fsync', 'a');
      assert.equal(await user.do('read', 'a'), `x${'abc'}${'x'.repeat(6)}`);
      assert.equal(await user.do('read', 'c'), 'onetwo');
      assert.deepEqual(
        await user.try('unlink', 'b').then((seen) => !seen.ok && seen.code),
        'ENOENT',
      );
      assert.deepEqual(readdirSync(folder.mountPoint).toSorted(), ['a', 'c']);
      assert.deepEqual(readdirSync(folder.files).toSorted(), ['a', 'c']);
      await user.do('unlink', 'c');
      assert.deepEqual(readdirSync(folder.mountPoint), ['a']);
    });
  });

  it('loses with the power what was not synced, and keeps what was', async () => {
    await withUser(async (user, folder) => {
      await user.do('write', 'wal', 0, 'synced');
      await user.do('fsync', 'wal');
      await user.do('write', 'wal', 6, ' and not');
      await user.do('write', 'wal', 0, 'SYN');
      await user.do('write', 'new', 0, 'never synced');
      assert.equal(await user.do('read', 'wal'), 'SYNced and not');
      const loss = await losePower(folder, user, 'lost');
      assert.deepEqual(loss, { files: 2, changes: 3, names: 1 });
      await using next = new DiskUser(folder.mountPoint);
      assert.equal(await next.do('read', 'wal'), 'synced');
      assert.deepEqual(
        await next.try('read', 'new').then((seen) => !seen.ok && seen.code),
        'ENOENT',
      );
      await next.do('write', 'new', 0, 'again');
      assert.equal(await next.do('read', 'new'), 'again');
    });
  });

  it('keeps everything when a process is merely killed', async () => {
    await withUser(async (user, folder) => {
      await user.do('write', 'wal', 0, 'never synced');
      await user.kill();
      await using next = new DiskUser(folder.mountPoint);
      assert.equal(await next.do('read', 'wal'), 'never synced');
    });
  });

  it('takes back renames and removals that were not synced', async () => {
    await withUser(async (user, folder) => {
      await user.do('write', 'state', 0, 'old');
      await user.do('write', 'gone', 0, 'still here');
      await user.do('fsync', 'state');
      await user.do('fsync', 'gone');
      await user.do('write', 'state.tmp', 0, 'new');
      await user.do('fsync', 'state.tmp');
      await user.do('rename', 'state.tmp', 'state');
      await user.do('unlink', 'gone');
      const loss = await losePower(folder, user, 'lost');
      assert.equal(loss.names, 2);
      await using next = new DiskUser(folder.mountPoint);
      assert.equal(await next.do('read', 'state'), 'old');
      assert.equal(await next.do('read', 'state.tmp'), 'new');
      assert.equal(await next.do('read', 'gone'), 'still here');
      await next.do('rename', 'state.tmp', 'state');
      await next.do('fsync', '.');
      await losePower(folder, next, 'lost');
      await using last = new DiskUser(folder.mountPoint);
      assert.equal(await last.do('read', 'state'), 'new');
    });
  });

  it('tears what was not synced at the sectors of a disk', async () => {
    await withUser(async (user, folder) => {
      await user.do('write', 'wal', 0, 'a'.repeat(64 * 512));
      await user.do('fsync', 'wal');
      await user.do('write', 'wal', 0, 'b'.repeat(64 * 512));
      await losePower(folder, user, 'torn', 5);
      const sectors = readFileSync(`${folder.mountPoint}/wal`, 'latin1').match(/.{512}/g) ?? [];
      assert.equal(sectors.length, 64);
      assert.ok(sectors.every((sector) => /^(a+|b+)$/.test(sector)));
      assert.equal(new Set(sectors).size, 2, 'either all of the write is there or nothing');
    });
  });

  it('fails the next call once, or every one until it is well again', async () => {
    await withUser(async (user, folder) => {
      const codeOf = async (...call: Parameters<DiskUser['try']>) => {
        const seen = await user.try(...call);
        return seen.ok ? 'ok' : seen.code;
      };
      await user.do('write', 'wal', 0, 'fine');
      await folder.setTroubles([{ kind: 'error', id: '1', code: 'EIO', once: true }]);
      assert.equal(await codeOf('write', 'wal', 0, 'lost'), 'EIO');
      assert.equal(await codeOf('write', 'wal', 4, '!'), 'ok');
      assert.equal(await user.do('read', 'wal'), 'fine!');
      await folder.setTroubles([{ kind: 'error', id: '2', code: 'EIO', once: true }]);
      assert.equal(await codeOf('fsync', 'wal'), 'EIO');
      assert.equal((await folder.status()).unsynced.changes, 2, 'a failed sync has synced');
      assert.equal(await codeOf('fdatasync', 'wal'), 'ok');
      const { effects, troubles } = await folder.setTroubles([
        { kind: 'error', id: '3', code: 'ENOSPC', once: false },
      ]);
      assert.deepEqual([effects.failed, troubles.length], [2, 1]);
      assert.equal(await codeOf('write', 'wal', 0, 'lost'), 'ENOSPC');
      assert.equal(await codeOf('write', 'new', 0, 'lost'), 'ENOSPC');
      assert.equal(await codeOf('fsync', 'wal'), 'ok');
      assert.equal(await codeOf('write', 'wal', 0, 'lost'), 'ENOSPC');
      await folder.setTroubles([{ kind: 'error', id: '4', code: 'EIO', once: false }]);
      assert.equal(await codeOf('fdatasync', 'wal'), 'EIO');
      assert.equal(await codeOf('fdatasync', 'wal'), 'EIO');
      assert.equal((await folder.setTroubles([])).effects.failed, 7);
      assert.equal(await codeOf('write', 'wal', 0, 'FINE'), 'ok');
      assert.equal(await codeOf('fsync', 'wal'), 'ok');
      assert.equal(await user.do('read', 'wal'), 'FINE!');
    });
  });

  it('makes syncs take long, and only syncs', async () => {
    await withUser(async (user, folder) => {
      await user.do('write', 'wal', 0, 'text');
      await folder.setTroubles([{ kind: 'slow', id: '1', fsyncMs: 300 }]);
      const { ms } = await user.try('fsync', 'wal');
      assert.ok(ms >= 299, `a sync took ${ms} ms where each takes 300`);
      const { effects } = await folder.setTroubles([{ kind: 'slow', id: '2', fsyncMs: neverMs }]);
      assert.equal(effects.delayed, 1);
      await user.do('write', 'wal', 0, 'more');
      const unsynced = user.try('fsync', 'wal');
      await delay(50);
      await user.kill();
      assert.equal(await Promise.race([unsynced, Promise.resolve('no answer')]), 'no answer');
      assert.equal((await folder.status()).unsynced.changes, 1, 'it has synced before its time');
    });
  });

  it('answers nobody while the power is off, and what was on its way is not done', async () => {
    await withUser(async (user, folder) => {
      await user.do('write', 'wal', 0, 'synced');
      await user.do('fsync', 'wal');
      await folder.powerOff();
      const held = user.try('write', 'wal', 0, 'SYNCED');
      assert.equal(await Promise.race([held, delay(200, 'held')]), 'held');
      await user.kill();
      await folder.lose('lost', 1);
      await folder.powerOn();
      assert.equal(readFileSync(`${folder.files}/wal`, 'utf8'), 'synced');
    });
  });

  it('lies about syncs when it is told to', async () => {
    await withUser(async (user, folder) => {
      await user.do('write', 'wal', 0, 'synced');
      await user.do('fsync', 'wal');
      await folder.setTroubles([{ kind: 'lying', id: '1' }]);
      await user.do('write', 'wal', 6, ' or so it seems');
      await user.do('fsync', 'wal');
      assert.equal((await folder.status()).effects.lied, 1);
      await losePower(folder, user, 'lost');
      assert.equal(readFileSync(`${folder.mountPoint}/wal`, 'utf8'), 'synced');
    });
  });

  it('shows what was changed below while nobody used it', async () => {
    await withUser(async (user, folder) => {
      await user.do('write', 'wal', 0, 'before');
      await user.kill();
      await folder.writeBack();
      writeFileSync(`${folder.files}/wal`, 'damaged, and longer');
      await using next = new DiskUser(folder.mountPoint);
      assert.equal(await next.do('read', 'wal'), 'damaged, and longer');
      await losePower(folder, next, 'lost');
      assert.equal(readFileSync(`${folder.mountPoint}/wal`, 'utf8'), 'damaged, and longer');
    });
  });
});

describe('the process of a faulty folder', function () {
  this.timeout(240_000);
  before(function () {
    needsMounts(this);
  });

  it('ends when it is told to, and nothing is left but the files', async () => {
    let pid = 0;
    await withFolder(async (folder, base) => {
      ({ pid } = folder);
      assert.ok(isMounted(folder.mountPoint));
      writeFileSync(`${folder.mountPoint}/file`, 'text');
      await folder[Symbol.asyncDispose]();
      assert.equal(isMounted(folder.mountPoint), false);
      assert.deepEqual(readdirSync(base).toSorted(), ['files', 'log', 'mnt']);
      assert.equal(readFileSync(`${base}/files/file`, 'utf8'), 'text');
      assert.equal(readFileSync(`${base}/log`, 'utf8'), '');
    });
    assert.equal(isAlive(pid), false);
  });

  it('unmounts also what is in use', async () => {
    await withFolder(async (folder) => {
      await using user = new DiskUser(folder.mountPoint);
      await user.do('write', 'wal', 0, 'text');
      await folder[Symbol.asyncDispose]();
      assert.equal(isMounted(folder.mountPoint), false);
      assert.equal(isAlive(folder.pid), false);
    });
  });

  it('ends when whoever started it is killed', async () => {
    await using base = await temporaryFolder();
    const owner = spawn(process.execPath, [ownerFixture, base.path], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    const [line] = (await once(createInterface({ input: owner.stdout }), 'line')) as [string];
    const pid = Number(line);
    assert.ok(isMounted(`${base.path}/mnt`));
    owner.kill('SIGKILL');
    await until('the end of the server', async () => !isAlive(pid));
    assert.equal(isMounted(`${base.path}/mnt`), false);
  });

  it('is missed when it ends by itself, and what it had mounted is unmounted', async () => {
    await withFolder(async (folder) => {
      process.kill(folder.pid, 'SIGKILL');
      assert.match(await folder.died, /ended with SIGKILL/);
      await assert.rejects(folder.status(), HarnessFailure);
      await folder[Symbol.asyncDispose]();
      assert.equal(isMounted(folder.mountPoint), false);
    });
  });
});
