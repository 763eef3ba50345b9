/** Files that are there whole or not at all, whatever happens while they are made. Synchronous: used only at start. */

import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  writeSync,
} from 'node:fs';
import { dirname } from 'node:path';

/** The calls on files by which a node starts; simulated disks have their own. All throw the system's error. */
export interface Files {
  exists(path: string): boolean;
  read(path: string): Buffer;
  /** A new or emptied file, which survives a power loss with these bytes once `sync` was called with it, under a name that does. */
  write(path: string, bytes: Buffer): void;
  /** Makes the bytes of a file durable, not its name. */
  sync(path: string): void;
  rename(from: string, to: string): void;
  makeDirectory(directory: string): void;
  /** Makes the names in a directory durable. */
  syncDirectory(directory: string): void;
}

function withOpen(path: string, flags: 'r' | 'w', act: (fd: number) => void): void {
  const fd = openSync(path, flags);
  try {
    act(fd);
  } finally {
    closeSync(fd);
  }
}

/** Those of the operating system. */
export const realFiles: Files = {
  exists: existsSync,
  read: (path) => readFileSync(path),
  write: (path, bytes) =>
    withOpen(path, 'w', (fd) => {
      let written = 0;
      while (written < bytes.length) written += writeSync(fd, bytes, written);
    }),
  sync: (path) => withOpen(path, 'r', fsyncSync),
  rename: renameSync,
  makeDirectory: (directory) => {
    mkdirSync(directory, { recursive: true });
  },
  syncDirectory: (directory) => withOpen(directory, 'r', fsyncSync),
};

/** Replaces the file by one with these bytes, durably and atomically. Throws the system's error. */
export function writeDurably(path: string, bytes: Buffer, files: Files): void {
  const temporary = `${path}.new`;
  files.write(temporary, bytes);
  files.sync(temporary);
  files.rename(temporary, path);
  files.syncDirectory(dirname(path));
}
