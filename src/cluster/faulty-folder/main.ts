/**
 * The process that serves one faulty folder. It ends, and the folder is unmounted, when it is told to, when its stdin ends (whoever started
 * it is gone), and on SIGTERM.
 */

import { mkdirSync, openSync, rmSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { stream } from '../../random/random.ts';
import { FileSystem, type Loss } from './file-system.ts';
import { fuseDevice, mount, unmount } from './mount.ts';
import type { Answer, FolderConfig, FolderStatus, NumberedOrder, Order } from './orders.ts';
import { Server } from './server.ts';
import { Troubles } from './troubles.ts';

const config = JSON.parse(process.argv[2] ?? '') as FolderConfig;
const { mountPoint, files: backing, kept, names } = config;

const say = (line: Answer): void => {
  process.stdout.write(`${JSON.stringify(line)}\n`);
};

// Modes come from the kernel with the umask of who asked applied already.
process.umask(0);
rmSync(kept, { recursive: true, force: true });
for (const folder of [mountPoint, backing, kept]) mkdirSync(folder, { recursive: true });

const troubles = new Troubles();
const files = new FileSystem({ files: backing, kept }, names, troubles);
const fuse = openSync(fuseDevice, 'r+');
const server = new Server(fuse, files, troubles);

/** From unmounting to being told of it. */
const endGraceMs = 50;
let ending = false;
const serving = server.serve();

async function end(atOnce: boolean, code = 0): Promise<void> {
  if (ending) return;
  ending = true;
  const why = await unmount(mountPoint, atOnce);
  if (why !== undefined) console.error(`cannot unmount ${mountPoint}: ${why}`);
  rmSync(kept, { recursive: true, force: true });
  // While somebody still uses the folder a thread waits for requests, and an orderly exit would wait for that thread.
  const isServing = await Promise.race([serving.then(() => false), delay(endGraceMs, true)]);
  if (isServing) process.kill(process.pid, 'SIGKILL');
  process.exit(why === undefined ? code : 1);
}

const statusOf = (loss?: Loss): FolderStatus => ({
  effects: troubles.effects,
  troubles: troubles.active,
  unsynced: files.unsynced,
  writtenBack: files.writtenBack,
  ...(loss === undefined ? {} : { loss }),
});

function obey(order: Order): FolderStatus {
  switch (order.kind) {
    case 'troubles':
      troubles.set(order.troubles);
      break;
    case 'power-off':
      server.powerOff();
      break;
    case 'lose':
      return statusOf(server.lose(order.how, stream(order.seed, 'torn')));
    case 'power-on':
      server.powerOn();
      break;
    case 'write-back':
      files.writeBack();
      break;
    case 'stop':
      void end(false);
      break;
    case 'status':
      break;
  }
  return statusOf();
}

// A terminal sends these to the whole process group: the folder stays while its owner does.
for (const signal of ['SIGINT', 'SIGHUP'] as const) process.on(signal, () => undefined);
process.on('SIGTERM', () => void end(true));
process.on('uncaughtException', (error) => {
  console.error(error);
  void end(true, 1);
});
process.stdout.on('error', () => undefined);
process.stdin.on('error', () => void end(true));

const lines = createInterface({ input: process.stdin });
lines.on('close', () => void end(true));
lines.on('line', (line) => {
  const { id, order } = JSON.parse(line) as NumberedOrder;
  try {
    say({ kind: 'done', id, status: obey(order) });
  } catch (error) {
    say({ kind: 'failed', id, reason: String(error) });
  }
});

const refused = await mount(fuse, mountPoint);
if (refused === undefined) {
  say({ kind: 'mounted' });
  await serving;
  // Somebody else may have unmounted it.
  await end(true);
} else {
  rmSync(kept, { recursive: true, force: true });
  process.stdout.write(`${JSON.stringify({ kind: 'unavailable', reason: refused })}\n`, () =>
    process.exit(0),
  );
}
