/** Real node processes: what they promise survives kill -9, and they do not outlive whoever started them. */

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { existsSync, readFileSync, truncateSync, unlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Call, Connection } from '#src/client/connection';
import { freePorts } from '#src/cluster/ports';
import { connect } from '#src/node/client';
import { decodeLog } from '#src/node/wal-format';
import { Cluster, eventually } from '#test/node/support/cluster';

const write = (key: string, value: unknown): Call => ({ f: 'write', key, value });

async function expectOk(connection: Connection, call: Call): Promise<unknown> {
  const outcome = await connection.call(call, 45_000);
  assert(outcome.kind === 'ok', JSON.stringify(outcome));
  return outcome.result;
}

const client = (cluster: Cluster, node: string): Connection =>
  connect(cluster.node(node).config.clientListen);

const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
  } catch {
    return false;
  }
  // Whoever inherited it may take its time to collect it; until then it can still be signalled.
  const proc = `/proc/${pid}/status`;
  return !(existsSync(proc) && /^State:\s+Z/m.test(readFileSync(proc, 'utf8')));
};

describe('a node process', function () {
  this.timeout(180_000);

  it('elects, writes and reads with two others, through every node', async () => {
    await using cluster = await Cluster.start({ nodes: 3, trace: true });
    const leader = await cluster.leader();
    for (const node of cluster.nodes.keys()) {
      const connection = client(cluster, node);
      await expectOk(connection, write('k', node));
      assert.equal(await expectOk(connection, { f: 'read', key: 'k' }), node);
      connection.close();
    }
    const status = await cluster.status(leader.node);
    assert(
      status !== undefined && status.counters.fsyncs > 0 && (status.counters.messagesSent ?? 0) > 0,
    );
    assert.match(
      cluster.log(leader.node),
      / ready\n(.*\n)*.* leader in term \d+ \(was candidate\)/,
    );
    const { child, exited } = cluster.node(leader.node);
    child.kill('SIGTERM');
    assert.equal(await exited, 0);
    const events = cluster.trace(leader.node);
    assert.match(JSON.stringify(events), /"ev":"becomeLeader"/);
  });

  it('keeps everything that was acknowledged when all are killed at once', async () => {
    await using cluster = await Cluster.start({ nodes: 3 });
    const { node } = await cluster.leader();
    const connections = Array.from({ length: 8 }, () => client(cluster, node));
    const acknowledged = new Map<string, number>();
    let stop = false;
    const writers = connections.map(async (connection, i) => {
      for (let n = 1; !stop; n += 1) {
        const outcome = await connection.call(write(`k${i}`, n), 10_000);
        if (outcome.kind !== 'ok') return;
        acknowledged.set(`k${i}`, n);
      }
    });
    await eventually('writes', () => ((acknowledged.get('k7') ?? 0) > 50 ? true : undefined));
    await eventually('a log of some length at every node', async () => {
      const all = await Promise.all([...cluster.nodes.keys()].map((name) => cluster.status(name)));
      return all.every((one) => (one?.counters.bytesPersisted ?? 0) > 5_000) ? true : undefined;
    });
    await Promise.all([...cluster.nodes.keys()].map((name) => cluster.kill(name)));
    stop = true;
    for (const connection of connections) connection.close();
    await Promise.all(writers);
    for (const name of cluster.nodes.keys()) cluster.restart(name);
    await cluster.leader();
    const reader = client(cluster, 'n1');
    for (const [key, value] of acknowledged) {
      const read = await expectOk(reader, { f: 'read', key });
      // The write after the last acknowledged one may have happened too.
      assert(
        read === value || read === value + 1,
        `${key}: read ${JSON.stringify(read)}, acknowledged ${value}`,
      );
    }
    reader.close();
    for (const name of cluster.nodes.keys())
      assert.match(cluster.log(name), /recovered \d{2,} rec/);
  });

  it('goes on without its leader, and takes it back', async () => {
    await using cluster = await Cluster.start({ nodes: 3 });
    const { node: first } = await cluster.leader();
    const other = [...cluster.nodes.keys()].find((name) => name !== first) ?? '';
    const connection = client(cluster, other);
    await expectOk(connection, write('k', 1));
    await cluster.kill(first);
    await expectOk(connection, write('k', 2));
    cluster.restart(first);
    const back = client(cluster, first);
    assert.equal(await expectOk(back, { f: 'read', key: 'k' }), 2);
    for (const c of [connection, back]) c.close();
  });

  it('exits when its parent is gone, however the parent ended', async () => {
    await using cluster = await Cluster.start({ nodes: 1 });
    await cluster.leader();
    await cluster.kill('n1');
    // A parent of its own, which starts the node and is then killed.
    const main = new URL('../../src/node/main.ts', import.meta.url).pathname;
    const script = `
      const { spawn } = require('node:child_process');
      const child = spawn(process.execPath, [${JSON.stringify(main)}, ${JSON.stringify(cluster.configFile('n1'))}], { stdio: ['pipe', 'ignore', 'ignore'] });
      console.log(child.pid);
      setInterval(() => {}, 1000);`;
    const parent = spawn(process.execPath, ['-e', script], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const pid = await new Promise<number>((resolve) => {
      parent.stdout.once('data', (text: Buffer) => resolve(Number(text.toString())));
    });
    await cluster.leader();
    assert(isAlive(pid));
    parent.kill('SIGKILL');
    await eventually('the node is gone', () => (isAlive(pid) ? undefined : true));
  });
});

describe('a node that was stopped', function () {
  this.timeout(180_000);

  /** A single node with some data, killed. */
  async function stopped(): Promise<Cluster> {
    const cluster = await Cluster.start({ nodes: 1 });
    await cluster.leader();
    const connection = client(cluster, 'n1');
    for (let n = 0; n < 20; n += 1) await expectOk(connection, write('k', n));
    connection.close();
    await cluster.kill('n1');
    return cluster;
  }

  it('refuses to start from a log with damage in the middle', async () => {
    await using cluster = await stopped();
    const path = cluster.walPath('n1');
    const bytes = readFileSync(path);
    const at = bytes.indexOf('"write"');
    bytes.writeUInt8(bytes.readUInt8(at) ^ 0x10, at);
    writeFileSync(path, bytes);
    const { exited, output } = cluster.restart('n1');
    assert.equal(await exited, 70);
    const [line, ...more] = output().match(/^FATAL .*$/gm) ?? [];
    assert.deepEqual(more, []);
    assert.match(
      line ?? '',
      new RegExp(`wal corrupt: ${path} at offset \\d+: record \\d+ of batch`),
    );
  });

  it('refuses to start when its log is gone', async () => {
    await using cluster = await stopped();
    unlinkSync(cluster.walPath('n1'));
    const { exited, output } = cluster.restart('n1');
    assert.equal(await exited, 70);
    assert.match(output(), /^FATAL wal corrupt: .*it is gone$/m);
    assert(!existsSync(cluster.walPath('n1')));
  });

  it('starts from a torn tail without it', async () => {
    await using cluster = await stopped();
    const path = cluster.walPath('n1');
    const whole = decodeLog(readFileSync(path));
    truncateSync(path, whole.end - 3);
    cluster.restart('n1');
    await cluster.leader();
    assert.match(cluster.log('n1'), /cut off a torn tail of \d+ bytes at offset \d+/);
    const connection = client(cluster, 'n1');
    const read = await expectOk(connection, { f: 'read', key: 'k' });
    assert(read === 19 || read === 18);
    connection.close();
  });

  it('says what is wrong with its configuration, and which port is taken', async () => {
    await using cluster = await stopped();
    const file = cluster.configFile('n1');
    const config = readFileSync(file, 'utf8');
    writeFileSync(file, config.replace('"raft"', '"zab"'));
    const bad = cluster.restart('n1');
    assert.equal(await bad.exited, 64);
    assert.match(bad.output(), /ERROR the configuration .*n1\.json is wrong:[\s\S]*algorithm/);
    writeFileSync(file, config.replace('"options":{}', '"options":{"reads":"guess"}'));
    const option = cluster.restart('n1');
    assert.equal(await option.exited, 64);
    assert.match(option.output(), /ERROR option reads of raft is "guess"; allowed are/);
    const { port } = cluster.node('n1').config.clientListen;
    writeFileSync(file, config.replace(`"port":${port}`, `"port":${await takenPort()}`));
    const taken = cluster.restart('n1');
    assert.equal(await taken.exited, 71);
    assert.match(taken.output(), /ERROR cannot listen: .*EADDRINUSE.*127\.0\.0\.1/);
  });

  it('stops with FATAL when its disk fails', async function () {
    if (process.platform !== 'linux') return this.skip();
    await using cluster = await stopped();
    const { config } = cluster.node('n1');
    const { pid } = cluster.restart('n1').child;
    await cluster.leader();
    // The kernel refuses to write behind what is there: the write fails as on a full disk.
    const { end } = decodeLog(readFileSync(join(config.dataDir, 'wal')));
    const limit = spawn('prlimit', ['--pid', String(pid), `--fsize=${end}`], { stdio: 'ignore' });
    const limited = await new Promise<number | null>((resolve) => {
      limit.once('error', () => resolve(null));
      limit.once('exit', resolve);
    });
    if (limited !== 0) {
      console.log('      skipped: needs prlimit (util-linux)');
      return this.skip();
    }
    const connection = client(cluster, 'n1');
    let isOver = false;
    const exited = cluster.node('n1').exited.finally(() => {
      isOver = true;
    });
    // One that has not got as far as the disk in time is tried again.
    while (!isOver) {
      const outcome = await connection.call(write('k', 'lost'), 1000);
      assert.notEqual(outcome.kind, 'ok');
    }
    connection.close();
    assert.equal(await exited, 70);
    assert.match(cluster.log('n1'), /^FATAL disk: .*EFBIG/m);
  });
});

const servers: { close(): void }[] = [];
after(() => {
  for (const server of servers) server.close();
});

async function takenPort(): Promise<number> {
  const { listen } = await import('#src/node/listen');
  const [port = 0] = await freePorts(1);
  servers.push(await listen({ host: '127.0.0.1', port }, (socket) => socket.destroy()));
  return port;
}
