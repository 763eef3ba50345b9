/** Crashes: kill -9, and a restart from disk when the fault is healed, or in between. */

import { z } from 'zod';
import { lasts, onEach } from './act.ts';
import type { During, Fault, Firing, Plan } from './fault.ts';
import { onlyHit, passedOver, standing } from './standing.ts';

const patterns = ['once', 'rolling', 'loop'] as const;
type Pattern = (typeof patterns)[number];

const defaults = { pattern: 'once', downMs: 200, upMs: 400 } as const;

const schema = z.strictObject({
  kind: z.literal('kill'),
  /**
   * `once`, which is also what leaving it out means: all targets at once, down until healed. `rolling`: one target after the
   * other, each restarted before the next. `loop`: all targets at once, restarted and killed again until healed.
   */
  pattern: z.enum(patterns).optional(),
  /** `rolling` and `loop`: how long a node stays down, in ms; left out: 200. */
  downMs: z.number().min(0).max(60_000).optional(),
  /** `rolling` and `loop`: from the restarted node's being ready to the next kill, in ms; left out: 400. */
  upMs: z.number().min(0).max(60_000).optional(),
});
type Kill = z.infer<typeof schema>;

function plans(nodes: readonly string[]): readonly Plan<Kill>[] {
  const plan = (pattern: Pattern, target: string, weight: number, copies = 1) => ({
    parameters: { kind: 'kill' as const, ...(pattern === 'once' ? {} : { pattern }) },
    target,
    weight,
    copies,
  });
  return [
    plan('once', 'leader', 6, 3),
    plan('loop', 'leader', 1),
    plan('rolling', 'all', 1),
    plan('once', 'majority', 1),
    plan('once', 'all', 1),
    ...(nodes.length > 1 ? [plan('once', 'follower', 2)] : []),
    ...(nodes.length > 2 ? [plan('once', 'minority', 2)] : []),
  ];
}

/** Restarts and kills one group after the other until it is to end. */
async function keepKilling(
  parameters: Kill,
  { owner, world }: Firing,
  nodes: readonly string[],
  ...[clock, signal]: Parameters<During>
): Promise<unknown> {
  const { downMs = defaults.downMs, upMs = defaults.upMs, pattern } = parameters;
  const groups = pattern === 'rolling' ? nodes.map((node) => [node]) : [nodes];
  let kills = 1;
  while (await lasts(clock, downMs, signal)) {
    await world.processes.release(owner);
    if (!(await lasts(clock, upMs, signal))) break;
    const group = groups[kills % groups.length] ?? [];
    await onEach(group, (node) => world.processes.kill(owner, node));
    kills += 1;
  }
  return { kills };
}

export const kill: Fault<Kill> = {
  kind: 'kill',
  summary: 'kills nodes (SIGKILL): once, rolling or in a loop; they restart from their disk',
  schema,
  plans,
  harms: (_, { targets }) => targets.map((node) => ({ kind: 'down', node })),
  async inject(parameters, firing) {
    const { owner, targets, world, others } = firing;
    const { able, ...rest } = standing(targets, others, ['down']);
    if (able.length === 0) return { kind: 'skipped', reason: rest.reasons.join('; ') };
    const { pattern = defaults.pattern } = parameters;
    const first = pattern === 'rolling' ? able.slice(0, 1) : able;
    const killed = await onEach(first, (node) => world.processes.kill(owner, node));
    return {
      kind: 'installed',
      detail: { killed, ...passedOver(rest) },
      ...onlyHit({ able, ...rest }),
      ...(pattern === 'once'
        ? {}
        : { during: (clock, signal) => keepKilling(parameters, firing, able, clock, signal) }),
    };
  },
  heal: (_, { owner, world }) => world.processes.release(owner),
};
