/** Files that are there whole or not at all, whatever happens while they are made. Synchronous: used only at start. */

import { closeSync, fsyncSync, openSync, renameSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';

/** A new or renamed file survives a power loss only when its directory is on disk too. Throws the system's error. */
export function syncDirectory(directory: string): void {
  const fd = openSync(directory, 'r');
  try {
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}

/** Replaces the file by one with these bytes, durably and atomically. Throws the system's error. */
export function writeDurably(file: string, bytes: Buffer): void {
  const temporary = `${file}.new`;
  const fd = openSync(temporary, 'w');
  try {
    let written = 0;
    while (written < bytes.length) written += writeSync(fd, bytes, written);
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
  renameSync(temporary, file);
  syncDirectory(dirname(file));
}
