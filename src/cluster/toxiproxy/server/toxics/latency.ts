/** latency: each chunk arrives `latency` +- `jitter` ms after it was received. Order is kept, and so is the spacing. */

import { fraction, type Random } from '../../../../random/random.ts';
import { limits } from '../limits.ts';
import type { Attributes, Behaviour, ToxicKind } from '../toxic.ts';

type Name = 'latency' | 'jitter';

function create(attributes: Attributes<Name>, random: Random): Behaviour {
  // Drawn once per chunk; undefined when the head is new.
  let delayMs: number | undefined;
  return {
    onChunk(head, nowMs) {
      delayMs ??= attributes.latency + jitterMs(attributes.jitter, random);
      const dueMs = head.receivedMs + delayMs;
      if (nowMs < dueMs) return { kind: 'wait', untilMs: dueMs };
      delayMs = undefined;
      return { kind: 'pass', bytes: head.data.length, receivedMs: dueMs };
    },
    onUpdate() {
      delayMs = undefined;
    },
  };
}

/** Uniform over the integers in [-jitter, jitter). */
const jitterMs = (jitter: number, random: Random): number =>
  jitter === 0 ? 0 : Math.floor(fraction(random) * 2 * jitter) - jitter;

export const latency: ToxicKind<Name> = {
  type: 'latency',
  attributes: ['latency', 'jitter'],
  needsRoom: true,
  heldBytes: limits.latencyHeldBytes,
  onRemove: 'flush',
  create,
};
