/** etcd for real: what one member cannot say to another, it does not hear; it keeps its promise under faults, and stale reads are found. */

import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Results } from '#reports/results';
import type { NodeStatus } from '#src/node/protocol';
import type { Schedule } from '#src/schedule/schedule';
import type { CutStyle } from '#src/schedule/world';
import { findEtcd } from '#src/systems/etcd/binary';
import { type RunningSystem, systems } from '#src/systems/index';
import { patienceMs } from './support/counting-cluster.ts';
import { dissent, latest, processesWith, temporaryStore } from './support.ts';

const nodes = ['n1', 'n2', 'n3'];

/** As much work as a slow machine gets done between two faults. */
const little = ['--nodes', '3', '--clients', '6', '--rate', '100'];

async function start(folder: string, options: object = {}): Promise<RunningSystem> {
  const etcd = systems.get('etcd');
  assert.ok(etcd !== undefined);
  return etcd.start({
    nodes,
    folder,
    seed: 1,
    options: etcd.options.parse(options),
    trace: true,
    toxiproxy: 'embedded',
    faultyDisks: false,
    signal: new AbortController().signal,
    onNodeExit: (node, message) => assert.fail(`${node} ended: ${message}`),
    onHarnessFailure: (reason) => assert.fail(reason),
  });
}

/** Polls the nodes' statuses until this holds of them; fails with what they were when it never does. */
async function until(
  system: RunningSystem,
  what: string,
  holds: (of: (node: string) => NodeStatus | undefined) => boolean,
): Promise<void> {
  const deadline = performance.now() + patienceMs;
  for (;;) {
    const statuses = await system.statuses();
    if (holds((node) => statuses.find((status) => status.node === node))) return;
    assert.ok(performance.now() < deadline, `${what}: ${JSON.stringify(statuses)}`);
    await delay(20);
  }
}

async function leaderOf(system: RunningSystem): Promise<string> {
  await until(system, 'nobody leads', (of) => nodes.some((n) => of(n)?.role === 'leader'));
  const [leader] = await system.world.leaders();
  assert.ok(leader !== undefined);
  return leader;
}

/** Writes through this node until one succeeded. */
async function write(system: RunningSystem, node: string, value: number): Promise<void> {
  const connection = system.connect(node);
  const deadline = performance.now() + patienceMs;
  try {
    for (;;) {
      const outcome = await connection.call({ f: 'write', key: 'k', value }, 2000);
      if (outcome.kind === 'ok') return;
      assert.ok(performance.now() < deadline, outcome.error);
      await delay(20);
    }
  } finally {
    connection.close();
  }
}

/** On a busy machine a node may not answer at once. */
async function indexOf(system: RunningSystem, node: string): Promise<number> {
  let index: number | undefined;
  await until(system, `${node} does not answer`, (of) => {
    index = of(node)?.commitIndex;
    return index !== undefined;
  });
  return index ?? 0;
}

describe('etcd', function () {
  this.timeout(360_000);

  before(function () {
    if (findEtcd(undefined) !== undefined) return;
    console.log('      skipped: there is no etcd on PATH (Debian: apt-get install etcd-server)');
    this.skip();
  });

  describe('its links', () => {
    let folder: string;
    let system: RunningSystem;
    before(async () => {
      folder = mkdtempSync(join(tmpdir(), 'dissent-etcd-'));
      system = await start(folder);
    });
    after(async () => {
      await system[Symbol.asyncDispose]();
      assert.deepEqual(processesWith(folder), []);
      rmSync(folder, { recursive: true, force: true });
    });

    for (const style of ['hold', 'drop', 'refuse'] satisfies readonly CutStyle[]) {
      it(`${style}: a cut from the leader to a follower keeps from it what the leader says`, async () => {
        const leader = await leaderOf(system);
        const [deaf = '', other = ''] = nodes.filter((node) => node !== leader);
        await system.world.links.cut('test', [{ from: leader, to: deaf }], style);
        await until(system, `${deaf} still hears the leader`, (of) => of(deaf)?.leader !== leader);
        const before = await indexOf(system, deaf);
        await write(system, other, 1);
        await write(system, other, 2);
        assert.equal(await indexOf(system, deaf), before);
        await system.world.links.heal('test');
        await until(system, `${deaf} stays behind`, (of) => (of(deaf)?.commitIndex ?? 0) > before);
      });
    }

    it('a cut from a follower to the leader does not keep from it what the leader says', async () => {
      const leader = await leaderOf(system);
      const [mute = '', other = ''] = nodes.filter((node) => node !== leader);
      await write(system, mute, 3);
      await system.world.links.cut('test', [{ from: mute, to: leader }], 'hold');
      const before = await indexOf(system, mute);
      await write(system, other, 4);
      await until(system, `${mute} hears nothing`, (of) => (of(mute)?.commitIndex ?? 0) > before);
      // And the other direction is cut: whoever is mute gets no answer to what it asks of the leader.
      const connection = system.connect(mute);
      const outcome = await connection.call({ f: 'write', key: 'k', value: 5 }, 700);
      connection.close();
      assert.notEqual(outcome.kind, 'ok');
      await system.world.links.heal('test');
      await write(system, mute, 6);
    });

    it('a leader that is cut off from all is replaced, and knows of no leader then', async () => {
      const leader = await leaderOf(system);
      const others = nodes.filter((node) => node !== leader);
      const around = others.flatMap((node) => [
        { from: leader, to: node },
        { from: node, to: leader },
      ]);
      await system.world.links.cut('test', around, 'hold');
      await until(system, 'nobody else leads', (of) =>
        others.some((n) => of(n)?.role === 'leader'),
      );
      await until(system, `${leader} still leads`, (of) => of(leader)?.leader === undefined);
      await system.world.links.heal('test');
      await until(system, `${leader} stays alone`, (of) => of(leader)?.leader !== undefined);
    });

    it('a member that was killed comes back, also while it is cut off', async () => {
      const links = nodes.slice(1).flatMap((node) => [
        { from: 'n1', to: node },
        { from: node, to: 'n1' },
      ]);
      await system.world.links.cut('cut', links, 'refuse');
      await system.world.processes.kill('kill', 'n1');
      await system.world.processes.release('kill');
      await system.world.links.heal('cut');
      await until(system, 'n1 does not serve', (of) => of('n1')?.leader !== undefined);
      await write(system, 'n1', 7);
    });

    it('says in the traces who led', () => {
      const events = nodes
        .flatMap((node) =>
          readFileSync(join(folder, 'nodes', node, 'trace.jsonl'), 'utf8')
            .trim()
            .split('\n'),
        )
        .map((line) => JSON.parse(line) as { ev: string });
      assert.ok(events.filter(({ ev }) => ev === 'becomeLeader').length >= 2);
    });
  });

  describe('as a system under test', () => {
    const store = temporaryStore();
    after(() => store.remove());

    const test = async (args: readonly string[]): Promise<Results> => {
      const run = await dissent(['test', 'etcd', ...args, '--out', store.path, '--json']);
      assert.ok(run.exitCode !== undefined && run.exitCode < 254, String(run.stderr));
      return JSON.parse(String(run.stdout)) as Results;
    };

    const schedule = (name: string, value: Schedule): string => {
      mkdirSync(store.path, { recursive: true });
      const file = join(store.path, name);
      writeFileSync(file, JSON.stringify(value));
      return file;
    };

    it('stays linearizable while its leader is cut off, killed and paused, and recovers', async () => {
      const file = schedule('trouble.json', [
        { at: 1500, for: 2000, fault: { kind: 'partition' }, target: 'leader' },
        { at: 5500, for: 2000, fault: { kind: 'kill' }, target: 'leader' },
        { at: 9500, for: 2000, fault: { kind: 'pause' }, target: 'leader' },
      ]);
      const results = await test([...little, '--schedule', file, '--time', '13', '--seed', '5']);
      assert.equal(results.valid, true, results.reasons.join('; '));
      assert.deepEqual(
        results.faults.map(({ kind, outcome }) => [kind, outcome.kind]),
        ['partition', 'kill', 'pause'].map((kind) => [kind, 'installed']),
      );
      assert.ok(results.counts.ok > 100, `${results.counts.ok} operations succeeded`);
      assert.ok((results.leader.changes ?? 0) >= 2);
      assert.ok((results.cost.bytesPerOp ?? 0) > 0);
      assert.equal(results.cost.messagesPerOp, null);
      assert.ok(readFileSync(join(latest(store.path), 'report.html'), 'utf8').includes('etcd'));
      assert.deepEqual(processesWith(store.path), []);
    });

    it('keeps its promise when its clock runs fast, its disk fails and its power is lost', async () => {
      const file = schedule('machine.json', [
        { at: 1500, for: 1500, fault: { kind: 'clock', mode: 'drift', rate: 4 }, target: 'leader' },
        { at: 4500, for: 1500, fault: { kind: 'disk', mode: 'error' }, target: 'follower' },
        { at: 7500, for: 1500, fault: { kind: 'power-loss' }, target: 'leader' },
      ]);
      const results = await test([...little, '--schedule', file, '--time', '10', '--seed', '6']);
      const skipped = results.faults.flatMap(({ kind, outcome }) =>
        outcome.kind === 'skipped' ? [`${kind}: ${outcome.reason}`] : [],
      );
      if (skipped.length > 0) {
        console.log(`        not available here: ${skipped.join('; ')}`);
        assert.ok(process.getuid?.() !== 0 || process.platform !== 'linux', skipped.join('; '));
      } else {
        assert.equal(results.valid, true, results.reasons.join('; '));
      }
      for (const { kind, outcome } of results.faults) assert.notEqual(outcome.kind, 'failed', kind);
    });

    it('is found out within five runs when nodes answer reads from what they have', async () => {
      const file = schedule('cut.json', [
        { at: 1500, for: 4000, fault: { kind: 'partition', shape: 'isolate' }, target: 'leader' },
      ]);
      for (let seed = 1; seed <= 5; seed += 1) {
        const args = ['--reads', 'serializable', '--schedule', file, '--time', '7'];
        const results = await test([...args, '--seed', String(seed)]);
        if (results.exitCode !== 1) continue;
        const [anomaly] = results.checkers['linearizable']?.anomalies ?? [];
        assert.ok(anomaly?.operations.some(({ f }) => f === 'read'));
        return;
      }
      assert.fail('five runs, and no stale read was found');
    });
  });
});

describe('etcd where there is none', function () {
  this.timeout(240_000);

  it('ends with 255, and says how to install it', async () => {
    const store = temporaryStore();
    const env = { ...process.env, PATH: '/nonexistent' };
    const run = await dissent(['test', 'etcd', '--time', '3', '--out', store.path], {
      env,
      extendEnv: false,
    });
    store.remove();
    assert.equal(run.exitCode, 255, String(run.stderr));
    assert.match(String(run.stderr), /etcd is not installed.*\n.*apt-get install etcd-server/);
  });

  it('ends with 254 for a program that is not there, for the simulated world, and for a hunt', async () => {
    const bad: readonly (readonly [readonly string[], RegExp])[] = [
      [
        ['test', 'etcd', '--etcd', '/nonexistent/etcd'],
        /\/nonexistent\/etcd, which is not an executable file/,
      ],
      [['test', 'etcd', '--world', 'sim'], /etcd cannot be simulated; allowed: --world real/],
      [['hunt', 'etcd', '--runs', '1'], /etcd cannot be simulated/],
      [
        ['test', 'paxos', '--reads', 'serializable'],
        /--reads.* is a switch of raft, etcd, not of paxos/,
      ],
    ];
    for (const [args, message] of bad) {
      const store = temporaryStore();
      const run = await dissent([...args, '--out', store.path]);
      store.remove();
      assert.equal(run.exitCode, 254, `${args.join(' ')}: ${String(run.stderr)}`);
      assert.match(String(run.stderr), message);
    }
  });
});
