import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { replicasAgree } from '#checkers/replicas-agree';

type Apply = readonly [index: number, hash: number, chain: number];

async function check(nodes: Readonly<Record<string, readonly Apply[]>>, tail = '') {
  const folder = mkdtempSync(join(tmpdir(), 'dissent-agree-'));
  for (const [node, applied] of Object.entries(nodes)) {
    mkdirSync(join(folder, 'nodes', node), { recursive: true });
    const lines = applied.map(([index, hash, chain]) =>
      JSON.stringify({ timeNs: 1, node, ev: 'apply', index, term: 1, hash, chain }),
    );
    writeFileSync(join(folder, 'nodes', node, 'trace.jsonl'), `${lines.join('\n')}\n${tail}`);
  }
  try {
    return await replicasAgree().check({ history: [], folder, timeLimitMs: 1000 });
  } finally {
    rmSync(folder, { recursive: true });
  }
}

describe('replicas-agree', () => {
  it('accepts nodes that are behind, and nodes that apply everything again after a restart', async () => {
    const result = await check({
      n1: [
        [1, 10, 100],
        [2, 20, 200],
      ],
      n2: [[1, 10, 100]],
      n3: [
        [1, 10, 100],
        [1, 10, 100],
        [2, 20, 200],
      ],
    });
    assert.equal(result.valid, true);
    assert.equal(result['applied'], 2);
  });

  it('names two nodes that applied different commands at an index', async () => {
    const result = await check({ n1: [[1, 10, 100]], n2: [[1, 11, 101]] });
    assert.equal(result.valid, false);
    assert.match(result.reason ?? '', /n1 and n2 applied different commands at index 1/);
  });

  it('sees a difference in what came before, and a node that contradicts itself', async () => {
    assert.equal((await check({ n1: [[5, 10, 100]], n2: [[5, 10, 101]] })).valid, false);
    const twice: Apply[] = [
      [1, 10, 100],
      [1, 11, 110],
    ];
    assert.equal((await check({ n1: twice })).valid, false);
  });

  it('passes over a torn last line, and says nothing without traces', async () => {
    const torn = '{"timeNs":1,"node":"n1","ev":"apply","ind';
    assert.equal((await check({ n1: [[1, 10, 100]] }, torn)).valid, true);
    assert.equal((await replicasAgree().check({ history: [], timeLimitMs: 1 })).valid, true);
  });
});
