/** What many seeds came to: counts that add up, so that shards of a hunt can be put together again. */

import { isDeepStrictEqual } from 'node:util';
import { z } from 'zod';
import { BadInput } from '../errors.ts';

export const failureSchema = z.strictObject({
  /** Draws the test that failed. */
  seed: z.number().int(),
  by: z.enum(['checker', 'invariant', 'liveness', 'crash']),
  /** The checker or invariant that found it. */
  invariant: z.string(),
  explanation: z.string(),
  /** What is left after shrinking. */
  faults: z.number().int(),
  operations: z.number().int(),
  /** Path of the repro file. */
  repro: z.string(),
  /** Path of the page that shows it; left out where there is none. */
  page: z.string().optional(),
  /** Seconds that shrinking took. */
  shrinkSeconds: z.number(),
});
export type HuntFailure = z.infer<typeof failureSchema>;

/** What `hunt --json` prints. */
export const huntResultSchema = z.strictObject({
  valid: z.union([z.boolean(), z.literal('unknown')]),
  /** Left out: simulated. */
  world: z.enum(['sim', 'real']).optional(),
  system: z.string(),
  /** The first seed, and which part of the seeds after it this hunt took. */
  seed: z.number().int(),
  shard: z.strictObject({ index: z.number().int(), of: z.number().int() }),
  /** What it was told: how many seeds all shards try, and what each test is drawn from. Left out: as many as fit, anything. */
  asked: z.strictObject({
    runs: z.number().int().optional(),
    systemOptions: z.record(z.string(), z.unknown()).optional(),
    workload: z.string().optional(),
    nemesis: z.array(z.string()).optional(),
  }),
  /** Stopped by hand: what it was asked for was not tried. Left out: it was not. */
  interrupted: z.literal(true).optional(),
  runs: z.number().int(),
  /** Tests that ended without a verdict, such as a history that was too hard to check. */
  undecided: z.number().int(),
  /** Tests in which nothing that clients were told could have shown an error; invariants and progress were judged all the same. */
  idle: z.number().int(),
  /** Which, and who could not decide it for what reason; the first `undecidedToldMax`. Left out: none. */
  undecidedSeeds: z
    .array(z.strictObject({ seed: z.number().int(), reason: z.string() }))
    .optional(),
  seconds: z.number(),
  seedsPerSecond: z.number(),
  virtualSeconds: z.number(),
  /** How often each thing worth reaching was reached, over all runs. */
  coverage: z.record(z.string(), z.number()),
  /** What was never reached: no evidence about it. */
  neverReached: z.array(z.string()),
  failures: z.array(failureSchema),
});
export type HuntResult = z.infer<typeof huntResultSchema>;

/** More are counted only: what there is to learn of them is in the first. */
const undecidedToldMax = 50;

/** As a part of a result. */
export function undecidedOf(
  ...lists: readonly HuntResult['undecidedSeeds'][]
): Pick<HuntResult, 'undecidedSeeds'> {
  const all = lists.flatMap((list) => list ?? []).toSorted((a, b) => a.seed - b.seed);
  return all.length === 0 ? {} : { undecidedSeeds: all.slice(0, undecidedToldMax) };
}

/** As a part of a result. */
export const askedOf = ({
  runs,
  systemOptions,
  workload,
  nemesis,
}: {
  readonly runs?: number;
  readonly systemOptions: Readonly<Record<string, unknown>> | undefined;
  readonly workload: string | undefined;
  readonly nemesis: readonly string[] | undefined;
}): HuntResult['asked'] => ({
  ...(runs === undefined ? {} : { runs }),
  ...(systemOptions === undefined ? {} : { systemOptions: { ...systemOptions } }),
  ...(workload === undefined ? {} : { workload }),
  ...(nemesis === undefined ? {} : { nemesis: nemesis.toSorted() }),
});

/** As a part of a result. */
export const interruptedOf = (...were: readonly (boolean | undefined)[]) =>
  were.includes(true) ? ({ interrupted: true } as const) : {};

/** The sums of two sets of counters. */
export function added(
  a: Readonly<Record<string, number>>,
  b: Readonly<Record<string, number>>,
): Record<string, number> {
  const sum: Record<string, number> = { ...a };
  for (const [name, count] of Object.entries(b)) sum[name] = (sum[name] ?? 0) + count;
  return sum;
}

export const zeros = (counters: Readonly<Record<string, number>>): string[] =>
  Object.keys(counters).filter((name) => counters[name] === 0);

/** False when anything failed, unknown when nothing did and something was not decided or not tried. */
export const verdictOf = ({
  failures,
  undecided,
  runs,
  idle,
  interrupted,
}: Pick<
  HuntResult,
  'failures' | 'undecided' | 'runs' | 'idle' | 'interrupted'
>): HuntResult['valid'] => {
  if (failures.length > 0) return false;
  return undecided > 0 || runs === idle || interrupted === true ? 'unknown' : true;
};

/**
 * The shards of one hunt, put together: the slowest shard's time, everybody's seeds. Throws BadInput when they are not of one
 * hunt: another system, another first seed, other tests to draw, the same shard twice.
 */
export function merge(parts: readonly { readonly file: string; readonly result: HuntResult }[]) {
  const [first, ...others] = parts;
  if (first === undefined)
    throw new BadInput('nothing to merge; give the files that `hunt --json` wrote');
  const { system, seed, shard, asked, world = 'sim' } = first.result;
  for (const { file, result } of others) {
    const same =
      result.system === system &&
      (result.world ?? 'sim') === world &&
      result.seed === seed &&
      result.shard.of === shard.of &&
      isDeepStrictEqual(result.asked, asked);
    if (same) continue;
    throw new BadInput(
      `${file} is of another hunt (${describe(result)}) than ${first.file} (${describe(first.result)}); ` +
        'allowed: shards of one system, with the same first seed, number of shards and options',
    );
  }
  const indices = parts.map(({ result }) => result.shard.index);
  const twice = indices.find((index, i) => indices.indexOf(index) !== i);
  if (twice !== undefined) throw new BadInput(`shard ${twice} of ${shard.of} is there twice`);
  const results = parts.map(({ result }) => result);
  const sum = (of: (result: HuntResult) => number): number =>
    results.reduce((total, result) => total + of(result), 0);
  const coverage = results.map((result) => result.coverage).reduce(added, {});
  const failures = results.flatMap((result) => result.failures);
  const seconds = Math.max(...results.map((result) => result.seconds));
  const runs = sum((result) => result.runs);
  const undecided = sum((result) => result.undecided);
  const idle = sum((result) => result.idle);
  const missing = shard.of - parts.length;
  const interrupted = interruptedOf(...results.map((result) => result.interrupted));
  const merged: HuntResult = {
    // A shard that is missing may have found something.
    valid:
      missing > 0 && failures.length === 0
        ? 'unknown'
        : verdictOf({ failures, undecided, runs, idle, ...interrupted }),
    ...(world === 'sim' ? {} : { world }),
    system,
    seed,
    shard: { index: 1, of: 1 },
    asked,
    ...interrupted,
    runs,
    undecided,
    idle,
    ...undecidedOf(...results.map((result) => result.undecidedSeeds)),
    seconds,
    seedsPerSecond: seconds === 0 ? 0 : runs / seconds,
    virtualSeconds: sum((result) => result.virtualSeconds),
    coverage,
    neverReached: zeros(coverage),
    failures,
  };
  return { merged, missing };
}

const describe = ({ system, seed, shard, asked, world = 'sim' }: HuntResult): string =>
  `${system} in the ${world === 'sim' ? 'simulated' : 'real'} world, first seed ${seed}, ${shard.of} shards, options ${JSON.stringify(asked)}`;
