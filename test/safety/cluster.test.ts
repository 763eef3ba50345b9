/** Clusters come up, go down, and leave nothing behind, whatever happens to them, to their nodes or to the harness. */

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { startGuardian } from '#src/cluster/guardian';
import type { NodeCommand } from '#src/cluster/node-process';
import { createRealCluster } from '#src/cluster/own-program';
import { freePorts } from '#src/cluster/ports';
import { eventually, isAlive, isStopped } from '#src/cluster/proc';
import { startToxiproxy } from '#src/cluster/toxiproxy/discover';
import { connectProxies } from '#src/cluster/toxiproxy/proxies';
import { defaultLimits, defaultTiming } from '#src/consensus/algorithm';
import {
  type CountingCluster,
  countingProgram,
  patienceMs,
  startCounting,
  temporaryFolder,
  until,
} from './support/counting-cluster.ts';
import { descendantsOf, isStillThere } from './support/processes.ts';

/** Only what stays takes this long. */
const goneWithinMs = patienceMs;

/** Other suites may keep servers of their own between their tests. */
let foreign: ReadonlySet<number> = new Set();

const noteWhatRuns = () => {
  foreign = new Set(descendantsOf(process.pid).map(({ pid }) => pid));
};

const assertNothingRuns = async () => {
  const left = () =>
    descendantsOf(process.pid)
      .map(({ pid }) => pid)
      .filter((pid) => !foreign.has(pid));
  assert.ok(
    await eventually(() => left().length === 0, goneWithinMs),
    `left running: ${left().join()}`,
  );
};

/** All nodes, once they answer: on a busy machine one of them may not do so at once. */
const answering = (cluster: CountingCluster) =>
  until('an answer of every node', async () => {
    const all = await cluster.statuses();
    return all.size === 3 && [...all.keys()];
  });

/** A program whose n3 is another one. The others count as up at once, so that it is the one that is late on a busy machine too. */
const withBadNode = (bad: NodeCommand) => ({
  ...countingProgram,
  isUp: async (...asked: Parameters<typeof countingProgram.probe>) =>
    asked[0].node === 'n3' ? countingProgram.probe(...asked) : undefined,
  command: async (...asked: Parameters<typeof countingProgram.command>) => {
    const good = await countingProgram.command(...asked);
    return asked[0].node === 'n3' ? bad : good;
  },
});

describe('a real cluster', function () {
  this.timeout(180_000);
  beforeEach(noteWhatRuns);
  afterEach(assertNothingRuns);

  it('is up when it is given out, and gone with its ports when it is disposed of', async () => {
    await using folder = await temporaryFolder();
    let ports: readonly number[];
    {
      await using cluster = await startCounting(folder.path);
      assert.deepEqual(await answering(cluster), ['n1', 'n2', 'n3']);
      const leaders = await until('a leader', async () => {
        const all = await cluster.leaders();
        return all.length > 0 && all;
      });
      assert.deepEqual(leaders, ['n1']);
      assert.match(cluster.proxy, /^embedded /);
      await cluster.processes.pause('test', 'n2');
      await cluster.processes.kill('test', 'n3');
      ports = cluster.nodes.flatMap((node) => [
        cluster.clientAddress(node).port,
        cluster.directAddress(node).port,
      ]);
      await cluster.stop();
      await cluster.stop();
    }
    for (const port of ports)
      assert.deepEqual(await freePorts(1, { from: port, to: port }), [port]);
    assert.match(await readFile(join(folder.path, 'nodes/n1/log'), 'utf8'), /counting as n1/);
  });

  it('without enough ports is a failure of the harness, and nothing is left running', async () => {
    await using folder = await temporaryFolder();
    await assert.rejects(startCounting(folder.path, { ports: { from: 21_000, to: 21_004 } }), {
      name: 'HarnessFailure',
      message: /16 are needed, \d of the 5 in 21000-21004 are free/,
    });
  });

  it('with a node that ends at once does not start, says its last words, and leaves nothing running', async () => {
    await using folder = await temporaryFolder();
    const script = 'console.error("no disk today"); process.exit(7)';
    const program = withBadNode({ file: process.execPath, args: ['-e', script] });
    await assert.rejects(startCounting(folder.path, { program }), {
      name: 'HarnessFailure',
      message:
        /node n3 ended before it answered; seen: it exited with code 7.*no disk today.*n3.log/s,
    });
  });

  it('with a node that never answers does not start, and leaves nothing running', async () => {
    await using folder = await temporaryFolder();
    // It ignores SIGTERM and the end of its stdin too.
    const script = 'process.on("SIGTERM", () => {}); setInterval(() => {}, 1000)';
    const program = withBadNode({ file: process.execPath, args: ['-e', script] });
    await assert.rejects(startCounting(folder.path, { program, readyTimeoutMs: 1_000 }), {
      name: 'HarnessFailure',
      message: /node n3 did not answer within 1000 ms; seen: process \d+ is running/,
    });
  });

  it('with a program that is not there does not start, and leaves nothing running', async () => {
    await using folder = await temporaryFolder();
    const program = withBadNode({ file: '/no/such/program', args: [] });
    await assert.rejects(startCounting(folder.path, { program }), {
      name: 'HarnessFailure',
      message: /cannot start node n3.*\/no\/such\/program/,
    });
  });

  it('whose start is aborted stops starting, and leaves nothing running', async () => {
    await using folder = await temporaryFolder();
    const program = withBadNode({
      file: process.execPath,
      args: ['-e', 'setInterval(() => {}, 9)'],
    });
    const abort = new AbortController();
    const starting = startCounting(folder.path, { program, signal: abort.signal });
    await delay(700);
    abort.abort(new Error('enough'));
    await assert.rejects(starting, /enough/);
  });

  it('notices a node that ends by itself, and revives it', async () => {
    await using folder = await temporaryFolder();
    const noticed: string[] = [];
    await using cluster = await startCounting(folder.path, {
      onUnexpectedExit: ({ node }) => noticed.push(node),
    });
    process.kill(cluster.pid('n2') ?? 0, 'SIGSEGV');
    await until('the exit of n2', async () => cluster.exits.length === 1);
    const [exit] = cluster.exits;
    assert.deepEqual(noticed, ['n2']);
    assert.deepEqual(
      { node: exit?.node, signal: exit?.signal, lastLines: exit?.lastLines },
      { node: 'n2', signal: 'SIGSEGV', lastLines: ['counting as n2'] },
    );
    await assert.rejects(cluster.processes.pause('test', 'n2'), /n2 is down, it ended by itself/);
    await assert.rejects(cluster.processes.release('test'), /n2 is down, it ended by itself/);
    await cluster.revive();
    assert.equal((await answering(cluster)).length, 3);
    assert.equal(cluster.exits.length, 1);
  });

  it('says that the harness failed when its proxy server is gone, and still goes down in order', async () => {
    await using folder = await temporaryFolder();
    const failures: string[] = [];
    await using cluster = await startCounting(folder.path, {
      onHarnessFailure: (reason) => failures.push(reason),
    });
    const server = descendantsOf(process.pid).find(
      ({ pid }) =>
        !foreign.has(pid) &&
        readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('toxiproxy/main'),
    );
    process.kill(server?.pid ?? 0, 'SIGKILL');
    await until('the failure', async () => failures.length === 1);
    assert.match(failures[0] ?? '', /Toxiproxy server is gone/);
    await assert.rejects(cluster.links.cut('test', [{ from: 'n1', to: 'n2' }], 'hold'));
    assert.deepEqual(cluster.exits, []);
  });

  it('leaves nothing on a Toxiproxy that somebody else runs', async () => {
    await using folder = await temporaryFolder();
    await using server = await startToxiproxy({ prefer: 'embedded' });
    const proxies = connectProxies(server.url);
    {
      await using cluster = await startCounting(folder.path, { toxiproxy: server.url });
      assert.match(cluster.proxy, /^external /);
      assert.equal((await proxies.list()).length, 9);
    }
    assert.deepEqual(await proxies.list(), []);
  });

  it('wipes the disk of a node that is down, and of no other', async () => {
    await using folder = await temporaryFolder();
    await using cluster = await startCounting(folder.path);
    await assert.rejects(cluster.wipe('n1'), /cannot wipe n1 while it runs/);
    await cluster.processes.kill('test', 'n1');
    await cluster.wipe('n1');
    await cluster.processes.release('test');
    assert.equal((await answering(cluster)).length, 3);
  });
});

describe('when the harness is killed', function () {
  this.timeout(180_000);
  beforeEach(noteWhatRuns);
  afterEach(assertNothingRuns);

  it('nodes, paused ones too, proxies and the guardian are gone soon after', async () => {
    await using folder = await temporaryFolder();
    const script = fileURLToPath(new URL('./fixtures/cluster-owner.ts', import.meta.url));
    const owner = execa(process.execPath, [script, folder.path], { reject: false, buffer: false });
    await once(owner.stdout, 'data');
    const below = descendantsOf(owner.pid ?? 0);
    // n1, n2, the guardian and the proxy server.
    assert.equal(below.length, 4);
    assert.equal(below.filter(({ pid }) => isStopped(pid)).length, 1);
    owner.kill('SIGKILL');
    await owner;
    const left = () => below.filter(isStillThere);
    assert.ok(await eventually(() => left().length === 0, goneWithinMs), JSON.stringify(left()));
  });

  it('the guardian kills whole process groups, and nobody whom it was told to let go', async () => {
    const sleeper = () =>
      execa('sh', ['-c', 'sleep 60 & sleep 60'], {
        detached: true,
        cleanup: false,
        reject: false,
        buffer: false,
      });
    const [guarded, released] = [sleeper(), sleeper()];
    await until('the sleepers', async () => descendantsOf(process.pid).length >= 5);
    const below = descendantsOf(guarded.pid ?? 0);
    try {
      {
        await using guardian = await startGuardian();
        await guardian.guard(guarded.pid ?? 0);
        await guardian.guard(released.pid ?? 0);
        await guardian.release(released.pid ?? 0);
        process.kill(guarded.pid ?? 0, 'SIGSTOP');
      }
      assert.ok(await eventually(() => !isAlive(guarded.pid ?? 0), goneWithinMs));
      assert.ok(await eventually(() => !below.some(isStillThere), goneWithinMs));
      assert.ok(isAlive(released.pid ?? 0));
    } finally {
      process.kill(-(released.pid ?? 0), 'SIGKILL');
      await Promise.all([guarded, released]);
    }
  });
});

describe('a real cluster of our own nodes', function () {
  this.timeout(180_000);
  beforeEach(noteWhatRuns);
  afterEach(assertNothingRuns);

  it('elects a leader, another one when that is cut off or killed, and takes it back', async () => {
    await using folder = await temporaryFolder();
    await using cluster = await createRealCluster({
      nodes: ['n1', 'n2', 'n3'],
      algorithm: 'raft',
      options: {},
      timing: defaultTiming,
      limits: defaultLimits,
      folder: folder.path,
      seed: 3,
      trace: true,
      originNs: process.hrtime.bigint(),
      toxiproxy: 'embedded',
      signal: new AbortController().signal,
    });
    const leaderBut = (old: string) =>
      until(`a leader other than ${old}`, async () => {
        const leaders = await cluster.leaders();
        return leaders[0] !== old && leaders[0];
      });
    const everybodyFollows = () =>
      until('one leader known to all', async () => {
        const known = [...(await cluster.statuses()).values()].map(({ leader }) => leader);
        return known.length === 3 && new Set(known).size === 1 && known[0];
      });
    const first = await everybodyFollows();
    const around = cluster.nodes
      .filter((node) => node !== first)
      .flatMap((node) => [
        { from: first, to: node },
        { from: node, to: first },
      ]);
    await cluster.links.cut('test', around, 'hold');
    await leaderBut(first);
    await cluster.links.heal('test');
    const third = await everybodyFollows();
    await cluster.processes.kill('test', third);
    await leaderBut(third);
    await cluster.processes.release('test');
    await everybodyFollows();
    assert.deepEqual(cluster.exits, []);
  });
});
