import assert from 'node:assert/strict';
import fc from 'fast-check';
import { type LinkProxy, type LinkToxic, proxiedLinks, strongest } from '#src/cluster/links';
import type { CutStyle, Link } from '#src/schedule/world';

/** A proxy in memory that writes down what it is told. `obeys: false` answers and does nothing. */
function memoryProxy() {
  const told: string[] = [];
  const state = { enabled: true, toxics: [] as LinkToxic[], obeys: true };
  const tell = async (what: string, change: () => void) => {
    told.push(what);
    await new Promise((resolve) => setImmediate(resolve));
    if (state.obeys) change();
  };
  const proxy: LinkProxy = {
    read: async () => ({ enabled: state.enabled, toxics: [...state.toxics] }),
    setEnabled: (enabled) =>
      tell(enabled ? 'enable' : 'disable', () => {
        state.enabled = enabled;
      }),
    addToxic: (toxic) => tell(`+${toxic}`, () => state.toxics.push(toxic)),
    removeToxic: (toxic) =>
      tell(`-${toxic}`, () => {
        state.toxics = state.toxics.filter((other) => other !== toxic);
      }),
  };
  const seen = () => (state.enabled ? state.toxics.join('+') || 'open' : 'refuse');
  return { proxy, told, state, seen };
}

const link = (name: string): Link => {
  const [from = '', to = ''] = name.split('->');
  return { from, to };
};

function stage(...names: readonly string[]) {
  const proxies = new Map(names.map((name) => [name, memoryProxy()]));
  const links = proxiedLinks(new Map([...proxies].map(([name, { proxy }]) => [name, proxy])));
  const at = (name: string) => {
    const found = proxies.get(name);
    assert.ok(found !== undefined);
    return found;
  };
  return { links, at, seen: () => names.map((name) => at(name).seen()) };
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
      /link n1->n2 should be .*"drop".* and is .*"toxics":\[\]/,
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
});
