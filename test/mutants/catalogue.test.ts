import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { stripTypeScriptTypes } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { mutantNamed, mutants, notPlanted } from './catalogue/index.ts';
import { directed } from './directed.ts';
import { applyEdits, filesOf, type Mutant, MutantRotten } from './mutant.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const read = (file: string): string => readFileSync(join(root, file), 'utf8');

describe('the catalogue of mutants', () => {
  it('has names that are used once', () => {
    const ids = [...mutants.map(({ id }) => id), ...notPlanted.flatMap(({ ids }) => ids)];
    assert.deepEqual(
      ids.filter((id, i) => ids.indexOf(id) !== i),
      [],
    );
  });

  it('covers every class, both algorithms, known bugs and some of our own', () => {
    const count = (wanted: (mutant: Mutant) => boolean): number => mutants.filter(wanted).length;
    assert.ok(count((m) => m.source !== 'own') >= 45, 'known bugs');
    assert.ok(count((m) => m.source === 'own') >= 20, 'own');
    for (const kind of ['B', 'W', 'L', 'P']) assert.ok(count((m) => m.class === kind) >= 3, kind);
    assert.ok(count((m) => m.algorithm !== 'raft') >= 20);
    assert.ok(count((m) => m.algorithm !== 'paxos') >= 20);
  });

  for (const mutant of mutants) {
    it(`${mutant.id} can be planted and changes something`, () => {
      for (const file of filesOf(mutant)) {
        const text = read(file);
        const changed = applyEdits(mutant, file, text);
        // Throws a SyntaxError that shows the place.
        const [before, after] = [stripTypeScriptTypes(text), stripTypeScriptTypes(changed)];
        assert.notEqual(before.replace(/\s+/g, ''), after.replace(/\s+/g, ''));
      }
    });
  }

  it('complains of a text that is not there, with mutant, file and text', () => {
    const [mutant] = mutants;
    assert.ok(mutant);
    const file = filesOf(mutant)[0] ?? '';
    const error = { name: 'MutantRotten' };
    assert.throws(() => applyEdits(mutant, file, 'nothing'), error);
    try {
      applyEdits(mutant, file, 'nothing');
    } catch (thrown) {
      assert.ok(thrown instanceof MutantRotten);
      for (const said of [mutant.id, file, mutant.edits[0]?.find ?? '?', '0 times']) {
        assert.ok(thrown.message.includes(said), said);
      }
    }
    const twice = `${read(file)}\n${read(file)}`;
    assert.throws(() => applyEdits(mutant, file, twice), /2 times/);
  });

  it('complains of an unknown name', () => {
    assert.throws(() => mutantNamed('R99'), /unknown mutant "R99"; there are: R01, /);
  });

  it('is described: the directed scenarios and what they catch', () => {
    const described = [...read('docs/mutants.md').matchAll(/^\| `([\w-]+)` \| .* \| (.*) \|$/gm)];
    assert.deepEqual(
      described.map(([, scenario, catches = '']) => ({ scenario, catches: catches.split(', ') })),
      directed.map(({ scenario, catches }) => ({ scenario, catches })),
    );
  });
});
