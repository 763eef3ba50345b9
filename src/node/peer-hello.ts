/** The first frame on a connection between nodes: who dialled whom. After it only PeerMessage frames follow, one way. */

import type { NodeId } from '../consensus/algorithm.ts';
import type { PeerMessage } from '../consensus/replica.ts';

/** Changes with any change to what nodes say to each other. */
const peerProtocol = 1;

export interface PeerHello {
  readonly kind: 'hello';
  readonly protocol: number;
  readonly node: NodeId;
  /** Whom the dialler believes to reach: a link that leads elsewhere shows at once. */
  readonly to: NodeId;
  readonly incarnation: number;
  /** Counts the connections of this incarnation over this link: of two, the later one counts. */
  readonly connection: number;
}

export const hello = (
  node: NodeId,
  to: NodeId,
  incarnation: number,
  connection: number,
): PeerHello => ({ kind: 'hello', protocol: peerProtocol, node, to, incarnation, connection });

export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The hello, or one sentence on why this connection is not one of a peer of `self`. */
export function readHello(
  value: unknown,
  self: NodeId,
  members: readonly NodeId[],
): PeerHello | string {
  if (!isRecord(value) || value['kind'] !== 'hello') return 'it did not begin with a hello';
  const { protocol, node, to, incarnation, connection } = value;
  if (protocol !== peerProtocol)
    return `it speaks protocol ${JSON.stringify(protocol)}, this node ${peerProtocol}`;
  if (typeof node !== 'string' || node === self || !members.includes(node)) {
    return `it says that it is ${JSON.stringify(node)}, which is no peer of ${self}`;
  }
  if (to !== self) return `${node} meant to reach ${JSON.stringify(to)}, and this is ${self}`;
  if (typeof incarnation !== 'number' || typeof connection !== 'number') {
    return `${node} did not say which incarnation and connection it is`;
  }
  return hello(node, self, incarnation, connection);
}

/** Peers run the same code, so only the outermost shape is checked. */
export function isPeerMessage(value: unknown): value is PeerMessage {
  if (!isRecord(value)) return false;
  const { kind } = value;
  return kind === 'algorithm' || kind === 'forward' || kind === 'forwarded';
}
