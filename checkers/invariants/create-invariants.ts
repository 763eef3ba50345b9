/** All invariants of one run, fed with events one by one. */

import { Leases } from './leases.ts';
import { Members, type Scene } from './members.ts';
import { PaxosInvariants } from './paxos.ts';
import { RaftInvariants } from './raft.ts';
import { Reads } from './reads.ts';
import { Replicas } from './replicas.ts';
import { Report } from './report.ts';
import { Sessions } from './sessions.ts';
import type { InvariantSettings, Traced, Violation } from './traced.ts';

export interface Invariants {
  /**
   * Takes the next event in. Returns the first violation that it reveals; of each invariant only the first violation counts.
   * Throws RangeError for a node that is not a member.
   */
  observe(event: Traced): Violation | undefined;
  /** This node's incarnation went on unseen after its last event: a killed process takes the end of its trace with it. */
  ended(node: string): void;
  /** All so far, oldest first, at most one an invariant. */
  readonly violations: readonly Violation[];
}

function leasesOf(
  { leaseTimeoutMs }: InvariantSettings,
  scene: Scene,
  report: Report,
): Leases | undefined {
  if (leaseTimeoutMs === undefined || !scene.exact) return undefined;
  return new Leases(scene, report, leaseTimeoutMs);
}

const ofAlgorithm = (
  { algorithm }: InvariantSettings,
  scene: Scene,
  report: Report,
  sessions: Sessions,
): RaftInvariants | PaxosInvariants =>
  algorithm === 'raft'
    ? new RaftInvariants(scene, report, sessions)
    : new PaxosInvariants(scene, report);

/** Throws RangeError on more than `membersMax` members. */
export function createInvariants(settings: InvariantSettings): Invariants {
  const members = new Members(settings.members);
  const scene: Scene = { members, exact: settings.exact ?? true, lost: 0 };
  const report = new Report();
  const replicas = new Replicas(scene, report);
  const sessions = new Sessions(report, replicas);
  const reads = new Reads(scene, report, replicas, sessions);
  const algorithm = ofAlgorithm(settings, scene, report, sessions);
  const leases = leasesOf(settings, scene, report);
  const incarnations: (number | undefined)[] = [];

  const shared = (node: number, event: Traced): void => {
    // oxlint-disable-next-line typescript/switch-exhaustiveness-check -- the others do not concern it
    switch (event.ev) {
      case 'apply':
        replicas.applying(node, event);
        sessions.applying(event);
        return;
      case 'replied':
        return sessions.replied(node, event);
      case 'commit':
        return replicas.committing(node, event);
      case 'persist':
      case 'logRecovered':
      case 'acceptorRecovered':
        return replicas.persisted(node, event);
      case 'readRequested':
      case 'readConfirmed':
      case 'leaseRead':
      case 'roundStarted':
      case 'roundAnswered':
        return reads.observe(node, event);
      case 'becomeLeader':
      case 'becomeCandidate':
      case 'becomeFollower':
        if (event.ev === 'becomeLeader') reads.restarted(node);
        return replicas.became(node, event);
      default:
    }
  };

  return {
    violations: report.violations,
    observe(event) {
      const node = members.number(event.node);
      if (incarnations[node] !== event.incarnation) {
        incarnations[node] = event.incarnation;
        replicas.restarted(node);
        reads.restarted(node);
        algorithm.restarted(node);
      }
      shared(node, event);
      leases?.observe(node, event);
      algorithm.observe(node, event);
      return report.take();
    },
    ended(node) {
      scene.lost |= 1 << members.number(node);
    },
  };
}
