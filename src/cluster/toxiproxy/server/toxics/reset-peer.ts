/** reset_peer: `timeout` ms after the first data (or the end) arrives, both sides of the connection get a RST. */

import { limits } from '../limits.ts';
import type { Attributes, Behaviour, Close, ToxicKind, Wait } from '../toxic.ts';

type Name = 'timeout';

function create(attributes: Attributes<Name>): Behaviour {
  let triggeredMs: number | undefined;
  const fuse = (nowMs: number): Wait | Close => {
    triggeredMs ??= nowMs;
    const untilMs = triggeredMs + attributes.timeout;
    return nowMs < untilMs ? { kind: 'wait', untilMs } : { kind: 'close', how: 'reset' };
  };
  return { onChunk: (_head, nowMs) => fuse(nowMs), onEnd: fuse };
}

export const resetPeer: ToxicKind<Name> = {
  type: 'reset_peer',
  attributes: ['timeout'],
  needsRoom: false,
  heldBytes: limits.heldBytes,
  onRemove: 'flush',
  create,
};
