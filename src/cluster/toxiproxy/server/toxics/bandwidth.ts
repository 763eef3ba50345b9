/**
 * bandwidth: at most `rate` KB/s (1 KB = 1000 bytes) per connection and direction, in pieces of at most 100 ms.
 * Rate 0 is a stalled cable: neither bytes nor the end of the stream pass until the toxic goes, and then all of it does.
 */

import { limits } from '../limits.ts';
import type { Attributes, Behaviour, ToxicKind } from '../toxic.ts';
import { waitForever } from '../toxic.ts';

type Name = 'rate';

const pieceMs = 100;

function create(attributes: Attributes<Name>): Behaviour {
  // When the line is done with what was sent so far, and when it began with the piece that is waiting now.
  let freeAtMs = 0;
  let startMs: number | undefined;
  return {
    onChunk(head, nowMs) {
      // KB/s is the same number as bytes per ms.
      const { rate } = attributes;
      if (rate === 0) {
        freeAtMs = nowMs;
        startMs = undefined;
        return waitForever;
      }
      startMs ??= Math.max(freeAtMs, head.enteredMs, nowMs - limits.bandwidthCatchUpMs);
      const bytes = Math.min(head.data.length, rate * pieceMs);
      const dueMs = startMs + bytes / rate;
      if (nowMs < dueMs) return { kind: 'wait', untilMs: dueMs };
      freeAtMs = dueMs;
      startMs = undefined;
      return { kind: 'pass', bytes };
    },
    onEnd: () => (attributes.rate === 0 ? waitForever : { kind: 'pass' }),
  };
}

export const bandwidth: ToxicKind<Name> = {
  type: 'bandwidth',
  attributes: ['rate'],
  needsRoom: true,
  heldBytes: limits.heldBytes,
  onRemove: 'flush',
  create,
};
