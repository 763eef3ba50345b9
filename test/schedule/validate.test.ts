import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { entriesOf, loadSchedule, validateSchedule } from '#src/schedule/validate';

const known = { nodes: ['n1', 'n2', 'n3'] };
const entry = { at: 1000, for: 500, fault: 'kill', target: 'leader' };
const wrong = (value: unknown, ...messages: readonly RegExp[]) =>
  assert.throws(
    () => validateSchedule(value, known),
    (error: Error) => {
      assert.equal(error.name, 'BadInput');
      for (const message of messages) assert.match(error.message, message);
      return true;
    },
  );

describe('schedules from outside', () => {
  it('get their defaults filled in', () => {
    const planned = validateSchedule(
      [entry, { ...entry, fault: { kind: 'partition', shape: 'bridge' }, target: 'n1,n3' }],
      known,
    );
    assert.deepEqual(entriesOf(planned), [
      { at: 1000, for: 500, fault: { kind: 'kill' }, target: 'leader' },
      {
        at: 1000,
        for: 500,
        fault: { kind: 'partition', shape: 'bridge', direction: 'both', style: 'hold' },
        target: 'n1,n3',
      },
    ]);
    assert.deepEqual(
      planned.map(({ fault }) => fault.kind),
      ['kill', 'partition'],
    );
  });

  it('that are wrong name index, field, value and what is allowed', () => {
    wrong({ at: 1 }, /not a schedule: got \{"at":1\}/);
    wrong([entry, { ...entry, target: 'boss' }], /\[1\]\.target: allowed: leader, .*; got "boss"/);
    wrong([{ ...entry, target: 'n7' }], /\[0\]\.target: no node "n7"; allowed: n1, n2, n3/);
    wrong(
      [{ ...entry, fault: 'flood' }],
      /\[0\]\.fault: unknown fault "flood"; allowed: partition, flapping, .*, slow-cpu/,
    );
    wrong(
      [{ ...entry, fault: { kind: 'partition', shape: 'star' } }],
      /\[0\]\.fault\.shape: .*"isolate".*; got "star"/,
    );
    wrong(
      [{ ...entry, fault: { kind: 'kill', signal: 9 } }],
      /\[0\]\.fault: Unrecognized key: "signal"/,
    );
    wrong([{ ...entry, at: -5 }], /\[0\]\.at: .*>=0; got -5/);
    wrong([{ ...entry, for: 0 }], /\[0\]\.for: .*>0; got 0/);
    wrong([{ at: 1, for: 1, target: 'all' }], /\[0\]\.fault: .*; got nothing/);
    wrong([{ ...entry, fault: {} }], /\[0\]\.fault\.kind: .*; got nothing/);
    wrong([{ ...entry, when: 'now' }], /\[0\]: Unrecognized key: "when"/);
    wrong([17], /\[0\]: .*expected object.*; got 17/);
  });

  it('are told everything that is wrong at once', () => {
    wrong(
      [
        { ...entry, fault: 'flood', target: 'n8' },
        { ...entry, at: 'soon' },
      ],
      /unknown fault "flood"/,
      /no node "n8"/,
      /\[1\]\.at: .*; got "soon"/,
    );
  });

  it('are read from files, and unreadable ones are bad input', () => {
    const folder = mkdtempSync(join(tmpdir(), 'dissent-schedule-'));
    try {
      const path = join(folder, 'schedule.json');
      writeFileSync(path, JSON.stringify([{ ...entry, target: 'n9' }]));
      assert.deepEqual(loadSchedule(path), [{ ...entry, fault: { kind: 'kill' }, target: 'n9' }]);
      writeFileSync(path, '[{');
      assert.throws(() => loadSchedule(path), { name: 'BadInput', message: /is not JSON/ });
      writeFileSync(path, '[7]');
      assert.throws(() => loadSchedule(path), {
        name: 'BadInput',
        message: /schedule\.json is not valid/,
      });
      assert.throws(() => loadSchedule(join(folder, 'none.json')), {
        name: 'BadInput',
        message: /cannot read the schedule .*none\.json/,
      });
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
