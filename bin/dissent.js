#!/usr/bin/env node
// Plain JavaScript on purpose: an older Node must get as far as handing over to the one that came with `npm ci`.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import module from 'node:module';
import { fileURLToPath } from 'node:url';

const main = new URL('../src/cli/main.ts', import.meta.url);
const bundled = fileURLToPath(new URL('../node_modules/.bin/node', import.meta.url));
const harnessFailure = 255;

// Node's own exit code for an exception nobody caught is 1, which is our word for "a violation was found".
function fail(error) {
  console.error('dissent: unexpected error, this is a bug in Dissent:', error);
  process.exit(harnessFailure);
}

if (Number(process.versions.node.split('.')[0]) >= 24) {
  process.on('uncaughtException', fail);
  process.on('unhandledRejection', fail);
  // Compiled once instead of by each of the nodes of every cluster again, which takes two thirds off the time of a start.
  process.env.NODE_COMPILE_CACHE ??= fileURLToPath(new URL('../.cache/compiled', import.meta.url));
  module.enableCompileCache(process.env.NODE_COMPILE_CACHE);
  await import(main.href).catch(fail);
} else if (existsSync(bundled)) {
  const args = [fileURLToPath(import.meta.url), ...process.argv.slice(2)];
  // Ctrl-C reaches both; the child decides when it is done.
  process.on('SIGINT', () => {});
  const child = spawnSync(bundled, args, { stdio: 'inherit' });
  process.exitCode = child.status ?? harnessFailure;
} else {
  console.error(
    `dissent needs Node 24 or newer; this is ${process.version}.\n` +
      'next: run `npm ci` (it brings Node 24 along on Linux), or install Node 24.',
  );
  process.exitCode = harnessFailure;
}
