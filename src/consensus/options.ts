/** What algorithms have in common about their settings: the check of their own options, and of the configuration. */

import type { AlgorithmConfig } from './algorithm.ts';

/** By option: the values that it may have. */
export type AllowedOptions<Options> = Readonly<Record<keyof Options & string, readonly unknown[]>>;

/** Throws RangeError that names an option of `algorithm` or a value which is unknown, and what is allowed. */
export function checkOptions<Options>(
  algorithm: string,
  allowed: AllowedOptions<Options>,
  given: Readonly<Record<string, unknown>>,
): void {
  const known = new Map<string, readonly unknown[]>(Object.entries(allowed));
  for (const [name, value] of Object.entries(given)) {
    const values = known.get(name);
    if (values === undefined) {
      throw new RangeError(
        `unknown option of ${algorithm}: ${name}; allowed are ${[...known.keys()].join(', ')}`,
      );
    }
    if (!values.includes(value)) {
      throw new RangeError(
        `option ${name} of ${algorithm} is ${JSON.stringify(value)}; allowed are ${values.map((v) => JSON.stringify(v)).join(', ')}`,
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
