import assert from 'node:assert/strict';
import { createKv } from '#src/consensus/state-machine/kv';
import { clients, limit, simulate } from '#src/generator/index';
import type { History, Invocation, Operation } from '#src/history/operation';
import { workloads } from '#workloads/index';
import type { Workload } from '#workloads/workload';

const settings = { concurrency: 4, nodes: ['n1'] };

function workload(name: string, options: unknown = {}): Workload {
  const kind = workloads.get(name);
  assert.ok(kind, name);
  return kind.create(kind.options.parse(options), settings);
}

/** All operations of a run on a perfect store, the final ones included. */
function performed(subject: Workload, operations: number): History {
  const kv = createKv();
  const ask = (op: Invocation) => {
    const call = subject.call(op);
    const isQuery = call.f === 'read' || call.f === 'read-many';
    const answer = isQuery ? kv.query(call) : kv.apply(call);
    assert.equal(answer.kind, 'ok', JSON.stringify(answer));
    return subject.completion(op, { kind: 'ok', result: answer.kind === 'ok' && answer.result });
  };
  const run = simulate(limit(operations, clients(subject.generator)), {
    answer: (op) => ({ completion: ask(op), afterNs: 1e6 }),
  });
  const history: Operation[] = run.events.map(({ operation }, index) => ({ ...operation, index }));
  const final = [subject.probe, ...(subject.finalOperations?.(history) ?? [])];
  for (const op of final) {
    const time = history.at(-1)?.time ?? 0;
    const at = { time, process: 1000 } as const;
    history.push({ index: history.length, type: 'invoke', ...at, ...op });
    history.push({ index: history.length, ...at, ...op, ...ask(op) });
  }
  return history;
}

const fsOf = (history: History): Record<string, number> => {
  const counts: Record<string, number> = {};
  for (const { f, type } of history) if (type === 'ok') counts[f] = (counts[f] ?? 0) + 1;
  return counts;
};

const names = ['set', 'set-full', 'counter', 'queue', 'total-queue', 'lock', 'unique-ids'];

describe('workloads on objects', () => {
  it('ask for two objects where a history has the key 0 and the key "0"', () => {
    for (const name of [
      'register',
      'causal',
      'counter',
      'log',
      'queue',
      'set',
      'set-full',
      'lock',
    ]) {
      const subject = workload(name);
      const asked = [0, '0', 'k0'].map((key) =>
        JSON.stringify(subject.call({ ...subject.probe, key })),
      );
      assert.equal(new Set(asked).size, 3, `${name}: ${asked.join(' ')}`);
    }
  });

  for (const name of names) {
    it(`${name}: every kind of operation succeeds, and a perfect store is found valid`, async () => {
      const subject = workload(name);
      const history = performed(subject, 1200);
      const counts = fsOf(history);
      for (const [f, count] of Object.entries(counts)) assert.ok(count > 0, `${f}: ${count}`);
      for (const checker of subject.checkers) {
        if (['invariants', 'log-pattern'].includes(checker.name)) continue;
        const result = await checker.check({ history, timeLimitMs: 10_000 });
        assert.equal(result.valid, true, `${checker.name}: ${result.reason}`);
      }
      assert.match(subject.claim, /^[A-Z].*\.$/);
    });

    it(`${name}: what is not an answer is taken neither for a success nor for a refusal`, () => {
      const subject = workload(name);
      for (const { type, ...op } of performed(subject, 100)) {
        if (type !== 'invoke') continue;
        const outcome = subject.completion(op, { kind: 'ok', result: { odd: true } });
        const unknown = subject.completion(op, { kind: 'unknown', error: 'x' });
        const failed = subject.completion(op, { kind: 'fail', error: 'x' });
        if (op.f !== 'look') assert.equal(outcome.type, unknown.type, op.f);
        const changes = !['read', 'contains', 'look'].includes(op.f);
        assert.equal(unknown.type, changes ? 'info' : 'fail', op.f);
        assert.equal(failed.type, 'fail');
      }
    });
  }

  it('keys are replaced when they are worn, and only a few are in use at a time', () => {
    const history = performed(workload('counter', { activeKeys: 2, operationsPerKey: 10 }), 400);
    const invoked = history.filter(({ type, process }) => type === 'invoke' && process !== 1000);
    const perKey = new Map<unknown, number>();
    for (const { key } of invoked) perKey.set(key, (perKey.get(key) ?? 0) + 1);
    assert.ok(perKey.size >= 40);
    assert.ok([...perKey.values()].every((count) => count <= 10));
    for (let i = 0; i + 10 < invoked.length; i += 10) {
      assert.ok(new Set(invoked.slice(i, i + 5).map(({ key }) => key)).size <= 4);
    }
  });

  it('a hot key is asked most', () => {
    const options = { activeKeys: 3, operationsPerKey: 100_000, keys: 'hot' };
    const history = performed(workload('set', options), 500);
    const hot = history.filter(({ type, key }) => type === 'invoke' && key === 's0').length;
    assert.ok(hot > 400 && hot < 500, `${hot}`);
  });

  it('a lock whose state nobody can know is left alone', () => {
    let asked = 0;
    const subject = workload('lock', { activeKeys: 1 });
    const run = simulate(limit(30, clients(subject.generator)), {
      concurrency: 1,
      answer: () => {
        asked += 1;
        return { completion: { type: asked % 3 === 0 ? 'info' : 'fail' }, afterNs: 1e6 };
      },
    });
    const keys = new Set(run.invocations.map(({ operation }) => operation.key));
    assert.ok(keys.size >= 8, `${keys.size}`);
  });

  it('the thread that holds a lock gives it back next', () => {
    const history = performed(workload('lock'), 600);
    const held = new Map<unknown, readonly [key: unknown, token: unknown]>();
    let [granted, givenBack] = [0, 0];
    for (const { type, f, process, key, value } of history) {
      if (process === 1000) continue;
      if (type === 'ok' && f === 'acquire') {
        held.set(process, [key, value]);
        granted += 1;
      }
      const mine = type === 'invoke' ? held.get(process) : undefined;
      if (mine === undefined) continue;
      // A worn lock is left as it is.
      if (key === mine[0]) {
        assert.deepEqual([f, value], ['release', mine[1]]);
        givenBack += 1;
      }
      held.delete(process);
    }
    assert.ok(granted > 50 && givenBack > granted * 0.8, `${granted} ${givenBack}`);
  });

  it('now and then somebody shows a token that was given back before, and is refused', () => {
    const history = performed(workload('lock'), 600);
    const answers = history.filter(({ type, f }) => type === 'ok' && f === 'release');
    const refused = answers.filter(({ value }) => value === false).length;
    assert.ok(refused > 20, `${refused} of ${answers.length}`);
  });

  it('several values are taken at once, and a queue that gives less than asked is empty', async () => {
    const subject = workload('total-queue');
    const history = performed(subject, 1200);
    const lists = history.filter(({ type, f }) => type === 'ok' && f === 'take');
    assert.ok(lists.some(({ value }) => Array.isArray(value) && value.length === 3));
    const checker = subject.checkers.find(({ name }) => name === 'total-queue');
    const lossy = history.map((op) =>
      op === lists.at(-1) || !Array.isArray(op.value) || op.f !== 'take' || op.value.length < 2
        ? op
        : { ...op, value: op.value.slice(1) },
    );
    const found = await checker?.check({ history: lossy, timeLimitMs: 10_000 });
    assert.equal(found?.valid, false, 'a take that gives one less than it takes');
  });

  it('bank: some transfers look first whether there is enough, others look last', () => {
    const subject = workload('bank', { initial: 3 });
    const names = new Set<string>();
    for (const { type, f, value } of performed(subject, 300)) {
      if (type !== 'invoke' || f !== 'transfer') continue;
      const call = subject.call({ f, value });
      if (call.f === 'txn') names.add(call.steps.map(([step]) => step).join(' '));
    }
    assert.deepEqual([...names].sort(), ['add add at-least', 'at-least add add']);
  });
});
