/** What every toxic does to the bytes, seen through real sockets on both servers. Lower bounds are exact, upper ones patient. */

import assert from 'node:assert/strict';
import { expected } from './differences.ts';
import { type Bench, forBothServers, now, orNothing, type Peer, sleep } from './support.ts';

const elapsed = async (work: () => Promise<unknown>): Promise<number> => {
  const from = now();
  await work();
  return now() - from;
};

const numbered = (bytes: number): Buffer => Buffer.from(Array.from({ length: bytes }, (_, i) => i));

/** When the first byte number `at` of the stream had arrived. */
function arrivalOf(peer: Peer, at: number): number {
  let bytes = 0;
  for (const chunk of peer.chunks) {
    bytes += chunk.data.length;
    if (bytes > at) return chunk.atMs;
  }
  throw new Error(`only ${bytes} bytes came`);
}

/** Timers may fire a little early compared with another process's clock. */
const slackMs = 5;

async function latency(bench: Bench) {
  await Promise.all([delays(bench), keepsSpacing(bench), keepsOrder(bench), flushes(bench)]);
}

async function delays(bench: Bench) {
  const rig = await bench.rig();
  const { client } = await rig.open();
  await rig.add('latency', { latency: 150 });
  const one = await elapsed(async () => {
    client.send('hello');
    assert.equal(String(await client.received(5)), 'hello');
  });
  assert.ok(one >= 150 - slackMs, `${one} ms`);
  await rig.add('latency', { latency: 100 }, { name: 'up', stream: 'upstream' });
  const both = await elapsed(async () => {
    client.send('hello');
    await client.received(10);
  });
  assert.ok(both >= 250 - slackMs, `${both} ms`);
  await rig.update('up', { attributes: { latency: 0 } });
  await rig.update('latency', { attributes: { latency: 20 } });
  const updated = await elapsed(async () => {
    client.send('hello');
    await client.received(15);
  });
  assert.ok(updated >= 20 - slackMs, `${updated} ms`);
}

async function keepsSpacing(bench: Bench) {
  const rig = await bench.rig();
  const latency = 800;
  await rig.add('latency', { latency });
  const { client } = await rig.open();
  const sentMs: number[] = [];
  for (let i = 0; i < 5; i += 1) {
    sentMs.push(now());
    client.send(Buffer.of(i));
    await sleep(200);
  }
  await client.received(5);
  for (const [i, at] of sentMs.entries()) assert.ok(arrivalOf(client, i) - at >= latency - slackMs);
  // All five were under way at once: one after the other, the last would come four delays after the first.
  const [first, last] = [arrivalOf(client, 0), arrivalOf(client, 4)];
  const spanMs = (sentMs[4] ?? 0) - (sentMs[0] ?? 0);
  assert.ok(last - first < spanMs + 2 * latency, `${last - first} ms, sent within ${spanMs}`);
  assert.ok(last - first >= 100, `sent within ${spanMs} ms, they came within ${last - first}`);
}

async function keepsOrder(bench: Bench) {
  const rig = await bench.rig();
  await rig.add('latency', { latency: 20, jitter: 20 });
  const { client } = await rig.open();
  const data = numbered(40);
  for (const byte of data) {
    client.send(Buffer.of(byte));
    await sleep(1);
  }
  assert.deepEqual(await client.received(40), data);
}

async function flushes(bench: Bench) {
  const rig = await bench.rig();
  await rig.add('latency', { latency: 60_000 });
  const { client, server } = await rig.open();
  client.send('one');
  await server.received(3);
  await sleep(20);
  client.send('two');
  await server.received(6);
  await sleep(20);
  assert.equal(client.bytes, 0);
  await rig.remove('latency');
  assert.equal(String(await client.received(6)), 'onetwo');
  client.send('!');
  assert.equal(String(await client.received(7)), 'onetwo!');
}

async function limitsRate(bench: Bench) {
  const rig = await bench.rig({ echo: false });
  await rig.add('bandwidth', { rate: 100 }, { stream: 'upstream' });
  const { client, server } = await rig.open();
  const bytes = 80_000;
  const data = numbered(bytes);
  const took = await elapsed(async () => {
    client.send(data);
    assert.deepEqual(await server.received(bytes), data);
  });
  assert.ok(took >= 800 - 30, `${took} ms for 80 KB at 100 KB/s`);
  // In pieces, not all of it at the end.
  assert.ok(arrivalOf(server, bytes - 1) - arrivalOf(server, 0) > 150);
  // More than a toxic may hold: the sender is stopped, and goes on when there is room again.
  await rig.update('bandwidth', { attributes: { rate: 10_000 } });
  client.send(numbered(1_000_000));
  await server.received(bytes + 1_000_000);
}

async function stalls(bench: Bench) {
  const rig = await bench.rig();
  const { client, server } = await rig.open();
  await rig.add('bandwidth', { rate: 0 }, { stream: 'upstream' });
  const data = numbered(300_000);
  client.send(data);
  await sleep(200);
  assert.equal(server.bytes, 0);
  // The other direction is not touched.
  server.send('hi');
  assert.equal(String(await client.received(2)), 'hi');
  await rig.remove('bandwidth');
  assert.deepEqual(await server.received(300_000), data);
  client.send('again');
  await server.received(300_005);
}

async function stallsUntilRateComesBack(bench: Bench) {
  const rig = await bench.rig({ echo: false });
  await rig.add('bandwidth', { rate: 0 }, { stream: 'upstream' });
  const { client, server } = await rig.open();
  client.send('held');
  await sleep(150);
  assert.equal(server.bytes, 0);
  await rig.update('bandwidth', { attributes: { rate: 1000 } });
  assert.equal(String(await server.received(4)), 'held');
}

async function stallsTheEnd(bench: Bench) {
  const rig = await bench.rig({ echo: false });
  await rig.add('bandwidth', { rate: 0 }, { stream: 'upstream' });
  const { client, server } = await rig.open();
  client.socket.end();
  const wanted = expected(bench.kind, 'endOfStreamUnderRateZero');
  const passes = server.over.then(() => 'passes');
  assert.equal(await orNothing(passes, 'is held', wanted, 300), wanted);
  await rig.remove('bandwidth');
  assert.equal(await server.isOver(), 'fin');
}

async function slowClose(bench: Bench) {
  const rig = await bench.rig({ echo: false });
  await rig.add('slow_close', { delay: 300 });
  const { client, server } = await rig.open();
  server.send('data');
  await client.received(4);
  const took = await elapsed(() => {
    server.socket.end('last');
    return client.isOver();
  });
  assert.ok(took >= 300 - slackMs, `${took} ms`);
  assert.equal(String(client.data), 'datalast');
}

async function timesOut(bench: Bench) {
  const rig = await bench.rig();
  await rig.add('timeout', { timeout: 250 }, { stream: 'upstream' });
  const { client, server } = await rig.open();
  const took = await elapsed(() => {
    client.send('lost');
    return client.isOver();
  });
  assert.ok(took >= 250 - 2 * slackMs, `${took} ms`);
  assert.equal(server.bytes, 0);
  await server.isOver();
}

async function timesOutOnSilenceOnly(bench: Bench) {
  const rig = await bench.rig();
  const timeout = 1000;
  await rig.add('timeout', { timeout }, { stream: 'upstream' });
  const { client } = await rig.open();
  // Data every 40 ms for longer than the timeout. A busy machine stretches the pauses, so they are far below it.
  for (const fromMs = now(); now() - fromMs < 1.3 * timeout; ) {
    client.send('x');
    await client.staysOpen(40);
  }
  await client.isOver();
}

async function dropsUntilRemoved(bench: Bench, how: 'remove' | 'reset') {
  const rig = await bench.rig();
  const { client, server } = await rig.open();
  await rig.add('timeout', { timeout: 0 });
  client.send('lost');
  await server.received(4);
  await client.staysOpen(80);
  assert.equal(client.bytes, 0);
  if (how === 'remove') await rig.remove('timeout');
  else assert.equal((await bench.call('POST', '/reset')).status, 204);
  assert.equal(await client.isOver(), 'fin');
  await server.isOver();
}

async function removalSparesOthers(bench: Bench) {
  const rig = await bench.rig();
  const { client } = await rig.open();
  await rig.add('timeout', { timeout: 0 }, { toxicity: 0 });
  client.send('fine');
  await client.received(4);
  await rig.remove('timeout');
  const wanted = expected(bench.kind, 'removalOfTimeoutThatDoesNotApply');
  const closed = client.over.then(() => 'is closed');
  assert.equal(await orNothing(closed, 'stays open', wanted, 200), wanted);
}

async function resets(bench: Bench) {
  const rig = await bench.rig();
  await rig.add('reset_peer', { timeout: 200 });
  const { client, server } = await rig.open();
  await client.staysOpen(100);
  const took = await elapsed(() => {
    client.send('trigger');
    return client.isOver();
  });
  assert.ok(took >= 200 - slackMs, `${took} ms`);
  assert.equal(await client.over, 'reset');
  assert.equal(client.bytes, 0);
  assert.equal(await server.isOver(), 'reset');
}

async function resetsOpenOnes(bench: Bench) {
  const rig = await bench.rig();
  const { client } = await rig.open();
  client.send('before');
  await client.received(6);
  await rig.add('reset_peer', { timeout: 0 });
  client.send('trigger');
  assert.equal(await client.isOver(), expected(bench.kind, 'resetPeerOnOpenConnection'));
}

async function resetThatDoesNotApply(bench: Bench) {
  const rig = await bench.rig({ echo: false });
  await rig.add('reset_peer', { timeout: 0 }, { toxicity: 0 });
  const { client, server } = await rig.open();
  server.send('bye');
  await client.received(3);
  server.socket.end();
  assert.equal(await client.isOver(), expected(bench.kind, 'closeUnderResetPeerThatDoesNotApply'));
}

async function slices(bench: Bench) {
  const rig = await bench.rig();
  await rig.add('slicer', { average_size: 100, size_variation: 20, delay: 60_000 });
  const { client } = await rig.open();
  const data = numbered(1000);
  const took = await elapsed(async () => {
    client.send(data);
    assert.deepEqual(await client.received(1000), data);
  });
  // About ten; those that came while nobody looked are seen as one.
  assert.ok(client.chunks.length >= 3, `${client.chunks.length} chunks`);
  assert.ok(took >= 240, `${took} ms`);
}

async function slicesWithoutDelay(bench: Bench) {
  const rig = await bench.rig();
  await rig.add('slicer', { average_size: 1000, size_variation: 500, delay: 0 });
  const { client } = await rig.open();
  const data = numbered(200_000);
  client.send(data);
  assert.deepEqual(await client.received(200_000), data);
}

async function limitsData(bench: Bench) {
  const rig = await bench.rig({ echo: false });
  await rig.add('limit_data', { bytes: 1000 });
  const open = async (sizes: readonly number[]) => {
    const { client, server } = await rig.open();
    for (const size of sizes) {
      server.send(numbered(size));
      await sleep(5);
    }
    await client.isOver();
    return client.bytes;
  };
  // More than the limit, exactly the limit, in parts; each connection has a count of its own.
  assert.deepEqual(
    [await open([1500]), await open([1000]), await open([400, 400, 400])],
    [1000, 1000, 1000],
  );
  const { client, server } = await rig.open();
  server.send(numbered(999));
  await client.received(999);
  await client.staysOpen(100);
}

/** All up to the limit arrives, though the connection was closed before the client had read it. */
async function limitsDataOfSlowReader(bench: Bench) {
  const rig = await bench.rig({ echo: false });
  await rig.add('limit_data', { bytes: 12_000_000 });
  const { client, server } = await rig.open();
  client.socket.pause();
  server.send(Buffer.alloc(13_000_000));
  await sleep(200);
  client.socket.resume();
  await client.isOver();
  assert.equal(client.bytes, 12_000_000);
}

async function noop(bench: Bench) {
  const rig = await bench.rig();
  await rig.add('noop', {});
  const { client } = await rig.open();
  client.send('hello');
  assert.equal(String(await client.received(5)), 'hello');
}

forBothServers('toxics', (bench) => {
  it('latency: delays per chunk from its receipt, keeps order and spacing, flushes when removed', () =>
    latency(bench));

  it('bandwidth: limits the rate; 0 stalls, and all is delivered afterwards', () =>
    Promise.all([
      limitsRate(bench),
      stalls(bench),
      stallsUntilRateComesBack(bench),
      stallsTheEnd(bench),
    ]).then(() => {}));

  it('timeout: drops everything, closes after silence, and when removed', async () => {
    await Promise.all([
      timesOut(bench),
      timesOutOnSilenceOnly(bench),
      dropsUntilRemoved(bench, 'remove'),
      removalSparesOthers(bench),
    ]);
    await dropsUntilRemoved(bench, 'reset');
  });

  it('slow_close delays the close only; reset_peer resets; noop does nothing', () =>
    Promise.all([
      slowClose(bench),
      resets(bench),
      resetsOpenOnes(bench),
      resetThatDoesNotApply(bench),
      noop(bench),
    ]).then(() => {}));

  it('slicer cuts and pauses; limit_data passes so many bytes and closes', () =>
    Promise.all([
      slices(bench),
      slicesWithoutDelay(bench),
      limitsData(bench),
      limitsDataOfSlowReader(bench),
    ]).then(() => {}));
});
