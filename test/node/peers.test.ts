import assert from 'node:assert/strict';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { PeerMessage } from '#src/consensus/replica';
import { encodeFrame } from '#src/node/frames';
import { maxPeerBufferedBytes } from '#src/node/limits';
import { listen } from '#src/node/listen';
import { hello } from '#src/node/peer-hello';
import { PeerLink } from '#src/node/peer-link';
import { PeerPort } from '#src/node/peer-port';

const message = (n: unknown): PeerMessage => ({ kind: 'algorithm', message: n });

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await sleep(2);
}

/** n2's peer port, and what came in through it. */
async function startPort(port = 0) {
  const got: unknown[] = [];
  const lines: string[] = [];
  const sockets = new Set<Socket>();
  const peers = new PeerPort({
    self: 'n2',
    members: ['n1', 'n2', 'n3'],
    onMessage: (from, m) => got.push([from, m.kind === 'algorithm' ? m.message : m]),
    log: (line) => lines.push(line),
  });
  const server = await listen({ host: '127.0.0.1', port }, (socket) => {
    sockets.add(socket);
    peers.accept(socket);
  });
  const address = { host: '127.0.0.1', port: (server.address() as AddressInfo).port };
  const stop = async (): Promise<void> => {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  };
  return { got, lines, sockets, address, stop, [Symbol.asyncDispose]: stop };
}

function startLink(address: { host: string; port: number }) {
  const counters = { messagesSent: 0, bytesSent: 0 };
  const link = new PeerLink({
    peer: 'n2',
    address,
    hello: (connection) => hello('n1', 'n2', 1000, connection),
    counters,
    log: () => {},
  });
  return { link, counters, [Symbol.dispose]: () => link.close() };
}

/** Sends until something arrives: before the link is up, messages are dropped. */
async function sendUntilThere(link: PeerLink, got: unknown[], n: unknown): Promise<void> {
  while (got.length === 0) {
    link.send(message(n));
    link.flush();
    await sleep(2);
  }
}

describe('peer link and port', () => {
  it('deliver in order what is sent while connected, several messages in one write', async () => {
    await using port = await startPort();
    using l = startLink(port.address);
    await sendUntilThere(l.link, port.got, 'first');
    port.got.length = 0;
    const before = l.counters.messagesSent;
    for (let n = 0; n < 100; n += 1) l.link.send(message(n));
    l.link.flush();
    await until(() => port.got.length >= 100);
    assert.deepEqual(
      port.got.slice(-100),
      Array.from({ length: 100 }, (_, n) => ['n1', n]),
    );
    assert.equal(l.counters.messagesSent - before, 100);
  });

  it('drop what is sent while not connected, and connect again when the peer is back', async () => {
    const first = await startPort();
    using l = startLink(first.address);
    await sendUntilThere(l.link, first.got, 'a');
    await first.stop();
    await until(() => {
      const { dropped } = l.link;
      l.link.send(message('lost'));
      return l.link.dropped > dropped;
    });
    await using second = await startPort(first.address.port);
    await sendUntilThere(l.link, second.got, 'b');
    assert.deepEqual(second.got[0], ['n1', 'b']);
  });

  it('hold a bounded number of bytes for a peer that does not read, and drop the rest', async () => {
    const server = await listen({ host: '127.0.0.1', port: 0 }, (socket) => {
      socket.pause();
      socket.on('error', () => {});
      held.add(socket);
    });
    const held = new Set<Socket>();
    const { port } = server.address() as AddressInfo;
    using l = startLink({ host: '127.0.0.1', port });
    await until(() => held.size > 0);
    const large = 'x'.repeat(1024 * 1024);
    let sent = 0;
    while (l.link.bufferedBytes <= maxPeerBufferedBytes && sent < 100) {
      l.link.send(message(large));
      l.link.flush();
      sent += 1;
      await sleep(1);
    }
    const { dropped } = l.link;
    for (let n = 0; n < 10; n += 1) l.link.send(message(large));
    assert.equal(l.link.dropped - dropped, 10);
    assert(l.link.bufferedBytes < maxPeerBufferedBytes + 2 * large.length);
    for (const socket of held) socket.destroy();
    server.close();
  });

  const say = (address: { host: string; port: number }, ...frames: unknown[]): Socket => {
    const socket = connect(address);
    socket.on('error', () => {});
    for (const frame of frames) socket.write(encodeFrame(frame));
    return socket;
  };
  const closed = (socket: Socket): Promise<unknown> =>
    new Promise((resolve) => socket.resume().once('close', resolve));

  for (const [name, first, why] of [
    ['says no hello', message(1), /did not begin with a hello/],
    ['is no member', hello('n9', 'n2', 1, 1), /"n9", which is no peer of n2/],
    ['is the node itself', hello('n2', 'n2', 1, 1), /"n2", which is no peer of n2/],
    ['looks for somebody else', hello('n1', 'n3', 1, 1), /n1 meant to reach "n3"/],
    ['speaks another version', { ...hello('n1', 'n2', 1, 1), protocol: 99 }, /protocol 99/],
  ] as const) {
    it(`hang up on a caller that ${name}`, async () => {
      await using port = await startPort();
      const socket = say(port.address, first, message('evil'));
      await closed(socket);
      assert.match(port.lines.join('\n'), why);
      assert.deepEqual(port.got, []);
    });
  }

  it('listen to the latest connection of a peer only', async () => {
    await using port = await startPort();
    const newer = say(port.address, hello('n1', 'n2', 1000, 2), message('new'));
    await until(() => port.got.length === 1);
    const older = say(port.address, hello('n1', 'n2', 1000, 1), message('old'));
    await closed(older);
    const reborn = say(port.address, hello('n1', 'n2', 1001, 1), message('reborn'));
    await closed(newer);
    await until(() => port.got.length === 2);
    assert.deepEqual(port.got, [
      ['n1', 'new'],
      ['n1', 'reborn'],
    ]);
    reborn.destroy();
  });
});
