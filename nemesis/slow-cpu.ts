/** A starved processor: nodes are stopped and continued in turn, so that they run for a share of the time only. */

import { z } from 'zod';
import { lasts, onEach } from './act.ts';
import type { Fault, Firing } from './fault.ts';
import { onlyHit, passedOver, standing } from './standing.ts';

const schema = z.strictObject({
  kind: z.literal('slow-cpu'),
  /** Share of the time in which it runs. */
  share: z.number().min(0.01).max(0.95).default(0.3),
  /** Length of one stop and one run together, in ms. */
  periodMs: z.number().min(20).max(10_000).default(150),
});
type SlowCpu = z.infer<typeof schema>;

export const slowCpu: Fault<SlowCpu> = {
  kind: 'slow-cpu',
  summary: 'lets nodes run for a share of the time only (SIGSTOP and SIGCONT in turn)',
  schema,
  plans(nodes) {
    const plan = (share: number, target: string, weight: number, copies = 1) => ({
      parameters: schema.parse({ kind: 'slow-cpu', share }),
      target,
      weight,
      copies,
    });
    return [
      plan(0.3, 'leader', 4, 2),
      plan(0.1, 'leader', 2),
      plan(0.5, 'all', 1),
      ...(nodes.length > 1 ? [plan(0.2, 'follower', 1)] : []),
      ...(nodes.length > 2 ? [plan(0.3, 'majority', 1)] : []),
    ];
  },
  async inject({ share, periodMs }, firing) {
    const { owner, targets, world, others } = firing;
    const { able, ...rest } = standing(targets, others, ['down', 'paused']);
    if (able.length === 0) return { kind: 'skipped', reason: rest.reasons.join('; ') };
    const stop = () => onEach(able, (node) => world.processes.pause(owner, node));
    // Between two stops another fault may have made the node end: it is slow enough then.
    const stopAgain = () =>
      onEach(able, (node) =>
        Promise.resolve(world.processes.pause(owner, node)).then(
          () => true,
          () => false,
        ),
      );
    return {
      kind: 'installed',
      detail: { share, stopped: await stop(), ...passedOver(rest) },
      ...onlyHit({ able, ...rest }),
      during: async (clock, signal) => {
        let stops = 1;
        let missed = 0;
        while (await lasts(clock, periodMs * (1 - share), signal)) {
          await world.processes.release(owner);
          if (!(await lasts(clock, periodMs * share, signal))) break;
          const stopped = Object.values(await stopAgain());
          missed += stopped.filter((one) => one === false).length;
          stops += 1;
        }
        return { stops, ...(missed === 0 ? {} : { missed }) };
      },
    };
  },
  heal: (_: SlowCpu, { owner, world }: Firing) => world.processes.release(owner),
};
