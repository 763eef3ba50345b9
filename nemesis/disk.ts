/** Disks that fail: an fsync that returns an error, no space left, or one that takes long. */

import { z } from 'zod';
import type { DiskEffects, Node, World } from '#src/schedule/world';
import { onEach } from './act.ts';
import type { During, Fault, Plan } from './fault.ts';
import { onlyHit, passedOver, standing } from './standing.ts';

const schema = z.strictObject({
  kind: z.literal('disk'),
  /** `error`: writes and syncs fail with `code`. `slow`: every sync takes `fsyncMs`. */
  mode: z.enum(['error', 'slow']).default('error'),
  /** For `error`. */
  code: z.enum(['EIO', 'ENOSPC']).optional(),
  /** For `error`: the next call only, or every one until healed; left out: every one. */
  once: z.boolean().optional(),
  /** For `slow`, in ms. */
  fsyncMs: z.number().min(1).max(60_000).optional(),
});
type Disk = z.infer<typeof schema>;

const defaults = { code: 'EIO', once: false, fsyncMs: 200 } as const;

/**
 * Tells at the end how many calls were failed and delayed meanwhile, also by others who trouble the same disks; undefined where nobody
 * counts them.
 */
async function counted(nodes: readonly Node[], { disks }: World): Promise<During | undefined> {
  const look = (node: Node): Promise<DiskEffects | undefined> =>
    disks.effects?.(node) ?? Promise.resolve(undefined);
  const before = new Map<Node, DiskEffects>();
  for (const node of nodes) {
    const seen = await look(node);
    if (seen !== undefined) before.set(node, seen);
  }
  if (before.size === 0) return undefined;
  return async (_clock, signal) => {
    if (!signal.aborted) {
      await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
    }
    const effects = await onEach([...before.keys()], async (node) => {
      const now = await look(node);
      const { failed = 0, delayed = 0 } = before.get(node) ?? {};
      return now && { failed: now.failed - failed, delayed: now.delayed - delayed };
    });
    return { effects };
  };
}

export const disk: Fault<Disk> = {
  kind: 'disk',
  summary: 'makes disks fail (EIO, ENOSPC) or slow; a node that stops for it restarts on heal',
  schema,
  plans(nodes) {
    const plan = (parameters: Omit<Disk, 'kind'>, target: string, weight: number): Plan<Disk> => ({
      parameters: { kind: 'disk', ...parameters },
      target,
      weight,
    });
    return [
      plan({ mode: 'error', code: 'EIO', once: true }, 'leader', 2),
      plan({ mode: 'error', code: 'EIO' }, 'leader', 2),
      plan({ mode: 'error', code: 'ENOSPC' }, 'leader', 1),
      plan({ mode: 'slow', fsyncMs: 50 }, 'leader', 2),
      plan({ mode: 'slow', fsyncMs: 300 }, 'leader', 1),
      plan({ mode: 'slow', fsyncMs: 100 }, 'majority', 1),
      ...(nodes.length > 1
        ? [plan({ mode: 'error', code: 'EIO', once: true }, 'follower', 2)]
        : []),
      ...(nodes.length > 2 ? [plan({ mode: 'error', code: 'EIO' }, 'minority', 1)] : []),
    ];
  },
  // A node must stop when its disk has refused a write: it can keep no promise any more.
  harms: ({ mode }, { targets }) =>
    mode === 'error' ? targets.map((node) => ({ kind: 'down', node })) : [],
  async inject(
    { mode, code = defaults.code, once = defaults.once, fsyncMs = defaults.fsyncMs },
    firing,
  ) {
    const { owner, targets, world, others } = firing;
    const { able, ...rest } = standing(targets, others, ['down']);
    if (able.length === 0) return { kind: 'skipped', reason: rest.reasons.join('; ') };
    const trouble =
      mode === 'slow'
        ? ({ kind: 'slow', fsyncMs } as const)
        : ({ kind: 'error', code, once } as const);
    const effects = await counted(able, world);
    const seen = await onEach(able, (node) => world.disks.trouble(owner, node, trouble));
    const detail = { trouble, seen, ...passedOver(rest) };
    return {
      kind: 'installed',
      detail,
      ...onlyHit({ able, ...rest }),
      ...(effects === undefined ? {} : { during: effects }),
    };
  },
  heal: (_, { owner, world }) => world.disks.release(owner),
};
