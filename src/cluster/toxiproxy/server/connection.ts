/** One proxied connection: the client's socket, the one to the upstream, and a link in each direction. */

import { connect, type Socket } from 'node:net';
import { fraction, stream } from '../../../random/random.ts';
import type { HostPort } from './address.ts';
import { limits } from './limits.ts';
import { Link } from './link.ts';
import type { Behaviour, CloseHow, Stream, Toxic } from './toxic.ts';

export interface ConnectionOptions {
  readonly upstream: HostPort;
  /** Seeds every random choice on this connection. */
  readonly seed: number;
  /** Names the connection's random streams: the proxy and the number of the connection on it. */
  readonly label: string;
  /** The toxics of the proxy at this moment, in order. */
  readonly toxics: () => readonly Toxic[];
  /** Both sockets are gone. */
  readonly onGone: () => void;
}

export class Connection {
  readonly #options: ConnectionOptions;
  readonly #client: Socket;
  readonly #upstream: Socket;
  #links: Readonly<Record<Stream, Link>> | undefined;
  #closing = false;
  #open = 2;

  /** Takes a paused client socket and dials the upstream. The client is closed when that fails, as it was accepted already. */
  constructor(client: Socket, options: ConnectionOptions) {
    this.#options = options;
    this.#client = client;
    const { host, port } = options.upstream;
    // Half-open: the end of one direction must not end the other.
    this.#upstream = connect({ host, port, family: 4, allowHalfOpen: true, noDelay: true });
    this.#upstream.once('connect', () => this.#start());
    this.#watch(this.#client, 'upstream');
    this.#watch(this.#upstream, 'downstream');
  }

  /** The toxics of the proxy have changed. */
  apply(): void {
    this.#links?.upstream.apply(this.#affecting('upstream'));
    this.#links?.downstream.apply(this.#affecting('downstream'));
  }

  /** The attributes of a toxic have changed. */
  update(toxic: Toxic): void {
    this.#links?.[toxic.stream].update(toxic);
  }

  /** Cuts the connection. What was written already is still delivered with `fin`; what the toxics hold is not. */
  close(how: CloseHow): void {
    if (this.#closing) return;
    this.#closing = true;
    this.#links?.upstream.stop();
    this.#links?.downstream.stop();
    for (const socket of [this.#client, this.#upstream]) {
      if (how === 'reset') socket.resetAndDestroy();
      else closeGently(socket);
    }
  }

  #start(): void {
    if (this.#closing) return;
    const owner = {
      behaviour: (toxic: Toxic) => this.#behaviour(toxic),
      close: (how: CloseHow) => this.close(how),
    };
    this.#links = {
      upstream: new Link(this.#client, this.#upstream, owner),
      downstream: new Link(this.#upstream, this.#client, owner),
    };
    this.apply();
    // Accepted paused; a paused upstream cannot be, it has just connected.
    this.#client.resume();
  }

  /** `reads` is the direction that this socket is the source of. */
  #watch(socket: Socket, reads: Stream): void {
    // An error is always followed by 'close', which says all that matters here.
    socket.on('error', () => {});
    socket.on('close', () => {
      this.#open -= 1;
      if (this.#open === 0) this.#options.onGone();
      else this.#onHalfGone(reads);
    });
  }

  /**
   * One socket is gone for good while the other lives. What was read from it is still delivered, with the delays the
   * toxics impose; then the other side is closed, as nothing it sends could arrive.
   */
  #onHalfGone(reads: Stream): void {
    if (this.#closing) return;
    if (this.#links === undefined) {
      this.close('fin');
      return;
    }
    const survivor = reads === 'upstream' ? this.#upstream : this.#client;
    this.#links[reads === 'upstream' ? 'downstream' : 'upstream'].stop();
    survivor.resume();
    if (survivor.writableFinished) this.close('fin');
    else survivor.once('finish', () => this.close('fin'));
    this.#links[reads].end();
  }

  #affecting(direction: Stream): readonly Toxic[] {
    return this.#options.toxics().filter((t) => t.stream === direction && this.#isAffectedBy(t));
  }

  /** Drawn from the seed, so decided once for a connection and a toxic, whatever happens to its neighbours. */
  #isAffectedBy(toxic: Toxic): boolean {
    if (toxic.toxicity >= 1) return true;
    const { seed, label } = this.#options;
    return fraction(stream(seed, `${label}/${toxic.name}/toxicity`)) < toxic.toxicity;
  }

  #behaviour(toxic: Toxic): Behaviour {
    const { seed, label } = this.#options;
    return toxic.kind.create(toxic.attributes, stream(seed, `${label}/${toxic.name}`));
  }
}

/**
 * FIN, then time for the peer to read and to close. Closing a socket with unread bytes at once would send a RST, which can
 * overtake the last bytes written; so they are read and thrown away until the peer is gone or the grace is over. A peer
 * that reads slowly gets a new grace as long as it reads at all.
 */
function closeGently(socket: Socket): void {
  if (socket.destroyed) return;
  if (socket.connecting) {
    socket.destroy();
    return;
  }
  let unsent = socket.writableLength;
  const timer = setInterval(() => {
    if (socket.writableLength >= unsent) socket.destroy();
    unsent = socket.writableLength;
  }, limits.closeGraceMs);
  timer.unref();
  socket.once('close', () => clearInterval(timer));
  socket.resume();
  socket.end();
}
