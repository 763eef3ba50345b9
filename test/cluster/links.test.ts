import assert from 'node:assert/strict';
import fc from 'fast-check';
import { type LineState, stateText, strongest, wantedState } from '#src/cluster/line-state';
import { type LineProxy, proxiedLines } from '#src/cluster/lines';
import { linksOver } from '#src/cluster/links';
import { passMs, stallMs } from '#src/cluster/stalls';
import { HarnessFailure } from '#src/errors';
import { stream } from '#src/random/random';
import type { CutStyle, Link, LinkQuality } from '#src/schedule/world';

/** A proxy in memory that writes down what it is told. `obeys: false` answers and does nothing. A fragile one never loses a toxic before one that holds bytes. */
function memoryProxy(isFragile: boolean) {
  const told: string[] = [];
  const state = {
    enabled: true,
    toxics: [] as LineState['toxics'][number][],
    obeys: true,
    isSilent: false,
  };
  const tell = async (what: string, change: () => void) => {
    told.push(what);
    await new Promise((resolve) => setImmediate(resolve));
    if (state.obeys) change();
  };
  const without = (name: string) => state.toxics.filter((other) => other.name !== name);
  const proxy: LineProxy = {
    read: async () => ({ enabled: state.enabled, toxics: [...state.toxics] }),
    setEnabled: (enabled) =>
      tell(enabled ? 'enable' : 'disable', () => {
        state.enabled = enabled;
      }),
    setToxic: (toxic) =>
      tell(`+${toxic.name}`, () => {
        const place = state.toxics.findIndex(({ name }) => name === toxic.name);
        if (place < 0) state.toxics = [...state.toxics, toxic];
        else state.toxics[place] = toxic;
      }),
    removeToxic: (name) =>
      tell(`-${name}`, () => {
        if (state.isSilent) throw new HarnessFailure('no answer');
        if (isFragile) {
          const after = state.toxics.slice(state.toxics.findIndex((one) => one.name === name) + 1);
          const holding = after.filter(({ toxic }) => toxic.kind !== 'timeout');
          assert.deepEqual(holding, [], `the end of ${told.join(' ')}`);
        }
        state.toxics = without(name);
      }),
    renew: ({ enabled, toxics }) =>
      tell('renew', () => {
        Object.assign(state, { enabled, toxics: [...toxics], isSilent: false });
      }),
    isFragile,
  };
  const seen = () =>
    state.enabled ? state.toxics.map(({ name }) => name).join('+') || 'open' : 'refuse';
  return { proxy, told, state, seen, text: () => stateText(state) };
}

const link = (name: string): Link => {
  const [from = '', to = ''] = name.split('->');
  return { from, to };
};

const stage = (...names: readonly string[]) => stageOf(names, { isFragile: false });

function stageOf(names: readonly string[], { isFragile }: { readonly isFragile: boolean }) {
  const proxies = new Map(names.map((name) => [name, memoryProxy(isFragile)]));
  const over = new Map([...proxies].map(([name, { proxy }]) => [name, proxy]));
  const lines = proxiedLines(over, ['upstream'], 1);
  const links = linksOver(lines);
  const at = (name: string) => {
    const found = proxies.get(name);
    assert.ok(found !== undefined);
    return found;
  };
  return { links, lines, at, seen: () => names.map((name) => at(name).seen()) };
}

describe('links', () => {
  it('are cut in the style that is asked for, and open again on heal', async () => {
    for (const style of ['hold', 'drop', 'refuse'] as const) {
      const { links, seen } = stage('n1->n2', 'n2->n1');
      await links.cut('a', [link('n1->n2')], style);
      assert.deepEqual(seen(), [style, 'open']);
      await links.heal('a');
      await links.heal('a');
      assert.deepEqual(seen(), ['open', 'open']);
    }
  });

  it('cut by several stay cut until the last one heals, the strongest style first', async () => {
    const { links, seen } = stage('n1->n2');
    const cut = (owner: string, style: CutStyle) => links.cut(owner, [link('n1->n2')], style);
    await cut('a', 'hold');
    await cut('b', 'refuse');
    await cut('c', 'drop');
    assert.deepEqual(seen(), ['refuse']);
    await links.heal('b');
    assert.deepEqual(seen(), ['drop']);
    await links.heal('c');
    assert.deepEqual(seen(), ['hold']);
    await links.heal('b');
    assert.deepEqual(seen(), ['hold']);
    await links.heal('a');
    assert.deepEqual(seen(), ['open']);
  });

  it('let nothing through while one style replaces another', async () => {
    const { links, at } = stage('n1->n2');
    await links.cut('a', [link('n1->n2')], 'hold');
    await links.cut('b', [link('n1->n2')], 'drop');
    await links.cut('c', [link('n1->n2')], 'refuse');
    await links.heal('c');
    await links.heal('b');
    await links.heal('a');
    assert.deepEqual(at('n1->n2').told, [
      '+hold',
      '+drop',
      '-hold',
      'disable',
      '-drop',
      '+drop',
      'enable',
      '+hold',
      '-drop',
      '-hold',
    ]);
  });

  it('that the server says it cut and did not are an error, and so are links that do not exist', async () => {
    const { links, at } = stage('n1->n2');
    at('n1->n2').state.obeys = false;
    await assert.rejects(
      links.cut('a', [link('n1->n2')], 'drop'),
      /link n1->n2 should be timeout upstream timeoutMs 0 and is open/,
    );
    await assert.rejects(links.cut('b', [link('n1->n9')], 'drop'), /no such link: n1->n9/);
  });

  it('that could not be healed are healed by the next attempt', async () => {
    const { links, at, seen } = stage('n1->n2');
    await links.cut('a', [link('n1->n2')], 'refuse');
    at('n1->n2').state.obeys = false;
    await assert.rejects(links.heal('a'));
    at('n1->n2').state.obeys = true;
    await links.heal('a');
    assert.deepEqual(seen(), ['open']);
  });

  it('are what their owners want in the end, whatever the order and the overlap', async () => {
    const names = ['n1->n2', 'n2->n1', 'n1->n3'];
    const action = fc.record({
      owner: fc.constantFrom('a', 'b', 'c'),
      cut: fc.option(
        fc.record({
          links: fc.subarray(names, { minLength: 1 }),
          style: fc.constantFrom<CutStyle>('hold', 'drop', 'refuse'),
        }),
        { nil: undefined },
      ),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(action, { maxLength: 12 }), async (actions) => {
        const { links, seen } = stage(...names);
        const wanted = new Map<string, { links: readonly string[]; style: CutStyle }[]>();
        // All at once: nobody waits for anybody.
        const going = actions.map(({ owner, cut }) => {
          if (cut === undefined) {
            wanted.delete(owner);
            return links.heal(owner);
          }
          wanted.set(owner, [...(wanted.get(owner) ?? []), cut]);
          return links.cut(owner, cut.links.map(link), cut.style);
        });
        await Promise.all(going);
        const expected = names.map((name) => {
          const styles = [...wanted.values()]
            .flat()
            .flatMap((cut) => (cut.links.includes(name) ? [cut.style] : []));
          return strongest(styles) ?? 'open';
        });
        assert.deepEqual(seen(), expected);
      }),
      { numRuns: 60 },
    );
  });

  it('say what was read back', async () => {
    const { links } = stage('n1->n2');
    assert.deepEqual(await links.cut('a', [link('n1->n2')], 'hold'), {
      'n1->n2': 'bandwidth upstream rateKBps 0',
    });
    assert.deepEqual(await links.cut('b', [link('n1->n2')], 'refuse'), { 'n1->n2': 'disabled' });
  });

  it('made worse by several are as bad as all of them together, and better as each heals', async () => {
    const { links, at } = stage('n1->n2');
    const degrade = (owner: string, quality: LinkQuality) =>
      links.degrade(owner, [link('n1->n2')], quality);
    const text = () => at('n1->n2').text();
    await degrade('a', { latencyMs: 50, jitterMs: 20 });
    await degrade('a', { latencyMs: 50, jitterMs: 20 });
    // From 50 to 70 ms.
    assert.equal(text(), 'latency upstream latencyMs 60 jitterMs 10');
    await degrade('b', { latencyMs: 100, bytesPerSecond: 5_000 });
    assert.match(text(), /latencyMs 160 jitterMs 10 .*bandwidth upstream rateKBps 5$/);
    await degrade('c', { bytesPerSecond: 2_400, sliceBytes: 10 });
    assert.match(text(), /rateKBps 2\b/);
    assert.match(text(), /slicer upstream averageBytes 10/);
    await links.cut('d', [link('n1->n2')], 'hold');
    assert.match(text(), /latencyMs 160 .*rateKBps 0/);
    await links.heal('c');
    await links.heal('a');
    await links.heal('d');
    assert.equal(
      text(),
      'latency upstream latencyMs 100 jitterMs 0 + bandwidth upstream rateKBps 5',
    );
    await links.heal('b');
    assert.equal(text(), 'open');
  });

  it('that lose messages stall now and then, and no longer when they are healed', async () => {
    const { links, at } = stage('n1->n2');
    await links.degrade('a', [link('n1->n2')], { loss: 0.9 });
    assert.equal(at('n1->n2').seen(), 'stall');
    const passed = () => at('n1->n2').told.includes('-stall');
    for (let i = 0; i < 1000 && !passed(); i += 1) await new Promise((go) => setTimeout(go, 10));
    assert.ok(passed(), 'it never let anything through');
    await links.heal('a');
    assert.equal(at('n1->n2').seen(), 'open');
    const { length } = at('n1->n2').told;
    await new Promise((resolve) => setTimeout(resolve, 300));
    assert.equal(at('n1->n2').told.length, length, 'it goes on after it was healed');
  });

  it('stall as long as TCP would, and pass for longer the smaller the loss', () => {
    const random = stream(1, 'loss');
    const mean = (draw: () => number) =>
      Array.from({ length: 4000 }, draw).reduce((sum, one) => sum + one, 0) / 4000;
    // One message in five is lost: four of them pass on average, 50 ms each, plus the one that is always let through.
    assert.ok(Math.abs(mean(() => passMs(0.2, random)) - 250) < 20);
    assert.ok(Math.abs(mean(() => passMs(0.5, random)) - 100) < 10);
    assert.ok(mean(() => stallMs(0.01, random)) < 215);
    assert.ok(mean(() => stallMs(0.9, random)) > 1500);
    assert.ok(Array.from({ length: 500 }, () => stallMs(0.99, random)).every((ms) => ms <= 3200));
  });

  it('are reset once and stay what they were', async () => {
    const { links, at } = stage('n1->n2', 'n2->n1');
    await links.cut('a', [link('n2->n1')], 'refuse');
    await links.degrade('b', [link('n1->n2')], { latencyMs: 7 });
    const seen = await links.reset([link('n1->n2'), link('n2->n1')]);
    assert.deepEqual(at('n1->n2').told.slice(1), [
      '+reset',
      'disable',
      '-reset',
      '-latency',
      '+latency',
      'enable',
    ]);
    assert.deepEqual(seen, {
      'n1->n2': 'connections broken, now latency upstream latencyMs 7 jitterMs 0',
      'n2->n1': 'disabled: there is no connection',
    });
  });

  it('about whose proxy the server is silent get a new one, in the state that is wanted', async () => {
    const { links, at } = stage('n1->n2');
    await links.cut('a', [link('n1->n2')], 'hold');
    await links.cut('b', [link('n1->n2')], 'drop');
    at('n1->n2').state.isSilent = true;
    await links.heal('b');
    assert.equal(at('n1->n2').seen(), 'hold');
    assert.ok(at('n1->n2').told.includes('renew'));
    await links.heal('a');
    assert.equal(at('n1->n2').seen(), 'open');
  });

  describe('on a real Toxiproxy', () => {
    const fragile = () => stageOf(['n1->n2'], { isFragile: true });

    it('lose nothing from before what holds bytes: they get a new proxy, as it should be', async () => {
      const { links, at } = fragile();
      await links.degrade('a', [link('n1->n2')], { latencyMs: 7 });
      await links.cut('b', [link('n1->n2')], 'hold');
      await links.heal('a');
      assert.deepEqual(at('n1->n2').told, ['+latency', '+hold', 'renew']);
      assert.equal(at('n1->n2').seen(), 'hold');
      await links.heal('b');
      assert.deepEqual(at('n1->n2').told.slice(3), ['-hold']);
    });

    it('keep their connections where the last of them goes', async () => {
      const { links, at } = fragile();
      await links.degrade('a', [link('n1->n2')], { latencyMs: 7, sliceBytes: 9 });
      await links.cut('b', [link('n1->n2')], 'hold');
      await links.heal('b');
      await links.heal('a');
      assert.deepEqual(at('n1->n2').told, [
        '+latency',
        '+slicer',
        '+hold',
        '-hold',
        '-slicer',
        '-latency',
      ]);
    });

    it('get a new proxy where connections break anyway', async () => {
      const { links, at } = fragile();
      await links.cut('a', [link('n1->n2')], 'drop');
      await links.heal('a');
      assert.deepEqual(at('n1->n2').told, ['+drop', 'renew']);
      await links.degrade('a', [link('n1->n2')], { latencyMs: 7 });
      await links.cut('b', [link('n1->n2')], 'refuse');
      assert.deepEqual(at('n1->n2').told.slice(2), ['+latency', 'renew']);
      assert.equal(at('n1->n2').seen(), 'refuse');
    });

    it('never have a toxic removed before one that holds bytes, whatever overlaps', async () => {
      const act = fc.record({
        owner: fc.constantFrom('a', 'b', 'c'),
        what: fc.constantFrom('hold', 'drop', 'refuse', 'latency', 'slices', 'rate', 'heal'),
      });
      await fc.assert(
        fc.asyncProperty(fc.array(act, { maxLength: 20 }), async (acts) => {
          const { links, at } = fragile();
          const one = [link('n1->n2')];
          for (const { owner, what } of acts) {
            if (what === 'heal') await links.heal(owner);
            else if (what === 'latency') await links.degrade(owner, one, { latencyMs: 7 });
            else if (what === 'slices') await links.degrade(owner, one, { sliceBytes: 9 });
            else if (what === 'rate') await links.degrade(owner, one, { bytesPerSecond: 9000 });
            else await links.cut(owner, one, what);
          }
          for (const owner of ['a', 'b', 'c']) await links.heal(owner);
          assert.equal(at('n1->n2').seen(), 'open');
        }),
        { numRuns: 200 },
      );
    });
  });

  it('that are TCP cannot repeat or reorder messages', async () => {
    const { links } = stage('n1->n2');
    for (const quality of [{ duplicates: 0.1 }, { reordered: 0.1 }]) {
      await assert.rejects(links.degrade('a', [link('n1->n2')], quality), { name: 'Unavailable' });
    }
  });

  it('to clients are cut both ways, each toxic under a name of its own', () => {
    const { toxics } = wantedState([{ kind: 'cut', style: 'drop' }], false, [
      'upstream',
      'downstream',
    ]);
    assert.deepEqual(
      toxics.map(({ name, direction }) => [name, direction]),
      [
        ['drop', 'upstream'],
        ['drop-back', 'downstream'],
      ],
    );
  });
});
