#!/usr/bin/env node
// Plain JavaScript on purpose: an older Node must get as far as saying what it needs.
import { existsSync } from 'node:fs';

const badInput = 254;
const bug = 255;

// Node's own exit code for an exception nobody caught is 1, which is our word for "not linearizable".
function fail(error) {
  console.error('porcupine-ts: unexpected error, this is a bug in porcupine-ts:', error);
  process.exit(bug);
}

// The package has JavaScript only, the repository the sources, for which Node must be able to strip types.
const source = new URL('../src/cli/main.ts', import.meta.url);
const isSource = existsSync(source);
const oldest = isSource ? 24 : 20;
if (Number(process.versions.node.split('.')[0]) < oldest) {
  console.error(`porcupine-ts needs Node ${oldest} or newer; this is ${process.version}.`);
  process.exit(badInput);
}
process.on('uncaughtException', fail);
process.on('unhandledRejection', fail);
const main = isSource ? source : new URL('../dist/cli/main.js', import.meta.url);
process.exitCode = (await import(main.href)).main(process.argv.slice(2));
