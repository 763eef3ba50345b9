/**
 * An HTTP proxy that takes requests for one host to another address: how each etcd reaches each of its peers by a link of its own.
 *
 * All members of an etcd cluster advertise one peer URL to everybody. But etcd's peer transport obeys HTTP_PROXY: so the URLs name
 * addresses that nobody has (TEST-NET-2 of RFC 5737), every member has a proxy of its own, and that one knows which listener is the
 * link from this member to that peer.
 *
 *     n1 --GET http://198.51.100.2:2380/raft/stream/...--> forwarder of n1 --> link n1->n2 --> n2
 *
 * What is sent is passed on at once, in both directions; when either side breaks, so does the other.
 */

import {
  type ClientRequest,
  createServer,
  type IncomingMessage,
  request,
  type Server,
  type ServerResponse,
} from 'node:http';
import type { Socket } from 'node:net';
import type { Address } from '../../node/config.ts';

/** By host and port, as it stands in URLs: where to take requests for it. */
export type Routes = ReadonlyMap<string, Address>;

/** Where the destination of a request is to be reached; undefined where it has none that is known. */
function routeOf(
  url: string | undefined,
  routes: Routes,
): { to: Address; path: string } | undefined {
  if (url === undefined || !URL.canParse(url)) return undefined;
  const { host, pathname, search } = new URL(url);
  const to = routes.get(host);
  return to === undefined ? undefined : { to, path: `${pathname}${search}` };
}

/** A connection that is reset on one side is reset on the other, not closed in peace: an answer must not look complete. */
const breakOff = (socket: Socket | null | undefined): void => {
  socket?.resetAndDestroy();
};

/** These are about one connection, and are not passed on from one to another. */
const ofOneConnection: ReadonlySet<string> = new Set([
  'connection',
  'keep-alive',
  'proxy-connection',
]);

/** Raw headers (name, value, name, value, ...) that are passed on. */
const passedOn = (raw: readonly string[]): string[] =>
  raw.filter((_, i) => !ofOneConnection.has((raw[i - (i % 2)] ?? '').toLowerCase()));

/** `routes` is asked for every request. */
export function createForwarder(routes: () => Routes): Server {
  const server = createServer((incoming, answer) => {
    const route = routeOf(incoming.url, routes());
    if (route === undefined) {
      answer.writeHead(502).end('dissent: there is no link to that host\n');
      return;
    }
    forward(incoming, answer, route);
  });
  // Streams between peers are silent for as long as there is nothing to say.
  server.requestTimeout = 0;
  server.headersTimeout = 0;
  server.timeout = 0;
  server.keepAliveTimeout = 0;
  server.on('connection', (socket) => socket.setNoDelay(true));
  return server;
}

function forward(
  incoming: IncomingMessage,
  answer: ServerResponse,
  { to, path }: { readonly to: Address; readonly path: string },
): void {
  const { method, socket } = incoming;
  const outgoing = request({
    ...to,
    method,
    path,
    headers: passedOn(incoming.rawHeaders),
    agent: false,
  });
  let isGone = false;
  outgoing.on('socket', (upstream) => upstream.setNoDelay(true));
  outgoing.on('error', () => breakOff(socket));
  outgoing.once('response', (response) => {
    response.on('error', () => breakOff(socket));
    if (isGone) {
      response.resume();
      return;
    }
    answer.writeHead(response.statusCode ?? 502, passedOn(response.rawHeaders));
    // The peer waits for the head of a stream before there is anything in it.
    answer.flushHeaders();
    response.pipe(answer);
    response.once('close', () => {
      if (!response.complete) breakOff(socket);
    });
    answer.once('close', () => {
      response.unpipe(answer);
      response.resume();
    });
  });
  incoming.pipe(outgoing);
  incoming.on('error', () => undefined);
  answer.on('error', () => undefined);
  answer.once('close', () => {
    if (answer.writableFinished) return;
    isGone = true;
    hangUp(outgoing);
  });
}

/**
 * Says that nothing more will come, and goes on reading: where a link holds bytes back this end comes after them, as on a network, and a
 * real Toxiproxy locks itself out of a proxy whose held bytes nobody reads any more (Shopify/toxiproxy#558).
 */
function hangUp(outgoing: ClientRequest): void {
  const { socket } = outgoing;
  if (socket === null || socket.connecting) outgoing.destroy();
  else socket.end();
}
