/** The embedded Toxiproxy as a process of its own. Lives as long as its stdin: it ends when whoever started it is gone. */

import { parseArgs } from 'node:util';
import { BadInput, exitCodes, HarnessFailure } from '../../errors.ts';
import { startEmbedded, version } from './server/index.ts';

const usage = `Usage: node main.ts [--host 127.0.0.1] [--port 8474] [--seed 1] [--version]

Prints {"listening": URL} on stdout when it is ready, changes on stderr, and exits when stdin ends.
Example: node main.ts --port 0 --seed 7
`;

async function main(): Promise<void> {
  const options = parse();
  if (options.help) return void process.stdout.write(usage);
  if (options.version) return void process.stdout.write(`toxiproxy-server version ${version}\n`);
  const server = await startEmbedded({
    host: options.host,
    port: integer('port', options.port, 65535),
    seed: integer('seed', options.seed, Number.MAX_SAFE_INTEGER),
    log: (line) => process.stderr.write(`${new Date().toISOString()} ${line}\n`),
  });
  process.stdout.write(`${JSON.stringify({ listening: server.url })}\n`);
  const stop = () => void server.close().then(() => process.exit(0));
  process.once('SIGINT', stop);
  process.once('SIGTERM', stop);
  process.stdin.once('end', stop).once('error', stop).resume();
}

function parse() {
  try {
    const { values } = parseArgs({
      options: {
        host: { type: 'string', default: '127.0.0.1' },
        port: { type: 'string', default: '8474' },
        seed: { type: 'string', default: '1' },
        version: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    });
    if (values.host !== '127.0.0.1' && values.host !== 'localhost')
      throw new BadInput(`--host is ${values.host}; only 127.0.0.1 or localhost is allowed.`);
    return values;
  } catch (error) {
    throw error instanceof Error ? new BadInput(error.message) : error;
  }
}

function integer(name: string, text: string, max: number): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || value > max)
    throw new BadInput(`--${name} is ${text}; it must be an integer from 0 to ${max}.`);
  return value;
}

await main().catch((error: unknown) => {
  const known = error instanceof BadInput || error instanceof HarnessFailure;
  const text = error instanceof Error && !known ? error.stack : String(error);
  process.stderr.write(`${known ? error.message : text}\n`);
  process.exit(error instanceof BadInput ? exitCodes.badInput : exitCodes.harnessFailure);
});
