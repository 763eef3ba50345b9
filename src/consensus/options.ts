/** What algorithms have in common about their settings: the check of their own options, and of the configuration. */

import type { AlgorithmConfig } from './algorithm.ts';

/** A number that an option may have: `from` included, `below` not. */
export interface AllowedRange {
  readonly from: number;
  readonly below: number;
}

/** By option: the values that it may have. */
export type AllowedOptions<Options> = Readonly<
  Record<keyof Options & string, readonly unknown[] | AllowedRange>
>;

type Allowed = AllowedOptions<Readonly<Record<string, unknown>>>[string];

const isList = (allowed: Allowed): allowed is readonly unknown[] => Array.isArray(allowed);

function isAllowed(allowed: Allowed, value: unknown): boolean {
  if (isList(allowed)) return allowed.includes(value);
  return typeof value === 'number' && value >= allowed.from && value < allowed.below;
}

const inWords = (allowed: Allowed): string =>
  isList(allowed)
    ? allowed.map((value) => JSON.stringify(value)).join(', ')
    : `numbers from ${allowed.from} on and below ${allowed.below}`;

/** Throws RangeError that names an option of `algorithm` or a value which is unknown, and what is allowed. */
export function checkOptions<Options>(
  algorithm: string,
  allowed: AllowedOptions<Options>,
  given: Readonly<Record<string, unknown>>,
): void {
  const known = new Map<string, Allowed>(Object.entries(allowed));
  for (const [name, value] of Object.entries(given)) {
    const values = known.get(name);
    if (values === undefined) {
      throw new RangeError(
        `unknown option of ${algorithm}: ${name}; allowed are ${[...known.keys()].join(', ')}`,
      );
    }
    if (!isAllowed(values, value)) {
      throw new RangeError(
        `option ${name} of ${algorithm} is ${JSON.stringify(value)}; allowed are ${inWords(values)}`,
      );
    }
  }
}

/** Throws RangeError when no algorithm could work with these members and times. */
export function checkConfig({ self, members, timing }: AlgorithmConfig): void {
  if (!members.includes(self)) {
    throw new RangeError(`node ${self} is not among the members ${members.join(', ')}`);
  }
  if (new Set(members).size !== members.length) {
    throw new RangeError(`a member is named twice: ${members.join(', ')}`);
  }
  if (timing.heartbeatMs <= 0 || timing.electionTimeoutMs <= timing.heartbeatMs) {
    throw new RangeError(
      `heartbeatMs ${timing.heartbeatMs} must be above 0 and below electionTimeoutMs ${timing.electionTimeoutMs}`,
    );
  }
}
