/** The errors that decide an exit code. Everything else that is thrown is a bug. */

/** The user's input cannot be used. Names what was wrong, the value, what is allowed and what to do. Exit code 254. */
export class BadInput extends Error {
  override readonly name = 'BadInput';
}

/** The harness, not the system under test, could not do its work (no free port, no disk space, ...). Exit code 255. */
export class HarnessFailure extends Error {
  override readonly name = 'HarnessFailure';
}

/** The user asked to stop before there was anything to analyze. Exit code 130. */
export class Interrupted extends Error {
  override readonly name = 'Interrupted';
}

export const exitCodes = {
  valid: 0,
  violation: 1,
  unknown: 2,
  notRecovered: 3,
  interrupted: 130,
  badInput: 254,
  harnessFailure: 255,
} as const;

/** For the end of a switch over a union: a new member becomes a compile error here. */
export function unreachable(value: never): never {
  throw new Error(`unreachable: ${JSON.stringify(value)}`);
}
