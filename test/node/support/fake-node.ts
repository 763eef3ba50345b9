/** A server that speaks the client protocol and does with each request what the test says. */

import type { AddressInfo, Server, Socket } from 'node:net';
import type { ClientResponse } from '#src/consensus/state-machine/command';
import { encodeFrame, FrameDecoder } from '#src/node/frames';
import { listen } from '#src/node/listen';
import type { RequestFrame } from '#src/node/protocol';

/** `silent`: no answer. `hangup`: closes the connection. `garbage`: bytes that are no frame. */
export type Reaction = ClientResponse | 'silent' | 'hangup' | 'garbage';

/** Opens session 1, 2, ... by itself; everything else goes through the script, one reaction per request, the last one for ever. */
export class FakeNode implements AsyncDisposable {
  readonly received: RequestFrame['body'][] = [];
  connections = 0;
  sessions = 0;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  readonly #script: Reaction[];

  static async start(...script: Reaction[]): Promise<FakeNode> {
    const fake: FakeNode = new FakeNode(
      await listen({ host: '127.0.0.1', port: 0 }, (socket) => fake.#accept(socket)),
      script,
    );
    return fake;
  }

  private constructor(server: Server, script: Reaction[]) {
    this.#server = server;
    this.#script = script;
  }

  get address(): { host: string; port: number } {
    return { host: '127.0.0.1', port: (this.#server.address() as AddressInfo).port };
  }

  /** The commands and queries, as `kind session/sequence`. */
  get asked(): string[] {
    return this.received.map((body) =>
      body.kind === 'command' ? `command ${body.session}/${body.sequence}` : body.kind,
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #accept(socket: Socket): void {
    this.connections += 1;
    this.#sockets.add(socket);
    const decoder = new FrameDecoder();
    socket.on('error', () => {});
    socket.on('data', (chunk) => {
      decoder.push(chunk, (value) => {
        const { id, body } = value as RequestFrame;
        this.received.push(body);
        const reaction = this.#react(body);
        if (reaction === 'hangup') socket.destroy();
        else if (reaction === 'garbage') socket.write('GET / HTTP/1.1\r\n\r\n');
        else if (reaction !== 'silent') socket.write(encodeFrame({ id, body: reaction }));
      });
    });
  }

  #react(body: RequestFrame['body']): Reaction {
    if (body.kind === 'open-session') {
      this.sessions += 1;
      return { kind: 'ok', result: this.sessions };
    }
    const [next = 'silent'] = this.#script;
    if (this.#script.length > 1) this.#script.shift();
    return next;
  }
}
