/** Reading the details of trace events and of starting disks: both come as unknown values. */

import type { TraceEvent } from '#src/consensus/algorithm';
import type { Ballot } from '#src/consensus/paxos/ballot';

/** A text as it is, anything else as JSON. */
export const valueText = (value: unknown): string =>
  typeof value === 'string' ? value : (JSON.stringify(value) ?? 'nothing');

export const numberOf = (event: TraceEvent, name: string): number => Number(event[name]);
export const textOf = (event: TraceEvent, name: string): string => valueText(event[name]);

/** Names in a list, such as a quorum. */
export function listOf(event: TraceEvent, name: string): readonly string[] {
  const value = event[name];
  return Array.isArray(value) ? value.map(String) : [];
}

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** `2.B` for the ballot at `name`; a dash where there is none. */
export function ballotAt(event: TraceEvent, name: string): string {
  const value = event[name];
  return isObject(value) ? `${valueText(value['round'])}.${valueText(value['node'])}` : '–';
}

/** Throws RangeError when it is not written `2.B`. */
export function parseBallot(text: unknown, what: string): Ballot {
  const match = /^(\d+)\.([A-Za-z]\w*)$/.exec(valueText(text));
  if (match === null) {
    throw new RangeError(
      `${what} is ${JSON.stringify(text)}; a ballot is written ROUND.NODE, such as 2.B`,
    );
  }
  return { round: Number(match[1]), node: String(match[2]) };
}

/** Throws RangeError that names the first key that is not allowed. */
export function onlyKeys(
  given: Readonly<Record<string, unknown>>,
  allowed: readonly string[],
): void {
  for (const key of Object.keys(given)) {
    if (!allowed.includes(key)) {
      throw new RangeError(`unknown key ${key}; a disk of this system has ${allowed.join(', ')}`);
    }
  }
}

/** A whole number from 0. Throws RangeError. */
export function count(value: unknown, what: string): number {
  if (!Number.isSafeInteger(value) || Number(value) < 0) {
    throw new RangeError(`${what} is ${JSON.stringify(value)}; a whole number from 0 is needed`);
  }
  return Number(value);
}

/** `x=1`; undefined where it is not written like that. */
export function parseWrite(
  text: string,
): { readonly key: string; readonly value: unknown } | undefined {
  const match = /^([A-Za-z]\w*)=(\S+)$/.exec(text);
  if (match === null) return undefined;
  const value = Number(match[2]);
  return { key: String(match[1]), value: Number.isFinite(value) ? value : String(match[2]) };
}
