/** What only the embedded server promises: seeded choices, loopback only, changes that never wait for a peer. */

import assert from 'node:assert/strict';
import { type EmbeddedServer, startEmbedded } from '#src/cluster/toxiproxy/server/index';
import { bandwidth } from '#src/cluster/toxiproxy/server/toxics/bandwidth';
import { latency } from '#src/cluster/toxiproxy/server/toxics/latency';
import { limitData } from '#src/cluster/toxiproxy/server/toxics/limit-data';
import { slicer } from '#src/cluster/toxiproxy/server/toxics/slicer';
import { stream } from '#src/random/random';
import { Bench, fieldOf, now, type Peer, sleep, testTimeoutMs, whichHold } from './support.ts';

describe('embedded toxiproxy', function () {
  this.timeout(testTimeoutMs);
  const bench = new Bench('embedded');
  before(() => bench.start());
  afterEach(() => bench.clean());

  it('listens on loopback only, and says so', async () => {
    for (const listen of ['0.0.0.0:0', '[::]:0', '192.168.0.1:80', 'example.org:80']) {
      const body = { name: bench.name(), upstream: '127.0.0.1:9', listen };
      const reply = await bench.call('POST', '/proxies', body);
      assert.equal(reply.status, 400);
      assert.match(String(fieldOf(reply.json, 'error')), /loopback only; use 127\.0\.0\.1:PORT/);
    }
    const withoutHost = { name: bench.name(), upstream: '127.0.0.1:9' };
    const reply = await bench.call('POST', '/proxies', withoutHost);
    assert.match(String(fieldOf(reply.json, 'listen')), /^127\.0\.0\.1:\d+$/);
  });

  it('affects the same connections for the same seed', async () => {
    const [one, two, other] = await Promise.all([affected(7), affected(7), affected(8)]);
    assert.deepEqual(one, two);
    assert.notDeepEqual(one, other);
  });

  it('takes a toxic away at once though a peer does not read', async () => {
    const rig = await bench.rig({ echo: false });
    await rig.add('latency', { latency: 10 }, { stream: 'upstream' });
    await rig.add('bandwidth', { rate: 100_000 }, { stream: 'upstream' });
    const { client, server } = await rig.open();
    server.socket.pause();
    const data = Buffer.alloc(20_000_000, 'xyz');
    client.send(data);
    await sleep(300);
    const fromMs = now();
    await rig.remove('bandwidth');
    await rig.remove('latency');
    // The real server waits 5 s for each.
    assert.ok(now() - fromMs < 5000);
    server.socket.resume();
    assert.ok((await server.received(data.length)).equals(data));
  });

  it('closes with a FIN after the last byte, though bytes of the other direction are unread', async () => {
    const rig = await bench.rig({ echo: false });
    await rig.add('limit_data', { bytes: 1000 });
    const { client, server } = await rig.open();
    server.socket.pause();
    client.send(Buffer.alloc(20_000_000));
    await sleep(100);
    client.socket.pause();
    server.send(Buffer.alloc(1500));
    await sleep(100);
    client.socket.resume();
    assert.equal(await client.isOver(), 'fin');
    assert.equal(client.bytes, 1000);
  });

  it('keeps to the order when toxics with bytes in them go in any order', async () => {
    const rig = await bench.rig({ echo: false });
    for (const name of ['a', 'b', 'c'])
      await rig.add('latency', { latency: 30_000 }, { name, stream: 'upstream' });
    const { client, server } = await rig.open();
    client.send('1');
    await sleep(30);
    await rig.remove('b');
    client.send('2');
    await sleep(30);
    await rig.remove('a');
    client.send('3');
    await sleep(30);
    assert.equal(server.bytes, 0);
    await rig.remove('c');
    assert.equal(String(await server.received(3)), '123');
  });

  it('refuses a body that is too large', async () => {
    const reply = await bench.call('POST', '/populate', ' '.repeat(16 * 1024 * 1024 + 1));
    assert.equal(reply.status, 413);
  });
});

/** Which of 24 connections a toxic with toxicity 0.5 holds, on a server of its own with this seed. */
async function affected(seed: number): Promise<readonly boolean[]> {
  const server: EmbeddedServer = await startEmbedded({ host: '127.0.0.1', port: 0, seed });
  const bench = new Bench('embedded', server.url);
  try {
    const rig = await bench.rig();
    await rig.add('bandwidth', { rate: 0 }, { toxicity: 0.5 });
    const peers: Peer[] = [];
    // One after the other: the number of a connection is part of what its draw depends on.
    for (let i = 0; i < 24; i += 1) peers.push((await rig.open()).client);
    return await whichHold(peers);
  } finally {
    await bench.clean();
    await server.close();
  }
}

describe('embedded toxics, without sockets', () => {
  const chunk = (bytes: number, ms = 0) => ({
    data: Buffer.alloc(bytes),
    receivedMs: ms,
    enteredMs: ms,
  });

  it('latency waits from the receipt, with a jitter drawn once per chunk', () => {
    const toxic = latency.create({ latency: 100, jitter: 50 }, stream(1, 'x'));
    const dues = Array.from({ length: 200 }, (_, i) => {
      const head = chunk(1, i);
      const first = toxic.onChunk(head, i);
      assert.ok(first.kind === 'wait');
      assert.deepEqual(toxic.onChunk(head, i + 1), first);
      const { untilMs } = first;
      assert.deepEqual(toxic.onChunk(head, untilMs), {
        kind: 'pass',
        bytes: 1,
        receivedMs: untilMs,
      });
      return untilMs - i;
    });
    assert.ok(dues.every((due) => due >= 50 && due < 150));
    assert.ok(new Set(dues).size > 50);
  });

  it('bandwidth sends 100 ms worth at a time and keeps the rate though timers are late', () => {
    const toxic = bandwidth.create({ rate: 10 }, stream(1, 'x'));
    const head = chunk(5000);
    let now = 0;
    let passed = 0;
    while (head.data.length > 0) {
      const step = toxic.onChunk(head, now);
      if (step.kind === 'wait') now = step.untilMs + 3;
      else if (step.kind === 'pass') {
        assert.ok(step.bytes <= 1000);
        passed += step.bytes;
        head.data = head.data.subarray(step.bytes);
      }
    }
    assert.equal(passed, 5000);
    assert.equal(now, 503);
  });

  it('slicer cuts into slices around the average that add up', () => {
    const toxic = slicer.create(
      { average_size: 100, size_variation: 30, delay: 0 },
      stream(1, 'x'),
    );
    const head = chunk(10_000);
    const sizes: number[] = [];
    while (head.data.length > 0) {
      const step = toxic.onChunk(head, 0);
      assert.ok(step.kind === 'pass' && step.bytes > 0);
      sizes.push(step.bytes);
      head.data = head.data.subarray(step.bytes);
    }
    assert.ok(sizes.every((size) => size <= 130));
    assert.ok(sizes.length > 77, `${sizes.length} slices`);
  });

  it('limit_data closes when the limit is reached, and at the first byte when it is 0', () => {
    const toxic = limitData.create({ bytes: 10 }, stream(1, 'x'));
    assert.deepEqual(toxic.onChunk(chunk(4), 0), { kind: 'pass', bytes: 4 });
    assert.equal(toxic.onIdle?.(0).kind, 'wait');
    assert.deepEqual(toxic.onChunk(chunk(40), 0), { kind: 'pass', bytes: 6 });
    assert.equal(toxic.onIdle?.(0).kind, 'close');
    const none = limitData.create({ bytes: 0 }, stream(1, 'x'));
    assert.equal(none.onIdle?.(0).kind, 'wait');
    assert.equal(none.onChunk(chunk(1), 0).kind, 'close');
  });
});
