/** A proxy: a listener, the toxics installed on it, and the connections they act on. */

import { createServer, type Server, type Socket } from 'node:net';
import { formatAddress, type HostPort } from './address.ts';
import { Connection } from './connection.ts';
import { ApiError, toxicAlreadyExists, toxicNotFound } from './errors.ts';
import { limits } from './limits.ts';
import type { Toxic } from './toxic.ts';

export class ToxicProxy {
  readonly name: string;
  listen: HostPort;
  upstream: HostPort;
  readonly #seed: number;
  #server: Server | undefined;
  #toxics: readonly Toxic[] = [];
  readonly #connections = new Set<Connection>();
  /** Numbers the connections, which names their random streams. */
  #accepted = 0;

  constructor(name: string, listen: HostPort, upstream: HostPort, seed: number) {
    this.name = name;
    this.listen = listen;
    this.upstream = upstream;
    this.#seed = seed;
  }

  get enabled(): boolean {
    return this.#server !== undefined;
  }

  /** Upstream ones first, each direction in the order they were added. */
  get toxics(): readonly Toxic[] {
    const of = (stream: string) => this.#toxics.filter((t) => t.stream === stream);
    return [...of('upstream'), ...of('downstream')];
  }

  /** Starts to listen; a port 0 becomes the one it got. Throws ApiError 500 when the address cannot be had. */
  async start(): Promise<void> {
    if (this.enabled) return;
    const server = createServer(
      { allowHalfOpen: true, noDelay: true, pauseOnConnect: true },
      (socket) => this.#accept(socket),
    );
    this.listen = await listenOn(server, this.listen);
    this.#server = server;
  }

  /** Stops listening and cuts every connection. New ones are refused by the kernel from here on. */
  stop(): void {
    this.#server?.close();
    this.#server = undefined;
    for (const connection of this.#connections) connection.close('fin');
  }

  /** Throws ApiError 404. */
  toxic(name: string): Toxic {
    const found = this.#toxics.find((t) => t.name === name);
    if (found === undefined) throw toxicNotFound();
    return found;
  }

  /** Acts on live connections before it returns. Throws ApiError 409 when the name is taken, in either direction. */
  add(toxic: Toxic): void {
    if (this.#toxics.some((t) => t.name === toxic.name)) throw toxicAlreadyExists();
    this.#setToxics([...this.#toxics, toxic]);
  }

  /** Merges attributes and sets the toxicity, when given. Throws ApiError 404. */
  update(
    name: string,
    change: { readonly attributes: Readonly<Record<string, number>>; readonly toxicity?: number },
  ): Toxic {
    const toxic = this.toxic(name);
    Object.assign(toxic.attributes, change.attributes);
    toxic.toxicity = change.toxicity ?? toxic.toxicity;
    for (const connection of this.#connections) {
      connection.apply();
      connection.update(toxic);
    }
    return toxic;
  }

  /** Throws ApiError 404. */
  remove(name: string): void {
    const toxic = this.toxic(name);
    this.#setToxics(this.#toxics.filter((t) => t !== toxic));
  }

  removeAllToxics(): void {
    this.#setToxics([]);
  }

  #setToxics(toxics: readonly Toxic[]): void {
    this.#toxics = toxics;
    for (const connection of this.#connections) connection.apply();
  }

  #accept(socket: Socket): void {
    // Accepted by the kernel just before the proxy was stopped.
    if (!this.enabled) {
      socket.destroy();
      return;
    }
    this.#accepted += 1;
    const connection: Connection = new Connection(socket, {
      upstream: this.upstream,
      seed: this.#seed,
      label: `${this.name}/${this.#accepted}`,
      toxics: () => this.#toxics,
      onGone: () => this.#connections.delete(connection),
    });
    this.#connections.add(connection);
  }
}

/** Resolves with the address it got. */
function listenOn(server: Server, { host, port }: HostPort): Promise<HostPort> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const why = error.code === 'EADDRINUSE' ? 'address already in use' : error.message;
      reject(new ApiError(500, `listen tcp ${formatAddress({ host, port })}: bind: ${why}`));
    });
    server.listen({ host, port, backlog: limits.backlog }, () => {
      const address = server.address();
      if (address === null || typeof address === 'string') reject(new Error('no TCP address'));
      else resolve({ host, port: address.port });
    });
  });
}
