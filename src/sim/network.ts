/** The network between nodes: one link per ordered pair, see link.ts. */

import type { NodeId } from '../consensus/algorithm.ts';
import type { PeerMessage } from '../consensus/replica.ts';
import type { CutStyle, LinkQuality } from '../schedule/world.ts';
import type { SimEvent } from './events.ts';
import { Link } from './link.ts';
import { mixName } from './mix.ts';
import type { SimOptions } from './options.ts';
import type { SimTimeline } from './timeline.ts';
import type { TraceHash } from './trace-hash.ts';

export interface NetworkParts {
  readonly nodes: readonly NodeId[];
  readonly seed: number;
  readonly options: SimOptions['network'];
  readonly timeline: SimTimeline;
  /** A message has arrived; `false` from `isListening` before it means that nobody was there. */
  readonly deliver: (to: number, from: NodeId, message: PeerMessage) => void;
  /** Whether the node's kernel would take a connection or a datagram: it runs, or is paused. */
  readonly isListening: (node: number) => boolean;
  readonly witness: ((event: SimEvent) => void) | undefined;
  readonly hash: TraceHash | undefined;
  /** Messages are serialised and parsed again, as a check that nothing else of them is used; slow. */
  readonly serialise: boolean;
  /** Count the bytes that messages would have on the wire; slow. */
  readonly measure: boolean;
}

/** Shared by all links. */
export interface Traffic {
  messages: number;
  bytes: number;
  delivered: number;
  lost: number;
  duplicated: number;
}

export class Network {
  readonly traffic: Traffic = { messages: 0, bytes: 0, delivered: 0, lost: 0, duplicated: 0 };
  readonly #nodes: readonly NodeId[];
  /** By `from * nodes + to`; the link of a node to itself is not there. */
  readonly #links: readonly (Link | undefined)[];
  readonly #indexOf: ReadonlyMap<NodeId, number>;

  constructor(parts: NetworkParts) {
    const { nodes, seed } = parts;
    this.#nodes = nodes;
    this.#indexOf = new Map(nodes.map((node, index) => [node, index]));
    this.#links = nodes.flatMap((from, i) =>
      nodes.map((to, j) =>
        i === j
          ? undefined
          : new Link(parts, this.traffic, { from: i, to: j, key: mixName(seed, `${from}->${to}`) }),
      ),
    );
  }

  /** Throws RangeError for names that are not those of two different nodes. */
  link(from: NodeId, to: NodeId): Link {
    const [i, j] = [this.#indexOf.get(from), this.#indexOf.get(to)];
    const found =
      i === undefined || j === undefined ? undefined : this.#links[i * this.#nodes.length + j];
    if (found === undefined) throw new RangeError(`no such link: ${from}->${to}`);
    return found;
  }

  /** Gives the bytes that the message has on the wire; 0 when they are not measured. */
  send(from: number, to: NodeId, message: PeerMessage): number {
    const j = this.#indexOf.get(to);
    const link = j === undefined ? undefined : this.#links[from * this.#nodes.length + j];
    return link === undefined ? 0 : link.send(message);
  }

  /** The process on this node runs: it dials its peers. */
  started(node: number, incarnation: number): void {
    for (const link of this.#from(node)) link.senderStarted(incarnation);
  }

  /** The process is gone: what it had sent may still arrive, what was on its way to it does not. */
  ended(node: number): void {
    for (const link of this.#from(node)) link.senderEnded();
    for (const link of this.#to(node)) link.receiverEnded();
  }

  shape(from: NodeId, to: NodeId, cut: CutStyle | undefined, quality: LinkQuality): void {
    this.link(from, to).shape(cut, quality);
  }

  #from(node: number): Link[] {
    return this.#links
      .slice(node * this.#nodes.length, (node + 1) * this.#nodes.length)
      .filter(isLink);
  }

  #to(node: number): Link[] {
    return this.#links.filter(isLink).filter((link) => link.to === node);
  }
}

const isLink = (link: Link | undefined): link is Link => link !== undefined;
