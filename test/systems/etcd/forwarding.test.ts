/** The forwarder: every request takes the link to the peer that it names, at once, and a link that breaks breaks both sides. */

import assert from 'node:assert/strict';
import { once } from 'node:events';
import {
  Agent,
  createServer,
  type IncomingMessage,
  type RequestListener,
  request,
  type Server,
} from 'node:http';
import {
  type AddressInfo,
  createServer as createTcpServer,
  type Server as TcpServer,
} from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import type { Address } from '#src/node/config';
import { createForwarder } from '#src/systems/etcd/forwarding';

describe('the forwarder', () => {
  const closing: (Server | TcpServer)[] = [];
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const routes = new Map<string, Address>();
  let proxy: Address;

  const listening = async (server: Server | TcpServer): Promise<Address> => {
    closing.push(server);
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return { host: '127.0.0.1', port: (server.address() as AddressInfo).port };
  };
  const peer = async (host: string, listener: RequestListener): Promise<void> => {
    routes.set(host, await listening(createServer(listener)));
  };
  before(async () => {
    proxy = await listening(createForwarder(() => routes));
  });
  after(() => {
    agent.destroy();
    for (const server of closing) {
      server.close();
      if ('closeAllConnections' in server) server.closeAllConnections();
    }
  });

  /** As Go's HTTP client does where HTTP_PROXY is set. */
  const ask = (url: string, body?: string) => {
    const method = body === undefined ? 'GET' : 'POST';
    const asked = request({
      ...proxy,
      agent,
      method,
      path: url,
      headers: { host: new URL(url).host },
    });
    asked.end(body);
    return asked;
  };
  const responseTo = async (url: string, body?: string): Promise<IncomingMessage> => {
    const asked = ask(url, body);
    const [response] = (await once(asked, 'response')) as [IncomingMessage];
    // From now on the response says what goes wrong.
    asked.on('error', () => undefined);
    return response;
  };
  const text = async (response: IncomingMessage): Promise<string> => {
    let all = '';
    for await (const part of response) all += String(part);
    return all;
  };

  it('takes requests on one connection to whom each of them names', async () => {
    const echo =
      (name: string): RequestListener =>
      (incoming, answer) => {
        void text(incoming).then((body) =>
          answer.end(`${name} ${incoming.method} ${incoming.url} ${incoming.headers.host} ${body}`),
        );
      };
    await peer('198.51.100.1:2380', echo('one'));
    await peer('198.51.100.2:2380', echo('two'));
    const first = await responseTo('http://198.51.100.1:2380/raft?a=1', 'hello');
    const { localPort } = first.socket;
    assert.equal(await text(first), 'one POST /raft?a=1 198.51.100.1:2380 hello');
    const second = await responseTo('http://198.51.100.2:2380/version');
    assert.equal(second.socket.localPort, localPort);
    assert.equal(await text(second), 'two GET /version 198.51.100.2:2380 ');
  });

  it('refuses a host to which there is no link', async () => {
    const response = await responseTo('http://198.51.100.9:2380/version');
    assert.equal(response.statusCode, 502);
    await text(response);
  });

  it('passes on each part of a stream when it comes', async () => {
    let say: (part: string) => void = () => assert.fail('nobody asked');
    await peer('stream:1', (_incoming, answer) => {
      answer.flushHeaders();
      say = (part) => answer.write(part);
    });
    const response = await responseTo('http://stream:1/raft/stream/message/1');
    for (const part of ['first', 'second']) {
      say(part);
      const [seen] = (await once(response, 'data')) as [Buffer];
      assert.equal(String(seen), part);
    }
    response.destroy();
  });

  it('breaks the connection where the link refuses, rather than answer', async () => {
    const gone = createTcpServer();
    routes.set('gone:1', await listening(gone));
    gone.close();
    await once(gone, 'close');
    const [error] = (await once(ask('http://gone:1/raft', 'x'), 'error')) as [Error];
    assert.match(error.message, /ECONNRESET|socket hang up/);
  });

  it('breaks a stream off where the link breaks, and does not end it in peace', async () => {
    await peer('breaks:1', (incoming, answer) => {
      answer.write('part');
      setTimeout(() => incoming.socket.resetAndDestroy(), 20);
    });
    const response = await responseTo('http://breaks:1/raft/stream/message/1');
    await assert.rejects(text(response), /aborted|ECONNRESET/);
    assert.equal(response.complete, false);
  });

  it('hangs up on the link when a member hangs up, and reads on until the link ends', async () => {
    let received = '';
    let ended = false;
    const upstream = createTcpServer({ allowHalfOpen: true }, (socket) => {
      socket.on('data', (part) => {
        received += String(part);
      });
      socket.on('end', () => {
        ended = true;
        // Whoever does not read any more would break these with a reset.
        socket.write('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nlater\r\n', () =>
          setTimeout(() => socket.end('0\r\n\r\n'), 20),
        );
      });
      socket.on('error', () => assert.fail('the link was reset'));
    });
    routes.set('half:1', await listening(upstream));
    const closed = once(upstream, 'connection').then(([socket]) => once(socket as never, 'close'));
    const asked = ask('http://half:1/raft/stream/message/1');
    asked.on('error', () => undefined);
    while (!received.includes('\r\n\r\n')) await delay(2);
    asked.destroy();
    await closed;
    assert.ok(ended);
    upstream.close();
  });
});
