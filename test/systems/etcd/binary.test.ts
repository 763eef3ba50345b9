/** Which etcd is tested, and what is said when there is none. */

import assert from 'node:assert/strict';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BadInput } from '#src/errors';
import { findEtcd, requireEtcd } from '#src/systems/etcd/binary';

describe('the etcd program', () => {
  let folder: string;
  const saying = (name: string, text: string): string => {
    const file = join(folder, name);
    writeFileSync(file, `#!/bin/sh\necho "${text}"\n`);
    chmodSync(file, 0o755);
    return file;
  };
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'dissent-etcd-binary-'));
  });
  after(() => rmSync(folder, { recursive: true }));

  it('is the first on PATH, or the one that is named', async () => {
    const file = saying('etcd', 'etcd Version: 3.5.1');
    assert.equal(findEtcd(undefined, `/nonexistent::${folder}`), file);
    assert.equal(findEtcd(undefined, '/nonexistent'), undefined);
    assert.equal(findEtcd('/nonexistent/etcd'), undefined);
    assert.deepEqual(await requireEtcd(file), { file, version: '3.5.1' });
  });

  it('must be there, be etcd, and not be too old', async () => {
    const bad: readonly (readonly [string, RegExp])[] = [
      [
        '/nonexistent/etcd',
        /is \/nonexistent\/etcd, which is not an executable file.\nnext: install/,
      ],
      [saying('old', 'etcd Version: 3.3.27'), /allowed: etcd 3.4 or newer/],
      [saying('other', 'hello'), /is not an etcd that can be tested.*hello/],
    ];
    for (const [file, message] of bad) {
      await assert.rejects(requireEtcd(file), (error: Error) => {
        assert.ok(error instanceof BadInput);
        assert.match(error.message, message);
        return true;
      });
    }
  });
});
