/** Whatever happens to the harness, nothing stays behind and nothing that was recorded is lost. */

import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Results } from '#reports/results';
import { until } from './support/counting-cluster.ts';
import { dissent, latest, processesWith, readJson, temporaryStore } from './support.ts';

/** Resolves when so many operations have succeeded in the run in this store. */
const underWay = (store: string, count: number): Promise<true> =>
  until(`${count} operations in ${store}`, async () => {
    const file = join(latest(store), 'history.jsonl');
    return existsSync(file) && readFileSync(file, 'utf8').split('"type":"ok"').length > count;
  });

const noneLeft = (store: string): Promise<void> =>
  until('the end of all processes', async () => processesWith(store).length === 0).then(
    () => undefined,
    () => assert.deepEqual(processesWith(store), []),
  );

describe('the life of a run', function () {
  this.timeout(240_000);
  const stores: ReturnType<typeof temporaryStore>[] = [];
  const newStore = (): string => {
    const store = temporaryStore();
    stores.push(store);
    return store.path;
  };
  after(() => {
    for (const store of stores) store.remove();
  });
  // A paused node cannot notice by itself that its parent is gone.
  const pausedThroughout = (store: string): string[] => [
    'test',
    'raft',
    '--nemesis',
    'pause',
    '--time',
    '30',
    '--seed',
    '3',
    '--out',
    store,
  ];

  it('leaves no process behind when the harness is killed, and the rest can be analyzed', async () => {
    const store = newStore();
    const run = dissent(pausedThroughout(store));
    await underWay(store, 150);
    await delay(2500);
    assert.ok(processesWith(store).length >= 5, 'nodes are running');
    run.kill('SIGKILL');
    await run;
    await noneLeft(store);
    const { exitCode, stdout, stderr } = await dissent(['analyze', latest(store), '--json']);
    assert.equal(exitCode, 2, String(stderr));
    const results = JSON.parse(String(stdout)) as Results;
    assert.equal(results.valid, 'unknown');
    assert.match(results.reasons.join(' '), /cut short/);
    assert.ok(results.counts.ok > 100);
    assert.equal(results.checkers['linearizable']?.valid, true);
  });

  it('stops everything on Ctrl-C and writes what there is', async () => {
    const store = newStore();
    const run = dissent(pausedThroughout(store), { detached: true });
    await underWay(store, 150);
    // As a terminal does it: to the whole process group.
    process.kill(-(run.pid ?? 0), 'SIGINT');
    const { exitCode } = await run;
    assert.equal(exitCode, 130);
    await noneLeft(store);
    const results = readJson(latest(store), 'results.json') as Results;
    assert.equal(results.valid, 'unknown');
    assert.ok(existsSync(join(latest(store), 'report.html')));
  });

  it('stops what it had started when it is interrupted while the cluster comes up', async () => {
    const store = newStore();
    const run = dissent(['test', 'raft', '--time', '30', '--out', store]);
    await until('some processes', async () => processesWith(store).length >= 3);
    run.kill('SIGINT');
    const { exitCode } = await run;
    assert.equal(exitCode, 130);
    await noneLeft(store);
  });
});
