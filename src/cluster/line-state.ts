/**
 * What several faults want of one line, as the state of its proxy. A line is a link between two nodes, on which only the dialling
 * node sends, or the way from clients to a node, on which both sides do.
 *
 *     hold     bandwidth 0: bytes wait in the proxy and arrive on heal
 *     drop     timeout 0: bytes vanish, and healing closes the connection
 *     refuse   the proxy is disabled: connections are closed, and new ones refused
 *     quality  latency, bandwidth and slicer; a loss is a stall, which is a bandwidth of 0 for a while
 */

import { isDeepStrictEqual } from 'node:util';
import type { CutStyle, LinkQuality } from '../schedule/world.ts';
import type { Direction, Toxic, ToxicState } from './toxiproxy/toxic.ts';

export type Want =
  | { readonly kind: 'cut'; readonly style: CutStyle }
  | { readonly kind: 'quality'; readonly quality: LinkQuality };

export interface LineState {
  readonly enabled: boolean;
  readonly toxics: readonly ToxicState[];
}

/** When several cut the same line, the one that lets less through wins. */
const strength: readonly CutStyle[] = ['hold', 'drop', 'refuse'];

export const strongest = (styles: readonly CutStyle[]): CutStyle | undefined =>
  strength.findLast((style) => styles.includes(style));

const stylesOf = (wants: readonly Want[]): readonly CutStyle[] =>
  wants.flatMap((want) => (want.kind === 'cut' ? [want.style] : []));

const qualitiesOf = (wants: readonly Want[]): readonly LinkQuality[] =>
  wants.flatMap((want) => (want.kind === 'quality' ? [want.quality] : []));

const sum = (values: readonly (number | undefined)[]): number =>
  values.reduce<number>((total, value) => total + (value ?? 0), 0);

/** The smallest of those that are given. */
function least(values: readonly (number | undefined)[]): number | undefined {
  const given = values.filter((value) => value !== undefined);
  return given.length === 0 ? undefined : Math.min(...given);
}

/** A message arrives when none of them loses it. */
export const lossOf = (wants: readonly Want[]): number =>
  1 - qualitiesOf(wants).reduce((arrives, { loss = 0 }) => arrives * (1 - loss), 1);

/** A latency toxic varies around its latency, a quality's jitter is an extra. */
function qualityToxics(wants: readonly Want[]): readonly (readonly [string, Toxic])[] {
  const qualities = qualitiesOf(wants);
  const jitterMs = sum(qualities.map((quality) => quality.jitterMs)) / 2;
  const latencyMs = sum(qualities.map((quality) => quality.latencyMs)) + jitterMs;
  const bytesPerSecond = least(qualities.map((quality) => quality.bytesPerSecond));
  const sliceBytes = least(qualities.map((quality) => quality.sliceBytes));
  const toxics: (readonly [string, Toxic])[] = [];
  if (latencyMs > 0) {
    const rounded = { latencyMs: Math.round(latencyMs), jitterMs: Math.floor(jitterMs) };
    toxics.push(['latency', { kind: 'latency', ...rounded }]);
  }
  if (sliceBytes !== undefined) {
    const averageBytes = Math.max(1, Math.round(sliceBytes));
    // Without a pause the pieces would be put together again on their way.
    toxics.push(['slicer', { kind: 'slicer', averageBytes, variationBytes: 0, delayUs: 200 }]);
  }
  if (bytesPerSecond !== undefined) {
    const rateKBps = Math.max(1, Math.round(bytesPerSecond / 1000));
    toxics.push(['bandwidth', { kind: 'bandwidth', rateKBps }]);
  }
  return toxics;
}

/** What the line's proxy should be when these are wanted of it, and it is or is not stalled by a loss at present. */
export function wantedState(
  wants: readonly Want[],
  isStalled: boolean,
  directions: readonly Direction[],
): LineState {
  const style = strongest(stylesOf(wants));
  if (style === 'refuse') return { enabled: false, toxics: [] };
  const toxics: (readonly [string, Toxic])[] = [
    ...(style === 'hold' ? [['hold', { kind: 'bandwidth', rateKBps: 0 }] as const] : []),
    ...(style === 'drop' ? [['drop', { kind: 'timeout', timeoutMs: 0 }] as const] : []),
    ...(isStalled ? [['stall', { kind: 'bandwidth', rateKBps: 0 }] as const] : []),
    ...qualityToxics(wants),
  ];
  return {
    enabled: true,
    toxics: directions.flatMap((direction) =>
      toxics.map(([name, toxic]) => ({
        // Names are unique on a proxy, both directions together.
        name: direction === 'upstream' ? name : `${name}-back`,
        direction,
        toxicity: 1,
        toxic,
      })),
    ),
  };
}

export const sameToxic = (a: ToxicState, b: ToxicState): boolean => isDeepStrictEqual(a, b);

/** The order in which toxics were added does not matter. */
export const sameState = (a: LineState, b: LineState): boolean =>
  a.enabled === b.enabled &&
  a.toxics.length === b.toxics.length &&
  a.toxics.every((toxic) => b.toxics.some((other) => sameToxic(toxic, other)));

/** `disabled`, `open`, or the toxics as they were read back: `latency upstream latencyMs 80 jitterMs 20`. */
export function stateText({ enabled, toxics }: LineState): string {
  if (!enabled) return 'disabled';
  const texts = toxics.map(({ direction, toxic: { kind, ...attributes } }) =>
    [kind, direction, ...Object.entries(attributes).flat()].join(' '),
  );
  return texts.join(' + ') || 'open';
}
