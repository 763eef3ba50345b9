import assert from 'node:assert/strict';
import { z } from 'zod';
import { addFault, expandKinds, type Fault, faults } from '#nemesis/index';
import { userFault } from '#nemesis/user-fault';
import { stream } from '#src/random/random';
import { memoryWorld } from '#test/schedule/support/memory-world';

const schema = z.strictObject({ kind: z.literal('quake'), size: z.number().default(1) });

const quake: Fault<z.infer<typeof schema>> = {
  kind: 'quake',
  summary: 'shakes',
  schema,
  plans: () => [{ parameters: { kind: 'quake', size: 2 }, target: 'one', weight: 1 }],
  inject: async () => ({ kind: 'installed', detail: 'shaken' }),
  heal: async () => undefined,
};

const refused = (change: object): string => {
  try {
    userFault({ ...quake, ...change }, 'quake.ts');
  } catch (error) {
    return error instanceof Error ? error.message : '';
  }
  return 'it was not refused';
};

describe("users' faults", () => {
  it('are faults when they keep the contract', () => {
    const fault = userFault(quake, 'quake.ts');
    assert.equal(fault.kind, 'quake');
    assert.deepEqual(fault.schema.parse({ kind: 'quake' }), { kind: 'quake', size: 1 });
  });

  it('are refused with what is wrong and what is allowed', () => {
    assert.match(refused({ kind: 'heal-quake' }), /kind is "heal-quake"; allowed/);
    assert.match(refused({ schema: {} }), /schema is not a zod schema/);
    assert.match(refused({ harms: 3 }), /harms is not a function/);
    assert.match(
      refused({ schema: z.strictObject({ kind: z.literal('quake'), size: z.number() }) }),
      /refuses the bare kind: size.*\n.*default/,
    );
    assert.match(refused({ plans: () => [] }), /plans is empty/);
    const [plan] = quake.plans([], stream(1, 'plans'));
    assert.match(
      refused({ plans: () => [{ ...plan, target: 'king' }] }),
      /plans\[0\]\.target: allowed/,
    );
    assert.match(refused({ plans: () => [{ ...plan, weight: 0.5 }] }), /positive integers/);
    assert.match(refused({ plans: () => [{ ...plan, parameters: {} }] }), /plans\[0\]\.parameters/);
    assert.match(
      refused({
        plans: () => {
          throw new Error('no idea');
        },
      }),
      /plans throws: Error: no idea/,
    );
  });

  it('fail when they resolve with something that says neither that they took effect nor why not', async () => {
    const firing = {
      owner: 'a',
      targets: ['n1'],
      world: memoryWorld(['n1']),
      random: stream(1, 'fault'),
      others: [],
    };
    const vague = userFault({ ...quake, inject: async () => undefined }, 'quake.ts');
    await assert.rejects(vague.inject({}, firing), /resolved with nothing; allowed/);
    const good = await userFault(quake, 'quake.ts').inject({}, firing);
    assert.deepEqual(good, { kind: 'installed', detail: 'shaken' });
  });

  it('cannot take the name of one that ships', () => {
    const kill = { ...quake, kind: 'kill', schema: z.strictObject({ kind: z.literal('kill') }) };
    const plans = () => [{ parameters: { kind: 'kill' }, target: 'one', weight: 1 }];
    assert.throws(() => addFault({ ...kill, plans }, 'mine.ts'), /mine\.ts calls itself "kill"/);
  });

  it('"all" means all that can be had in that world and need not be named', () => {
    const real = expandKinds(['all', 'kill'], 'real');
    assert.equal(new Set(real).size, real.length);
    for (const kind of ['partition', 'kill', 'slow-cpu']) assert.ok(real.includes(kind));
    for (const world of ['real', 'sim'] as const) {
      for (const [kind, { worlds = [world], onlyByName }] of faults) {
        const isMeant = worlds.includes(world) && onlyByName !== true;
        assert.equal(expandKinds(['all'], world).includes(kind), isMeant, `${kind} ${world}`);
      }
    }
    assert.deepEqual(expandKinds(['kill', 'kill', 'none'], 'sim'), ['kill', 'none']);
  });
});
