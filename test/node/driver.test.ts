import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { Status } from '#src/consensus/algorithm';
import type { Replica, ReplicaEffect, ReplicaInput } from '#src/consensus/replica';
import { Driver } from '#src/node/driver';
import { Wal } from '#src/node/wal';
import { decodeLog, encodeFileHeader, fileHeaderBytes } from '#src/node/wal-format';
import { MemoryDisk } from './support/memory-disk.ts';

const status: Status = {
  role: 'follower',
  term: 0,
  leader: undefined,
  commitIndex: 0,
  lastIndex: 0,
};

/** A replica that does what the test says, one list of effects per input. */
function scripted(script: (input: ReplicaInput) => readonly ReplicaEffect[]): Replica {
  return { step: script, status: () => status, quietUntilMs: () => 0 };
}

const persist = (sequence: number): ReplicaEffect => ({
  kind: 'persist',
  sequence,
  records: [sequence],
});
const send = (n: number, afterDurable: number): ReplicaEffect => ({
  kind: 'send',
  to: 'n2',
  message: { kind: 'algorithm', message: { n, afterDurable } },
  afterDurable,
});

interface Rig {
  readonly driver: Driver;
  readonly disk: MemoryDisk;
  readonly wal: Wal;
  readonly events: string[];
}

function rig(replica: Replica, onSend?: (text: string) => void): Rig {
  const disk = new MemoryDisk(encodeFileHeader());
  const events: string[] = [];
  const wal: Wal = new Wal(
    disk,
    { batch: 0, offset: fileHeaderBytes, size: fileHeaderBytes },
    { onDurable: (sequence) => driver.durable(sequence), onFailure: assert.ifError },
  );
  const driver: Driver = new Driver(replica, {
    persist: (sequence, records) => wal.append(sequence, records),
    send: (_, message) => {
      events.push(`send ${JSON.stringify(message.kind === 'algorithm' ? message.message : 0)}`);
      onSend?.(JSON.stringify(message));
    },
    reply: (request) => events.push(`reply ${request}`),
    trace: (event) => events.push(`trace ${event.ev}`),
    nowMs: () => 0,
    stepped: () => wal.flush(),
    broken: (error) => events.push(`broken ${String(error)}`),
  });
  return { driver, disk, wal, events };
}

describe('driver', () => {
  it('never sends before what the message depends on would survive a power loss', () => {
    const effect = fc.record({ persist: fc.boolean(), send: fc.boolean(), back: fc.nat(2) });
    const turns = fc.array(fc.oneof(fc.array(effect, { maxLength: 3 }), fc.constant('disk')), {
      maxLength: 40,
    });
    fc.assert(
      fc.property(turns, (plan) => {
        let sequence = 0;
        let sent = 0;
        let asked = 0;
        let todo: ReplicaEffect[] = [];
        const { driver, disk } = rig(
          scripted((input) => (input.kind === 'tick' ? todo : [])),
          (text) => {
            sent += 1;
            const { afterDurable } = JSON.parse(text).message;
            assert(decodeLog(disk.durable).records.length >= afterDurable);
          },
        );
        for (const turn of plan) {
          if (turn === 'disk') {
            disk.step();
            continue;
          }
          todo = [];
          for (const { persist: p, send: s, back } of turn as {
            persist: boolean;
            send: boolean;
            back: number;
          }[]) {
            if (p) todo.push(persist(++sequence));
            if (s) todo.push(send(++asked, Math.max(0, sequence - back)));
          }
          driver.tick();
        }
        disk.drain();
        assert.equal(sent, asked);
        assert.equal(driver.heldSends, 0);
      }),
    );
  });

  it('lets messages pass that wait for nothing, and tells the replica what is durable', () => {
    const inputs: ReplicaInput[] = [];
    const { driver, disk, events } = rig(
      scripted((input) => {
        inputs.push(input);
        return input.kind === 'tick' ? [persist(1), send(1, 1), send(2, 0)] : [];
      }),
    );
    driver.tick();
    assert.deepEqual(events, ['send {"n":2,"afterDurable":0}']);
    assert.equal(driver.heldSends, 1);
    disk.drain();
    assert.deepEqual(events.slice(1), ['send {"n":1,"afterDurable":1}']);
    assert.deepEqual(inputs.at(-1), { kind: 'durable', nowMs: 0, sequence: 1 });
  });

  it('makes an input wait that arrives while another is performed', () => {
    const trace = (ev: string): ReplicaEffect => ({ kind: 'trace', event: { ev } });
    const { driver, events } = rig(
      scripted((input) =>
        input.kind === 'tick' ? [trace('first'), send(1, 0), trace('last')] : [trace('second')],
      ),
      () => driver.peer('n2', { kind: 'algorithm', message: 2 }),
    );
    driver.tick();
    const sent = 'send {"n":1,"afterDurable":0}';
    assert.deepEqual(events, ['trace first', sent, 'trace last', 'trace second']);
  });

  it('performs nothing more once the replica has thrown', () => {
    const { driver, events, disk } = rig(
      scripted((input) => {
        if (input.kind === 'tick') return [persist(1), send(1, 1)];
        if (input.kind === 'peer') throw new Error('two leaders in term 3');
        return [send(9, 0)];
      }),
    );
    driver.tick();
    driver.peer('n2', { kind: 'algorithm', message: 1 });
    disk.drain();
    driver.tick();
    assert.deepEqual(events, ['broken Error: two leaders in term 3']);
  });
});
