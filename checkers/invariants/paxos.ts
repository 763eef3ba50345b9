/** Multi-Paxos: which event concerns which check. */

import { Ballots } from './ballots.ts';
import type { Scene } from './members.ts';
import { PaxosDisk } from './paxos-disk.ts';
import { Acceptor } from './paxos-state.ts';
import type { Report } from './report.ts';
import { Slots } from './slots.ts';
import type { Traced } from './traced.ts';

export class PaxosInvariants {
  readonly #acceptors: readonly Acceptor[];
  readonly #slots: Slots;
  readonly #ballots: Ballots;
  readonly #disk: PaxosDisk;

  constructor(scene: Scene, report: Report) {
    const { count } = scene.members;
    this.#acceptors = Array.from({ length: count }, (_, number) => new Acceptor(number));
    this.#slots = new Slots(scene, report);
    this.#ballots = new Ballots(scene, report, this.#slots, this.#acceptors);
    this.#disk = new PaxosDisk(scene, report, this.#slots, this.#ballots);
  }

  observe(number: number, event: Traced): void {
    const acceptor = this.#acceptors[number] as Acceptor;
    // oxlint-disable-next-line typescript/switch-exhaustiveness-check -- the others do not concern it
    switch (event.ev) {
      case 'accepted':
        return this.#disk.accepted(acceptor, event);
      case 'acceptanceSent':
        return this.#disk.said(acceptor, event);
      case 'persist':
        return this.#disk.persisted(acceptor, event);
      case 'durable':
        return this.#disk.durable(acceptor, event);
      case 'proposed':
        return this.#ballots.proposed(event);
      case 'chosen':
        return this.#ballots.chosen(event);
      case 'apply':
        return this.#slots.applied(event);
      case 'commit':
        return this.#slots.allChosen(event.index + 1, event, 'takes for decided');
      case 'promised':
        return this.#disk.promised(acceptor, event);
      case 'promiseAsked':
        this.#ballots.asked(event);
        return this.#disk.said(acceptor, event);
      case 'promiseSent':
        return this.#disk.said(acceptor, event);
      case 'adopted':
        return this.#ballots.adopted(event);
      case 'becomeCandidate':
        return this.#ballots.begun(event);
      case 'roundAnswered':
        return this.#disk.answered(acceptor, event);
      case 'acceptorRecovered':
        return this.#disk.recovered(acceptor, event);
      default:
    }
  }

  restarted(number: number): void {
    (this.#acceptors[number] as Acceptor).restarted();
  }
}
