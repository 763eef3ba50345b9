/** Histories of a perfect store with imperfect clients: valid by construction, with failures, unknown outcomes and late effects. */

import { createKv } from '#src/consensus/state-machine/kv';
import type { Completion, Invocation, Operation } from '#src/history/operation';
import { fraction, type Random } from '#src/random/random';
import type { Workload } from '#workloads/workload';

export interface Simulation {
  readonly operations: number;
  readonly clients: number;
  /** One operation in so many fails, or its outcome gets lost; 0: none. */
  readonly troubleOneIn: number;
  readonly activeKeys: number;
  readonly operationsPerKey: number;
}

/** What clients do. */
export interface Kind {
  readonly workload: Pick<Workload, 'call' | 'completion'>;
  /** `key` is the object to use; `next` counts up. */
  draw(random: Random, key: string, next: () => number, held: Held | undefined): Invocation;
  /** What is asked of each key at the end. */
  readonly final?: Invocation;
}

/** A lock that a client holds. */
export interface Held {
  readonly key: string;
  readonly token: number;
}

interface Running {
  readonly op: Invocation;
  fate: 'ok' | 'fail' | 'info';
  result: unknown;
  isDone: boolean;
}

/** One history. Time passes by up to 1 ms per line. */
export class Simulator {
  readonly #random: Random;
  readonly #kind: Kind;
  readonly #simulation: Simulation;
  readonly #kv = createKv();
  readonly #history: Operation[] = [];
  readonly #running: (Running | undefined)[];
  readonly #processes: number[];
  readonly #held: (Held | undefined)[];
  /** Of retired processes: what may still happen. */
  readonly #late: Running[] = [];
  readonly #keys = new Set<string>();
  #timeNs = 0;
  #counted = 0;
  #asked = 0;

  constructor(random: Random, kind: Kind, simulation: Simulation) {
    this.#random = random;
    this.#kind = kind;
    this.#simulation = simulation;
    this.#processes = Array.from({ length: simulation.clients }, (_, i) => i);
    this.#running = this.#processes.map(() => undefined);
    this.#held = this.#processes.map(() => undefined);
  }

  run(): readonly Operation[] {
    const { operations, clients } = this.#simulation;
    while (this.#asked < operations) this.#step(this.#random.below(clients), true);
    // A few are never answered.
    for (let i = 0; i < 4 * clients; i += 1) this.#step(this.#random.below(clients), false);
    const { final } = this.#kind;
    if (final !== undefined) this.#ask(final);
    return this.#history;
  }

  #ask(final: Invocation): void {
    const process = Math.max(...this.#processes) + this.#simulation.clients;
    for (const key of this.#keys) {
      const op = { ...final, key };
      this.#write('invoke', process, op);
      const { type, ...rest } = this.#completion(op, this.#apply(op));
      this.#write(type, process, { ...op, ...rest });
    }
  }

  /** Something happens to one client: it asks, what it asked takes effect, or it is answered. */
  #step(client: number, mayAsk: boolean): void {
    const running = this.#running[client];
    if (running === undefined) {
      if (mayAsk) this.#begin(client);
    } else if (running.isDone || running.fate === 'fail') this.#end(client, running);
    else if (running.fate === 'info' && this.#random.below(2) === 0) this.#end(client, running);
    else this.#take(running);
    if (this.#late.length > 0 && this.#random.below(50) === 0) {
      const late = this.#late.splice(this.#random.below(this.#late.length), 1)[0];
      if (late !== undefined && !late.isDone) this.#take(late);
    }
  }

  #begin(client: number): void {
    const { activeKeys, operationsPerKey, troubleOneIn } = this.#simulation;
    const generation = Math.floor(this.#asked / (activeKeys * operationsPerKey));
    const key = `k${generation * activeKeys + this.#random.below(activeKeys)}`;
    this.#asked += 1;
    const next = (): number => {
      this.#counted += 1;
      return this.#counted;
    };
    const op = { key, ...this.#kind.draw(this.#random, key, next, this.#held[client]) };
    this.#held[client] = undefined;
    const isTrouble = troubleOneIn > 0 && this.#random.below(troubleOneIn) === 0;
    const fate = isTrouble ? (this.#random.below(2) === 0 ? 'fail' : 'info') : 'ok';
    this.#keys.add(String(op.key));
    this.#write('invoke', this.#processes[client] as number, op);
    this.#running[client] = { op, fate, result: undefined, isDone: false };
  }

  #take(running: Running): void {
    running.result = this.#apply(running.op);
    running.isDone = true;
  }

  #end(client: number, running: Running): void {
    const { op, fate } = running;
    const process = this.#processes[client] as number;
    this.#running[client] = undefined;
    if (fate !== 'ok') {
      const { type, ...rest } = this.#kind.workload.completion(op, {
        kind: fate === 'fail' ? 'fail' : 'unknown',
        error: 'trouble',
      });
      this.#write(type, process, { ...op, ...rest });
      if (fate === 'info') {
        this.#late.push(running);
        this.#processes[client] = process + this.#simulation.clients;
      }
      return;
    }
    const { type, ...rest } = this.#completion(op, running.result);
    const line = this.#write(type, process, { ...op, ...rest });
    if (op.f === 'acquire' && line.type === 'ok') {
      this.#held[client] = { key: String(op.key), token: Number(line.value) };
    }
  }

  #apply(op: Invocation): unknown {
    const call = this.#kind.workload.call(op);
    const answer =
      call.f === 'read' || call.f === 'read-many' ? this.#kv.query(call) : this.#kv.apply(call);
    if (answer.kind !== 'ok') throw new Error(`the store refused ${JSON.stringify(call)}`);
    return answer.result;
  }

  #completion(op: Invocation, result: unknown): Completion {
    return this.#kind.workload.completion(op, { kind: 'ok', result });
  }

  #write(
    type: Operation['type'],
    process: number,
    { f, key, value, error }: Invocation & { readonly error?: string },
  ): Operation {
    this.#timeNs += 1 + Math.floor(fraction(this.#random) * 1e6);
    const line: Operation = {
      index: this.#history.length,
      time: this.#timeNs,
      type,
      process,
      f,
      ...(key === undefined ? {} : { key }),
      value,
      ...(error === undefined ? {} : { error }),
    };
    this.#history.push(line);
    return line;
  }
}

export const simulated = (random: Random, kind: Kind, simulation: Simulation) =>
  new Simulator(random, kind, simulation).run();

/** A dozen operations on one object. */
export const small = (random: Random): Simulation => ({
  operations: 2 + random.below(8),
  clients: 1 + random.below(4),
  troubleOneIn: 3,
  activeKeys: 1,
  operationsPerKey: 1000,
});

export const large = (operations: number): Simulation => ({
  operations,
  clients: 20,
  troubleOneIn: 200,
  activeKeys: 3,
  operationsPerKey: 200,
});
