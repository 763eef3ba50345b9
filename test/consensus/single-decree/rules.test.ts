/** One test per rule of single-decree Paxos ("Paxos Made Simple", section 2), and of what a deployment adds to it. */

import assert from 'node:assert/strict';
import { BrokenInvariant } from '#src/consensus/invariant';
import type { Ballot } from '#src/consensus/paxos/ballot';
import type { SingleDecreeEffect } from '#src/consensus/single-decree/core';
import type { SingleDecreeMessage } from '#src/consensus/single-decree/messages';
import {
  createSingleDecree,
  type SingleDecreeInput,
} from '#src/consensus/single-decree/single-decree';

const b = (round: number, node: string): Ballot => ({ round, node });

/** Node A of A, B, C...; the test plays the others, the disk and the clock. */
class Bench {
  nowMs = 0;
  effects: SingleDecreeEffect<string>[] = [];
  readonly disk: unknown[] = [];
  lastSequence = 0;
  readonly node;

  constructor(disk: readonly unknown[] = [], members = ['A', 'B', 'C'], draw = 0) {
    const config = { self: 'A', members, retransmitMs: 100, backoffMs: 50 };
    this.node = createSingleDecree<string>(config, disk, { below: () => draw }, 0);
  }

  #step(input: SingleDecreeInput<string>): this {
    for (const effect of this.node.step(input)) {
      this.effects.push(effect);
      if (effect.kind !== 'persist') continue;
      this.lastSequence = effect.sequence;
      this.disk.push(...effect.records);
    }
    return this;
  }

  propose(value: string, leastRound?: number): this {
    const input = { kind: 'propose', nowMs: this.nowMs, value } as const;
    return this.#step(leastRound === undefined ? input : { ...input, leastRound });
  }

  receive(from: string, message: SingleDecreeMessage<string>): this {
    return this.#step({ kind: 'message', nowMs: this.nowMs, from, message });
  }

  tick(afterMs: number): this {
    this.nowMs += afterMs;
    return this.#step({ kind: 'tick', nowMs: this.nowMs });
  }

  sync(): this {
    return this.#step({ kind: 'durable', nowMs: this.nowMs, sequence: this.lastSequence });
  }

  clear(): this {
    this.effects = [];
    return this;
  }

  sent(): readonly { to: string; afterDurable: number; message: SingleDecreeMessage<string> }[] {
    return this.effects.flatMap((effect) => (effect.kind === 'send' ? [effect] : []));
  }

  messages(kind: SingleDecreeMessage<string>['kind']): readonly SingleDecreeMessage<string>[] {
    return this.sent().flatMap(({ message }) => (message.kind === kind ? [message] : []));
  }
}

describe('single-decree: acceptor', () => {
  it('promises a higher ballot and reports nothing where nothing was accepted', () => {
    const bench = new Bench().receive('B', { kind: 'prepare', ballot: b(1, 'B') });
    assert.deepEqual(bench.messages('promise'), [{ kind: 'promise', ballot: b(1, 'B') }]);
  });

  it('reports what it accepted in the highest ballot', () => {
    const bench = new Bench()
      .receive('B', { kind: 'accept', ballot: b(1, 'B'), value: 'old' })
      .receive('C', { kind: 'accept', ballot: b(2, 'C'), value: 'new' })
      .receive('B', { kind: 'prepare', ballot: b(3, 'B') });
    assert.deepEqual(bench.messages('promise'), [
      { kind: 'promise', ballot: b(3, 'B'), accepted: { ballot: b(2, 'C'), value: 'new' } },
    ]);
  });

  it('refuses a lower ballot in both phases and says which one it promised', () => {
    const bench = new Bench()
      .receive('C', { kind: 'prepare', ballot: b(5, 'C') })
      .receive('B', { kind: 'prepare', ballot: b(4, 'B') })
      .receive('B', { kind: 'accept', ballot: b(4, 'B'), value: 'x' });
    const nack = { kind: 'nack', ballot: b(4, 'B'), promised: b(5, 'C') };
    assert.deepEqual(bench.messages('nack'), [nack, nack]);
    assert.deepEqual(bench.messages('accepted'), []);
  });

  it('accepts in the ballot promised, and in a higher one that it never promised', () => {
    const bench = new Bench()
      .receive('B', { kind: 'prepare', ballot: b(1, 'B') })
      .receive('B', { kind: 'accept', ballot: b(1, 'B'), value: 'x' })
      .receive('C', { kind: 'accept', ballot: b(2, 'C'), value: 'y' })
      .receive('B', { kind: 'accept', ballot: b(1, 'B'), value: 'x' });
    assert.equal(bench.messages('accepted').length, 2);
    assert.equal(bench.messages('nack').length, 1);
  });

  it('answers leave after the disk has what they say, also when the question comes twice', () => {
    const bench = new Bench()
      .receive('B', { kind: 'prepare', ballot: b(1, 'B') })
      .receive('B', { kind: 'prepare', ballot: b(1, 'B') })
      .receive('B', { kind: 'accept', ballot: b(1, 'B'), value: 'x' })
      .receive('B', { kind: 'accept', ballot: b(1, 'B'), value: 'x' });
    assert.deepEqual(
      bench.sent().map(({ afterDurable }) => afterDurable),
      [1, 1, 2, 2],
    );
    assert.equal(bench.disk.length, 2, 'repeated questions write nothing');
  });

  it('keeps promise and acceptance over a restart', () => {
    const before = new Bench()
      .receive('B', { kind: 'accept', ballot: b(2, 'B'), value: 'x' })
      .receive('C', { kind: 'prepare', ballot: b(4, 'C') });
    const after = new Bench(before.disk).receive('B', { kind: 'prepare', ballot: b(3, 'B') });
    assert.equal(after.messages('nack').length, 1);
    after.receive('B', { kind: 'prepare', ballot: b(5, 'B') });
    assert.deepEqual(after.messages('promise'), [
      { kind: 'promise', ballot: b(5, 'B'), accepted: { ballot: b(2, 'B'), value: 'x' } },
    ]);
  });

  it('a second value in one ballot is a broken proposer: stops', () => {
    const bench = new Bench().receive('B', { kind: 'accept', ballot: b(1, 'B'), value: 'x' });
    assert.throws(
      () => bench.receive('B', { kind: 'accept', ballot: b(1, 'B'), value: 'y' }),
      BrokenInvariant,
    );
  });
});

describe('single-decree: proposer', () => {
  it('a majority of promises, its own included once durable, starts phase 2 with its own value', () => {
    const bench = new Bench().propose('apple');
    bench.receive('B', { kind: 'promise', ballot: b(1, 'A') });
    assert.equal(bench.messages('accept').length, 0, 'its own promise is not on disk');
    bench.sync();
    const accept = { kind: 'accept', ballot: b(1, 'A'), value: 'apple' };
    assert.deepEqual(bench.messages('accept'), [accept, accept]);
  });

  it('promises count once per acceptor, and only for exactly this ballot', () => {
    const bench = new Bench([], ['A', 'B', 'C', 'D', 'E']).propose('apple', 2).sync();
    bench.receive('B', { kind: 'promise', ballot: b(2, 'A') });
    bench.receive('B', { kind: 'promise', ballot: b(2, 'A') });
    bench.receive('C', { kind: 'promise', ballot: b(1, 'A') });
    assert.equal(bench.messages('accept').length, 0);
    bench.receive('C', { kind: 'promise', ballot: b(2, 'A') });
    assert.equal(bench.messages('accept').length, 4);
  });

  it('takes the value of the highest ballot reported, not its own and not the commonest', () => {
    const bench = new Bench([], ['A', 'B', 'C', 'D', 'E']).propose('apple', 9).sync();
    const old = { ballot: b(1, 'D'), value: 'kiwi' };
    bench.receive('B', { kind: 'promise', ballot: b(9, 'A'), accepted: old });
    const newer = { ballot: b(2, 'C'), value: 'mango' };
    bench.receive('C', { kind: 'promise', ballot: b(9, 'A'), accepted: newer });
    assert.deepEqual(bench.messages('accept')[0], {
      kind: 'accept',
      ballot: b(9, 'A'),
      value: 'mango',
    });
  });

  it('what its own acceptor accepted counts as a report too', () => {
    const bench = new Bench().receive('B', { kind: 'accept', ballot: b(1, 'B'), value: 'mango' });
    bench
      .propose('apple')
      .sync()
      .receive('C', { kind: 'promise', ballot: b(2, 'A') });
    assert.deepEqual(bench.messages('accept')[0], {
      kind: 'accept',
      ballot: b(2, 'A'),
      value: 'mango',
    });
  });

  it('never uses a ballot again, also not after a restart: Prepare waits for its own durable promise', () => {
    const before = new Bench().propose('apple');
    assert.deepEqual(
      before.sent().map(({ afterDurable }) => afterDurable),
      [1, 1],
    );
    const after = new Bench(before.disk).propose('pear');
    assert.deepEqual(after.messages('prepare')[0], { kind: 'prepare', ballot: b(2, 'A') });
  });

  it('a nack makes it step back for a random time and come again above the ballot named', () => {
    const bench = new Bench([], ['A', 'B', 'C'], 30).propose('apple').sync().clear();
    bench.receive('B', { kind: 'nack', ballot: b(1, 'A'), promised: b(7, 'C') });
    assert.equal(bench.node.status().proposer, 'backingOff');
    bench.tick(79);
    assert.equal(bench.messages('prepare').length, 0);
    bench.tick(1);
    assert.deepEqual(bench.messages('prepare')[0], { kind: 'prepare', ballot: b(8, 'A') });
  });

  it('a nack of an older ballot does not touch the new one', () => {
    const bench = new Bench().propose('apple', 3).sync();
    bench.receive('B', { kind: 'nack', ballot: b(1, 'A'), promised: b(2, 'C') });
    assert.equal(bench.node.status().proposer, 'preparing');
  });

  it('asks again those who did not answer', () => {
    const bench = new Bench([], ['A', 'B', 'C', 'D', 'E']).propose('apple').sync();
    bench
      .receive('B', { kind: 'promise', ballot: b(1, 'A') })
      .clear()
      .tick(100);
    assert.deepEqual(
      bench.sent().map(({ to }) => to),
      ['C', 'D', 'E'],
    );
  });
});

describe('single-decree: learner', () => {
  const proposing = (): Bench =>
    new Bench([], ['A', 'B', 'C', 'D', 'E'])
      .propose('apple')
      .sync()
      .receive('B', { kind: 'promise', ballot: b(1, 'A') })
      .receive('C', { kind: 'promise', ballot: b(1, 'A') });

  it('a value is chosen by a majority of distinct acceptors in the same ballot, itself once durable', () => {
    const bench = proposing();
    bench.receive('B', { kind: 'accepted', ballot: b(1, 'A') });
    bench.receive('B', { kind: 'accepted', ballot: b(1, 'A') });
    bench.receive('C', { kind: 'accepted', ballot: b(3, 'A') });
    bench.receive('C', { kind: 'accepted', ballot: b(1, 'A') });
    assert.equal(bench.node.status().chosen, undefined);
    bench.sync();
    assert.equal(bench.node.status().chosen?.value, 'apple');
    assert.equal(bench.messages('learn').length, 4);
  });

  it('who knows answers every question with the value', () => {
    const bench = new Bench().receive('B', { kind: 'learn', ballot: b(1, 'B'), value: 'kiwi' });
    bench.receive('C', { kind: 'prepare', ballot: b(9, 'C') });
    assert.deepEqual(bench.sent(), [
      {
        kind: 'send',
        to: 'C',
        message: { kind: 'learn', ballot: b(1, 'B'), value: 'kiwi' },
        afterDurable: 0,
      },
    ]);
    bench.propose('apple');
    assert.equal(bench.messages('prepare').length, 0, 'nothing is left to propose');
  });

  it('stops rather than believing two values', () => {
    const bench = new Bench().receive('B', { kind: 'learn', ballot: b(1, 'B'), value: 'kiwi' });
    const other = { kind: 'learn', ballot: b(2, 'C'), value: 'lime' } as const;
    assert.throws(() => bench.receive('C', other), /two values chosen/);
  });
});
