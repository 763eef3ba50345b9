/** Sets, queues and locks, kept as plain JSON values of the store. All throw BadCommand where something else is at the key. */

import type { Value } from './command.ts';
import { equalJson } from './json.ts';
import { BadCommand, listAt, type View } from './view.ts';

/** Whether the element was not there. */
export function insert(view: View, key: string, value: Value): boolean {
  const elements = listAt(view, key, 'insert');
  const element = value ?? null;
  if (elements.some((other) => equalJson(other, element))) return false;
  view.set(key, [...elements, element]);
  return true;
}

/** Whether the element was there. */
export function remove(view: View, key: string, value: Value): boolean {
  const elements = listAt(view, key, 'remove');
  const left = elements.filter((other) => !equalJson(other, value ?? null));
  if (left.length === elements.length) return false;
  view.set(key, left);
  return true;
}

/** What was at the front, at most `count` values. */
export function dequeue(view: View, key: string, count: number): readonly Value[] {
  const list = listAt(view, key, 'dequeue');
  if (!Number.isSafeInteger(count) || count < 1) {
    throw new BadCommand(`dequeue takes a count from 1, not ${JSON.stringify(count)}`);
  }
  if (list.length > 0) view.set(key, list.slice(count));
  return list.slice(0, count);
}

/** The newest token that was given out, and whether the lock is held with it. */
type Lock = readonly [token: number, isHeld: boolean];

function lockAt(view: View, key: string, f: string): Lock {
  const lock = view.get(key) ?? [0, false];
  if (!Array.isArray(lock) || lock.length !== 2) throw noLock(key, f);
  const [token, isHeld] = lock as readonly unknown[];
  if (typeof token !== 'number' || typeof isHeld !== 'boolean') throw noLock(key, f);
  return [token, isHeld];
}

const noLock = (key: string, f: string): BadCommand =>
  new BadCommand(`${f} needs a lock at ${key}, found something else`);

/** The fencing token, or null when the lock is held. Tokens count up, so that an old holder can be told from the new one. */
export function acquire(view: View, key: string): number | null {
  const [token, isHeld] = lockAt(view, key, 'acquire');
  if (isHeld) return null;
  view.set(key, [token + 1, true]);
  return token + 1;
}

/** Whether it was held with this token. */
export function release(view: View, key: string, token: number): boolean {
  const [newest, isHeld] = lockAt(view, key, 'release');
  if (!isHeld || token !== newest) return false;
  view.set(key, [newest, false]);
  return true;
}
