import assert from 'node:assert/strict';
import { linearizable } from '#checkers/linearizable';
import type { StoreCommand } from '#checkers/linearizable/store';
import { createKv } from '#src/consensus/state-machine/kv';
import { clients, limit, simulate } from '#src/generator/index';
import { validateHistory } from '#src/history/index';
import type { History, Invocation, Operation } from '#src/history/operation';
import { storeWorkload } from '#workloads/store';

const options = storeWorkload.options.parse({});
const subject = storeWorkload.create(options, { concurrency: 4, nodes: ['n1'] });

/** All operations of a run on a perfect store. */
function performed(operations: number): History {
  const kv = createKv();
  const ask = (op: Invocation) => {
    const call = subject.call(op);
    const isQuery = call.f === 'read' || call.f === 'read-many';
    const answer = isQuery ? kv.query(call) : kv.apply(call);
    return answer.kind === 'ok'
      ? subject.completion(op, { kind: 'ok', result: answer.result })
      : subject.completion(op, { kind: 'fail', error: `${answer.code}: ${answer.detail}` });
  };
  const run = simulate(limit(operations, clients(subject.generator)), {
    answer: (op) => ({ completion: ask(op), afterNs: 1e6 }),
  });
  return run.events.map(({ operation }, index) => ({ ...operation, index }));
}

const judge = async (history: History) => {
  const checker = linearizable({ model: 'store' });
  const { valid, reason } = await checker.check({ history, timeLimitMs: 20_000 });
  return valid === 'unknown' ? reason : valid;
};

const all = performed(3000);

const answers = (f: string, history: History = all): Operation[] =>
  history.filter(({ type, value }) => type === 'ok' && (value as StoreCommand).f === f);

const answerOf = ({ value }: Operation): unknown => (value as StoreCommand)['answer'];

describe('the store workload', () => {
  it('agrees with our store on the answer to every command, also to those that say no', async () => {
    assert.equal(await judge(all), true);
    const asked = ['read', 'read-many', 'write', 'cas', 'append', 'add', 'insert', 'remove'];
    for (const f of [...asked, 'dequeue', 'acquire', 'release', 'decide', 'txn']) {
      assert.ok(answers(f).length > 20, `${f}: ${answers(f).length}`);
    }
    const told = (f: string): Set<string> =>
      new Set(answers(f).map((op) => JSON.stringify(answerOf(op))));
    const no = '{"refused":true}';
    for (const f of ['cas', 'insert', 'remove', 'release']) {
      assert.ok(told(f).has('true') && told(f).has('false'), f);
    }
    assert.ok(told('acquire').has('null') && told('acquire').has('2'), 'acquire');
    assert.ok(told('txn').has('null') && told('txn').has(no), 'txn');
    assert.ok(told('append').has(no) && told('add').has(no), 'append, add');
  });

  it('leaves histories that can be read again', () => {
    assert.doesNotThrow(() => validateHistory(all));
  });

  it('finds every answer that is not the right one', async () => {
    for (const f of new Set(all.map(({ value }) => (value as StoreCommand).f))) {
      const [, , , wrong] = answers(f);
      assert.ok(wrong, f);
      const history = all.map((op) =>
        op === wrong ? { ...op, value: { ...(op.value as StoreCommand), answer: 'else' } } : op,
      );
      assert.equal(await judge(history), false, f);
    }
  });

  it('an unknown outcome may have happened or not, and of two stores none minds the other', async () => {
    const lines = (...rows: readonly (readonly [Operation['type'], string, unknown])[]): History =>
      rows.map(([type, key, value], index) => ({
        index,
        time: index,
        type,
        process: type === 'info' ? 9 : key === 'o1' ? 1 : 2,
        f: 'x',
        key,
        value,
      }));
    const add = { f: 'add', name: 'number', delta: 2 };
    const read = { f: 'read', name: 'number' };
    const seen = (key: string, answer: unknown) =>
      [
        ['invoke', key, read],
        ['ok', key, { ...read, answer }],
      ] as const;
    const unknown = [{ ...lines(['invoke', 'o1', add])[0], process: 9 } as Operation];
    const then = (answer: unknown, key = 'o1') =>
      [...unknown, ...lines(...seen(key, answer))].map((op, index) => ({ ...op, index }));
    assert.equal(await judge(then(2)), true);
    assert.equal(await judge(then(null)), true);
    assert.equal(await judge(then(4)), false);
    assert.equal(await judge(then(2, 'o2')), false);
  });

  it('of an answer that is no use it is known that it came, and of a history of another kind nothing', async () => {
    const op: Invocation = { f: 'add', key: 'o1', value: { f: 'add', name: 'number', delta: 1 } };
    assert.equal(subject.completion(op, { kind: 'unknown', error: 'late' }).type, 'info');
    assert.equal(subject.completion(op, { kind: 'fail', error: 'overloaded' }).type, 'fail');
    const alien = [
      { index: 0, time: 0, type: 'invoke', process: 1, f: 'write', value: 3 } as const,
    ];
    await assert.rejects(judge(alien), /operation 0: write 3 is nothing that a store does/);
  });
});
