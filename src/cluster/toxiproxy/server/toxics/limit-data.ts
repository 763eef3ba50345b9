/** limit_data: passes `bytes` bytes of the connection, counted since the toxic came, then closes it. */

import { limits } from '../limits.ts';
import { type Attributes, type Behaviour, type ToxicKind, waitForever } from '../toxic.ts';

type Name = 'bytes';

function create(attributes: Attributes<Name>): Behaviour {
  let passed = 0;
  return {
    onChunk(head) {
      const left = attributes.bytes - passed;
      if (left <= 0) return { kind: 'close', how: 'fin' };
      const bytes = Math.min(left, head.data.length);
      passed += bytes;
      return { kind: 'pass', bytes };
    },
    // Reached exactly: closes without waiting for a byte too many. A limit of 0 waits for the first byte.
    onIdle: () =>
      passed > 0 && passed >= attributes.bytes ? { kind: 'close', how: 'fin' } : waitForever,
  };
}

export const limitData: ToxicKind<Name> = {
  type: 'limit_data',
  attributes: ['bytes'],
  needsRoom: true,
  heldBytes: limits.heldBytes,
  onRemove: 'flush',
  create,
};
