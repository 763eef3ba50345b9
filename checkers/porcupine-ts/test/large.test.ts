/** Long histories of every shape are decided without search. Times are printed by `tools/large.ts`. */

import assert from 'node:assert/strict';
import { check } from '../src/index.ts';
import { large } from './oracle/large.ts';
import { random } from './oracle/random.ts';

const operations = 6000 * Number(process.env['DISSENT_FUZZ'] ?? 1);

describe('long histories without search', function () {
  this.timeout(60_000);

  for (const [name, make] of large) {
    it(`of a ${name}`, () => {
      const { model, valid, broken } = make(random(1), operations);
      const good = check(model, valid);
      assert.deepEqual([good.verdict, good.steps], ['ok', 0]);
      const { verdict, partitions } = check(model, broken);
      assert.equal(verdict, 'illegal');
      const [part] = partitions.filter((one) => one.verdict === 'illegal');
      const conflict = part?.verdict === 'illegal' ? part.conflict : undefined;
      if (conflict === undefined) return;
      assert.ok(conflict.length < 20, `${conflict.length} operations`);
      assert.equal(check(model, conflict, { ignoreHints: true }).verdict, 'illegal');
    });
  }
});
