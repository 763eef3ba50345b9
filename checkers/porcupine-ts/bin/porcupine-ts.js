#!/usr/bin/env node
// Plain JavaScript on purpose: an older Node must get as far as saying what it needs.
const badInput = 254;
const bug = 255;

// Node's own exit code for an exception nobody caught is 1, which is our word for "not linearizable".
function fail(error) {
  console.error('porcupine-ts: unexpected error, this is a bug in porcupine-ts:', error);
  process.exit(bug);
}

if (Number(process.versions.node.split('.')[0]) < 24) {
  console.error(`porcupine-ts needs Node 24 or newer; this is ${process.version}.`);
  process.exit(badInput);
}
process.on('uncaughtException', fail);
process.on('unhandledRejection', fail);
const { main } = await import('../src/cli/main.ts');
process.exitCode = main(process.argv.slice(2));
