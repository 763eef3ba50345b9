/** Reading of option values, with errors that say what is allowed. */

import { InvalidArgumentError } from 'commander';
import { BadInput } from '../errors.ts';

/** A number, whatever its range: ranges are the business of the test description. */
export function number(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !Number.isFinite(value)) {
    throw new InvalidArgumentError(`a number is needed, got "${text}"`);
  }
  return value;
}

/** `a,b,c`; empty parts are dropped. Nothing at all is a mistake: who names no fault would run without any. */
export function list(text: string): string[] {
  const parts = text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');
  if (parts.length === 0) {
    throw new InvalidArgumentError(`"${text}" names nothing; allowed: names with commas between`);
  }
  return parts;
}

/** A JSON object, for options of workloads and systems. */
export function jsonObject(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
      return value as Record<string, unknown>;
    }
  } catch {
    // Falls through to the same message: not JSON and not an object are the same mistake here.
  }
  throw new InvalidArgumentError(`a JSON object is needed, such as '{"activeKeys": 3}'`);
}

/** A JSON value where it is one, else the text itself: `--init 0` is a number, `--init nil` is null. */
export function jsonOrText(text: string): unknown {
  if (text === 'nil') return null;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}

/** `from-to`, both ends included. Throws BadInput. */
export function portRange(text: string): { from: number; to: number } {
  const match = /^(\d+)-(\d+)$/.exec(text);
  const from = Number(match?.[1]);
  const to = Number(match?.[2]);
  if (match === null || from < 1 || to > 65_535 || from > to) {
    throw new BadInput(
      `--ports ${text} is not a range of ports; allowed: FROM-TO within 1-65535, such as 20000-20100`,
    );
  }
  return { from, to };
}
