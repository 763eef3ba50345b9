/**
 * The process of one node: `main.ts CONFIG.json`.
 *
 * It lives as long as its standard input is open: whoever starts it holds the other end of that pipe, and when the holder is gone, however
 * it died, the node goes too. So standard input has to be a pipe (or a terminal), never /dev/null.
 *
 * Exit codes: 0 asked to stop (SIGTERM) or the parent is gone; 64 bad configuration; 70 FATAL; 71 cannot listen.
 */

import { writeSync } from 'node:fs';
import { BadInput } from '../errors.ts';
import { errorMessage } from './error-message.ts';
import { Fatal, RunningNode } from './node.ts';
import { readConfig } from './read-config.ts';

const exitCodes = { stopped: 0, badConfig: 64, fatal: 70, cannotListen: 71 } as const;

/** Synchronous, so that the last line before an exit is there too. */
function print(line: string): void {
  try {
    writeSync(1, line);
  } catch {
    // Nobody reads any more, or not fast enough. A node does not die of its log.
  }
}

const log = (line: string): void => print(`${new Date().toISOString()} ${line}\n`);

/** One line that begins with FATAL, which is what log checkers look for, then where it came from. */
function fatal(error: unknown): never {
  const said = error instanceof Fatal ? error.message : `unexpected: ${String(error)}`;
  print(`FATAL ${said.replaceAll('\n', ' ')}\n`);
  const cause = error instanceof Fatal ? error.cause : error;
  if (cause instanceof Error && cause.stack !== undefined) print(`${cause.stack}\n`);
  process.exit(exitCodes.fatal);
}

function stopWith(node: RunningNode, why: string): never {
  node.stop();
  log(`stopped: ${why}`);
  process.exit(exitCodes.stopped);
}

function create(configPath: string): RunningNode {
  try {
    const config = readConfig(configPath);
    log(`started ${config.self} with ${config.algorithm}, pid ${process.pid}`);
    return new RunningNode({ config, log, onFatal: fatal });
  } catch (error) {
    if (error instanceof BadInput || error instanceof RangeError) {
      log(`ERROR ${error.message}`);
      process.exit(exitCodes.badConfig);
    }
    return fatal(error);
  }
}

async function main(configPath: string | undefined): Promise<void> {
  if (configPath === undefined) {
    log('ERROR no configuration given; usage: main.ts CONFIG.json');
    process.exit(exitCodes.badConfig);
  }
  const node = create(configPath);
  process.on('uncaughtException', (error) => {
    node.stop();
    fatal(error);
  });
  process.on('SIGTERM', () => stopWith(node, 'SIGTERM'));
  // The terminal sends it to the whole group; the harness decides when its nodes stop.
  process.on('SIGINT', () => {});
  process.stdin.on('error', () => stopWith(node, 'the parent is gone'));
  process.stdin.on('end', () => stopWith(node, 'the parent is gone'));
  process.stdin.on('close', () => stopWith(node, 'the parent is gone'));
  process.stdin.resume();
  try {
    await node.start();
    log('ready');
  } catch (error) {
    log(`ERROR cannot listen: ${errorMessage(error)}`);
    process.exit(exitCodes.cannotListen);
  }
}

await main(process.argv[2]);
