/** Every fault against real processes and a real proxy: each of these fails when the fault does nothing. */

import assert from 'node:assert/strict';
import { isStopped } from '#src/cluster/proc';
import { findRealServer } from '#src/cluster/toxiproxy/discover';
import { wallClock } from '#src/schedule/clock';
import { play } from '#src/schedule/player';
import { validateSchedule } from '#src/schedule/validate';
import type { CutStyle } from '#src/schedule/world';
import {
  type CountingCluster,
  startCounting,
  temporaryFolder,
  until,
} from './support/counting-cluster.ts';
import {
  arrived,
  firing,
  lastSent,
  manyNumbers,
  nameOf,
  nodes,
  onlyOpen,
  pairs,
  views,
  whole,
} from './support/numbers.ts';

for (const server of ['embedded', 'real'] as const) describeWith(server);

function describeWith(server: 'embedded' | 'real'): void {
  describe(`faults against real processes, ${server} Toxiproxy`, function () {
    this.timeout(180_000);
    let folder: Awaited<ReturnType<typeof temporaryFolder>> | undefined;
    let cluster: CountingCluster;

    before(async function () {
      if (server === 'real' && findRealServer() === undefined) {
        console.log('    skipped: there is no toxiproxy-server (the real Toxiproxy) here');
        this.skip();
      }
      folder = await temporaryFolder();
      cluster = await startCounting(folder.path, { toxiproxy: server });
      await whole(cluster);
    });
    after(async () => {
      await cluster?.[Symbol.asyncDispose]();
      await folder?.[Symbol.asyncDispose]();
    });

    const around = { in: ['n2->n1', 'n3->n1'], out: ['n1->n2', 'n1->n3'] };
    const cuts = { ...around, both: [...around.in, ...around.out] };
    for (const style of ['hold', 'drop', 'refuse'] as const satisfies readonly CutStyle[]) {
      for (const direction of ['in', 'out', 'both'] as const) {
        it(`partition ${style} ${direction}: stops exactly those bytes, and heals`, async () => {
          const fault = firing(cluster, 'partition', ['n1'], { style, direction });
          const injected = await fault.inject();
          assert.equal(injected.kind, 'installed');
          const expected = pairs.map(nameOf).filter((name) => !cuts[direction].includes(name));
          await onlyOpen(cluster, expected);
          const cutAt = await views(cluster);
          await fault.heal();
          await fault.heal();
          await whole(cluster);
          const healed = await views(cluster);
          for (const pair of pairs.filter((pair) => cuts[direction].includes(nameOf(pair)))) {
            const lost = Array.from({ length: 20 }, (_, i) => lastSent(cutAt, pair) - i).filter(
              (number) => !arrived(healed, pair).includes(number),
            );
            // What was held arrives late; what was dropped or refused never does.
            assert.equal(lost.length, style === 'hold' ? 0 : 20, `${nameOf(pair)}: ${lost.join()}`);
          }
        });
      }
    }

    it('two partitions over the same link: it opens when both are healed', async () => {
      const link = { from: 'n1', to: 'n2' };
      const others = pairs.map(nameOf).filter((name) => name !== 'n1->n2');
      await cluster.links.cut('a', [link], 'hold');
      await cluster.links.cut('b', [link], 'refuse');
      await cluster.links.heal('b');
      await onlyOpen(cluster, others);
      await cluster.links.heal('a');
      await whole(cluster);
    });

    it('kill: the process is gone, and another one is ready when it heals', async () => {
      const before = await views(cluster);
      const pid = cluster.pid('n2');
      const fault = firing(cluster, 'kill', ['n2'], {});
      await fault.inject();
      assert.equal(cluster.pid('n2'), undefined);
      assert.throws(() => process.kill(pid ?? 0, 0), { code: 'ESRCH' });
      const answering = await until('an answer of both others', async () => {
        const all = await cluster.statuses();
        return all.size >= 2 && [...all.keys()];
      });
      assert.deepEqual(answering, ['n1', 'n3']);
      await fault.heal();
      const after = await views(cluster);
      assert.notEqual(cluster.pid('n2'), pid);
      assert.ok((after.get('n2')?.startedAt ?? 0) > (before.get('n2')?.startedAt ?? 0));
      assert.equal(after.get('n1')?.startedAt, before.get('n1')?.startedAt);
      assert.deepEqual(cluster.exits, []);
      await whole(cluster);
    });

    it('pause: the process stands still, and goes on where it was when it heals', async () => {
      const fault = firing(cluster, 'pause', ['n1'], {});
      const pid = cluster.pid('n1') ?? 0;
      await fault.inject();
      assert.ok(isStopped(pid) !== false);
      assert.deepEqual(await cluster.leaders(), []);
      const numberAt = async () => {
        const all = await cluster.statuses();
        return {
          others: all.get('n3')?.received['n2']?.length ?? 0,
          its: all.get('n3')?.received['n1'],
        };
      };
      // What n1 had written already may still arrive; let it.
      const first = await numberAt();
      const second = await until('many numbers of others', async () => {
        const now = await numberAt();
        return now.others > first.others + manyNumbers && now;
      });
      const third = await until('many more numbers of others', async () => {
        const now = await numberAt();
        return now.others > second.others + manyNumbers && now;
      });
      assert.deepEqual(third.its, second.its);
      await fault.heal();
      assert.equal(cluster.pid('n1'), pid);
      await whole(cluster);
      const leaders = await until('a leader', async () => {
        const all = await cluster.leaders();
        return all.length > 0 && all;
      });
      assert.deepEqual(leaders, ['n1']);
    });

    it('a killed node that somebody else paused comes back paused', async () => {
      await cluster.processes.kill('a', 'n3');
      const pausing = cluster.processes.pause('b', 'n3');
      await cluster.processes.release('a');
      await pausing;
      assert.ok(isStopped(cluster.pid('n3') ?? 0) !== false);
      await cluster.processes.release('b');
      await whole(cluster);
    });

    it('a schedule of all of them is installed entry by entry, and leaves the cluster whole', async () => {
      const schedule = validateSchedule(
        [
          { at: 0, for: 200, fault: { kind: 'partition', style: 'refuse' }, target: 'leader' },
          { at: 100, for: 200, fault: 'kill', target: 'n2' },
          { at: 150, for: 100, fault: 'pause', target: 'n3' },
          {
            at: 160,
            for: 100,
            fault: { kind: 'partition', shape: 'majorities-ring' },
            target: 'all',
          },
        ],
        { nodes },
      );
      const origin = cluster.nowNs();
      const nowNs = () => cluster.nowNs() - origin;
      const records = await play({
        schedule,
        world: cluster,
        clock: wallClock(nowNs),
        seed: 5,
        signal: new AbortController().signal,
        report: () => undefined,
      });
      assert.deepEqual(
        records.map(({ outcome, healError, resolved }) => ({ outcome, healError, resolved })),
        [['n1'], ['n2'], ['n3'], nodes].map((resolved) => ({
          outcome: { kind: 'installed' },
          healError: undefined,
          resolved,
        })),
      );
      await whole(cluster);
    });
  });
}
