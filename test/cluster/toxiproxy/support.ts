/** What the Toxiproxy suites share: the servers under test, peers that remember what they saw, proxies that clean up. */

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { findRealServer, startToxiproxy } from '#src/cluster/toxiproxy/discover';
import type { Toxiproxy } from '#src/cluster/toxiproxy/server';
import type { ServerKind } from './differences.ts';

export { sleep };
export const now = (): number => performance.now();

/** How long anything that must happen may take: only what never happens takes this long. */
export const patienceMs = 40_000;

/** For whole tests. */
export const testTimeoutMs = 120_000;

/**
 * What happens, out of two, where the second is that nothing does. The first is waited for where it is expected; otherwise `ms` long,
 * in which a busy machine can only hide it.
 */
export function orNothing(
  event: Promise<string>,
  nothing: string,
  wanted: unknown,
  ms: number,
): Promise<string> {
  const waitMs = wanted === nothing ? ms : patienceMs;
  return Promise.race([event, sleep(waitMs, nothing, { ref: false })]);
}

/**
 * Which of these echo what is sent to them now, and which hold it back. How long to wait for what might still come is learned from what
 * did come: several times as long as the slowest echo took.
 */
export async function whichHold(peers: readonly Peer[]): Promise<readonly boolean[]> {
  const before = peers.map((peer) => peer.bytes);
  const echoes = (): number => peers.filter((peer, i) => peer.bytes !== before[i]).length;
  const sentMs = now();
  for (const peer of peers) peer.send('x');
  let [seen, lastMs] = [0, sentMs];
  while (now() - sentMs < 150 + 5 * (lastMs - sentMs)) {
    await sleep(10);
    if (echoes() !== seen) [seen, lastMs] = [echoes(), now()];
  }
  return peers.map((peer, i) => peer.bytes === before[i]);
}

/** Resolves as `work`, or rejects naming what did not happen. */
export async function within<T>(what: string, work: Promise<T>, ms = patienceMs): Promise<T> {
  const cancel = new AbortController();
  const late = sleep(ms, undefined, { signal: cancel.signal }).then(() => {
    throw new Error(`${what}: not within ${ms} ms`);
  });
  late.catch(() => {});
  try {
    return await Promise.race([work, late]);
  } finally {
    cancel.abort();
  }
}

/** One end of a TCP connection that records what it receives. It closes its side only when told. */
export class Peer {
  readonly socket: Socket;
  readonly chunks: { readonly atMs: number; readonly data: Buffer }[] = [];
  /** Nothing more will come: `fin`, or `reset`. */
  readonly over: Promise<'fin' | 'reset'>;
  bytes = 0;
  readonly #waiting = new Set<() => void>();

  constructor(socket: Socket) {
    this.socket = socket;
    socket.on('data', (data: Buffer) => {
      this.chunks.push({ atMs: now(), data });
      this.bytes += data.length;
      for (const wake of this.#waiting) wake();
    });
    this.over = new Promise((resolve) => {
      socket.once('end', () => resolve('fin'));
      socket.once('error', () => resolve('reset'));
    });
  }

  get data(): Buffer {
    return Buffer.concat(this.chunks.map((chunk) => chunk.data));
  }

  send(data: string | Buffer): void {
    this.socket.write(data);
  }

  /** Resolves with all data when at least `bytes` have come. */
  received(bytes: number): Promise<Buffer> {
    const done = new Promise<Buffer>((resolve) => {
      const check = () => {
        if (this.bytes < bytes) return;
        this.#waiting.delete(check);
        resolve(this.data);
      };
      this.#waiting.add(check);
      check();
    });
    return within(`${bytes} bytes`, done);
  }

  isOver(): Promise<'fin' | 'reset'> {
    return within('the end of the connection', this.over);
  }

  /** Still open after `ms`. */
  async staysOpen(ms: number): Promise<void> {
    assert.equal(await Promise.race([this.over, sleep(ms, 'open')]), 'open');
  }
}

/** A TCP server on loopback; `echo` sends everything back and closes when the client does. */
export class Target {
  readonly server: Server;
  readonly peers: Peer[] = [];
  readonly #arrivals: ((peer: Peer) => void)[] = [];
  #taken = 0;

  constructor(echo: boolean) {
    this.server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => {
      const peer = new Peer(socket);
      this.peers.push(peer);
      this.#arrivals.shift()?.(peer);
      if (!echo) return;
      socket.pipe(socket);
    });
  }

  get port(): number {
    const address = this.server.address();
    if (address === null || typeof address === 'string') throw new Error('not listening');
    return address.port;
  }

  /** The next connection that was not asked for yet. */
  accepted(): Promise<Peer> {
    const peer = this.peers[this.#taken];
    this.#taken += 1;
    if (peer !== undefined) return Promise.resolve(peer);
    return within('a connection', new Promise((resolve) => void this.#arrivals.push(resolve)));
  }
}

export interface Reply {
  readonly status: number;
  readonly text: string;
  readonly headers: Headers;
  /** Undefined when the body is not JSON. */
  readonly json: unknown;
}

/** One server of each kind for all suites, started when the first asks for it; every test removes what it made. */
const servers = new Map<ServerKind, Promise<Toxiproxy>>();

function shared(kind: ServerKind): Promise<Toxiproxy> {
  const server = servers.get(kind) ?? startToxiproxy({ prefer: kind, url: '', seed: 7 });
  servers.set(kind, server);
  return server;
}

// Outside of any suite: mocha runs it at the very end.
after(async () => {
  for (const server of servers.values()) await (await server).stop();
});

/** A server under test and everything that was made for it, so that it can be undone. */
export class Bench {
  readonly kind: ServerKind;
  #server: Toxiproxy | undefined;
  #names = 0;
  readonly #sockets: Socket[] = [];
  readonly #listeners: Server[] = [];
  readonly #proxies: string[] = [];

  readonly #url: string | undefined;

  /** With a URL the server runs already; otherwise `start` starts one. */
  constructor(kind: ServerKind, url?: string) {
    this.kind = kind;
    this.#url = url;
  }

  get url(): string {
    const url = this.#url ?? this.#server?.url;
    if (url === undefined) throw new Error('not started');
    return url;
  }

  async start(): Promise<void> {
    this.#server = await shared(this.kind);
  }

  /** Undoes what a test made. */
  async clean(): Promise<void> {
    for (const socket of this.#sockets.splice(0)) socket.destroy();
    for (const server of this.#listeners.splice(0)) server.close();
    await Promise.all(
      this.#proxies.splice(0).map((name) => this.call('DELETE', `/proxies/${name}`)),
    );
  }

  async call(
    method: string,
    path: string,
    body?: unknown,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<Reply> {
    const response = await fetch(`${this.url}${path}`, {
      method,
      headers,
      signal: AbortSignal.timeout(patienceMs),
      ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    return { status: response.status, text, headers: response.headers, json: parse(text) };
  }

  /** A name that no other test uses; the proxy of that name is removed after the test. */
  name(): string {
    this.#names += 1;
    const name = `p${this.#names}`;
    this.#proxies.push(name);
    return name;
  }

  async target(echo = true): Promise<Target> {
    const target = new Target(echo);
    target.server.on('connection', (socket) => this.#sockets.push(socket));
    target.server.listen(0, '127.0.0.1');
    await once(target.server, 'listening');
    this.#listeners.push(target.server);
    return target;
  }

  /** A proxy in front of a target of its own. */
  async rig(options: { readonly echo?: boolean } = {}): Promise<Rig> {
    const target = await this.target(options.echo ?? true);
    const name = this.name();
    const upstream = `127.0.0.1:${target.port}`;
    const reply = await this.call('POST', '/proxies', { name, upstream, listen: '127.0.0.1:0' });
    assert.equal(reply.status, 201, reply.text);
    return new Rig(this, name, portIn(reply), target);
  }

  async dial(port: number): Promise<Peer> {
    const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true, noDelay: true });
    this.#sockets.push(socket);
    await once(socket, 'connect');
    return new Peer(socket);
  }
}

/** A proxy with a target behind it. */
export class Rig {
  readonly bench: Bench;
  readonly name: string;
  readonly port: number;
  readonly target: Target;

  constructor(bench: Bench, name: string, port: number, target: Target) {
    this.bench = bench;
    this.name = name;
    this.port = port;
    this.target = target;
  }

  /** A connection through the proxy: the client's end and the target's. */
  async open(): Promise<{ readonly client: Peer; readonly server: Peer }> {
    const client = await this.bench.dial(this.port);
    return { client, server: await this.target.accepted() };
  }

  /** Installs a toxic, downstream unless told. */
  async add(type: string, attributes: object, rest: object = {}): Promise<void> {
    const body = { name: type, type, attributes, ...rest };
    const reply = await this.bench.call('POST', `/proxies/${this.name}/toxics`, body);
    assert.equal(reply.status, 200, reply.text);
  }

  async update(toxic: string, change: object): Promise<void> {
    const path = `/proxies/${this.name}/toxics/${toxic}`;
    const reply = await this.bench.call('PATCH', path, change);
    assert.equal(reply.status, 200, reply.text);
  }

  async remove(toxic: string): Promise<void> {
    const reply = await this.bench.call('DELETE', `/proxies/${this.name}/toxics/${toxic}`);
    assert.equal(reply.status, 204, reply.text);
  }

  async enable(enabled: boolean): Promise<void> {
    const reply = await this.bench.call('PATCH', `/proxies/${this.name}`, { enabled });
    assert.equal(reply.status, 200, reply.text);
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The port in the `listen` field of a reply. */
export function portIn(reply: Reply): number {
  const listen = fieldOf(reply.json, 'listen');
  return Number(String(listen).split(':').at(-1));
}

/** A field of something that should be an object. */
export function fieldOf(json: unknown, name: string): unknown {
  assert.ok(typeof json === 'object' && json !== null, `not an object: ${JSON.stringify(json)}`);
  return Object.entries(json).find(([key]) => key === name)?.[1];
}

/** Resolves with `refused` or `open`. */
export async function probe(port: number): Promise<'refused' | 'open'> {
  const socket = connect({ port, host: '127.0.0.1' });
  try {
    await once(socket, 'connect');
    return 'open';
  } catch {
    return 'refused';
  } finally {
    socket.destroy();
  }
}

/** The same suite for both servers; without the real one its half is skipped, and says so. */
export function forBothServers(title: string, suite: (bench: Bench) => void): void {
  for (const kind of ['embedded', 'real'] as const) {
    describe(`toxiproxy ${title} (${kind})`, function () {
      this.timeout(testTimeoutMs);
      const bench = new Bench(kind);
      before(async function () {
        if (kind === 'real' && findRealServer() === undefined) {
          console.log('      toxiproxy-server was not found: its half of the suite is skipped');
          this.skip();
        }
        await bench.start();
      });
      afterEach(() => bench.clean());
      suite(bench);
    });
  }
}
