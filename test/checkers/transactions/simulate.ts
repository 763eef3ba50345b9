/** Long histories of a store that is strictly serializable, with concurrency, failures and unknown outcomes; and plants in them. */

import type { History, Operation, OperationType } from '#src/history/operation';
import type { Random } from '#src/random/random';
import { steps as listSteps, registerSteps, type Step } from './histories.ts';

export interface Simulation {
  readonly kind: 'list' | 'register';
  readonly transactions: number;
  readonly clients: number;
  /** Keys in use at a time, and writes to a key before a fresh one takes its place. */
  readonly activeKeys: number;
  readonly writesPerKey: number;
  readonly stepsMax: number;
  /** One in so many transactions fails, and as many stay unknown; 0: none. */
  readonly troubleOneIn: number;
}

export const simulation: Simulation = {
  kind: 'list',
  transactions: 1000,
  clients: 10,
  activeKeys: 5,
  writesPerKey: 20,
  stepsMax: 4,
  troubleOneIn: 20,
};

type AnyStep = readonly [f: string, key: string | number, value: unknown];

interface Client {
  process: number;
  steps: readonly AnyStep[] | undefined;
  /** Results, once the transaction has taken effect. */
  done: readonly AnyStep[] | undefined;
}

class Store {
  readonly #kind: Simulation['kind'];
  readonly #values = new Map<string | number, readonly unknown[]>();

  constructor(kind: Simulation['kind']) {
    this.#kind = kind;
  }

  /** Everything at one moment. */
  execute(all: readonly AnyStep[]): AnyStep[] {
    return all.map(([f, key, value]) => {
      const before = this.#values.get(key) ?? [];
      if (f === 'r') return [f, key, this.#kind === 'list' ? before : (before[0] ?? null)];
      this.#values.set(key, this.#kind === 'list' ? [...before, value] : [value]);
      return [f, key, value];
    });
  }

  forget(key: string | number): void {
    this.#values.delete(key);
  }
}

class Keys {
  readonly #settings: Simulation;
  readonly #writes: number[];
  readonly #keys: number[];
  #next: number;

  constructor(settings: Simulation) {
    this.#settings = settings;
    this.#keys = Array.from({ length: settings.activeKeys }, (_, i) => i);
    this.#writes = this.#keys.map(() => 0);
    this.#next = settings.activeKeys;
  }

  draw(random: Random): AnyStep[] {
    return Array.from({ length: 1 + random.below(this.#settings.stepsMax) }, (): AnyStep => {
      const at = random.below(this.#keys.length);
      const key = this.#keys[at] as number;
      if (random.below(2) === 0) return ['r', key, null];
      const value = (this.#writes[at] as number) + 1;
      this.#writes[at] = value;
      if (value >= this.#settings.writesPerKey) {
        this.#keys[at] = this.#next;
        this.#writes[at] = 0;
        this.#next += 1;
      }
      return [this.#settings.kind === 'list' ? 'append' : 'w', key, value];
    });
  }
}

/** Valid in every model that there is. */
export function simulate(random: Random, settings: Simulation): History {
  const history: Operation[] = [];
  const store = new Store(settings.kind);
  const keys = new Keys(settings);
  const clients: Client[] = Array.from({ length: settings.clients }, (_, process) => ({
    process,
    steps: undefined,
    done: undefined,
  }));
  /** Of unknown outcome; some take effect late. */
  const ghosts: (readonly AnyStep[])[] = [];
  let nextProcess = settings.clients;
  let left = settings.transactions;
  let busy = 0;
  const line = (client: Client, type: OperationType, value: readonly AnyStep[]): void => {
    const index = history.length;
    history.push({ index, time: index * 1000, type, process: client.process, f: 'txn', value });
  };
  const trouble = (): number =>
    settings.troubleOneIn === 0 ? 2 : random.below(2 * settings.troubleOneIn);

  const finish = (client: Client, asked: readonly AnyStep[], done: readonly AnyStep[]): void => {
    busy -= 1;
    client.steps = undefined;
    client.done = undefined;
    line(client, 'ok', done);
    if (asked.length === 0) throw new Error('a transaction without steps');
  };
  const act = (client: Client, asked: readonly AnyStep[]): void => {
    const fate = trouble();
    if (fate > 1) {
      client.done = store.execute(asked);
      return;
    }
    busy -= 1;
    client.steps = undefined;
    line(client, fate === 0 ? 'fail' : 'info', asked);
    if (fate === 0) return;
    ghosts.push(asked);
    client.process = nextProcess;
    nextProcess += 1;
  };

  while (left > 0 || busy > 0) {
    const client = clients[random.below(clients.length)] as Client;
    if (client.done !== undefined) finish(client, client.steps ?? [], client.done);
    else if (client.steps !== undefined) act(client, client.steps);
    else if (left > 0) {
      left -= 1;
      busy += 1;
      client.steps = keys.draw(random);
      line(client, 'invoke', client.steps);
    }
    if (ghosts.length > 0 && random.below(10) === 0) {
      const ghost = ghosts.splice(random.below(ghosts.length), 1)[0] ?? [];
      if (random.below(2) === 0) store.execute(ghost);
    }
  }
  return history;
}

/** One transaction of a plant. */
export interface Planted {
  /** In the language of `histories.ts`; `!` and `?` at the end for failed and unknown. */
  readonly text: string;
  /** When it is asked and answered, among the others of the plant. */
  readonly from: number;
  readonly to: number;
  /** Transactions with the same name are of one process. */
  readonly process?: string;
}

const outcome = (text: string): OperationType =>
  text.endsWith('!') ? 'fail' : text.endsWith('?') ? 'info' : 'ok';

/** The history with a plant at some place. `number` keeps its keys and processes apart from those of others. */
export function plant(
  history: History,
  planted: readonly Planted[],
  kind: Simulation['kind'],
  at: number,
  number: number,
): History {
  const parse = kind === 'list' ? listSteps : registerSteps;
  const processes = new Map<string, number>();
  const events = planted.flatMap((one, i) => {
    const name = one.process ?? `own ${i}`;
    const process = processes.get(name) ?? 1_000_000 + number * 100 + processes.size;
    processes.set(name, process);
    const own = parse(one.text).map(([f, key, value]): Step => [f, `${key}-${number}`, value]);
    const asked = own.map(([f, key, value]): Step => [f, key, f === 'r' ? null : value]);
    const type = outcome(one.text);
    return [
      { when: one.from, type: 'invoke' as const, process, value: asked },
      { when: one.to, type, process, value: type === 'ok' ? own : asked },
    ];
  });
  const lines = events
    .sort((a, b) => a.when - b.when)
    .map(({ type, process, value }) => ({ index: 0, time: 0, type, process, f: 'txn', value }));
  return [...history.slice(0, at), ...lines, ...history.slice(at)].map((op, index) => ({
    ...op,
    index,
    time: index * 1000,
  }));
}
