/**
 * Clients that append to one list and read it, retry what got no answer, and can judge the outcome exactly: a list that is
 * only appended to carries its own history, so linearizability is a handful of comparisons.
 */

import type { NodeId } from '#src/consensus/algorithm';
import type { ClientRequest, ClientResponse } from '#src/consensus/state-machine/command';
import { type Random, stream } from '#src/random/random';
import type { Cluster } from './cluster.ts';
import { violated } from './watch.ts';

interface Append {
  readonly value: string;
  readonly invoked: number;
  completed: number | undefined;
  length: number | undefined;
}

interface Read {
  readonly invoked: number;
  readonly completed: number;
  readonly values: readonly string[];
}

const key = 'list';
const patienceMs = 500;

export class Clients {
  readonly appends: Append[] = [];
  readonly reads: Read[] = [];
  retries = 0;
  #clock = 0;
  #stopped = false;

  constructor(cluster: Cluster, count: number, seed: number) {
    for (let i = 0; i < count; i += 1) new Client(this, cluster, i, stream(seed, `client/${i}`));
  }

  /** No new operations; those in progress are still tried until they succeed. */
  stop(): void {
    this.#stopped = true;
  }

  get stopped(): boolean {
    return this.#stopped;
  }

  get completed(): number {
    return this.reads.length + this.appends.filter((a) => a.completed !== undefined).length;
  }

  now(): number {
    this.#clock += 1;
    return this.#clock;
  }

  /** Throws when no order of the operations explains what the clients saw. `final` is the list at the end. */
  check(final: readonly string[]): void {
    if (new Set(final).size !== final.length) violated('I20', `twice in ${final.join(' ')}`);
    const position = new Map(final.map((value, i) => [value, i]));
    for (const append of this.appends) checkAppend(append, position);
    this.#checkOrder(position);
    for (const read of this.reads) this.#checkRead(read, final);
    const byEnd = [...this.reads].sort((a, b) => a.completed - b.completed);
    for (const read of this.reads) {
      const earlier = byEnd.filter((other) => other.completed < read.invoked);
      const most = Math.max(0, ...earlier.map((other) => other.values.length));
      if (read.values.length < most) violated('linearizability', 'a read goes back in time');
    }
  }

  #checkOrder(position: ReadonlyMap<string, number>): void {
    for (const a of this.appends) {
      for (const b of this.appends) {
        if (a.completed === undefined || a.completed > b.invoked) continue;
        if ((position.get(a.value) ?? 0) > (position.get(b.value) ?? Number.POSITIVE_INFINITY)) {
          violated('linearizability', `${a.value} was done before ${b.value} began, comes after`);
        }
      }
    }
  }

  #checkRead(read: Read, final: readonly string[]): void {
    if (read.values.some((value, i) => final[i] !== value)) {
      violated('linearizability', `read ${read.values.join(' ')}, list is ${final.join(' ')}`);
    }
    const seen = new Set(read.values);
    for (const append of this.appends) {
      if (
        (append.completed ?? Number.POSITIVE_INFINITY) < read.invoked &&
        !seen.has(append.value)
      ) {
        violated('linearizability', `${append.value} was done before a read that does not see it`);
      }
      if (append.invoked > read.completed && seen.has(append.value)) {
        violated('linearizability', `${append.value} was read before it was asked for`);
      }
    }
  }
}

function checkAppend(append: Append, position: ReadonlyMap<string, number>): void {
  if (append.completed === undefined) return;
  const at = position.get(append.value);
  if (at === undefined) violated('I30', `${append.value} was acknowledged and is not there`);
  if (append.length !== at + 1) {
    violated('I22', `${append.value} was told ${append.length}, stands at ${at + 1}`);
  }
}

class Client {
  #session: number | undefined;
  #sequence = 0;
  #attempt = 0;
  readonly #all: Clients;
  readonly #cluster: Cluster;
  readonly #number: number;
  readonly #random: Random;

  constructor(all: Clients, cluster: Cluster, number: number, random: Random) {
    this.#all = all;
    this.#cluster = cluster;
    this.#number = number;
    this.#random = random;
    cluster.time.after(this.#random.below(300), () => this.#next());
  }

  #next(): void {
    if (this.#all.stopped) return;
    if (this.#session === undefined) {
      this.#untilOk({ kind: 'open-session' }, (result) => {
        this.#session = Number(result);
        this.#next();
      });
    } else if (this.#random.below(2) === 0) this.#read();
    else this.#append(this.#session);
  }

  #later(): void {
    this.#cluster.time.after(this.#random.below(30), () => this.#next());
  }

  #read(): void {
    const invoked = this.#all.now();
    this.#untilOk({ kind: 'query', query: { f: 'read', key } }, (result) => {
      this.#all.reads.push({ invoked, completed: this.#all.now(), values: asList(result) });
      this.#later();
    });
  }

  #append(session: number): void {
    this.#sequence += 1;
    const value = `${this.#number}.${this.#sequence}`;
    const invoked = this.#all.now();
    const append: Append = { value, invoked, completed: undefined, length: undefined };
    this.#all.appends.push(append);
    const command = { f: 'append', key, value } as const;
    const body = { kind: 'command', session, sequence: this.#sequence, command } as const;
    this.#untilOk(body, (result) => {
      append.completed = this.#all.now();
      append.length = Number(result);
      this.#later();
    });
  }

  /** Again and again, the same request, to any node. */
  #untilOk(body: ClientRequest, done: (result: unknown) => void): void {
    this.#attempt += 1;
    const attempt = this.#attempt;
    const again = (): void => {
      if (attempt !== this.#attempt) return;
      this.#all.retries += 1;
      this.#untilOk(body, done);
    };
    this.#cluster.time.after(patienceMs, again);
    this.#cluster.request(this.#anyNode(), body, (response: ClientResponse) => {
      if (attempt !== this.#attempt) return;
      if (response.kind === 'error') {
        if (response.code === 'session-unknown' || response.code === 'sequence-stale') {
          violated('I20', `client ${this.#number} was told ${response.code}`);
        }
        this.#cluster.time.after(20, again);
      } else {
        this.#attempt += 1;
        done(response.result);
      }
    });
  }

  #anyNode(): NodeId {
    const { ids } = this.#cluster;
    return ids[this.#random.below(ids.length)] ?? '';
  }
}

/** What a read of the list returned. */
export const asList = (result: unknown): readonly string[] =>
  Array.isArray(result) ? result.map(String) : [];
