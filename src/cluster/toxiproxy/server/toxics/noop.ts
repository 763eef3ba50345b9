/** noop: everything passes as it came. */

import { limits } from '../limits.ts';
import { passAll, type ToxicKind } from '../toxic.ts';

export const noop: ToxicKind<never> = {
  type: 'noop',
  attributes: [],
  needsRoom: true,
  heldBytes: limits.heldBytes,
  onRemove: 'flush',
  create: () => ({ onChunk: passAll }),
};
