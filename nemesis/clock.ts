/** Clocks that are wrong: they jump, run fast or slow, or do both again and again. */

import { z } from 'zod';
import { lasts, onEach } from './act.ts';
import type { During, Fault, Firing, Plan } from './fault.ts';

const modes = ['jump', 'drift', 'strobe'] as const;

const schema = z.strictObject({
  kind: z.literal('clock'),
  /** `jump`: by `offsetMs`, once. `drift`: runs at `rate` until healed. `strobe`: jumps forth and back every `periodMs`. */
  mode: z.enum(modes).default('jump'),
  /** For `jump` and `strobe`; negative: back. */
  offsetMs: z.number().min(-3_600_000).max(3_600_000).optional(),
  /** For `drift`: seconds of the node's clock per true second. */
  rate: z.number().min(0.01).max(100).optional(),
  /** For `strobe`, in ms. */
  periodMs: z.number().min(1).max(60_000).optional(),
});
type Clock = z.infer<typeof schema>;

const defaults = { offsetMs: 500, rate: 2, periodMs: 100 } as const;

function plans(nodes: readonly string[]): readonly Plan<Clock>[] {
  const plan = (parameters: Omit<Clock, 'kind'>, target: string, weight: number): Plan<Clock> => ({
    parameters: { kind: 'clock', ...parameters },
    target,
    weight,
  });
  return [
    plan({ mode: 'jump', offsetMs: 500 }, 'leader', 2),
    plan({ mode: 'jump', offsetMs: -500 }, 'leader', 2),
    plan({ mode: 'drift', rate: 0.2 }, 'leader', 3),
    plan({ mode: 'drift', rate: 4 }, 'leader', 1),
    plan({ mode: 'drift', rate: 3 }, 'all', 1),
    plan({ mode: 'strobe', offsetMs: 300 }, 'leader', 1),
    ...(nodes.length > 1
      ? [
          plan({ mode: 'drift', rate: 5 }, 'follower', 2),
          plan({ mode: 'drift', rate: 3 }, 'followers', 2),
          plan({ mode: 'jump', offsetMs: 1000 }, 'followers', 1),
        ]
      : []),
  ];
}

/** Forth, back, forth, ... until it is to end. */
async function strobe(
  { offsetMs = defaults.offsetMs, periodMs = defaults.periodMs }: Clock,
  { owner, targets, world }: Firing,
  ...[clock, signal]: Parameters<During>
): Promise<unknown> {
  let jumps = 1;
  while (await lasts(clock, periodMs / 2, signal)) {
    const by = jumps % 2 === 0 ? offsetMs : -offsetMs;
    await onEach(targets, (node) => world.clocks.adjust(owner, node, { offsetMs: by }));
    jumps += 1;
  }
  return { jumps };
}

export const clock: Fault<Clock> = {
  kind: 'clock',
  summary: 'makes clocks of nodes jump, run fast or slow, or strobe; timers and leases follow them',
  schema,
  plans,
  async inject(parameters, firing) {
    const { owner, targets, world } = firing;
    const { mode, offsetMs = defaults.offsetMs, rate = defaults.rate } = parameters;
    const change = mode === 'drift' ? { rate } : { offsetMs };
    const measured = await onEach(targets, (node) => world.clocks.adjust(owner, node, change));
    return {
      kind: 'installed',
      detail: { mode, ...change, measured },
      ...(mode === 'strobe'
        ? { during: (at, signal) => strobe(parameters, firing, at, signal) }
        : {}),
    };
  },
  heal: (_, { owner, world }) => world.clocks.release(owner),
};
