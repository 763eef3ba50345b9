/** etcd in a faulty folder: what it has acknowledged survives every loss of power, unless the disk lies. */

import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { z } from 'zod';
import type { FaultyFolder } from '#src/cluster/faulty-folder/faulty-folder';
import { freePorts } from '#src/cluster/ports';
import { findEtcd } from '#src/systems/etcd/binary';
import { until } from './support/counting-cluster.ts';
import { needsMounts, withFolder } from './support/disk-user.ts';

const answer = z.object({ count: z.coerce.number().default(0) });

/** One member that is its own cluster. */
class Etcd implements AsyncDisposable {
  readonly #child: ChildProcess;
  readonly #url: string;
  #said = '';

  private constructor(file: string, dataDir: string, client: number, peer: number) {
    this.#url = `http://127.0.0.1:${client}`;
    const args = [
      `--data-dir=${dataDir}`,
      `--listen-client-urls=${this.#url}`,
      `--advertise-client-urls=${this.#url}`,
      `--listen-peer-urls=http://127.0.0.1:${peer}`,
      `--initial-advertise-peer-urls=http://127.0.0.1:${peer}`,
      `--initial-cluster=default=http://127.0.0.1:${peer}`,
    ];
    this.#child = spawn(file, args, { stdio: ['ignore', 'ignore', 'pipe'] });
    this.#child.stderr?.on('data', (chunk) => {
      this.#said += String(chunk);
    });
  }

  static async start(file: string, dataDir: string): Promise<Etcd> {
    const [client = 0, peer = 0] = await freePorts(2);
    const etcd = new Etcd(file, dataDir, client, peer);
    await until('etcd serves', async () => etcd.put('ready', 'yes').catch(() => false as const));
    return etcd;
  }

  get said(): string {
    return this.#said;
  }

  /** Resolves with true when it is acknowledged. */
  async put(key: string, value: string): Promise<true> {
    await this.#call('put', { key: base64(key), value: base64(value) });
    return true;
  }

  /** How many keys there are that begin like this. */
  async count(prefix: string): Promise<number> {
    const end = prefix.slice(0, -1) + String.fromCharCode(prefix.charCodeAt(prefix.length - 1) + 1);
    const body = { key: base64(prefix), range_end: base64(end), count_only: true };
    return answer.parse(await this.#call('range', body)).count;
  }

  async ended(): Promise<number | null> {
    if (this.#child.exitCode === null && this.#child.signalCode === null) {
      await once(this.#child, 'exit');
    }
    return this.#child.exitCode;
  }

  async kill(): Promise<void> {
    this.#child.kill('SIGKILL');
    await this.ended();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.kill();
  }

  async #call(what: string, body: unknown): Promise<unknown> {
    const response = await fetch(`${this.#url}/v3/kv/${what}`, {
      method: 'POST',
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(10_000),
    });
    if (!response.ok) throw new Error(`${what}: ${response.status} ${await response.text()}`);
    return response.json();
  }
}

const base64 = (text: string): string => Buffer.from(text).toString('base64');

async function losePower(folder: FaultyFolder, etcd: Etcd, how: 'lost' | 'torn', seed: number) {
  await folder.powerOff();
  await etcd.kill();
  const loss = await folder.lose(how, seed);
  await folder.powerOn();
  return loss;
}

describe('etcd in a faulty folder', function () {
  this.timeout(360_000);
  let file = '';
  before(function () {
    needsMounts(this);
    const found = findEtcd(undefined);
    if (found === undefined) {
      console.log('      skipped: there is no program etcd on PATH (Debian: etcd-server)');
      this.skip();
    }
    file = found;
  });

  it('keeps 20 acknowledged writes through losses of power, torn ones too', async () => {
    await withFolder(async (folder) => {
      const dataDir = `${folder.mountPoint}/data`;
      let total = 0;
      for (const [round, how] of (['lost', 'torn', 'torn'] as const).entries()) {
        await using etcd = await Etcd.start(file, dataDir);
        assert.equal(await etcd.count('key'), total);
        for (let n = 0; n < 20; n += 1) {
          await etcd.put(`key-${round}-${n}`, 'x'.repeat(700));
          total += 1;
        }
        await losePower(folder, etcd, how, round);
      }
      await using etcd = await Etcd.start(file, dataDir);
      assert.equal(await etcd.count('key'), total);
    });
  });

  it('loses 20 acknowledged writes to a disk that lies, and none to the same disk when it is merely killed', async () => {
    for (const isPowerLost of [true, false]) {
      await withFolder(async (folder) => {
        const dataDir = `${folder.mountPoint}/data`;
        await using before = await Etcd.start(file, dataDir);
        await before.put('old', 'kept');
        await folder.setTroubles([{ kind: 'lying', id: '1' }]);
        for (let n = 0; n < 20; n += 1) await before.put(`key-${n}`, 'acknowledged');
        const { effects } = await folder.status();
        assert.ok(effects.lied >= 20, `${effects.lied} syncs were lies`);
        if (isPowerLost) {
          const loss = await losePower(folder, before, 'lost', 1);
          assert.ok(loss.changes >= 20, `${loss.changes} changes were undone`);
        } else {
          await before.kill();
        }
        await folder.setTroubles([]);
        await using after = await Etcd.start(file, dataDir);
        assert.equal(await after.count('old'), 1);
        assert.equal(await after.count('key'), isPowerLost ? 0 : 20);
      });
    }
  });

  it('ends when its disk fails a write, and comes back with all that it had acknowledged', async () => {
    await withFolder(async (folder) => {
      const dataDir = `${folder.mountPoint}/data`;
      await using etcd = await Etcd.start(file, dataDir);
      for (let n = 0; n < 20; n += 1) await etcd.put(`key-${n}`, 'acknowledged');
      await folder.setTroubles([{ kind: 'error', id: '1', code: 'EIO', once: true }]);
      await etcd.put('key-refused', 'value').catch(() => undefined);
      assert.equal(await etcd.ended(), 1);
      assert.match(etcd.said, /failed to save|input\/output error/);
      assert.equal((await folder.status()).effects.failed, 1);
      await using again = await Etcd.start(file, dataDir);
      assert.ok((await again.count('key')) >= 20);
    });
  });
});
