/** What is written or appended again is told apart by the times, so that no search is needed. */

import { strict as assert } from 'node:assert';
import { decideFast } from '../src/fast-path.ts';
import {
  type CasRegisterInput,
  casRegister,
  check,
  type KvInput,
  type KvOutput,
  kv,
  type Model,
  type Operation,
  type RegisterOutput,
} from '../src/index.ts';
import { toldApart } from '../src/register/epochs.ts';
import { decideRegister } from '../src/register/register.ts';
import { registerHistory } from '../src/register/view.ts';
import { problem } from '../src/search/problem.ts';
import { Search } from '../src/search/search.ts';
import { random, registerHistory as recorded } from './support/generated.ts';

type RegisterOperation = Operation<CasRegisterInput<number>, RegisterOutput<number>>;
type KvOperation = Operation<KvInput, KvOutput>;

const write = (value: number, call: number, end: number): RegisterOperation => ({
  kind: 'completed',
  input: { kind: 'write', value },
  output: undefined,
  call,
  return: end,
});
const read = (value: number, call: number, end: number): RegisterOperation => ({
  kind: 'completed',
  input: { kind: 'read' },
  output: { kind: 'value', value },
  call,
  return: end,
});

const put = (value: string, call: number, end: number): KvOperation => ({
  kind: 'completed',
  input: { kind: 'put', key: 'x', value },
  output: undefined,
  call,
  return: end,
});
const append = (value: string, call: number, end: number): KvOperation => ({
  kind: 'completed',
  input: { kind: 'append', key: 'x', value },
  output: undefined,
  call,
  return: end,
});
const get = (value: string, call: number, end: number): KvOperation => ({
  kind: 'completed',
  input: { kind: 'get', key: 'x' },
  output: { kind: 'value', value },
  call,
  return: end,
});

const fast = <State, Input, Output>(
  model: Model<State, Input, Output>,
  history: readonly Operation<Input, Output>[],
): string => {
  const { kind } = decideFast(
    problem(model, history, () => {}),
    () => {},
  );
  const { verdict } = check(model, history);
  if (kind !== 'unsuited') assert.equal(kind, verdict);
  return kind;
};

describe('what comes again', () => {
  const rewritten = [
    write(1, 0, 1),
    read(1, 2, 3),
    write(2, 4, 5),
    read(2, 6, 7),
    write(1, 8, 9),
    read(1, 10, 11),
  ];

  it('is another value of a register if the first is over', () => {
    assert.equal(fast(casRegister(0), rewritten), 'ok');
  });

  it('cannot be found between', () => {
    const stale = rewritten.with(3, read(1, 6, 7));
    assert.equal(fast(casRegister(0), stale), 'illegal');
  });

  it('is the same value while somebody could find either', () => {
    const both = [write(1, 0, 5), write(2, 1, 6), write(1, 2, 7), read(1, 3, 8), read(1, 9, 10)];
    const h = registerHistory(problem(casRegister(0), both, () => {}));
    assert.ok(h !== undefined);
    assert.equal(toldApart(h).values, 3);
    assert.equal(check(casRegister(0), both).verdict, 'ok');
  });

  it('may be found for ever if nobody knows when it was written', () => {
    const unknown: RegisterOperation = {
      kind: 'unknown',
      input: { kind: 'write', value: 1 },
      call: 0.5,
    };
    const stale = [...rewritten.with(3, read(1, 6, 7)), unknown];
    assert.notEqual(fast(casRegister(0), stale), 'illegal');
    assert.equal(check(casRegister(0), stale).verdict, 'ok');
  });

  it('is appended to the text that was put before its return', () => {
    const history = [
      put('a', 0, 1),
      append('x', 2, 3),
      get('ax', 4, 5),
      put('b', 6, 7),
      append('x', 8, 9),
      get('bx', 10, 11),
    ];
    assert.equal(fast(kv(), history), 'ok');
    assert.equal(fast(kv(), history.with(5, get('b', 10, 11))), 'illegal');
  });

  it('can be put again, and is searched if that could be found twice', () => {
    const history = [put('a', 0, 1), put('b', 2, 3), put('a', 4, 5), get('a', 6, 7)];
    assert.equal(fast(kv(), history), 'ok');
    const twice = [put('a', 0, 1), get('a', 2, 3), put('b', 4, 5), put('a', 6, 7), get('a', 8, 9)];
    assert.equal(fast(kv(), twice), 'unsuited');
    assert.equal(check(kv(), twice).verdict, 'ok');
    assert.equal(check(kv(), twice.toSpliced(3, 1)).verdict, 'illegal');
  });

  /** Few clients and values, in two of three histories with something else read or written somewhere. */
  const rewriting = (seed: number): RegisterOperation[] => {
    const next = random(seed);
    const values = 2 + Math.floor(10 * next());
    const cas = 0.5 * next();
    const read = (1 - cas) * (0.2 + 0.6 * next());
    const history = recorded({
      seed,
      operations: 8 + Math.floor(90 * next()),
      clients: 1 + Math.floor(5 * next()),
      values,
      read,
      write: 1 - cas - read,
      unknown: seed % 2 === 0 ? 0 : 0.1 * next(),
      think: 3 * next(),
    });
    const place = Math.floor(next() * history.length);
    const changed = history[place];
    const value = Math.floor(next() * values);
    if (seed % 3 === 0 || changed?.kind !== 'completed') return history;
    if (changed.input.kind === 'read') {
      return history.with(place, { ...changed, output: { kind: 'value', value } });
    }
    return history.with(place, { ...changed, input: { kind: 'write', value }, output: undefined });
  };

  it('leads to the verdicts of a search', () => {
    const decided = { ok: 0, illegal: 0, unsuited: 0 };
    for (let seed = 0; seed < 1500; seed += 1) {
      const p = problem(casRegister(0), rewriting(seed), () => {});
      const { kind } = decideRegister(p, () => {});
      decided[kind] += 1;
      const searched = new Search(p).run(400_000, Infinity);
      if (kind !== 'unsuited') assert.equal(kind, searched, `seed ${seed}`);
    }
    assert.ok(decided.ok > 50 && decided.illegal > 300, JSON.stringify(decided));
  });
});
