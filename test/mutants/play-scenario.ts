/**
 * Plays scenarios and prints, for each, whether everything that it expects holds: one JSON document a line. A mutant (see
 * preload.ts) is caught by a scenario that does not.
 */

import { readFileSync } from 'node:fs';
import { parseScenario } from '#src/scenario/parse';
import { playScenario } from '#src/scenario/play';

function play(file: string): { readonly passed: boolean; readonly found: readonly string[] } {
  try {
    const played = playScenario(parseScenario(file, readFileSync(file, 'utf8')));
    const found = played.frames.flatMap(({ checks, line }) =>
      checks
        .filter(({ ok }) => !ok)
        .map(({ text, seen }) => `line ${line}: expected ${text}; found ${seen}`),
    );
    return { passed: played.passed, found };
  } catch (error) {
    // A step that cannot be done: the message it speaks of was never sent.
    return { passed: false, found: [String(error)] };
  }
}

for (const file of process.argv.slice(2)) {
  process.stdout.write(`${JSON.stringify({ file, ...play(file) })}\n`);
}
