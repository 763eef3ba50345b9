/** What holds for the replicas of any log: I1, I5, I6, I7, I8 and I21. */

import type { Scene } from './members.ts';
import type { Report } from './report.ts';
import type { TracedOf } from './traced.ts';

type Becoming = TracedOf<'becomeLeader' | 'becomeCandidate' | 'becomeFollower'>;

/** What is on disk, or on its way there. */
type OnDisk = TracedOf<'persist' | 'logRecovered' | 'acceptorRecovered'>;

class Replica {
  /** The newest of this incarnation, by which its term was known. */
  role: Becoming | undefined;
  disk: OnDisk | undefined;
  commit: TracedOf<'commit'> | undefined;
  apply: TracedOf<'apply'> | undefined;
}

export class Replicas {
  readonly #report: Report;
  readonly #nodes: Replica[];
  readonly #leaders = new Map<number, TracedOf<'becomeLeader'>>();
  /** By index: who applied it first. */
  readonly #applied: TracedOf<'apply'>[] = [];

  constructor(scene: Scene, report: Report) {
    this.#report = report;
    this.#nodes = Array.from({ length: scene.members.count }, () => new Replica());
  }

  /** The last index that the node applied in this incarnation. */
  applied(node: number): number {
    return this.#at(node).apply?.index ?? 0;
  }

  committed(node: number): number {
    return this.#at(node).commit?.index ?? 0;
  }

  /** The first event that applied the index. */
  firstAt(index: number): TracedOf<'apply'> | undefined {
    return this.#applied[index];
  }

  restarted(node: number): void {
    const replica = this.#at(node);
    replica.role = undefined;
    replica.disk = undefined;
    replica.commit = undefined;
    replica.apply = undefined;
  }

  became(node: number, event: Becoming): void {
    const replica = this.#at(node);
    const before = replica.role;
    if (before !== undefined && event.term < before.term) {
      this.#report.violated(
        'I8',
        `${event.node} goes from term ${before.term} back to ${event.term}`,
        before,
        event,
      );
    }
    replica.role = event;
    if (event.ev === 'becomeLeader') this.#leads(event);
  }

  #leads(event: TracedOf<'becomeLeader'>): void {
    const other = this.#leaders.get(event.term);
    if (other !== undefined) {
      this.#report.violated(
        'I1',
        `${other.node} and ${event.node} both become leader of term ${event.term}`,
        other,
        event,
      );
    }
    this.#leaders.set(event.term, event);
  }

  /** From what a restart found on, which is compared with what was durable before (I9). */
  persisted(node: number, event: OnDisk): void {
    const replica = this.#at(node);
    const before = replica.disk;
    if (before !== undefined && event.term < before.term) {
      this.#report.violated(
        'I8',
        `${event.node} writes term ${event.term} after term ${before.term}`,
        before,
        event,
      );
    }
    replica.disk = event;
  }

  committing(node: number, event: TracedOf<'commit'>): void {
    const replica = this.#at(node);
    const before = replica.commit;
    if (before !== undefined && event.index <= before.index) {
      this.#report.violated(
        'I7',
        `${event.node} commits ${event.index} after ${before.index}`,
        before,
        event,
      );
    }
    if (event.index > event.lastIndex) {
      this.#report.violated(
        'I7',
        `${event.node} commits ${event.index}, but its log ends at ${event.lastIndex}`,
        event,
      );
    }
    replica.commit = event;
  }

  applying(node: number, event: TracedOf<'apply'>): void {
    const replica = this.#at(node);
    const { index } = event;
    const before = replica.apply?.index ?? 0;
    if (index !== before + 1) {
      this.#report.violated(
        'I21',
        `${event.node} applies ${index} after ${before}`,
        replica.apply,
        event,
      );
    }
    replica.apply = event;
    if (index > (replica.commit?.index ?? 0)) {
      this.#report.violated(
        'I7',
        `${event.node} applies ${index}, committed up to ${replica.commit?.index ?? 0}`,
        replica.commit,
        event,
      );
    }
    const first = this.#applied[index];
    if (first === undefined) this.#applied[index] = event;
    else if (
      first.chain !== event.chain ||
      first.hash !== event.hash ||
      first.repeated !== event.repeated
    ) {
      this.#differ(first, event);
    }
  }

  #differ(first: TracedOf<'apply'>, event: TracedOf<'apply'>): void {
    const who =
      first.node === event.node ? `${event.node}, twice` : `${first.node} and ${event.node}`;
    if (first.hash !== event.hash) {
      this.#report.violated(
        'I5',
        `different commands are applied at index ${event.index}: ${who}`,
        first,
        event,
      );
      return;
    }
    let what = 'different states at';
    if (first.repeated !== event.repeated) what = 'only one executes the command at';
    else if (first.result !== event.result) what = 'different results of the command at';
    this.#report.violated('I6', `${what} index ${event.index}: ${who}`, first, event);
  }

  #at(node: number): Replica {
    return this.#nodes[node] as Replica;
  }
}
