/**
 * timeout: all data vanishes, and after `timeout` ms without any the connection is closed (0: never). Bytes are missing from
 * the stream from then on, so taking the toxic away closes the connection too: the peers must not go on as if nothing was.
 */

import { limits } from '../limits.ts';
import { type Attributes, type Behaviour, type ToxicKind, waitForever } from '../toxic.ts';

type Name = 'timeout';

function create(attributes: Attributes<Name>): Behaviour {
  let silentSinceMs: number | undefined;
  return {
    onChunk(_head, nowMs) {
      silentSinceMs = nowMs;
      return { kind: 'drop' };
    },
    onIdle(nowMs) {
      silentSinceMs ??= nowMs;
      if (attributes.timeout === 0) return waitForever;
      const untilMs = silentSinceMs + attributes.timeout;
      return nowMs < untilMs ? { kind: 'wait', untilMs } : { kind: 'close', how: 'fin' };
    },
    onUpdate(nowMs) {
      silentSinceMs = nowMs;
    },
  };
}

export const timeout: ToxicKind<Name> = {
  type: 'timeout',
  attributes: ['timeout'],
  needsRoom: false,
  heldBytes: limits.heldBytes,
  onRemove: 'close',
  create,
};
