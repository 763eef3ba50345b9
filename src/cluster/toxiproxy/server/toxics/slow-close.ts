/** slow_close: data passes, the end of the stream waits `delay` ms. */

import { limits } from '../limits.ts';
import { type Attributes, type Behaviour, passAll, type ToxicKind } from '../toxic.ts';

type Name = 'delay';

function create(attributes: Attributes<Name>): Behaviour {
  let endedMs: number | undefined;
  return {
    onChunk: passAll,
    onEnd(nowMs) {
      endedMs ??= nowMs;
      const untilMs = endedMs + attributes.delay;
      return nowMs < untilMs ? { kind: 'wait', untilMs } : { kind: 'pass' };
    },
  };
}

export const slowClose: ToxicKind<Name> = {
  type: 'slow_close',
  attributes: ['delay'],
  needsRoom: true,
  heldBytes: limits.heldBytes,
  onRemove: 'flush',
  create,
};
