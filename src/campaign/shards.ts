/** Which parts of a campaign there are: a campaign is cut by seeds, and by groups of faults where a part names some. */

import { z } from 'zod';

export const shardSchema = z.strictObject({
  /** The campaign's first seed. */
  seed: z.number().int(),
  /** Takes every nth seed, beginning with the `index`th. */
  index: z.number().int(),
  of: z.number().int(),
  /** The groups of faults that it was to play; left out: all. */
  groups: z.array(z.string()).optional(),
});
export type CampaignShard = z.infer<typeof shardSchema>;

const groupsKey = ({ groups }: CampaignShard): string => groups?.toSorted().join(',') ?? '';

const nameOf = (groups: string, index: number, of: number): string =>
  groups === '' ? `${index}/${of}` : `${groups} ${index}/${of}`;

/** `2/4`, or `cuts,links 2/4`. */
export const shardName = (shard: CampaignShard): string =>
  nameOf(groupsKey(shard), shard.index, shard.of);

/** Names of those that are there, each once, and of those that are not: every part of the groups that any of them names. */
export function presentAndMissing(shards: readonly CampaignShard[]): {
  readonly had: readonly string[];
  readonly missing: readonly string[];
} {
  const had = new Set(shards.map(shardName));
  const wanted = shards.flatMap((shard) =>
    Array.from({ length: shard.of }, (_, i) => nameOf(groupsKey(shard), i + 1, shard.of)),
  );
  return { had: [...had], missing: [...new Set(wanted)].filter((name) => !had.has(name)) };
}

/** Whether some test is in both. One that plays all groups plays those of any other. */
export const sharesTests = (a: CampaignShard, b: CampaignShard): boolean =>
  a.seed === b.seed &&
  a.index === b.index &&
  (a.groups === undefined ||
    b.groups === undefined ||
    a.groups.some((group) => b.groups?.includes(group)));

/** Groups of faults that there are and that none of these was to play. */
export function leftOut(shards: readonly CampaignShard[], all: readonly string[]): string[] {
  if (shards.some(({ groups }) => groups === undefined)) return [];
  return all.filter((name) => !shards.some(({ groups = [] }) => groups.includes(name)));
}
