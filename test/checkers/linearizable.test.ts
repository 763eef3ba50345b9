import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { CheckResult } from '#checkers/checker';
import { linearizable, linearizableModels } from '#checkers/linearizable';
import { BadInput } from '#src/errors';
import type { Operation } from '#src/history/operation';

type Line = Pick<Operation, 'type' | 'process' | 'f' | 'value'> & { readonly key?: string };

/** Lines as they would be recorded, one ms apart. */
const history = (lines: readonly Line[]): Operation[] =>
  lines.map((line, index) => ({ ...line, index, time: (index + 1) * 1e6 }));

const line = (
  process: number,
  type: Operation['type'],
  f: string,
  value: unknown,
  key = 'k3',
): Line => ({ process, type, f, value, key });

/** Both lines of an operation that nothing overlaps. */
const alone = (process: number, f: string, asked: unknown, answer: unknown = asked): Line[] => [
  line(process, 'invoke', f, asked),
  line(process, 'ok', f, answer),
];

function check(lines: readonly Line[], model = 'cas-register', init?: unknown): CheckResult {
  const checker = linearizable({ model, ...(init === undefined ? {} : { init }) });
  const result = checker.check({ history: history(lines), timeLimitMs: 10_000 });
  assert.ok(!(result instanceof Promise));
  return result;
}

describe('linearizable', () => {
  it('accepts reads of the latest write, of either of two concurrent ones, and of nothing at first', () => {
    const result = check([
      ...alone(0, 'read', null, null),
      line(1, 'invoke', 'write', 1),
      line(2, 'invoke', 'write', 2),
      line(2, 'ok', 'write', 2),
      line(1, 'ok', 'write', 1),
      ...alone(0, 'read', null, 2),
      ...alone(0, 'cas', [2, 3]),
      ...alone(0, 'read', null, 3),
    ]);
    assert.equal(result.valid, true);
    assert.deepEqual(result.anomalies, undefined);
    assert.equal(result['checkedOperations'], 6);
  });

  it('explains a stale read by the two writes that matter', () => {
    const result = check([
      ...alone(0, 'write', 5),
      ...alone(1, 'read', null, 5),
      ...alone(0, 'write', 7),
      ...alone(1, 'read', null, 7),
      ...alone(2, 'write', 9),
      ...alone(4, 'read', null, 7),
      ...alone(0, 'write', 11),
    ]);
    assert.equal(result.valid, false);
    const [anomaly] = result.anomalies ?? [];
    assert.equal(anomaly?.name, 'nonlinearizable');
    assert.deepEqual(
      anomaly.operations.map((op) => op.index),
      [4, 5, 8, 9, 10, 11],
    );
    assert.equal(anomaly.impossible, 11);
    assert.equal(
      anomaly.explanation,
      [
        'key "k3" is not linearizable: read -> 7 by process 4 (from 11.000 ms to 12.000 ms) can have taken effect at no moment of that time.',
        'These operations alone have no order that explains all of them:',
        '  write 7 by process 0, from 5.000 ms to 6.000 ms: was over before that began',
        '  write 9 by process 2, from 9.000 ms to 10.000 ms: was over before that began',
        '  read -> 7 by process 4, from 11.000 ms to 12.000 ms: fits nowhere',
        'With these alone it could only have held 9 by then.',
        'Of all keys together what still holds is sequential consistency, causal consistency, read your writes, monotonic reads, monotonic writes; not decided: eventual agreement.',
      ].join('\n'),
    );
  });

  it('says so when nothing can have written what was read', () => {
    const result = check([...alone(0, 'write', 1), ...alone(1, 'read', null, 8)]);
    assert.equal(result.anomalies?.[0]?.operations.length, 2);
    // The write of 1 was left out, so nothing may be said of what the register held.
    assert.doesNotMatch(result.anomalies[0].explanation, /held/);
    assert.match(result.anomalies[0].explanation, /Nothing that was asked before it ended/);
  });

  it('lets an unknown outcome happen late, or never', () => {
    const lost = [line(1, 'invoke', 'write', 1), line(1, 'info', 'write', 1)];
    const reads = (...values: unknown[]) => values.flatMap((v) => alone(0, 'read', null, v));
    assert.equal(check([...lost, ...reads(null, null)]).valid, true);
    assert.equal(check([...lost, ...reads(null, 1, 1)]).valid, true);
    assert.equal(check([...lost.slice(0, 1), ...reads(null, 1, 1)]).valid, true);
    assert.equal(check([...lost, ...reads(1, null)]).valid, false);
  });

  it('leaves out what failed, and reads that learnt nothing', () => {
    const result = check([
      line(1, 'invoke', 'write', 1),
      line(1, 'fail', 'write', 1),
      line(2, 'invoke', 'read', null),
      line(2, 'info', 'read', null),
      line(0, 'invoke', 'read', null),
      line(0, 'ok', 'read', undefined),
      ...alone(0, 'read', null, null),
      line(3, 'invoke', 'read', null),
    ]);
    assert.equal(result.valid, true);
    assert.equal(result['checkedOperations'], 1);
    assert.equal(result['readsThatLearntNothing'], 1);
    const seen = check([
      line(1, 'invoke', 'write', 1),
      line(1, 'fail', 'write', 1),
      ...alone(0, 'read', null, 1),
    ]);
    assert.equal(seen.valid, false, 'a failed write was read');
  });

  it('takes nil for an answer only where the object starts as nil', () => {
    const lines = [...alone(0, 'write', 1), ...alone(0, 'read', null, null)];
    assert.equal(check(lines).valid, false);
    assert.equal(check(lines, 'cas-register', 0).valid, true);
    assert.equal(check(alone(0, 'read', null, 0), 'cas-register', 0).valid, true);
    assert.equal(check(alone(0, 'read', null, 1), 'cas-register', 0).valid, false);
  });

  it('judges every key by itself and counts them', () => {
    const result = check([
      line(0, 'invoke', 'write', 1, 'a'),
      line(0, 'ok', 'write', 1, 'a'),
      line(0, 'invoke', 'read', null, 'b'),
      line(0, 'ok', 'read', null, 'b'),
      line(0, 'invoke', 'read', null, 'a'),
      line(0, 'ok', 'read', null, 'a'),
    ]);
    assert.equal(result.valid, false);
    assert.equal(result.reason, '1 of 2 keys is not linearizable');
    assert.match(result.anomalies?.[0]?.explanation ?? '', /^key "a" is not linearizable/);
  });

  it('knows transactions over several registers', () => {
    const txn = (process: number, asked: unknown, answer: unknown = asked) =>
      alone(process, 'txn', asked, answer);
    const init = { x: 0, y: 0 };
    const write = txn(0, [
      ['write', 'x', 1],
      ['write', 'y', 1],
    ]);
    const read = (x: number, y: number) =>
      txn(
        1,
        [
          ['read', 'x', null],
          ['r', 'y', null],
        ],
        [
          ['read', 'x', x],
          ['r', 'y', y],
        ],
      );
    assert.equal(
      check([...read(0, 0), ...write, ...read(1, 1)], 'multi-register', init).valid,
      true,
    );
    assert.equal(check([...write, ...read(1, 0)], 'multi-register', init).valid, false);
  });

  it('knows stores of texts', () => {
    const lines = [
      ...alone(0, 'put', 'a'),
      ...alone(0, 'append', 'b'),
      ...alone(0, 'cas', ['ab', 'c']),
      ...alone(0, 'get', null, 'c'),
    ];
    assert.equal(check(lines, 'kv').valid, true);
    assert.equal(check([...lines, ...alone(0, 'get', null, 'ab')], 'kv').valid, false);
  });

  it('gives unknown, with how far it got, when time is up', () => {
    // Reads of many concurrent writes in an order that no search of this length finds wrong at once.
    const writes = Array.from({ length: 4000 }, (_, i) => line(i, 'invoke', 'write', i % 7));
    const reads = Array.from({ length: 300 }, (_, i) => alone(5000, 'read', null, (i * i) % 7));
    const never = alone(5000, 'read', null, 'nothing wrote this');
    const checker = linearizable({ model: 'kv' });
    const texts = [...writes, ...reads.flat(), ...never].map((one) => ({
      ...one,
      f: one.f === 'write' ? 'append' : 'get',
      value:
        one.value === null || one.value === undefined ? one.value : `${JSON.stringify(one.value)},`,
    }));
    const result = checker.check({ history: history(texts), timeLimitMs: 50 });
    assert.ok(!(result instanceof Promise));
    assert.notEqual(result.valid, true);
    if (result.valid === 'unknown') assert.match(result.reason ?? '', /0 of 1 keys decided/);
  });

  it('refuses models, initial values and operations that there are not', () => {
    assert.throws(() => linearizable({ model: 'deque' }), BadInput);
    assert.throws(() => linearizable({ model: 'multi-register', init: 3 }), BadInput);
    assert.throws(() => linearizable({ model: 'kv', init: 3 }), BadInput);
    assert.throws(() => check(alone(0, 'enqueue', 1)), /operation 0: enqueue 1 .* Allowed: read/);
    assert.throws(() => check(alone(0, 'cas', [1, 2]), 'register'), BadInput);
    assert.throws(() => check(alone(0, 'put', 3), 'kv'), /3 is not a text/);
    assert.deepEqual(
      [...linearizableModels.keys()],
      'register cas-register multi-register kv set counter queue stack mutex store'.split(' '),
    );
  });
});

/** A history that a real register produced, with clients that overlap; some outcomes are lost. */
const recorded = fc
  .array(fc.record({ process: fc.nat(3), dice: fc.nat(5), value: fc.nat(3), from: fc.nat(3) }), {
    minLength: 8,
    maxLength: 60,
  })
  .map((steps): Line[] => {
    const lines: Line[] = [];
    const open = new Map<number, Line>();
    let held: unknown = null;
    let retired = 0;
    for (const { process, dice, value, from } of steps) {
      const client = open.get(process);
      if (client === undefined) {
        const f = dice < 3 ? 'read' : dice === 3 ? 'cas' : 'write';
        const asked = f === 'read' ? null : f === 'cas' ? [from, value] : value;
        const invoke = line(process + 4 * retired, 'invoke', f, asked);
        open.set(process, invoke);
        lines.push(invoke);
        continue;
      }
      open.delete(process);
      const cas = Array.isArray(client.value) ? client.value : undefined;
      if (cas !== undefined && cas[0] !== held) {
        lines.push({ ...client, type: 'fail' });
        continue;
      }
      if (client.f !== 'read') held = cas === undefined ? client.value : cas[1];
      const isLost = dice === 0 && client.f !== 'read';
      if (isLost) retired += 1;
      lines.push({
        ...client,
        type: isLost ? 'info' : 'ok',
        value: client.f === 'read' ? held : client.value,
      });
    }
    return lines;
  });

describe('linearizable, of what a real register did', () => {
  it('always accepts it', () => {
    fc.assert(
      fc.property(recorded, (lines) => check(unique(lines)).valid === true),
      {
        numRuns: 500,
      },
    );
  });

  it('keeps its verdict and its evidence under what cannot matter', () => {
    const changed = fc.tuple(recorded, fc.nat(), fc.nat(3)).map(([lines, at, value]) => {
      const reads = lines.filter((one) => one.f === 'read' && one.type === 'ok');
      const wrong = reads[at % Math.max(1, reads.length)];
      return unique(lines.map((one) => (one === wrong ? { ...one, value } : one)));
    });
    let violations = 0;
    const property = fc.property(changed, (lines) => {
      const result = check(lines);
      const renamed = lines.map((one) => ({ ...one, process: Number(one.process) * 10 + 3 }));
      assert.equal(check(renamed).valid, result.valid, 'other process numbers');
      if (result.valid !== false) return;
      violations += 1;
      const named = new Set(result.anomalies?.[0]?.operations.map((op) => op.index));
      // A linearizable history stays linearizable when reads go; so must the evidence be illegal by itself.
      const evidence = lines.filter((_, index) => named.has(index));
      assert.equal(check(evidence).valid, false, 'the evidence alone');
    });
    fc.assert(property, { numRuns: 500 });
    assert.ok(violations > 50, `${violations} violations`);
  });
});

/** Every operation of a process after a lost one under a number of its own. */
function unique(lines: readonly Line[]): Line[] {
  const current = new Map<number, number>();
  let next = 1000;
  return lines.map((one) => {
    const process = Number(one.process);
    const known = current.get(process);
    const number = known ?? process;
    if (one.type === 'info') {
      current.set(process, next);
      next += 1;
    }
    return { ...one, process: number };
  });
}
