/** Links between simulated nodes: what each kind of trouble does to messages, and to nothing else. */

import assert from 'node:assert/strict';
import type { PeerMessage } from '#src/consensus/replica';
import type { SimEvent } from '#src/sim/events';
import { Network } from '#src/sim/network';
import { type SimOptions, simOptionsSchema } from '#src/sim/options';
import { SimTimeline } from '#src/sim/timeline';

interface Arrival {
  readonly to: number;
  readonly from: string;
  readonly n: number;
  readonly atMs: number;
}

/** Three nodes that only listen. */
class Wires {
  readonly timeline = new SimTimeline();
  readonly arrivals: Arrival[] = [];
  readonly events: SimEvent[] = [];
  readonly network: Network;
  readonly down = new Set<number>();

  constructor(network: Partial<SimOptions['network']> = {}, seed = 1) {
    this.network = new Network({
      nodes: ['n1', 'n2', 'n3'],
      seed,
      options: simOptionsSchema.parse({ network }).network,
      timeline: this.timeline,
      deliver: (to, from, message) => {
        const n = Number((message as { readonly message: unknown }).message);
        this.arrivals.push({ to, from, n, atMs: this.timeline.nowNs() / 1e6 });
      },
      isListening: (node) => !this.down.has(node),
      witness: (event) => this.events.push(event),
      hash: undefined,
      serialise: false,
      measure: false,
    });
    for (const node of [0, 1, 2]) this.network.started(node, 1);
  }

  send(from: number, to: string, n: number): void {
    const message: PeerMessage = { kind: 'algorithm', message: n };
    this.network.send(from, to, message);
  }

  async run(ms: number): Promise<void> {
    const { timeline } = this;
    await timeline.until(
      timeline.sleepUntil(timeline.nowNs() + ms * 1e6, new AbortController().signal),
    );
  }

  /** Sends 1..count from n1 to n2, one every `everyMs`. */
  async series(count: number, everyMs = 0.1): Promise<void> {
    for (let n = 1; n <= count; n += 1) {
      this.send(0, 'n2', n);
      await this.run(everyMs);
    }
    await this.run(2_000);
  }

  get numbers(): number[] {
    return this.arrivals.map(({ n }) => n);
  }
}

const upTo = (count: number): number[] => Array.from({ length: count }, (_, i) => i + 1);

async function wires(network: Partial<SimOptions['network']> = {}, seed = 1): Promise<Wires> {
  const out = new Wires(network, seed);
  // Connections take a moment.
  await out.run(100);
  return out;
}

const lossOf = async (loss: number, seed: number): Promise<number[]> => {
  const net = await wires({ transport: 'datagram', loss }, seed);
  await net.series(300);
  const arrived = new Set(net.numbers);
  return upTo(300).filter((n) => !arrived.has(n));
};

describe('sim: streams', () => {
  it('deliver everything in order, never before the least latency', async () => {
    const net = await wires({ latencyMs: { min: 2, mean: 10 } });
    const startMs = net.timeline.nowNs() / 1e6;
    await net.series(200, 0);
    assert.deepEqual(net.numbers, upTo(200));
    assert.ok(net.arrivals.every(({ atMs }) => atMs - startMs >= 2));
    assert.ok(net.arrivals.some(({ atMs }) => atMs - startMs > 20));
  });

  it('lose what is sent before there is a connection, as a node does', async () => {
    const net = new Wires();
    net.send(0, 'n2', 1);
    await net.run(100);
    assert.deepEqual(net.numbers, []);
    assert.equal(net.network.traffic.lost, 1);
  });

  it('loss is a stall of what is lost and of everything behind it', async () => {
    const net = await wires({ loss: 0.05 });
    await net.series(100);
    assert.deepEqual(net.numbers, upTo(100));
    const last = net.arrivals.at(-1)?.atMs ?? 0;
    assert.ok(last > 200, `the last came at ${last} ms`);
  });

  it('a reset loses what is under way, and the connection comes back', async () => {
    const net = await wires({ latencyMs: { min: 5, mean: 5 } });
    net.send(0, 'n2', 1);
    net.network.link('n1', 'n2').break();
    net.send(0, 'n2', 2);
    await net.run(500);
    net.send(0, 'n2', 3);
    await net.run(100);
    assert.deepEqual(net.numbers, [3]);
  });

  it('what a dead process had sent arrives; what was on its way to it does not', async () => {
    const net = await wires({ latencyMs: { min: 5, mean: 5 } });
    net.send(0, 'n2', 1);
    net.send(1, 'n1', 2);
    net.down.add(0);
    net.network.ended(0);
    await net.run(100);
    assert.deepEqual(net.numbers, [1]);
  });
});

describe('sim: cuts', () => {
  it('hold: bytes wait and come on heal, in order', async () => {
    const net = await wires();
    net.network.shape('n1', 'n2', 'hold', {});
    await net.series(20);
    assert.deepEqual(net.numbers, []);
    net.network.shape('n1', 'n2', undefined, {});
    await net.run(100);
    assert.deepEqual(net.numbers, upTo(20));
  });

  it('drop: bytes vanish, and healing breaks the connection', async () => {
    const net = await wires();
    net.network.shape('n1', 'n2', 'drop', {});
    await net.series(5);
    net.network.shape('n1', 'n2', undefined, {});
    assert.equal(net.network.link('n1', 'n2').isConnected, false);
    await net.run(500);
    net.send(0, 'n2', 6);
    await net.run(100);
    assert.deepEqual(net.numbers, [6]);
  });

  it('refuse: the connection breaks at once and does not come back until heal', async () => {
    const net = await wires();
    net.network.shape('n1', 'n2', 'refuse', {});
    assert.equal(net.network.link('n1', 'n2').isConnected, false);
    await net.run(3_000);
    assert.equal(net.network.link('n1', 'n2').isConnected, false);
    net.network.shape('n1', 'n2', undefined, {});
    await net.run(500);
    assert.equal(net.network.link('n1', 'n2').isConnected, true);
  });

  it('one direction of one link only', async () => {
    const net = await wires();
    net.network.shape('n1', 'n2', 'drop', {});
    net.send(0, 'n2', 1);
    net.send(1, 'n1', 2);
    net.send(0, 'n3', 3);
    await net.run(100);
    assert.deepEqual(net.numbers.sort(), [2, 3]);
  });
});

describe('sim: degraded links', () => {
  it('latency and jitter are added', async () => {
    const net = await wires();
    net.network.shape('n1', 'n2', undefined, { latencyMs: 50, jitterMs: 20 });
    const startMs = net.timeline.nowNs() / 1e6;
    net.send(0, 'n2', 1);
    await net.run(200);
    const [first] = net.arrivals;
    assert.ok(first !== undefined && first.atMs - startMs >= 50);
  });

  it('a bandwidth makes messages wait for each other', async () => {
    const net = await wires();
    // {"kind":"algorithm","message":1} and its length: 36 bytes.
    net.network.shape('n1', 'n2', undefined, { bytesPerSecond: 360 });
    await net.series(5, 0);
    const [first, , , , last] = net.arrivals;
    assert.ok((last?.atMs ?? 0) - (first?.atMs ?? 0) > 390);
  });
});

describe('sim: datagrams', () => {
  it('are lost, doubled and reordered in about the shares that were asked for', async () => {
    const net = await wires({ transport: 'datagram', loss: 0.1, duplicates: 0.2, reordered: 0.1 });
    await net.series(1_000);
    const distinct = new Set(net.numbers).size;
    assert.ok(distinct > 860 && distinct < 950, `${distinct} arrived`);
    const twice = net.numbers.length - distinct;
    assert.ok(twice > 130 && twice < 270, `${twice} arrived twice`);
    assert.ok(net.numbers.some((n, i) => n < (net.numbers[i - 1] ?? 0)));
    assert.equal(net.network.traffic.duplicated > 0, true);
  });

  it('what a slow line has held up comes soon once it is healed, also from a sender that is gone', async () => {
    const net = await wires({ transport: 'datagram' });
    net.network.shape('n1', 'n2', undefined, { bytesPerSecond: 36 });
    await net.series(20, 0);
    assert.ok(net.arrivals.length < 4);
    net.network.ended(0);
    net.network.shape('n1', 'n2', undefined, {});
    await net.run(500);
    assert.equal(net.arrivals.length, 20);
  });

  it('stragglers: a few come much later, each for itself, and all others are on time', async () => {
    const stragglers = 0.05;
    const stragglerMs = { min: 200, mean: 400 };
    const net = await wires({ transport: 'datagram', stragglers, stragglerMs });
    const startMs = net.timeline.nowNs() / 1e6;
    await net.series(1_000);
    await net.run(5_000);
    assert.equal(net.arrivals.length, 1_000);
    // One every 0.1 ms.
    const lateness = net.arrivals.map(({ n, atMs }) => atMs - startMs - (n - 1) / 10);
    const late = lateness.filter((ms) => ms >= 200).length;
    assert.ok(late > 25 && late < 85, `${late} are late`);
    assert.ok(lateness.every((ms) => ms < 10 || ms >= 200));
  });

  it('which messages are lost is theirs: more loss loses the same ones and others', async () => {
    const few = await lossOf(0.05, 7);
    const many = await lossOf(0.2, 7);
    assert.ok(few.length > 3 && many.length > few.length);
    assert.deepEqual(
      few.filter((n) => !many.includes(n)),
      [],
    );
    assert.notDeepEqual(await lossOf(0.05, 8), few);
  });

  it('every message is witnessed as sent, and as delivered or lost', async () => {
    const net = await wires({ transport: 'datagram', loss: 0.3 });
    await net.series(100);
    const of = (kind: string): number => net.events.filter((event) => event.kind === kind).length;
    assert.equal(of('sent'), 100);
    assert.equal(of('delivered') + of('lost'), 100);
    assert.ok(of('lost') > 10);
  });
});
