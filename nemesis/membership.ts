/** A change of the cluster's members. Known by its name, so that it is never taken for a slip of the pen, and never installed yet. */

import { z } from 'zod';
import type { Fault } from './fault.ts';

const schema = z.strictObject({
  kind: z.literal('membership'),
  /** `replace`: a new node takes the place of the target. */
  change: z.enum(['add', 'remove', 'replace']).default('replace'),
});
type Membership = z.infer<typeof schema>;

/** A run that planned it and nothing else is no evidence, and says so. */
export const membership: Fault<Membership> = {
  kind: 'membership',
  worlds: [],
  summary: 'adds, removes or replaces nodes: not available yet, always skipped with the reason',
  schema,
  plans: () =>
    (['replace', 'remove', 'add'] as const).map((change) => ({
      parameters: { kind: 'membership', change },
      target: change === 'add' ? 'one' : 'leader',
      weight: 1,
    })),
  inject: ({ change }, { targets }) =>
    Promise.resolve({
      kind: 'skipped',
      reason: `cannot ${change} ${targets.join(', ')}: the members of a cluster are fixed when it starts, and neither algorithm can change them yet`,
    }),
  heal: () => Promise.resolve(),
};
