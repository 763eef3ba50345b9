/** One seed of a hunt: the test that it stands for, run and judged. */

import type { Attempt } from './jobs.ts';
import { judge } from './judge.ts';
import type { HuntSubject } from './subject.ts';
import { drawTest } from './swarm.ts';

export async function attempt(subject: HuntSubject, seed: number): Promise<Attempt> {
  const { verdict, endNs, coverage } = await judge(drawTest(subject, seed));
  return { seed, verdict, virtualSeconds: endNs / 1e9, coverage };
}
