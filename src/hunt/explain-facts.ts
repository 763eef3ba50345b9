/** The facts of a repro for the top of its page: what was run, and what of it is unusual. */

import type { SpaceTime } from '#reports/space-time-types';
import { plural } from '#reports/text';
import { defaultSimOptions } from '../sim/index.ts';
import { systems } from '../systems/index.ts';
import type { Repro } from './repro.ts';

/** Numbers, texts and switches of nested options, by path: `network.latencyMs.mean`. */
function leaves(value: unknown, path = ''): (readonly [string, string])[] {
  if (typeof value !== 'object' || value === null) return [[path, JSON.stringify(value) ?? '']];
  return Object.entries(value).flatMap(([name, inner]) =>
    leaves(inner, path === '' ? name : `${path}.${name}`),
  );
}

/** Those that differ from the defaults, with the default. */
function unusual(given: unknown, defaults: unknown): (readonly [string, string, string])[] {
  const usual = new Map(leaves(defaults));
  return leaves(given).flatMap(([name, value]) => {
    const before = usual.get(name);
    return before === value ? [] : [[name, value, before ?? 'none'] as const];
  });
}

export const optionsOf = ({ spec }: Repro): SpaceTime['options'] => [
  ...unusual(spec.systemOptions, systems.get(spec.system)?.options.safeParse({}).data ?? {}),
  ...unusual(spec.sim ?? defaultSimOptions, defaultSimOptions),
];

const sizeOf = (faults: number, operations: number): string =>
  `${plural(faults, 'fault')}, ${plural(operations, 'operation')}`;

export function factsOf({ spec, origin, operations }: Repro): SpaceTime['facts'] {
  const { faults, seed, tried } = origin;
  return [
    ['system', `${spec.system}, ${spec.nodes} nodes`],
    ['workload', `${spec.workload}, ${spec.clients} clients`],
    ['seed', `${spec.seed} (found with seed ${seed})`],
    [
      'size',
      `${sizeOf(spec.schedule.length, operations)}; as found: ${sizeOf(faults, origin.operations)}; ` +
        `${plural(tried, 'test')} tried to get here`,
    ],
  ];
}
