/**
 * The lines of clients to their nodes, for the client library of real nodes (src/node/client.ts), which knows what an outcome means.
 * A line is a connection that is dialled when it is needed, and one request at a time; as over TCP:
 *
 *     nobody listens -> not sent      the connection breaks, or time runs out, after the request left -> no answer
 */

import type { ClientRequest, ClientResponse } from '../consensus/state-machine/command.ts';
import type { Answer, Line } from '../node/line.ts';
import type { CutStyle, Node } from '../schedule/world.ts';
import { draw, mix, type Spread } from './mix.ts';
import type { SimNode } from './node.ts';
import type { Due } from './queue.ts';
import { Deadline, type SimTimeline } from './timeline.ts';
import type { TraceHash } from './trace-hash.ts';

export interface ClientPortParts {
  readonly seed: number;
  readonly timeline: SimTimeline;
  readonly latencyMs: Spread;
  readonly hash: TraceHash | undefined;
}

/** All lines to one node, and how they are cut. */
export class ClientPort {
  readonly node: SimNode;
  readonly #parts: ClientPortParts;
  readonly #lines = new Set<SimLine>();
  /** Requests at the node, by its number for them. */
  readonly #asked = new Map<number, { readonly line: SimLine; readonly connection: number }>();
  #cut: CutStyle | undefined;
  #opened = 0;

  constructor(node: SimNode, parts: ClientPortParts) {
    this.node = node;
    this.#parts = parts;
  }

  get cut(): CutStyle | undefined {
    return this.#cut;
  }

  /** Requests that reached the node and that it has not answered, whether or not anybody waits for the answers. */
  get owed(): number {
    return this.#asked.size;
  }

  open(): Line {
    this.#opened += 1;
    const line = new SimLine(this, this.#parts, mix(this.#parts.seed, this.#opened));
    this.#lines.add(line);
    return line;
  }

  forget(line: SimLine): void {
    this.#lines.delete(line);
  }

  setCut(cut: CutStyle | undefined): void {
    const before = this.#cut;
    if (cut === before) return;
    this.#cut = cut;
    for (const line of this.#lines) {
      if (cut === 'refuse' || before === 'drop') line.breakOff('connection closed');
      else if (before === 'hold' && cut === undefined) line.release();
    }
  }

  /** A request has reached the node. */
  arrive(line: SimLine, connection: number, body: ClientRequest): void {
    const { hash, timeline } = this.#parts;
    hash?.number(timeline.nowNs());
    hash?.json(body);
    const request = this.node.nextRequest();
    this.#asked.set(request, { line, connection });
    this.node.client(request, body);
  }

  /** The node answers. False when nobody asked this, or it was answered before. */
  reply(request: number, response: ClientResponse): boolean {
    const asked = this.#asked.get(request);
    if (asked === undefined) return false;
    this.#asked.delete(request);
    asked.line.respond(asked.connection, response);
    return true;
  }

  /** The node's process is gone. */
  gone(): void {
    this.#asked.clear();
    for (const line of this.#lines) line.breakOff('connection closed');
  }
}

interface Waiting {
  readonly body: ClientRequest;
  readonly settle: (answer: Answer) => void;
  readonly timeoutMs: number;
  sent: boolean;
}

/** Something on its way along a line. */
class Trip implements Due {
  readonly #line: SimLine;
  readonly #connection: number;
  readonly #act: () => void;

  constructor(line: SimLine, connection: number, act: () => void) {
    this.#line = line;
    this.#connection = connection;
    this.#act = act;
  }

  fire(): void {
    this.#line.arrived(this.#connection, this.#act);
  }
}

class SimLine implements Line {
  readonly #port: ClientPort;
  readonly #parts: ClientPortParts;
  readonly #key: number;
  #connection = 0;
  #state: 'none' | 'dialling' | 'connected' = 'none';
  #sequence = 0;
  #waiting: Waiting | undefined;
  /** What arrived on a held line. */
  #held: (() => void)[] = [];
  #lastArrivalNs = 0;
  #closed = false;
  readonly #deadline: Deadline;

  constructor(port: ClientPort, parts: ClientPortParts, key: number) {
    this.#port = port;
    this.#parts = parts;
    this.#key = key;
    // What was asked may still be on its way on this connection: the next request takes a new one.
    this.#deadline = new Deadline(parts.timeline, () => this.#timeOut());
  }

  ask(body: ClientRequest, timeoutMs: number, settle: (answer: Answer) => void): void {
    if (this.#closed) return settle({ kind: 'not-sent', error: 'the connection was closed' });
    this.#deadline.set(this.#parts.timeline.nowNs() + timeoutMs * 1e6);
    this.#waiting = { body, settle, timeoutMs, sent: false };
    if (this.#state === 'connected') this.#transmit();
    else if (this.#state === 'none') this.#dial();
  }

  close(): void {
    this.#closed = true;
    this.#hangUp('the connection was closed');
    this.#port.forget(this);
  }

  /** The other side, or the way to it, broke the connection. */
  breakOff(why: string): void {
    if (this.#state !== 'none') this.#hangUp(`${this.#port.node.id}: ${why}`);
  }

  release(): void {
    for (const act of this.#held.splice(0)) this.#travel(act);
  }

  respond(connection: number, response: ClientResponse): void {
    if (connection !== this.#connection) return;
    this.#travel(() => this.#settle({ kind: 'answered', response }));
  }

  /** At its other end. */
  arrived(connection: number, act: () => void): void {
    if (connection !== this.#connection) return;
    const { cut } = this.#port;
    if (cut === 'hold') this.#held.push(act);
    else if (cut !== 'drop') act();
  }

  #dial(): void {
    this.#state = 'dialling';
    this.#connection += 1;
    this.#travel(() => {
      if (!this.#port.node.isListening || this.#port.cut === 'refuse') {
        return this.#hangUp(`${this.#port.node.id}: connection refused`);
      }
      this.#state = 'connected';
      this.#transmit();
    });
  }

  #transmit(): void {
    const { waiting } = { waiting: this.#waiting };
    if (waiting === undefined) return;
    waiting.sent = true;
    const connection = this.#connection;
    const { body } = waiting;
    this.#travel(() => this.#port.arrive(this, connection, body));
  }

  /** One way along the line, in order, if it is the same connection by then. */
  #travel(act: () => void): void {
    const { timeline, latencyMs } = this.#parts;
    this.#sequence += 1;
    const ms = draw(latencyMs, mix(this.#key, this.#sequence));
    this.#lastArrivalNs = Math.max(this.#lastArrivalNs, timeline.nowNs() + Math.round(ms * 1e6));
    timeline.push(this.#lastArrivalNs, new Trip(this, this.#connection, act));
  }

  #timeOut(): void {
    const ms = Math.round(this.#waiting?.timeoutMs ?? 0);
    this.#hangUp(`no answer from ${this.#port.node.id} within ${ms} ms`);
  }

  #hangUp(error: string): void {
    this.#state = 'none';
    this.#connection += 1;
    this.#held = [];
    this.#settle({ kind: this.#waiting?.sent === true ? 'no-answer' : 'not-sent', error });
  }

  #settle(answer: Answer): void {
    const waiting = this.#waiting;
    if (waiting === undefined) return;
    this.#waiting = undefined;
    this.#deadline.clear();
    waiting.settle(answer);
  }
}

/** The node that a client asks for. */
export const portOf = (ports: ReadonlyMap<Node, ClientPort>, node: Node): ClientPort => {
  const port = ports.get(node);
  if (port === undefined) throw new RangeError(`no such node: ${node}`);
  return port;
};
