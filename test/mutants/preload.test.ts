import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { mutantNamed, mutants } from './catalogue/index.ts';
import { filesOf, type Mutant } from './mutant.ts';
import { plant } from './preload.ts';

/** A fresh copy of the module, beside the one that is loaded already. */
const load = (file: string, id: string): Promise<Record<string, unknown>> =>
  import(new URL(`../../${file}?mutant=${id}`, import.meta.url).href);

describe('planting', () => {
  for (const mutant of mutants) {
    it(`${mutant.id} loads`, async () => {
      const hooks = plant(mutant);
      try {
        for (const file of filesOf(mutant)) {
          assert.ok(Object.keys(await load(file, mutant.id)).length > 0);
        }
      } finally {
        hooks.deregister();
      }
    });
  }

  it('changes what is loaded, and leaves a mark', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'dissent-mutant-'));
    const marks = join(folder, 'marks');
    const file = 'src/consensus/paxos/ballot.ts';
    const compare = async (id: string): Promise<unknown> => {
      const { sameBallot } = await load(file, id);
      assert.ok(typeof sameBallot === 'function');
      return sameBallot({ round: 1, node: 'n1' }, { round: 1, node: 'n2' });
    };
    const hooks = plant(mutantNamed('P11'), marks);
    try {
      assert.equal(await compare('changed'), true);
      assert.equal(readFileSync(marks, 'utf8'), `P11 ${process.pid} ${file}\n`);
    } finally {
      hooks.deregister();
      rmSync(folder, { recursive: true });
    }
    assert.equal(await compare('original'), false);
  });

  it('complains at once of text that is not there', () => {
    const rotten: Mutant = {
      ...mutantNamed('R01'),
      id: 'rotten',
      edits: [{ file: 'src/consensus/hash.ts', find: 'no such text', replace: '' }],
    };
    assert.throws(
      () => plant(rotten),
      /mutant rotten .* cannot be planted in src\/consensus\/hash\.ts: .* 0 times/,
    );
  });
});
