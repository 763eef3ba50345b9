/** Finds etcd, and makes sure that it is one that can be tested. */

import { accessSync, constants } from 'node:fs';
import { delimiter, join, resolve } from 'node:path';
import { execa } from 'execa';
import { BadInput, HarnessFailure } from '../../errors.ts';

export interface Etcd {
  readonly file: string;
  /** `3.4.23`. */
  readonly version: string;
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

const howToInstall =
  'install it (Debian, Ubuntu: apt-get install etcd-server; others: https://github.com/etcd-io/etcd/releases), ' +
  'or name the program: --etcd FILE';

/** The program that is named, or the first `etcd` on PATH; undefined when there is none there. */
export const findEtcd = (
  named: string | undefined,
  path: string = process.env['PATH'] ?? '',
): string | undefined =>
  named === undefined
    ? path
        .split(delimiter)
        .filter((folder) => folder !== '')
        .map((folder) => join(folder, 'etcd'))
        .find(isExecutable)
    : [resolve(named)].find(isExecutable);

/** Throws BadInput when the program that is named is not there or is no etcd 3.4 or newer, HarnessFailure when there is none on PATH. */
export async function requireEtcd(named: string | undefined): Promise<Etcd> {
  const file = findEtcd(named);
  if (file === undefined && named === undefined) {
    throw new HarnessFailure(
      `etcd is not installed: there is no program etcd on PATH.\nnext: ${howToInstall}`,
    );
  }
  if (file === undefined) {
    throw new BadInput(
      `the etcd program is ${named}, which is not an executable file.\nnext: ${howToInstall}`,
    );
  }
  const { stdout, shortMessage } = await execa(file, ['--version'], {
    reject: false,
    timeout: 10_000,
  });
  const version = /etcd Version: (\d+\.\d+\.\d+\S*)/.exec(stdout)?.[1];
  const [major = 0, minor = 0] = (version ?? '').split('.').map(Number);
  if (version !== undefined && (major > 3 || (major === 3 && minor >= 4))) return { file, version };
  throw new BadInput(
    `${file} is not an etcd that can be tested: \`${file} --version\` says ${shortMessage ?? JSON.stringify(stdout.slice(0, 200))}; ` +
      `allowed: etcd 3.4 or newer.\nnext: ${howToInstall}`,
  );
}
