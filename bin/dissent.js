#!/usr/bin/env node
// Plain JavaScript on purpose: an older Node must get as far as handing over to the one that came with `npm ci`.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const main = new URL('../src/cli/main.ts', import.meta.url);
const bundled = fileURLToPath(new URL('../node_modules/.bin/node', import.meta.url));

if (Number(process.versions.node.split('.')[0]) >= 24) {
  await import(main.href);
} else if (existsSync(bundled)) {
  const child = spawnSync(bundled, [fileURLToPath(main), ...process.argv.slice(2)], {
    stdio: 'inherit',
  });
  process.exitCode = child.status ?? 255;
} else {
  console.error(
    `dissent needs Node 24 or newer; this is ${process.version}.\n` +
      'next: run `npm ci` (it brings Node 24 along on Linux), or install Node 24.',
  );
  process.exitCode = 255;
}
