/** Proxies and links apart from any one toxic: closing, disabling, toxicity, many connections, nothing lost under change. */

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { expected, type ServerKind } from './differences.ts';
import {
  type Bench,
  forBothServers,
  now,
  type Peer,
  probe,
  type Rig,
  sleep,
  whichHold,
  within,
} from './support.ts';

async function closesBothWays(bench: Bench) {
  const rig = await bench.rig({ echo: false });
  const [a, b] = [await rig.open(), await rig.open()];
  a.client.socket.end('bye');
  assert.equal(await a.server.isOver(), 'fin');
  assert.equal(String(a.server.data), 'bye');
  b.server.socket.end('bye');
  assert.equal(await b.client.isOver(), 'fin');
  assert.equal(String(b.client.data), 'bye');
}

/** One side says that it is done; what the other still has to say arrives. */
async function lateReply(bench: Bench, first: 'client' | 'server') {
  const rig = await bench.rig({ echo: false });
  const ends = await rig.open();
  const done = ends[first];
  const other = first === 'client' ? ends.server : ends.client;
  done.socket.end('question');
  await other.isOver();
  const wanted = expected(bench.kind, 'lateReplyAfterHalfClose');
  if (wanted === 'arrives') await sleep(100);
  else await done.isOver();
  other.socket.end('answer');
  await done.isOver();
  const seen = done.bytes === 6 ? 'arrives' : 'is lost';
  assert.equal(seen, wanted);
}

async function killedPeerIsNoticed(bench: Bench) {
  const rig = await bench.rig({ echo: false });
  const { client, server } = await rig.open();
  server.socket.resetAndDestroy();
  await client.isOver();
}

async function disabled(bench: Bench) {
  const rig = await bench.rig();
  const { client, server } = await rig.open();
  client.send('before');
  await client.received(6);
  await rig.enable(false);
  assert.equal(await client.isOver(), 'fin');
  await server.isOver();
  assert.equal(await probe(rig.port), 'refused');
  await rig.enable(true);
  const again = await rig.open();
  again.client.send('after');
  assert.equal(String(await again.client.received(5)), 'after');
  await rig.enable(true);
  again.client.send('still');
  assert.equal(String(await again.client.received(10)), 'afterstill');
}

async function disabledWhileHeld(bench: Bench) {
  const rig = await bench.rig();
  await rig.add('bandwidth', { rate: 0 });
  const { client, server } = await rig.open();
  client.send('x');
  await server.received(1);
  await rig.enable(false);
  await client.isOver();
  assert.equal(client.bytes, 0);
}

async function upstreamDown(bench: Bench) {
  const rig = await bench.rig();
  rig.target.server.close();
  const client = await bench.dial(rig.port);
  await client.isOver();
}

async function removedAndMoved(bench: Bench) {
  const [one, two] = [await bench.rig(), await bench.rig()];
  const [a, b] = [await one.open(), await two.open()];
  await bench.call('DELETE', `/proxies/${one.name}`);
  await a.client.isOver();
  const other = await bench.target();
  const upstream = `127.0.0.1:${other.port}`;
  await bench.call('PATCH', `/proxies/${two.name}`, { upstream });
  await b.client.isOver();
  const moved = await bench.dial(two.port);
  moved.send('x');
  await moved.received(1);
  assert.equal(other.peers.length, 1);
}

async function toxicsOfAnotherDirection(bench: Bench) {
  const rig = await bench.rig({ echo: false });
  await rig.add('latency', { latency: 5000 }, { stream: 'upstream' });
  const { client, server } = await rig.open();
  client.send('slow');
  server.send('fast');
  assert.equal(String(await client.received(4)), 'fast');
  assert.equal(server.bytes, 0);
}

async function chained(bench: Bench) {
  const rig = await bench.rig();
  await rig.add('latency', { latency: 100 }, { name: 'first' });
  await rig.add('latency', { latency: 100 }, { name: 'second' });
  const { client } = await rig.open();
  const fromMs = now();
  client.send('x');
  await client.received(1);
  assert.ok(now() - fromMs >= 195, `${now() - fromMs} ms through two delays of 100 ms`);
  await rig.remove('first');
  await rig.remove('second');
}

const openMany = (rig: Rig, count: number): Promise<readonly Peer[]> =>
  Promise.all(Array.from({ length: count }, async () => (await rig.open()).client));

/** Stalled connections tell who is affected; removal then frees them, and nothing is lost. */
async function toxicity(bench: Bench) {
  const rig = await bench.rig();
  const peers = await openMany(rig, 40);
  await rig.add('bandwidth', { rate: 0 }, { toxicity: 0.5 });
  const first = await whichHold(peers);
  const count = first.filter(Boolean).length;
  assert.ok(count > 5 && count < 35, `${count} of 40 at toxicity 0.5`);
  await rig.add('noop', {});
  await rig.remove('noop');
  await rig.update('bandwidth', { toxicity: 0.5 });
  const second = await whichHold(peers);
  const same = first.every((slow, i) => slow === second[i]);
  const seen = same ? 'stays as drawn' : 'is drawn again';
  assert.equal(seen, expected(bench.kind, 'toxicityOfLiveConnections'));
  await rig.remove('bandwidth');
  await Promise.all(peers.map((peer) => peer.received(2)));
}

async function manyConnections(bench: Bench) {
  const rig = await bench.rig();
  const peers = await openMany(rig, 150);
  const message = Buffer.alloc(20_000, 'abc');
  for (const peer of peers) peer.send(message);
  for (const data of await Promise.all(peers.map((peer) => peer.received(message.length))))
    assert.deepEqual(data, message);
}

async function backpressure(bench: Bench) {
  const rig = await bench.rig({ echo: false });
  const { client, server } = await rig.open();
  server.socket.pause();
  const block = Buffer.alloc(1024 * 1024, 1);
  // Until every buffer between here and there is full; far less than this when the proxy does not hoard.
  let sent = 0;
  while (client.socket.writableLength < block.length && sent < 64) {
    client.send(block);
    sent += 1;
    await sleep(10);
  }
  assert.ok(sent < 64, 'the proxy took 64 MB that nobody read');
  server.socket.resume();
  await server.received(sent * block.length);
}

forBothServers('links', (bench) => {
  it('pass on the close of either side, with all data before it', () =>
    Promise.all([
      closesBothWays(bench),
      lateReply(bench, 'client'),
      lateReply(bench, 'server'),
      killedPeerIsNoticed(bench),
    ]).then(() => {}));

  it('are cut and refused by a disabled, removed or moved proxy', () =>
    Promise.all([
      disabled(bench),
      disabledWhileHeld(bench),
      upstreamDown(bench),
      removedAndMoved(bench),
    ]).then(() => {}));

  it('have independent directions, and delays that add up', () =>
    Promise.all([toxicsOfAnotherDirection(bench), chained(bench)]).then(() => {}));

  it('are affected by a toxicity, each for itself', () => toxicity(bench));

  it('carry many connections at once, and push back on the sender', () =>
    Promise.all([manyConnections(bench), backpressure(bench)]).then(() => {}));

  it('lose and reorder nothing while harmless toxics come, change and go', () =>
    fc.assert(
      fc.asyncProperty(changes(bench.kind), (plan) => losesNothing(bench, plan)),
      { numRuns: 2, endOnFailure: true },
    ));
});

interface Change {
  readonly slot: number;
  readonly stream: string;
  readonly type: string;
  readonly attributes: object;
  readonly toxicity: number;
  readonly pauseMs: number;
}

/** Toxics that may delay and cut but must not lose a byte. */
const harmless = fc.oneof(
  fc.record({ latency: fc.nat(15), jitter: fc.nat(5) }).map((a) => ({ type: 'latency', a })),
  fc
    .record({ rate: fc.integer({ min: 2000, max: 50_000 }) })
    .map((a) => ({ type: 'bandwidth', a })),
  fc
    .record({
      average_size: fc.integer({ min: 500, max: 5000 }),
      size_variation: fc.nat(400),
      delay: fc.nat(200),
    })
    .map((a) => ({ type: 'slicer', a })),
  fc.constant({ type: 'noop', a: {} }),
  fc.constant({ type: 'slow_close', a: { delay: 20 } }),
);

/**
 * A stalled line is for the embedded server only: the real one hangs for 5 s when a toxic ahead of a stalled one is taken
 * away, and then drops what that held (toxiproxy#412, #558).
 */
const stalled = fc.constant({ type: 'bandwidth', a: { rate: 0 } });

const changes = (kind: ServerKind): fc.Arbitrary<readonly Change[]> =>
  fc.array(
    fc
      .record({
        slot: fc.nat(3),
        stream: fc.constantFrom('upstream', 'downstream'),
        toxic:
          kind === 'real'
            ? harmless
            : fc.oneof({ arbitrary: harmless, weight: 5 }, { arbitrary: stalled, weight: 1 }),
        toxicity: fc.constantFrom(1, 1, 0.5),
        pauseMs: fc.nat(25),
      })
      .map(({ toxic, ...rest }) => ({ ...rest, type: toxic.type, attributes: toxic.a })),
    { minLength: 15, maxLength: 25 },
  );

const streamBytes = 400_000;

/** Connections that echo a stream of their own while the plan is carried out: each gets back exactly what it sent. */
async function losesNothing(bench: Bench, plan: readonly Change[]): Promise<void> {
  const rig = await bench.rig();
  const peers = await openMany(rig, 6);
  const sent = peers.map((peer, i) => pour(peer, i));
  for (const change of plan) {
    const name = `slot${change.slot}`;
    const path = `/proxies/${rig.name}/toxics`;
    const { status } = await bench.call('DELETE', `${path}/${name}`);
    if (status === 404) {
      const { pauseMs: _pause, slot: _slot, ...toxic } = change;
      assert.equal((await bench.call('POST', path, { name, ...toxic })).status, 200);
    }
    await sleep(change.pauseMs);
  }
  for (const slot of [0, 1, 2, 3])
    await bench.call('DELETE', `/proxies/${rig.name}/toxics/slot${slot}`);
  const echoed = await Promise.all(peers.map((peer) => peer.received(streamBytes)));
  for (const [i, data] of echoed.entries()) {
    assert.equal(data.length, streamBytes);
    assert.equal(digest(data), await sent[i]);
  }
  await bench.clean();
}

const digest = (data: Buffer): string => createHash('sha256').update(data).digest('hex');

/** Sends a stream that no other connection has, in uneven pieces over some time. Resolves with its digest. */
async function pour(peer: Peer, seed: number): Promise<string> {
  const data = Buffer.alloc(streamBytes);
  for (let i = 0; i < data.length; i += 4) data.writeUInt32LE((i * 31 + seed) >>> 0, i);
  for (
    let at = 0, size = 1;
    at < data.length;
    at += size, size = ((size * 7 + seed) % 16_000) + 1
  ) {
    peer.send(data.subarray(at, at + size));
    await sleep(3);
  }
  return within('the digest', Promise.resolve(digest(data)));
}
