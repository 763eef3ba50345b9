/**
 * The partial-connectivity table of Omni-Paxos (EuroSys 2023) for our Raft and Multi-Paxos, in the simulated world:
 *
 *     npm run partial-connectivity [-- --seeds N] [--json]
 *
 * Each graph of links is held until the end of the run. The same every time; docs/partial-connectivity.md explains it.
 */

import { parseArgs } from 'node:util';
import { BadInput, exitCodes } from '#src/errors';
import { graphs } from './partial-connectivity/cells.ts';
import { type Cell, heading, measureAll, row } from './partial-connectivity/table.ts';

function seedsOf(text: string): number[] {
  const count = Number(text);
  if (!Number.isInteger(count) || count < 1 || count > 1000) {
    throw new BadInput(`--seeds ${text}: allowed are whole numbers from 1 to 1000`);
  }
  return Array.from({ length: count }, (_, i) => i + 1);
}

function conclusion(cells: readonly Cell[], seeds: number): string[] {
  const compared = cells.filter(({ published }) => published !== undefined);
  const others = compared.filter(({ published, outcome }) => published !== outcome);
  const split = cells.filter(({ isUnanimous }) => !isUnanimous);
  return [
    `${compared.length - others.length} of ${compared.length} published outcomes are the same here` +
      `${others.length === 0 ? '' : '; others, marked (!), are explained in docs/partial-connectivity.md'}.`,
    split.length === 0
      ? `All ${seeds} seeds agree on every outcome.`
      : `Seeds differ in: ${split.map(({ graph, subject }) => `${subject} (${graph})`).join(', ')}.`,
  ];
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      seeds: { type: 'string', default: '5' },
      json: { type: 'boolean', default: false },
    },
  });
  const seeds = seedsOf(values.seeds);
  const words = values.json ? process.stderr : process.stdout;
  const [first] = graphs;
  let graph = '';
  const cells = await measureAll(seeds, (cell) => {
    if (cell.graph !== graph) {
      words.write(`${cell.graph === first?.name ? '' : '\n'}${heading(cell.graph)}\n`);
    }
    graph = cell.graph;
    words.write(`${row(cell)}\n`);
  });
  words.write(`\n${conclusion(cells, seeds.length).join('\n')}\n`);
  if (values.json) process.stdout.write(`${JSON.stringify({ seeds, cells }, null, 2)}\n`);
}

main().catch((error: unknown) => {
  const isInput = error instanceof BadInput || error instanceof TypeError;
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = isInput ? exitCodes.badInput : exitCodes.harnessFailure;
});
