/**
 * Stores of texts as Porcupine's kv files have them: many clients that put, append and get a few keys, a name of client and number
 * between x and y. Some clients share a name, so that some parts are appended twice. By seed.
 */

import { writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { random } from '#checkers/porcupine-ts/test/support/generated';
import type { File } from './histories.ts';

export interface KvShape {
  readonly seed: number;
  readonly operations: number;
  readonly clients: number;
  readonly keys: number;
  /** In so many keys a read misses something that had been appended, and seen, long before. */
  readonly brokenKeys: number;
}

export const generatedKv: Readonly<Record<string, KvShape>> = {
  'c50-bad, generated': { seed: 1, operations: 1700, clients: 50, keys: 10, brokenKeys: 3 },
  'c50-ok, generated': { seed: 2, operations: 1700, clients: 50, keys: 10, brokenKeys: 0 },
  'c50-bad, generated, all keys': {
    seed: 3,
    operations: 1700,
    clients: 50,
    keys: 10,
    brokenKeys: 10,
  },
};

interface Planned {
  readonly client: number;
  readonly call: number;
  readonly return: number;
  readonly effect: number;
  readonly f: 'get' | 'put' | 'append';
  readonly key: number;
  readonly part: string;
  /** What a get saw. */
  seen: string;
}

/** Clients that never pause; each operation takes effect somewhere between its call and its return. */
function plan({ seed, operations, clients, keys }: KvShape): Planned[] {
  const next = random(seed);
  const planned: Planned[] = [];
  for (let client = 0; client < clients; client += 1) {
    let time = next();
    for (let n = 0; n < operations / clients; n += 1) {
      const call = time + 0.05 * next();
      const end = call - Math.log(1 - next());
      time = end;
      const dice = next();
      planned.push({
        client,
        call,
        return: end,
        effect: call + (end - call) * next(),
        f: dice < 0.46 ? 'get' : dice < 0.5 ? 'put' : 'append',
        key: Math.floor(next() * keys),
        part: `x ${client % (clients - 3)} ${n} y`,
        seen: '',
      });
    }
  }
  return planned.sort((a, b) => a.effect - b.effect);
}

/** Lets operations take effect; in broken keys the last get that can misses the first part that an earlier get saw. */
function play(shape: KvShape): readonly Planned[] {
  const planned = plan(shape);
  const held = new Map<number, string>();
  for (const op of planned) {
    const before = held.get(op.key) ?? '';
    op.seen = before;
    if (op.f !== 'get') held.set(op.key, op.f === 'put' ? op.part : before + op.part);
  }
  for (let key = 0; key < shape.brokenKeys; key += 1) {
    const gets = planned.filter((op) => op.f === 'get' && op.key === key);
    const isAfter = (op: Planned): boolean =>
      gets.some(
        (other) =>
          other.return < op.call && op.seen.startsWith(other.seen) && other.seen.includes('y'),
      );
    const stale = gets.findLast((op) => op.seen.split('y').length > 3 && isAfter(op));
    if (stale === undefined) throw new Error(`key ${key} cannot be broken; try more operations`);
    stale.seen = stale.seen.slice(stale.seen.indexOf('y') + 1);
  }
  return planned;
}

/** The lines of a file in the order of time. */
export function kvLines(shape: KvShape): readonly string[] {
  const events = play(shape).flatMap((op) => {
    const about = (type: string, value: string): string =>
      `{:process ${op.client}, :type :${type}, :f :${op.f}, :key "${op.key}", :value ${value}}`;
    const asked = op.f === 'get' ? 'nil' : `"${op.part}"`;
    const answered = op.f === 'get' ? `"${op.seen}"` : asked;
    return [
      { time: op.call, line: about('invoke', asked) },
      { time: op.return, line: about('ok', answered) },
    ];
  });
  return events.sort((a, b) => a.time - b.time).map(({ line }) => line);
}

/** Writes them all to a folder for temporary files; others are overwritten. */
export async function writeGeneratedKv(): Promise<readonly File[]> {
  return await Promise.all(
    Object.entries(generatedKv).map(async ([name, shape]): Promise<File> => {
      const path = join(tmpdir(), `dissent-${name.replaceAll(/[^a-z0-9]+/g, '-')}.txt`);
      await writeFile(path, `${kvLines(shape).join('\n')}\n`);
      return { name, path, model: 'kv' };
    }),
  );
}
