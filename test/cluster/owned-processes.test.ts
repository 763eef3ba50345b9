import assert from 'node:assert/strict';
import fc from 'fast-check';
import { ownedProcesses, type ProcessControl } from '#src/cluster/owned-processes';

/** A process in memory with the laws of a real one. `fails` makes the next start fail. */
function memoryProcess() {
  const state = { is: 'up' as 'up' | 'paused' | 'down', fails: false, starts: 0 };
  const turn = () => new Promise((resolve) => setImmediate(resolve));
  const control: ProcessControl = {
    get pid() {
      return state.is === 'down' ? undefined : 100 + state.starts;
    },
    kill: async () => {
      await turn();
      state.is = 'down';
    },
    pause: async () => {
      await turn();
      if (state.is === 'down') throw new Error('nothing to pause');
      state.is = 'paused';
    },
    resume: async () => {
      await turn();
      if (state.is === 'paused') state.is = 'up';
    },
    ensureUp: async () => {
      await turn();
      if (state.is !== 'down') return;
      if (state.fails) throw new Error('does not come up');
      state.starts += 1;
      state.is = 'up';
    },
  };
  return { control, state };
}

function stage() {
  const one = memoryProcess();
  const two = memoryProcess();
  const processes = ownedProcesses(
    new Map([
      ['n1', one.control],
      ['n2', two.control],
    ]),
  );
  return { processes, one: one.state, two: two.state };
}

describe('processes with owners', () => {
  it('are killed and come back', async () => {
    const { processes, one, two } = stage();
    assert.equal(await processes.kill('a', 'n1'), 'pid 100 is gone');
    assert.equal(await processes.kill('a', 'n1'), 'was not running');
    assert.deepEqual([one.is, two.is], ['down', 'up']);
    await processes.release('a');
    await processes.release('a');
    assert.deepEqual([one.is, one.starts], ['up', 1]);
  });

  it('are paused and go on', async () => {
    const { processes, one } = stage();
    assert.equal(await processes.pause('a', 'n1'), 'pid 100 is stopped');
    assert.equal(one.is, 'paused');
    await processes.release('a');
    assert.deepEqual([one.is, one.starts], ['up', 0]);
  });

  it('stay down until nobody keeps them down', async () => {
    const { processes, one } = stage();
    await processes.kill('a', 'n1');
    await processes.kill('b', 'n1');
    await processes.release('a');
    assert.equal(one.is, 'down');
    await processes.release('b');
    assert.equal(one.is, 'up');
  });

  it('killed by one and paused by another are paused when the killer lets go', async () => {
    const { processes, one } = stage();
    await processes.pause('a', 'n1');
    await processes.kill('b', 'n1');
    assert.equal(one.is, 'down');
    await processes.release('b');
    assert.equal(one.is, 'paused');
    await processes.release('a');
    assert.equal(one.is, 'up');
  });

  it('that did not come back are tried again by the next release', async () => {
    const { processes, one } = stage();
    await processes.kill('a', 'n1');
    one.fails = true;
    await assert.rejects(processes.release('a'), /does not come up/);
    one.fails = false;
    await processes.release('a');
    assert.equal(one.is, 'up');
  });

  it('are what their owners want in the end, whatever the order and the overlap', async () => {
    const action = fc.record({
      owner: fc.constantFrom('a', 'b', 'c'),
      what: fc.constantFrom('kill', 'pause', 'release'),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(action, { maxLength: 12 }), async (actions) => {
        const { processes, one, two } = stage();
        const wants = new Map<string, string[]>();
        const going = actions.map(({ owner, what }) => {
          if (what === 'release') {
            wants.delete(owner);
            return processes.release(owner);
          }
          wants.set(owner, [...(wants.get(owner) ?? []), what]);
          return what === 'kill' ? processes.kill(owner, 'n1') : processes.pause(owner, 'n1');
        });
        await Promise.all(going);
        const all = [...wants.values()].flat();
        const expected = all.includes('kill') ? 'down' : all.includes('pause') ? 'paused' : 'up';
        assert.deepEqual([one.is, two.is], [expected, 'up']);
      }),
    );
  });
});
