/** The JSON Schema of a fault schedule, for editors: made of the same schemas that check one. */

import { z } from 'zod';
import { type Faults, faults as shipped } from '#nemesis/index';
import { entrySchema } from './schedule.ts';

/** What may be written, so defaults are optional. */
const written = (schema: z.ZodType): Record<string, unknown> => {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' });
  return rest;
};

/** JSON Schema, draft 2020-12. */
export function scheduleJsonSchema(faults: Faults = shipped): Record<string, unknown> {
  const entry = written(entrySchema);
  const kinds = [...faults.values()];
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'Dissent fault schedule',
    description: 'Which fault hits whom, when and for how long.',
    type: 'array',
    items: {
      ...entry,
      properties: {
        at: { ...property(entry, 'at'), description: 'ms after the start of the workload' },
        for: { ...property(entry, 'for'), description: 'ms until it is healed' },
        fault: {
          description: 'a kind, or a kind with parameters',
          anyOf: [
            { enum: kinds.map(({ kind }) => kind) },
            ...kinds.map(({ kind, summary, schema }) => ({
              title: kind,
              description: summary,
              ...written(schema),
            })),
          ],
        },
        target: {
          ...property(entry, 'target'),
          description: 'a role, a node such as n2, or several: n1,n3',
        },
      },
    },
  };
}

function property(schema: Record<string, unknown>, name: string): object {
  const { properties } = schema;
  const found: unknown =
    typeof properties === 'object' && properties !== null
      ? Reflect.get(properties, name)
      : undefined;
  return typeof found === 'object' && found !== null ? found : {};
}
