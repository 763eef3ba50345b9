import assert from 'node:assert/strict';
import type { Checker } from '#checkers/checker';
import { counter } from '#checkers/counter';
import { lock } from '#checkers/lock';
import { setFull } from '#checkers/set-full';
import { totalQueue } from '#checkers/total-queue';
import { uniqueIds } from '#checkers/unique-ids';
import type { History, Operation } from '#src/history/operation';
import { stream } from '#src/random/random';
import { checkerFor } from '#src/run/check-models';
import { subjects } from './kinds.ts';
import { large, simulated } from './simulate.ts';

/** Lines such as `0 add 3`, `0 ok`, `1 ok [3]`: process, then what it asks, or how that ended. A line per millisecond. */
function historyOf(text: string): History {
  const open = new Map<number, string>();
  return text
    .trim()
    .split('\n')
    .map((line, index): Operation => {
      const [who = '', word = '', argument] = line.trim().split(' ');
      const process = Number(who);
      const isEnd = word === 'ok' || word === 'fail' || word === 'info';
      const value: unknown = argument === undefined ? null : JSON.parse(argument);
      const f = isEnd ? (open.get(process) ?? '') : word;
      if (!isEnd) open.set(process, word);
      return { index, time: index * 1e6, type: isEnd ? word : 'invoke', process, f, value };
    });
}

async function check(checker: Checker, text: string) {
  const result = await checker.check({ history: historyOf(text), timeLimitMs: 10_000 });
  const { valid, reason, anomalies = [], ...details } = result;
  return { valid, reason, names: anomalies.map(({ name }) => name), anomalies, details };
}

describe('the verdict on sets', () => {
  it('counts when elements were visible, and for how long they were not', async () => {
    const { valid, names, details } = await check(
      setFull(),
      '0 add 1\n0 ok 1\n1 read\n1 ok []\n1 read\n1 ok [1]\n0 add 2\n0 info 2\n1 read\n1 ok [1,2]\n2 add 3\n2 ok 3',
    );
    assert.equal(valid, false);
    assert.deepEqual(names, ['stale']);
    assert.deepEqual(
      { ...details, lostLatencyMs: undefined },
      {
        checkedOperations: 6,
        objects: 1,
        objectsDecided: 1,
        attempted: 3,
        acknowledged: 2,
        stable: 2,
        stale: 1,
        lost: 0,
        neverRead: 1,
        recovered: 1,
        duplicated: 0,
        unexpected: 0,
        // Element 1 was known at 1 ms, and a read that began at 2 ms missed it.
        stableLatencyMs: { p0: 0, p50: 0, p95: 1, p99: 1, p100: 1 },
        lostLatencyMs: undefined,
      },
    );
  });

  it('says what is lost in words, with the operations', async () => {
    const { anomalies, details } = await check(
      setFull(),
      '0 add 7\n0 ok 7\n1 read\n1 ok [7]\n1 read\n1 ok []\n0 read\n0 ok []',
    );
    assert.deepEqual(
      anomalies.map(({ name, explanation }) => `${name}: ${explanation}`),
      [
        [
          'lost: Element 7 is lost: it was there at 1.000 ms at the latest, and a read that began afterwards, at 6.000 ms, does not have it. No read that began later has it either.',
          '  add 7 by process 0, from 0.000 ms to 1.000 ms',
          '  read -> [7] by process 1, from 2.000 ms to 3.000 ms',
          '  read -> [] by process 0, from 6.000 ms to 7.000 ms',
        ].join('\n'),
      ],
    );
    assert.deepEqual(
      anomalies[0]?.operations.map(({ index }) => index),
      [0, 1, 2, 3, 6, 7],
    );
    assert.deepEqual(details['lostLatencyMs'], { p0: 1, p50: 1, p95: 1, p99: 1, p100: 1 });
  });

  it('an element may be missed while it is being added, and a stale read may be allowed', async () => {
    const overlapping = '0 add 1\n1 read\n1 ok []\n0 ok 1\n1 read\n1 ok [1]';
    assert.equal((await check(setFull(), overlapping)).valid, true);
    const stale = '0 add 1\n0 ok 1\n1 read\n1 ok []\n1 read\n1 ok [1]';
    assert.equal((await check(setFull(), stale)).valid, false);
    const allowed = await check(setFull({ mayBeStale: true }), stale);
    assert.deepEqual([allowed.valid, allowed.details['stale']], [true, 1]);
  });

  it('an add that failed must not be seen, an add that nobody knows of may be', async () => {
    const { names } = await check(setFull(), '0 add 1\n0 fail 1\n1 read\n1 ok [1]');
    assert.deepEqual(names, ['unexpected']);
    assert.equal((await check(setFull(), '0 add 1\n0 info 1\n1 read\n1 ok [1]')).valid, true);
  });

  it('a set that nobody read proves nothing', async () => {
    const { valid, reason } = await check(setFull(), '0 add 1\n0 ok 1');
    assert.equal(valid, 'unknown');
    assert.match(reason ?? '', /no element was read/);
  });
});

describe('the verdict on counters', () => {
  it('beyond the safe integers takes no rounding for a violation, and no large error for rounding', async () => {
    const big = 2 ** 53;
    const sum = (told: number) =>
      check(counter(), `0 add ${big}\n1 add 1\n1 ok\n1 add 1\n1 ok\n0 ok\n1 read\n1 ok ${told}`);
    assert.equal((await sum(big + 2)).valid, true);
    assert.equal((await sum(big * 2)).valid, false);
  });

  it('failed adds never count, unknown ones may, negative ones lower what is possible', async () => {
    const text = '0 add 5\n0 ok 5\n1 add -2\n1 info -2\n2 add 9\n2 fail 9\n3 read\n3 ok ';
    for (const [told, valid] of [
      [5, true],
      [3, true],
      [2, false],
      [6, false],
      [12, false],
    ] as const) {
      assert.equal((await check(counter(), text + told)).valid, valid, `${told}`);
    }
  });

  it('sums of fractions may be rounded', async () => {
    const adds = Array.from({ length: 10 }, () => '0 add 0.1\n0 ok 0.1').join('\n');
    assert.equal((await check(counter(), `${adds}\n0 read\n0 ok 1`)).valid, true);
    assert.equal((await check(counter(), `${adds}\n0 read\n0 ok 1.01`)).valid, false);
  });

  it('begins at its initial value', async () => {
    const model = checkerFor({ model: 'counter-bounds', init: 40 });
    assert.equal((await check(model, '0 add 2\n0 ok 2\n0 read\n0 ok 42')).valid, true);
  });
});

describe('the verdict on queues', () => {
  it('a value that a take with an unknown outcome may have taken is not lost', async () => {
    const text = '0 enqueue 1\n0 ok 1\n0 enqueue 2\n0 ok 2\n1 dequeue\n1 info\n2 drain\n2 ok ';
    const one = await check(totalQueue(), `${text}[2]`);
    assert.deepEqual([one.valid, one.details['unaccounted']], [true, 1]);
    const two = await check(totalQueue(), `${text}[]`);
    assert.deepEqual([two.valid, two.details['lost'], two.names], [false, 1, ['lost']]);
  });

  it('a take gives a list, and one that gives less than it was asked for leaves nothing', async () => {
    const put = '0 enqueue 1\n0 ok 1\n0 enqueue 2\n0 ok 2\n0 enqueue 3\n0 ok 3\n';
    const all = await check(totalQueue(), `${put}1 take 2\n1 ok [1,2]\n1 take 2\n1 ok [3]`);
    assert.deepEqual([all.valid, all.details['dequeued']], [true, 3]);
    const full = await check(totalQueue(), `${put}1 take 2\n1 ok [2,3]`);
    assert.deepEqual([full.valid, full.details['remaining']], ['unknown', 1]);
    const less = await check(totalQueue(), `${put}1 take 3\n1 ok [2,3]`);
    assert.deepEqual(less.names, ['lost']);
    const twice = await check(totalQueue(), `${put}1 take 2\n1 ok [1,2]\n2 drain\n2 ok [2,3]`);
    assert.deepEqual(twice.names, ['duplicated']);
    // A take of two whose outcome nobody knows explains two values, not three.
    const unknown = `${put}1 take 2\n1 info\n2 drain\n2 ok `;
    assert.equal((await check(totalQueue(), `${unknown}[3]`)).valid, true);
    assert.equal((await check(totalQueue(), `${unknown}[]`)).valid, false);
  });

  it('without a drain nobody knows what is left', async () => {
    const { valid, reason } = await check(totalQueue(), '0 enqueue 1\n0 ok 1');
    assert.equal(valid, 'unknown');
    assert.match(reason ?? '', /1 values were accepted and did not come out/);
  });

  it('a value comes out as often as it was put in', async () => {
    const twice =
      '0 enqueue 1\n0 ok 1\n0 enqueue 1\n0 ok 1\n0 dequeue\n0 ok 1\n0 dequeue\n0 ok 1\n';
    assert.equal((await check(totalQueue(), twice)).valid, true);
    const thrice = await check(totalQueue(), `${twice}0 dequeue\n0 ok 1`);
    assert.deepEqual(thrice.names, ['duplicated']);
  });

  it('a value must not come out before it is put in', async () => {
    const { names } = await check(
      totalQueue(),
      '0 dequeue\n0 ok 1\n1 enqueue 1\n1 ok 1\n1 drain\n1 ok []',
    );
    assert.deepEqual(names, ['unexpected']);
  });
});

describe('the verdict on locks', () => {
  const rows: readonly (readonly [string, boolean, readonly string[]])[] = [
    ['0 acquire\n0 ok 1\n0 release 1\n0 ok true\n1 acquire\n1 ok 2', true, []],
    // The release may have happened before the second grant.
    ['0 acquire\n0 ok 1\n0 release 1\n0 info\n1 acquire\n1 ok 2', true, []],
    ['0 acquire\n0 ok 1\n1 acquire\n1 ok 2', false, ['two-holders']],
    ['0 acquire\n0 ok 1\n1 acquire\n1 ok 2\n0 release 1\n0 ok true', false, ['two-holders']],
    ['0 acquire\n0 ok 1\n1 acquire\n1 ok 1', false, ['duplicate-token']],
    [
      '0 acquire\n0 ok 2\n0 release 2\n0 ok true\n1 acquire\n1 ok 1\n1 release 1\n1 ok true',
      false,
      ['token-order'],
    ],
    // The higher token was given back before the lower one was asked for, so nobody held it together.
    ['0 acquire\n0 ok 2\n0 release 2\n0 ok true\n1 acquire\n1 ok 1', false, ['token-order']],
    // Only its release tells that process 1 got token 1.
    ['0 acquire\n0 ok 2\n1 acquire\n1 info\n0 release 1\n0 ok true', false, ['token-order']],
    // Here too: token 2 is known by its release only, and process 0 never gave token 1 back.
    ['0 acquire\n0 ok 1\n1 acquire\n1 info\n2 release 2\n2 ok true', false, ['two-holders']],
    ['0 acquire\n0 ok 1\n0 release 1\n0 ok false', false, ['refused-release']],
    ['0 release 4\n0 ok true', false, ['release-without-hold']],
    ['0 acquire\n0 info\n0 release 4\n0 ok true', true, []],
    // One acquire got one token at most.
    [
      '0 acquire\n0 info\n1 release 4\n1 ok true\n1 release 5\n1 ok true',
      false,
      ['release-without-hold'],
    ],
    [
      '0 acquire\n0 info\n2 acquire\n2 info\n1 release 4\n1 ok true\n1 release 5\n1 ok true',
      true,
      [],
    ],
  ];

  it('one holds it at a time, and tokens rise', async () => {
    for (const [text, isValid, names] of rows) {
      const { valid, names: found, anomalies } = await check(lock(), text);
      // What nobody was granted proves nothing.
      assert.deepEqual([valid !== false, found], [isValid, names], text);
      for (const { name, operations } of anomalies) {
        const alone = await lock().check({ history: operations, timeLimitMs: 10_000 });
        assert.deepEqual(
          alone.anomalies?.map((one) => one.name),
          [name],
          text,
        );
      }
    }
  });
});

describe('the verdict on ids', () => {
  it('ids that look alike are told apart', async () => {
    const { valid, details } = await check(
      uniqueIds(),
      '0 generate\n0 ok 1\n0 generate\n0 ok "1"\n0 generate\n0 ok [1]\n0 generate\n0 info',
    );
    assert.deepEqual([valid, details['distinct'], details['attempted']], [true, 3, 4]);
    const again = '0 generate\n0 ok {"a":1,"b":2}\n1 generate\n1 ok {"b":2,"a":1}';
    assert.deepEqual((await check(uniqueIds(), again)).names, ['duplicate-id']);
  });

  it('an answer without a value tells no id, so that two of them are none twice', async () => {
    const history = historyOf('0 generate\n0 ok 1\n0 generate\n0 ok\n0 generate\n0 ok').map(
      ({ value, ...op }) => (value === null ? op : { ...op, value }),
    );
    const result = await uniqueIds().check({ history, timeLimitMs: 1000 });
    assert.deepEqual([result.valid, result['acknowledged']], [true, 1]);
  });
});

describe('the verdict on what is too much, or something else', () => {
  for (const subject of subjects) {
    const history = simulated(stream(1, 'budget'), subject, large(2000));

    it(`${subject.name}: without time or memory the answer is unknown, and says how far it got`, async () => {
      const late = await subject.checker.check({ history, timeLimitMs: 1e-9 });
      assert.equal(late.valid, 'unknown');
      assert.match(late.reason ?? '', /0 of \d+ objects are decided, with 0 of \d+ operations/);
      const checkers = {
        'set-full': setFull,
        counter,
        'total-queue': totalQueue,
        lock,
        'unique-ids': uniqueIds,
      };
      const make = checkers[subject.name as keyof typeof checkers];
      const tight = await make({ memoryLimitBytes: 1000 }).check({ history, timeLimitMs: 1000 });
      assert.equal(tight.valid, 'unknown');
      assert.match(tight.reason ?? '', /memory limit.*--max-old-space-size/);
    });

    it(`${subject.name}: an operation that it does not have is the history's fault`, async () => {
      await assert.rejects(
        async () => subject.checker.check({ history: historyOf('0 jump 1'), timeLimitMs: 1000 }),
        /operation 0: jump.*Allowed: /,
      );
    });
  }

  it('the models have their names, and refuse a beginning that they cannot have', () => {
    for (const model of ['set-full', 'total-queue', 'lock', 'unique-ids', 'counter-bounds']) {
      assert.equal(checkerFor({ model }).name, model);
    }
    assert.throws(() => checkerFor({ model: 'lock', init: 3 }), /Allowed: none/);
    assert.throws(() => checkerFor({ model: 'counter-bounds', init: 'x' }), /Allowed: a number/);
  });
});
