import assert from 'node:assert/strict';
import { type AddressInfo, connect, type Socket } from 'node:net';
import type { ClientRequest } from '#src/consensus/state-machine/command';
import { connect as connectClient, status } from '#src/node/client';
import { ClientPort } from '#src/node/client-port';
import { encodeFrame, FrameDecoder } from '#src/node/frames';
import { listen } from '#src/node/listen';
import type { NodeStatus } from '#src/node/protocol';

const nodeStatus: NodeStatus = {
  role: 'leader',
  term: 3,
  leader: 'n1',
  commitIndex: 4,
  lastIndex: 5,
  node: 'n1',
  pid: 42,
  counters: { messagesSent: 1, bytesSent: 2, fsyncs: 3, bytesPersisted: 4 },
};

type OnRequest = (port: ClientPort, request: number, body: ClientRequest) => void;

async function start(onRequest: OnRequest) {
  const lines: string[] = [];
  const sockets = new Set<Socket>();
  const port: ClientPort = new ClientPort({
    maxRequestBytes: 1000,
    onRequest: (request, body) => onRequest(port, request, body),
    status: () => nodeStatus,
    queued: () => setImmediate(() => port.flush()),
    log: (line) => lines.push(line),
  });
  const server = await listen({ host: '127.0.0.1', port: 0 }, (socket) => {
    sockets.add(socket);
    port.accept(socket);
  });
  const address = { host: '127.0.0.1', port: (server.address() as AddressInfo).port };
  const stop = async (): Promise<void> => {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  };
  return { port, lines, address, [Symbol.asyncDispose]: stop };
}

/** Sends the bytes, and gives the first `count` responses. */
function exchange(
  address: { host: string; port: number },
  bytes: Buffer,
  count: number,
): Promise<unknown[]> {
  return new Promise((resolve, reject) => {
    const got: unknown[] = [];
    const decoder = new FrameDecoder();
    const socket = connect(address);
    socket.write(bytes);
    socket.on('data', (chunk) => {
      decoder.push(chunk, (value) => got.push(value));
      if (got.length === count) {
        socket.destroy();
        resolve(got);
      }
    });
    socket.once('close', () => reject(new Error(`closed after ${got.length} responses`)));
  });
}

describe('client port', () => {
  it('answers by id, in whatever order answers come', async () => {
    const waiting: number[] = [];
    await using p = await start((port, request) => {
      waiting.unshift(request);
      if (waiting.length < 3) return;
      for (const w of waiting) port.reply(w, { kind: 'ok', result: w });
    });
    const body = { kind: 'open-session' };
    const requests = [7, 8, 9].map((id) => encodeFrame({ id, body }));
    const got = await exchange(p.address, Buffer.concat(requests), 3);
    assert.deepEqual(got, [
      { id: 9, body: { kind: 'ok', result: 3 } },
      { id: 8, body: { kind: 'ok', result: 2 } },
      { id: 7, body: { kind: 'ok', result: 1 } },
    ]);
    assert.equal(p.port.waiting, 0);
  });

  it('answers for its status from memory', async () => {
    await using p = await start(() => assert.fail('a status is no request'));
    assert.deepEqual(await status(p.address, 20_000), nodeStatus);
  });

  it('refuses a request that is too long for a batch of them to fit a frame', async () => {
    await using p = await start(() => assert.fail('too long'));
    const connection = connectClient(p.address);
    const outcome = await connection.call({ f: 'read', key: 'k'.repeat(2000) }, 20_000);
    assert.equal(outcome.kind, 'fail');
    assert.match(JSON.stringify(outcome), /2\d\d\d bytes; at most 1000/);
    connection.close();
  });

  it('says that the result is gone when the answer does not fit a frame', async () => {
    const huge = 'x'.repeat(64 * 1024 * 1024);
    await using p = await start((port, request) =>
      port.reply(request, { kind: 'ok', result: huge }),
    );
    const body = { kind: 'query', query: { f: 'read', key: 'k' } };
    const [got] = await exchange(p.address, encodeFrame({ id: 1, body }), 1);
    assert.match(JSON.stringify(got), /sequence-stale.*too long for a frame/);
  });

  for (const [name, bytes] of [
    ['something that is not a request', encodeFrame({ hello: 'world' })],
    ['a frame that is not JSON', Buffer.from([0, 0, 0, 1, 0x7b])],
    ['another protocol', Buffer.from('GET / HTTP/1.1\r\n\r\n')],
  ] as const) {
    it(`hangs up on ${name}`, async () => {
      await using p = await start(() => assert.fail('not a request'));
      await assert.rejects(exchange(p.address, bytes, 1), /closed after 0/);
      assert.match(p.lines.join(), /^ERROR closed a connection to the client port/);
    });
  }

  it('forgets an answer whose client is gone', async () => {
    const arrived = Promise.withResolvers<number>();
    await using p = await start((_, request) => arrived.resolve(request));
    const socket = connect(p.address);
    socket.write(encodeFrame({ id: 1, body: { kind: 'open-session' } }));
    const request = await arrived.promise;
    const gone = new Promise((resolve) => socket.once('close', resolve));
    socket.destroy();
    await gone;
    p.port.reply(request, { kind: 'ok', result: 1 });
    p.port.flush();
    assert.equal(p.port.waiting, 0);
  });
});
