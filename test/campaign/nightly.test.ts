import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';
import { z } from 'zod';
import { groupsOf } from '#src/campaign/groups';
import { chaosCommand } from '#src/cli/chaos';

const workflow = (name: string): string =>
  readFileSync(fileURLToPath(new URL(`../../.github/workflows/${name}`, import.meta.url)), 'utf8');

const schema = z.looseObject({
  jobs: z.record(
    z.string(),
    z.looseObject({
      strategy: z.looseObject({ matrix: z.record(z.string(), z.array(z.unknown())) }).optional(),
      steps: z.array(z.looseObject({ run: z.string().optional() })),
    }),
  ),
});

const commandsOf = (name: string): string[] =>
  Object.values(schema.parse(parse(workflow(name))).jobs).flatMap(({ steps }) =>
    steps.flatMap(({ run }) => run ?? []),
  );

const matrixOf = (name: string, job: string): Readonly<Record<string, readonly unknown[]>> => {
  const matrix = schema.parse(parse(workflow(name))).jobs[job]?.strategy?.matrix;
  assert.ok(matrix !== undefined);
  return matrix;
};

const flagsIn = (command: string): string[] =>
  [...command.matchAll(/ (--[a-z]+)/g)].map((match) => match[1] ?? '');

describe('workflows', () => {
  it('the nightly one runs a campaign per shard and merges them, with options that there are', () => {
    const commands = commandsOf('nightly.yml');
    const campaign = commands.find((one) => one.startsWith('npm run chaos:nightly -- '));
    assert.ok(campaign !== undefined);
    const chaos = chaosCommand();
    const known = chaos.options.map(({ long }) => long);
    const { faults, shard } = matrixOf('nightly.yml', 'chaos');
    assert.deepEqual(
      faults?.toSorted(),
      groupsOf('real')
        .map(({ name }) => name)
        .toSorted(),
    );
    assert.ok(campaign.includes(`--shard \${{ matrix.shard }}/${shard?.length}`));
    assert.ok(campaign.includes(`--groups \${{ matrix.faults }}`));
    const flags = flagsIn(campaign);
    assert.ok(flags.length >= 4);
    assert.deepEqual(
      flags.filter((flag) => !known.includes(flag)),
      [],
    );
    const merge = commands.find((one) => one.includes('chaos merge'));
    assert.ok(chaos.commands.some((one) => one.name() === 'merge'));
    assert.deepEqual(flagsIn(merge ?? ''), ['--out']);
    assert.match(merge ?? '', /--out merged/);
    assert.ok(commands.some((one) => one.includes('GITHUB_STEP_SUMMARY')));
  });

  it('the one for every change calls the same script as everybody', () => {
    assert.ok(commandsOf('ci.yml').includes('bash .ci/run'));
  });
});
