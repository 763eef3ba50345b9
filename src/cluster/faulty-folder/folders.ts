/** The faulty folders of a cluster: one per node, mounted where its data folder is. */

import { existsSync } from 'node:fs';
import { mkdir, readdir, rename, rm, rmdir } from 'node:fs/promises';
import { join } from 'node:path';
import { type Node, Unavailable } from '../../schedule/world.ts';
import { all } from '../serial.ts';
import { type FaultyFolder, startFaultyFolder } from './faulty-folder.ts';

/** Where a node's data is. */
export interface DataPlace {
  readonly node: Node;
  /** `nodes/<n>` in the run folder. */
  readonly folder: string;
  readonly dataDir: string;
}

/** Disposing of it unmounts the folders; afterwards every node's data is a plain folder, where it would have been without them. */
export interface Folders extends AsyncDisposable {
  /** undefined: this node's data is in a plain folder, for the reason. */
  folder(node: Node): FaultyFolder | undefined;
  /** Why none could be mounted; undefined: they are. */
  readonly reason: string | undefined;
}

const filesOf = ({ folder }: DataPlace): string => join(folder, 'disk');

/**
 * Mounts one per node, or none where that cannot be done. Throws HarnessFailure when a server does not start. `onDied`: told when a
 * server has ended by itself; what happens from then on says nothing about the program.
 */
export async function startFolders(
  places: readonly DataPlace[],
  onDied: (reason: string) => void,
): Promise<Folders> {
  await using starting = new AsyncDisposableStack();
  const folders = new Map<Node, FaultyFolder>();
  const starts = await Promise.allSettled(
    places.map(async (place) => {
      const folder = await startFaultyFolder({
        mountPoint: place.dataDir,
        files: filesOf(place),
        logFile: join(place.folder, 'disk.log'),
      });
      starting.defer(() => putBack(place));
      starting.use(folder);
      folders.set(place.node, folder);
    }),
  );
  const refused = starts.find((one) => one.status === 'rejected');
  if (refused !== undefined) {
    if (!(refused.reason instanceof Unavailable)) throw refused.reason;
    await starting.disposeAsync();
    await all(places.map(putBack));
    return {
      folder: () => undefined,
      reason: refused.reason.message,
      [Symbol.asyncDispose]: () => Promise.resolve(),
    };
  }
  for (const { died } of folders.values()) void died.then(onDied);
  const owned = starting.move();
  return {
    folder: (node) => folders.get(node),
    reason: undefined,
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

/** Once it is unmounted. */
async function putBack(place: DataPlace): Promise<void> {
  const files = filesOf(place);
  if (!existsSync(files)) return;
  await rmdir(place.dataDir);
  await rename(files, place.dataDir);
}

/** Deletes what is in a folder, and not the folder, on which something may be mounted. */
export async function emptyFolder(path: string): Promise<void> {
  await mkdir(path, { recursive: true });
  const names = await readdir(path);
  await all(names.map((name) => rm(join(path, name), { recursive: true, force: true })));
}
