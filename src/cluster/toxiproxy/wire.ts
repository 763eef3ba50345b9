/** Between our words for toxics and those of the HTTP API. */

import type { ICreateToxicBody } from 'toxiproxy-node-client';
import { z } from 'zod';
import { HarnessFailure, unreachable } from '../../errors.ts';
import type { ProxyState, Toxic, ToxicState } from './toxic.ts';

type Attributes = Readonly<Record<string, number>>;

function attributesOf(toxic: Toxic): Attributes {
  switch (toxic.kind) {
    case 'noop':
      return {};
    case 'latency':
      return { latency: toxic.latencyMs, jitter: toxic.jitterMs };
    case 'bandwidth':
      return { rate: toxic.rateKBps };
    case 'slow_close':
      return { delay: toxic.delayMs };
    case 'timeout':
    case 'reset_peer':
      return { timeout: toxic.timeoutMs };
    case 'slicer':
      return {
        average_size: toxic.averageBytes,
        size_variation: toxic.variationBytes,
        delay: toxic.delayUs,
      };
    case 'limit_data':
      return { bytes: toxic.bytes };
    default:
      return unreachable(toxic);
  }
}

/** The body that installs or updates this toxic. */
export const encodeToxic = (state: ToxicState): ICreateToxicBody<Attributes> => ({
  name: state.name,
  // The client's list of types lacks noop, which every server has.
  type: state.toxic.kind as ICreateToxicBody<Attributes>['type'],
  stream: state.direction,
  toxicity: state.toxicity,
  attributes: attributesOf(state.toxic),
});

const ms = z.number();
const common = {
  name: z.string(),
  stream: z.enum(['upstream', 'downstream']),
  toxicity: z.number(),
};

const toxicSchema = z.discriminatedUnion('type', [
  z.object({ ...common, type: z.literal('noop') }),
  z.object({
    ...common,
    type: z.literal('latency'),
    attributes: z.object({ latency: ms, jitter: ms }),
  }),
  z.object({ ...common, type: z.literal('bandwidth'), attributes: z.object({ rate: z.number() }) }),
  z.object({ ...common, type: z.literal('slow_close'), attributes: z.object({ delay: ms }) }),
  z.object({ ...common, type: z.literal('timeout'), attributes: z.object({ timeout: ms }) }),
  z.object({ ...common, type: z.literal('reset_peer'), attributes: z.object({ timeout: ms }) }),
  z.object({
    ...common,
    type: z.literal('slicer'),
    attributes: z.object({
      average_size: z.number(),
      size_variation: z.number(),
      delay: z.number(),
    }),
  }),
  z.object({
    ...common,
    type: z.literal('limit_data'),
    attributes: z.object({ bytes: z.number() }),
  }),
]);

function toxicOf(wire: z.infer<typeof toxicSchema>): Toxic {
  switch (wire.type) {
    case 'noop':
      return { kind: wire.type };
    case 'latency':
      return {
        kind: wire.type,
        latencyMs: wire.attributes.latency,
        jitterMs: wire.attributes.jitter,
      };
    case 'bandwidth':
      return { kind: wire.type, rateKBps: wire.attributes.rate };
    case 'slow_close':
      return { kind: wire.type, delayMs: wire.attributes.delay };
    case 'timeout':
    case 'reset_peer':
      return { kind: wire.type, timeoutMs: wire.attributes.timeout };
    case 'slicer':
      return {
        kind: wire.type,
        averageBytes: wire.attributes.average_size,
        variationBytes: wire.attributes.size_variation,
        delayUs: wire.attributes.delay,
      };
    case 'limit_data':
      return { kind: wire.type, bytes: wire.attributes.bytes };
    default:
      return unreachable(wire);
  }
}

const toxicState = toxicSchema.transform(
  (wire): ToxicState => ({
    name: wire.name,
    direction: wire.stream,
    toxicity: wire.toxicity,
    toxic: toxicOf(wire),
  }),
);

const address = z
  .string()
  .regex(/:\d+$/)
  .transform((text) => {
    const colon = text.lastIndexOf(':');
    return { host: text.slice(0, colon), port: Number(text.slice(colon + 1)) };
  });

const proxyState = z.object({
  name: z.string(),
  listen: address,
  upstream: address,
  enabled: z.boolean(),
  toxics: z.array(toxicState),
});

/** Throws HarnessFailure when it is not what a Toxiproxy answers. */
export const decodeToxicState = (json: unknown): ToxicState => decode(toxicState, json);
/** Throws HarnessFailure when it is not what a Toxiproxy answers. */
export const decodeProxyState = (json: unknown): ProxyState => decode(proxyState, json);
/** Throws HarnessFailure when it is not what a Toxiproxy answers. */
export const decodeProxies = (json: unknown): readonly ProxyState[] =>
  Object.values(decode(z.record(z.string(), proxyState), json));

function decode<T>(schema: z.ZodType<T>, json: unknown): T {
  const result = schema.safeParse(json);
  if (result.success) return result.data;
  throw new HarnessFailure(
    `Toxiproxy answered something unexpected: ${JSON.stringify(json)?.slice(0, 300)}\n${z.prettifyError(result.error)}`,
  );
}
