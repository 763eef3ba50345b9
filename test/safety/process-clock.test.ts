/** Clocks of processes that know nothing of faults. The programs themselves are asked: each test fails when the patch does nothing. */

import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { eventually, isStopped } from '#src/cluster/proc';
import { processClockSupport } from '#src/cluster/process-clock/support';
import type { Program, RealCluster } from '#src/cluster/real-world';
import { patienceMs, temporaryFolder, until } from './support/counting-cluster.ts';
import {
  buildGo,
  type ClockView,
  fixture,
  has,
  look,
  printing,
  rates,
  say,
  startForeign,
} from './support/foreign.ts';

const skipped = (what: string): void => console.log(`      not tested: ${what}`);

const nodeProgram = (mode?: 'fork') =>
  printing((port) => ({
    file: process.execPath,
    args: [fixture('clock-node.ts'), String(port), ...(mode === undefined ? [] : [mode])],
  }));

async function runsAt(cluster: RealCluster<ClockView>, rate: number): Promise<void> {
  const seen = await rates(cluster);
  assert.ok(seen.near(rate), `not at ${rate}: ${JSON.stringify(seen)}`);
}

/** What holds of every program whose clock is set. */
function obeys(name: string, programOf: (folder: string) => Program<ClockView> | string): void {
  describe(name, function () {
    this.timeout(240_000);
    let folder: Awaited<ReturnType<typeof temporaryFolder>>;
    let cluster: RealCluster<ClockView>;
    before(async function () {
      const support = await processClockSupport('process');
      folder = await temporaryFolder();
      const program = support.kind === 'none' ? support.reason : programOf(folder.path);
      if (typeof program === 'string') {
        skipped(program);
        return this.skip();
      }
      cluster = await startForeign(folder.path, program);
    });
    after(async () => {
      await cluster?.[Symbol.asyncDispose]();
      await folder?.[Symbol.asyncDispose]();
    });
    afterEach(async () => {
      if (cluster === undefined) return;
      assert.deepEqual(cluster.exits, []);
      assert.equal((await look(cluster)).seen.backwards, 0, 'a monotonic clock went back');
    });

    const isAhead = async (ms: number) => {
      const { aheadMs, widthMs } = await look(cluster);
      assert.ok(Math.abs(aheadMs - ms) <= widthMs, `${aheadMs} ms ahead, not ${ms} +- ${widthMs}`);
    };

    it('its wall clock jumps forth and back, and its monotonic clock does not', async () => {
      await isAhead(0);
      const before = await look(cluster);
      const reading = await cluster.clocks.adjust('jump', 'n1', { offsetMs: 3_600_000 });
      assert.deepEqual(reading, { offsetMs: 3_600_000, rate: 1 });
      await isAhead(3_600_000);
      const after = await look(cluster);
      const passed = after.seen.monotonicMs - before.seen.monotonicMs;
      assert.ok(Math.abs(passed - (after.atMs - before.atMs)) <= before.widthMs + after.widthMs);
      await cluster.clocks.adjust('jump', 'n1', { offsetMs: -3_605_000 });
      await isAhead(-5_000);
      await cluster.clocks.release('jump');
      await isAhead(-5_000);
      await cluster.clocks.adjust('jump', 'n1', { offsetMs: 5_000 });
      await isAhead(0);
    });

    it('both its clocks run at the rate that is asked for, and right again once released', async () => {
      for (const rate of [3, 0.2]) {
        const reading = await cluster.clocks.adjust('drift', 'n1', { rate });
        assert.equal(reading.rate, rate);
        const fast = await rates(cluster);
        assert.ok(fast.near(rate) && !fast.near(1), `${rate}: ${JSON.stringify(fast)}`);
        await cluster.clocks.release('drift');
        await cluster.clocks.release('drift');
        const right = await rates(cluster);
        assert.ok(right.near(1), JSON.stringify(right));
      }
    });

    it('two faults on one clock multiply, and each heals its own', async () => {
      await cluster.clocks.adjust('a', 'n1', { rate: 8 });
      await cluster.clocks.adjust('b', 'n1', { rate: 0.5 });
      await runsAt(cluster, 4);
      await cluster.clocks.release('a');
      await runsAt(cluster, 0.5);
      await cluster.clocks.release('b');
      await runsAt(cluster, 1);
    });

    it('a process that is paused has its new clock when it goes on', async () => {
      const before = await look(cluster);
      await cluster.processes.pause('pause', 'n1');
      await cluster.clocks.adjust('c', 'n1', { offsetMs: 60_000, rate: 4 });
      await delay(20);
      assert.equal((await cluster.statuses()).size, 0, 'setting its clock has let it go on');
      await cluster.processes.release('pause');
      assert.ok((await look(cluster)).aheadMs > before.aheadMs + 60_000);
      await runsAt(cluster, 4);
      await cluster.clocks.release('c');
    });

    it('after a restart it has the clock that it had, from before it serves', async () => {
      await cluster.clocks.adjust('d', 'n1', { offsetMs: 100_000, rate: 3 });
      const { aheadMs } = await look(cluster);
      const { pid } = { pid: cluster.pid('n1') };
      await cluster.processes.kill('kill', 'n1');
      await cluster.processes.release('kill');
      assert.notEqual(cluster.pid('n1'), pid);
      assert.ok(
        (await look(cluster)).aheadMs > aheadMs,
        'its wall clock has lost what it had gained',
      );
      await runsAt(cluster, 3);
      await cluster.processes.kill('kill', 'n1');
      const down = await cluster.clocks.adjust('d', 'n1', { offsetMs: -1_000_000 });
      assert.match(down.unmeasured ?? '', /n1 is down/);
      await cluster.clocks.release('d');
      await cluster.processes.release('kill');
      assert.ok((await look(cluster)).aheadMs < -500_000);
      await runsAt(cluster, 1);
    });
  });
}

describe('clocks of processes', () => {
  obeys('a Node program', () => nodeProgram());
  obeys('a Node program behind another one that started it', () => nodeProgram('fork'));
  obeys('a Go program', (folder) => {
    if (!has('go', 'version')) return 'a Go program, for want of go';
    const file = buildGo(folder);
    return printing((port) => ({ file, args: [String(port)] }));
  });
});

describe('clocks of processes', function () {
  this.timeout(240_000);

  it('can be set in the first moments of a process, again and again, while many threads look at them', async function () {
    const support = await processClockSupport('process');
    if (support.kind === 'none' || !has('go', 'version')) {
      skipped(support.kind === 'none' ? support.reason : 'many threads, for want of go');
      return this.skip();
    }
    await using folder = await temporaryFolder();
    const file = buildGo(folder.path);
    await using cluster = await startForeign(
      folder.path,
      printing((port) => ({ file, args: [String(port)] })),
    );
    await cluster.clocks.adjust('always', 'n1', { rate: 1.5 });
    for (let round = 0; round < 15; round += 1) {
      await cluster.processes.kill('kill', 'n1');
      await cluster.processes.release('kill');
      for (const rate of [0.1, 10, 0.5]) {
        await cluster.clocks.adjust('some', 'n1', { offsetMs: 1_000, rate });
        await cluster.clocks.release('some');
      }
      assert.equal((await look(cluster)).seen.backwards, 0);
    }
    await runsAt(cluster, 1.5);
    assert.deepEqual(cluster.exits, []);
  });

  it('can be set while faults pause the process and let it go on: it stays as they want it', async function () {
    const support = await processClockSupport('process');
    if (support.kind === 'none') {
      skipped(support.reason);
      return this.skip();
    }
    await using folder = await temporaryFolder();
    await using cluster = await startForeign(folder.path, nodeProgram());
    const isPaused = () => isStopped(cluster.pid('n1') ?? 0);
    for (let round = 0; round < 10; round += 1) {
      const change = () => cluster.clocks.adjust('drift', 'n1', { rate: 1 + round / 10 });
      await Promise.all([change(), cluster.processes.pause('pause', 'n1'), change()]);
      assert.equal(isPaused(), true, 'a change has let it go on');
      await Promise.all([change(), cluster.processes.release('pause'), change()]);
      assert.equal(
        await eventually(() => isPaused() === false, patienceMs),
        true,
        'it is still stopped',
      );
      await cluster.clocks.release('drift');
    }
    await runsAt(cluster, 1);
    assert.equal((await look(cluster)).seen.backwards, 0);
    await Promise.all([
      cluster.clocks.adjust('drift', 'n1', { rate: 2 }),
      cluster.processes.kill('kill', 'n1'),
    ]);
    assert.equal(cluster.pid('n1'), undefined);
  });

  it('of a program that does not say that they are its process’s are not set', async () => {
    await using folder = await temporaryFolder();
    const { clock: _, ...program } = nodeProgram();
    await using cluster = await startForeign(folder.path, program);
    await assert.rejects(cluster.clocks.adjust('a', 'n1', { rate: 2 }), {
      name: 'Unavailable',
      message: /offers no way/,
    });
    await cluster.clocks.release('a');
  });

  it('rule when redis-server lets keys expire', async function () {
    const support = await processClockSupport('process');
    if (support.kind === 'none' || !has('redis-server', '--version')) {
      skipped(support.kind === 'none' ? support.reason : 'redis, for want of redis-server');
      return this.skip();
    }
    const ask = (port: number, ...commands: readonly string[]) =>
      say(port, [...commands, 'QUIT', ''].join('\r\n'), 1_000);
    await using folder = await temporaryFolder();
    await using cluster = await startForeign(folder.path, {
      command: async ({ clientListen: { port }, dataDir }) => ({
        file: 'redis-server',
        args: ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--dir', dataDir],
      }),
      async probe({ clientListen: { port } }) {
        assert.match(await ask(port, 'PING'), /PONG/);
        return { role: 'leader', term: 1 };
      },
      clock: 'process',
    });
    const { port } = cluster.directAddress('n1');
    const number = async (command: string) => {
      const [, answer] = /^:(-?\d+)/.exec(await ask(port, command)) ?? [];
      return Number(answer);
    };
    await ask(port, 'SET key value PX 600000');
    await cluster.clocks.adjust('jump', 'n1', { offsetMs: 400_000 });
    const left = await number('PTTL key');
    assert.ok(left > 100_000 && left <= 200_000, `${left}`);
    const [, seconds] = /\r\n(\d{10})\r\n/.exec(await ask(port, 'TIME')) ?? [];
    const ahead = Number(seconds) - Date.now() / 1000;
    assert.ok(Math.abs(ahead - 400) < 30, `${ahead} s`);
    await cluster.clocks.adjust('jump', 'n1', { offsetMs: 400_000 });
    assert.equal(await number('PTTL key'), -2, 'the key is still there');
    await cluster.clocks.release('jump');
  });

  it('rule when etcd lets leases expire: the monotonic clock does, the wall clock does not', async function () {
    const support = await processClockSupport('process');
    if (support.kind === 'none' || !has('etcd', '--version')) {
      skipped(support.kind === 'none' ? support.reason : 'etcd, for want of etcd-server');
      return this.skip();
    }
    const ask = async (
      port: number,
      path: string,
      body: unknown,
    ): Promise<Record<string, unknown>> => {
      const url = `http://127.0.0.1:${port}${path}`;
      const answer = await fetch(url, { method: 'POST', body: JSON.stringify(body) });
      return Object(await answer.json());
    };
    await using folder = await temporaryFolder();
    await using cluster = await startForeign(folder.path, {
      command: async ({ clientListen, peerListen, dataDir }) => ({
        file: 'etcd',
        args: [
          '--data-dir',
          dataDir,
          '--name',
          'n1',
          '--log-level',
          'error',
          '--listen-client-urls',
          `http://127.0.0.1:${clientListen.port}`,
          '--advertise-client-urls',
          `http://127.0.0.1:${clientListen.port}`,
          '--listen-peer-urls',
          `http://127.0.0.1:${peerListen.port}`,
          '--initial-advertise-peer-urls',
          `http://127.0.0.1:${peerListen.port}`,
          '--initial-cluster',
          `n1=http://127.0.0.1:${peerListen.port}`,
        ],
      }),
      async probe({ clientListen: { port } }) {
        const status = await ask(port, '/v3/maintenance/status', {});
        assert.notEqual(status['leader'], undefined);
        return { role: 'leader', term: 1 };
      },
      clock: 'process',
    });
    const { port } = cluster.directAddress('n1');
    // Far more than goes by at that rate while a busy machine lets this test wait.
    const ttl = 60_000;
    const { ID } = await until('a lease', async () => {
      const granted = await ask(port, '/v3/lease/grant', { TTL: ttl });
      return granted['ID'] === undefined ? undefined : granted;
    });
    const left = async () => Number((await ask(port, '/v3/lease/timetolive', { ID }))['TTL']);
    await cluster.clocks.adjust('jump', 'n1', { offsetMs: 3_600_000 });
    await cluster.clocks.release('jump');
    const jumped = await left();
    assert.ok(jumped > ttl - 300 && jumped <= ttl, `after a jump of the wall clock: ${jumped} s`);
    await cluster.clocks.adjust('drift', 'n1', { rate: 100 });
    await delay(2_000);
    await cluster.clocks.release('drift');
    const drifted = await left();
    assert.ok(drifted > 0 && jumped - drifted >= 190, `${jumped} s, then ${drifted} s`);
    assert.deepEqual(cluster.exits, []);
  });
});

describe('the wall clock by libfaketime', function () {
  this.timeout(240_000);

  it('jumps forth and back, over a restart too; nothing of it is left in shared memory', async function () {
    const support = await processClockSupport('preloaded');
    if (support.kind === 'none') {
      skipped(support.reason);
      return this.skip();
    }
    const pids = new Set<number>();
    const isLeft = () =>
      [...pids].flatMap((pid) =>
        [`/dev/shm/faketime_shm_${pid}`, `/dev/shm/sem.faketime_sem_${pid}`].filter((path) =>
          existsSync(path),
        ),
      );
    await using folder = await temporaryFolder();
    {
      await using cluster = await startForeign(
        folder.path,
        printing(
          (port) => ({ file: process.execPath, args: [fixture('clock-node.ts'), String(port)] }),
          'preloaded',
        ),
      );
      const isAhead = async (ms: number) => {
        pids.add(cluster.pid('n1') ?? 0);
        const { aheadMs, widthMs, seen } = await look(cluster);
        assert.ok(Math.abs(aheadMs - ms) <= widthMs, `${aheadMs} ms ahead, not ${ms}`);
        assert.equal(seen.backwards, 0);
      };
      await isAhead(0);
      const reading = await cluster.clocks.adjust('a', 'n1', { offsetMs: 70_500 });
      assert.equal(reading.offsetMs, 70_500);
      assert.match(reading.unmeasured ?? '', /libfaketime is loaded in process \d+/);
      await isAhead(70_500);
      await cluster.clocks.adjust('a', 'n1', { offsetMs: -80_500.25 });
      await isAhead(-10_000.25);
      await cluster.processes.kill('kill', 'n1');
      assert.equal(isLeft().length, 2, 'there is nothing to be removed, and nothing is tested');
      await cluster.processes.release('kill');
      assert.deepEqual(isLeft(), []);
      await isAhead(-10_000.25);
      await assert.rejects(cluster.clocks.adjust('a', 'n1', { rate: 2 }), { name: 'Unavailable' });
      await cluster.clocks.release('a');
      await cluster.processes.kill('kill', 'n1');
    }
    assert.deepEqual(isLeft(), []);
  });
});
