/** Links of programs that answer on the connections of others: what is cut, and what goes on. */

import assert from 'node:assert/strict';
import fc from 'fast-check';
import { linesBothWays } from '#src/cluster/both-ways';
import type { LineState, Want } from '#src/cluster/line-state';
import type { LineProxy } from '#src/cluster/lines';
import type { ToxicState } from '#src/cluster/toxiproxy/toxic';
import { HarnessFailure } from '#src/errors';

const links = [
  { from: 'a', to: 'b' },
  { from: 'b', to: 'a' },
];

/** A proxy in memory. Locked, it answers nothing any more until it is renewed. */
class FakeProxy implements LineProxy {
  enabled = true;
  toxics: readonly ToxicState[] = [];
  isLocked = false;
  locksOnRemoval = false;
  renewals = 0;
  isFragile = false;
  #turns = 0;

  async read(): Promise<LineState> {
    await this.#turn();
    return { enabled: this.enabled, toxics: this.toxics };
  }
  async setEnabled(enabled: boolean): Promise<void> {
    await this.#turn();
    this.enabled = enabled;
  }
  async setToxic(toxic: ToxicState): Promise<void> {
    await this.#turn();
    this.toxics = [...this.toxics.filter(({ name }) => name !== toxic.name), toxic];
  }
  async removeToxic(name: string): Promise<void> {
    if (this.locksOnRemoval) this.isLocked = true;
    await this.#turn();
    this.toxics = this.toxics.filter((toxic) => toxic.name !== name);
  }
  async renew({ enabled, toxics }: LineState): Promise<void> {
    this.renewals += 1;
    this.isLocked = false;
    this.locksOnRemoval = false;
    // As a server does it: first there is a proxy that does nothing yet.
    this.enabled = false;
    this.toxics = [];
    await this.#turn();
    this.enabled = enabled;
    this.toxics = [...toxics];
    await this.#turn();
  }
  /** `direction kind` of each toxic, and whether it is disabled. */
  get words(): readonly string[] {
    const toxics = this.toxics.map(({ direction, toxic }) => `${direction} ${toxic.kind}`);
    return [...(this.enabled ? [] : ['disabled']), ...toxics].sort();
  }
  async #turn(): Promise<void> {
    // Not all alike: answers to both directions overtake each other.
    this.#turns += 1;
    await new Promise((resolve) => setTimeout(resolve, (this.#turns * 7) % 5));
    if (this.isLocked) throw new HarnessFailure('no answer');
  }
}

describe('links both ways', () => {
  const setUp = () => {
    const [ab, ba] = [new FakeProxy(), new FakeProxy()];
    const proxies = new Map([
      ['a->b', ab],
      ['b->a', ba],
    ]);
    return { ab, ba, lines: linesBothWays(links, proxies, 1) };
  };
  const cut = (style: 'hold' | 'drop' | 'refuse') => ({ kind: 'cut', style }) as const;

  it('hold back what the first sends, on either connection, and nothing else', async () => {
    const { ab, ba, lines } = setUp();
    const seen = await lines.want('one', ['a->b'], cut('hold'));
    assert.deepEqual([ab.words, ba.words], [['upstream bandwidth'], ['downstream bandwidth']]);
    assert.deepEqual(seen, {
      'a->b': 'bandwidth upstream rateKBps 0; answers bandwidth downstream rateKBps 0',
    });
    await lines.heal('one');
    assert.deepEqual([ab.words, ba.words], [[], []]);
  });

  it('refuse what the first dials, and lose what it answers', async () => {
    const { ab, ba, lines } = setUp();
    await lines.want('one', ['a->b'], cut('refuse'));
    assert.deepEqual([ab.words, ba.words], [['disabled'], ['downstream timeout']]);
    await lines.heal('one');
    assert.deepEqual([ab.words, ba.words], [[], []]);
  });

  it('are cut while anybody wants it, in each direction for itself', async () => {
    const { ab, ba, lines } = setUp();
    await Promise.all([
      lines.want('one', ['a->b', 'b->a'], cut('hold')),
      lines.want('two', ['b->a'], cut('drop')),
    ]);
    await lines.heal('one');
    assert.deepEqual([ab.words, ba.words], [['downstream timeout'], ['upstream timeout']]);
    await lines.want('three', ['a->b'], { kind: 'quality', quality: { latencyMs: 5 } });
    assert.deepEqual(ab.words, ['downstream timeout', 'upstream latency']);
    await lines.heal('two');
    assert.deepEqual([ab.words, ba.words], [['upstream latency'], ['downstream latency']]);
    await lines.heal('three');
    assert.deepEqual([ab.words, ba.words], [[], []]);
  });

  it('are reset whoever dialled', async () => {
    const { ab, ba, lines } = setUp();
    const seen = await lines.reset(['a->b']);
    assert.deepEqual(Object.keys(seen).sort(), ['a->b', 'b->a']);
    assert.deepEqual([ab.words, ba.words], [[], []]);
  });

  it('renew a proxy that is locked once, and keep what the other direction wants of it', async () => {
    const { ab, ba, lines } = setUp();
    await lines.want('one', ['a->b', 'b->a'], cut('hold'));
    await lines.want('two', ['b->a'], { kind: 'quality', quality: { latencyMs: 5 } });
    ab.locksOnRemoval = true;
    await lines.heal('one');
    assert.deepEqual([ab.words, ba.words], [['downstream latency'], ['upstream latency']]);
    assert.deepEqual([ab.renewals, ba.renewals], [1, 0]);
  });

  it('on a real Toxiproxy are as they should be when both directions change at the same time', async () => {
    const act = fc.record({
      owner: fc.constantFrom('one', 'two', 'three'),
      names: fc.constantFrom(['a->b'], ['b->a'], ['a->b', 'b->a']),
      want: fc.constantFrom<Want>(
        cut('hold'),
        cut('drop'),
        cut('refuse'),
        { kind: 'quality', quality: { latencyMs: 5 } },
        { kind: 'quality', quality: { bytesPerSecond: 9000 } },
      ),
      heals: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(act, { minLength: 6, maxLength: 12 }), async (acts) => {
        const { ab, ba, lines } = setUp();
        for (const proxy of [ab, ba]) proxy.isFragile = true;
        await Promise.all(
          ['one', 'two', 'three'].map(async (owner) => {
            for (const { names, want, heals } of acts.filter((one) => one.owner === owner))
              await (heals ? lines.heal(owner) : lines.want(owner, names, want));
          }),
        );
        for (const owner of ['one', 'two', 'three']) await lines.heal(owner);
        assert.deepEqual([ab.words, ba.words], [[], []]);
      }),
      { numRuns: 40 },
    );
  });
});
