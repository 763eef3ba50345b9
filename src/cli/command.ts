/** What all commands have in common: examples, in the help and wherever the command was called wrongly. */

import { Command } from 'commander';

const label = (count: number): string => (count === 1 ? 'Example: ' : 'Examples: ');

/** `examples`: as they would be typed; the first is shown with errors of usage. */
export function newCommand(name: string, first: string, ...more: readonly string[]): Command {
  const examples = [first, ...more];
  const start = label(examples.length);
  return new Command(name)
    .addHelpText('after', `\n${start}${examples.join(`\n${' '.repeat(start.length)}`)}`)
    .showHelpAfterError(`(for example: ${first}; --help shows all options)`);
}
