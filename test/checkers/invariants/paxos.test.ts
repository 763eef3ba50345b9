/** Each invariant of Multi-Paxos on a trace that breaks it, and on one that only looks like it. */

import assert from 'node:assert/strict';
import type { Traced } from '#checkers/invariants/index';
import { assertBroken } from './support/assert.ts';
import { noOp, PaxosScript } from './support/script.ts';

const find = (script: PaxosScript, node: string, ev: Traced['ev'], nth = 0): Traced => {
  const found = script.events.filter((event) => event.node === node && event.ev === ev).at(nth);
  assert.ok(found, `${node} ${ev}`);
  return found;
};

/** n2 scouts in round 2 and hears n3; itself it has accepted slot 1. */
function takeover(): PaxosScript {
  const script = PaxosScript.running();
  script.ask('n2', 2);
  script.promise('n3', 2);
  return script;
}

describe('invariants of Multi-Paxos', () => {
  it('a correct trace breaks none: a second leader takes the accepted value up and fills a hole', () => {
    const script = PaxosScript.running();
    script.propose('n1', 1, 3, 9);
    script.accept('n1', 1, 3, 9);
    script.accept('n2', 1, 3, 9);
    script.restart('n2');
    script.recovered('n2');
    script.ask('n2', 2);
    script.promise('n3', 2);
    script.adopt('n2', 2, ['n2', 'n3'], 3);
    for (const [slot, hash] of [
      [1, 7],
      [2, noOp],
      [3, 9],
    ] as const) {
      script.propose('n2', 2, slot, hash);
      script.accept('n2', 2, slot, hash);
      script.accept('n3', 2, slot, hash);
      script.choose('n2', 2, slot, ['n2', 'n3']);
    }
    script.commit('n2', 3);
    script.apply('n2', 1, { session: 1, sequence: 1 });
    script.apply('n2', 3);
    assert.deepEqual(script.judge(), []);
  });

  it('of real runs: what was said and lost with the power before it was on the disk makes nothing chosen', () => {
    const lose = (isLost: boolean): PaxosScript => {
      const script = PaxosScript.running();
      script.propose('n1', 1, 3, 9);
      script.accept('n1', 1, 3, 9);
      if (isLost) {
        const ballot = script.ballotOf(1);
        script.emit('n2', { ev: 'accepted', term: 1, ballot, slots: [3], hashes: [9] });
        script.acceptanceSent('n2', 1, 3, script.next('n2'));
      } else script.accept('n2', 1, 3, 9);
      script.restart('n2');
      script.recovered('n2');
      script.ask('n2', 2);
      script.promise('n3', 2);
      script.adopt('n2', 2, ['n2', 'n3'], 2);
      script.propose('n2', 2, 3, noOp);
      return script;
    };
    for (const exact of [true, false]) {
      assert.deepEqual(lose(true).judge(exact), []);
      const ids = lose(false)
        .judge(exact)
        .map(({ invariant }) => invariant);
      assert.ok(ids.includes('I25'), ids.join());
    }
  });

  it('I1: two leaders in a round', () => {
    const script = PaxosScript.running();
    const first = find(script, 'n1', 'becomeLeader');
    const second = { ev: 'becomeLeader', term: 1, lastIndex: 0, lastTerm: 1, commit: 0 } as const;
    assertBroken(script, 'I1', first, script.emit('n3', second));
  });

  it('I8: an acceptor takes on a ballot that is not higher', () => {
    const script = PaxosScript.running();
    const first = find(script, 'n2', 'promised');
    const again = { ev: 'promised', term: 1, ballot: script.ballotOf(1), gcSlot: 1 } as const;
    assertBroken(script, 'I8', first, script.emit('n2', again));
  });

  it('I9: a promise or an acceptance that leaves before it is on disk', () => {
    const script = PaxosScript.running();
    script.ask('n2', 2);
    const disk = find(script, 'n3', 'acceptorRecovered');
    const promise = {
      ev: 'promiseSent',
      term: 2,
      ballot: script.ballotOf(2),
      to: 'n2',
      gcSlot: 1,
      slots: [],
      ballots: [],
      hashes: [],
      afterDurable: 0,
    } as const;
    assertBroken(script, 'I9', disk, script.emit('n3', promise));
    const accepting = PaxosScript.running();
    const proposed = accepting.propose('n1', 1, 2, 8);
    accepting.emit('n2', {
      ev: 'accepted',
      term: 1,
      ballot: accepting.ballotOf(1),
      slots: [2],
      hashes: [8],
    });
    assertBroken(accepting, 'I9', proposed, accepting.acceptanceSent('n2', 1, 2, 0));
  });

  it('I9: says that it accepted what it does not write', () => {
    const script = PaxosScript.running();
    const proposed = script.propose('n1', 1, 2, 8);
    const ballot = script.ballotOf(1);
    script.emit('n2', { ev: 'accepted', term: 1, ballot, slots: [2], hashes: [8] });
    const sent = script.acceptanceSent('n2', 1, 2, script.next('n2'));
    script.write('n2', []);
    assertBroken(script, 'I9', proposed, sent);
  });

  it('I9: a restart without the promise, or without what was accepted', () => {
    const script = PaxosScript.running();
    const promise = find(script, 'n2', 'persist');
    script.restart('n2');
    script.node('n2').term = 0;
    script.node('n2').vote = null;
    assertBroken(script, 'I9', promise, script.recovered('n2'));
    const without = PaxosScript.running();
    const accepted = find(without, 'n2', 'accepted');
    without.restart('n2');
    without.node('n2').log = [];
    assertBroken(without, 'I9', accepted, without.recovered('n2'));
  });

  it('I19: a quorum that decides without meeting one that was promised', () => {
    const script = new PaxosScript(5);
    script.ask('n1', 1);
    script.promise('n2', 1);
    script.promise('n3', 1);
    const adopted = script.adopt('n1', 1, ['n1', 'n2', 'n3']);
    script.propose('n1', 1, 1, 7);
    script.accept('n4', 1, 1, 7);
    script.accept('n5', 1, 1, 7);
    const chosen = script.choose('n1', 1, 1, ['n4', 'n5']);
    const both = script.judge();
    assert.deepEqual(
      both.map(({ invariant }) => invariant),
      ['I23', 'I19'],
    );
    assert.deepEqual(both[1]?.events, [adopted, chosen]);
  });

  it('I23: adopted or chosen by fewer than a majority, or by some who did not say so', () => {
    const script = PaxosScript.running();
    script.ask('n2', 2);
    const begun = find(script, 'n2', 'becomeCandidate');
    assertBroken(script, 'I23', begun, script.adopt('n2', 2, ['n2', 'n3'], 1));
    const few = takeover();
    const candidate = find(few, 'n2', 'becomeCandidate');
    assertBroken(few, 'I23', candidate, few.adopt('n2', 2, ['n2', 'n2'], 1));
    const choosing = PaxosScript.running();
    const proposed = choosing.propose('n1', 1, 2, 8);
    choosing.accept('n1', 1, 2, 8);
    assertBroken(choosing, 'I23', proposed, choosing.choose('n1', 1, 2, ['n1', 'n3']));
    const silent = PaxosScript.running();
    const second = silent.propose('n1', 1, 2, 8);
    silent.accept('n1', 1, 2, 8);
    // On its disk, but it has not said so: what the leader counted was another answer.
    const ballot = silent.ballotOf(1);
    silent.emit('n3', { ev: 'promised', term: 1, ballot, gcSlot: 1 });
    silent.emit('n3', { ev: 'accepted', term: 1, ballot, slots: [2], hashes: [8] });
    silent.node('n3').term = 1;
    silent.node('n3').vote = 'n1';
    silent.write('n3', [2]);
    assertBroken(silent, 'I23', second, silent.choose('n1', 1, 2, ['n1', 'n3']));
  });

  it('I23: proposes in a ballot that was not adopted', () => {
    const script = PaxosScript.running();
    script.ask('n2', 2);
    const begun = find(script, 'n2', 'becomeCandidate');
    assertBroken(script, 'I23', begun, script.propose('n2', 2, 1, 7));
  });

  it('I24: applies what was not chosen', () => {
    const script = PaxosScript.running();
    const proposed = find(script, 'n1', 'proposed');
    script.commit('n2', 1);
    const other = script.apply('n2', 1, { hash: 8 });
    assert.equal(script.judge()[0]?.invariant, 'I5', 'it differs from what n1 applied, too');
    const first = new PaxosScript();
    for (const event of script.events) {
      if (event.ev !== 'apply' || event === other) first.events.push(event);
    }
    assertBroken(first, 'I24', proposed, other);
  });

  it('I25: keeps from a scout what it accepted, or tells it wrongly', () => {
    const script = PaxosScript.running();
    const accepted = find(script, 'n2', 'accepted');
    script.ask('n3', 3);
    assertBroken(script, 'I25', accepted, script.promise('n2', 3, []));
    const wrong = PaxosScript.running();
    const had = find(wrong, 'n2', 'accepted');
    wrong.ask('n3', 3);
    wrong.node('n2').log = [{ term: 1, hash: 99 }];
    assertBroken(wrong, 'I25', had, wrong.promise('n2', 3));
  });

  it('I25: proposes something else than its quorum accepted, or passes over it', () => {
    const script = takeover();
    const accepted = find(script, 'n2', 'accepted');
    script.adopt('n2', 2, ['n2', 'n3'], 1);
    assertBroken(script, 'I25', accepted, script.propose('n2', 2, 1, 8));
    const passing = takeover();
    const had = find(passing, 'n2', 'accepted');
    assertBroken(passing, 'I25', had, passing.adopt('n2', 2, ['n2', 'n3'], 0));
    const hole = takeover();
    const adopted = hole.adopt('n2', 2, ['n2', 'n3'], 3);
    assertBroken(hole, 'I25', adopted, hole.propose('n2', 2, 2, 8));
  });

  it('I25: of two accepted commands the one of the lower ballot', () => {
    const script = new PaxosScript();
    script.ask('n1', 1);
    script.promise('n2', 1);
    script.adopt('n1', 1, ['n1', 'n2']);
    script.propose('n1', 1, 1, 7);
    script.accept('n1', 1, 1, 7);
    script.ask('n2', 2);
    script.promise('n3', 2);
    script.adopt('n2', 2, ['n2', 'n3']);
    script.propose('n2', 2, 1, 8);
    script.accept('n2', 2, 1, 8);
    script.ask('n3', 3);
    const promises = [script.promise('n1', 3), script.promise('n2', 3)];
    script.adopt('n3', 3, ['n1', 'n2', 'n3'], 1);
    assertBroken(script, 'I25', promises[1], script.propose('n3', 3, 1, 7));
  });

  it('I26: acts below a ballot that it promised, also in an earlier incarnation', () => {
    const script = PaxosScript.running();
    script.propose('n1', 1, 2, 8);
    script.ask('n3', 3);
    const promise = script.promise('n2', 3);
    const accepted = {
      ev: 'accepted',
      term: 1,
      ballot: script.ballotOf(1),
      slots: [2],
      hashes: [8],
    } as const;
    assertBroken(script, 'I26', promise, script.emit('n2', accepted));
    const later = PaxosScript.running();
    later.ask('n3', 3);
    const kept = later.promise('n2', 3);
    later.restart('n2');
    later.recovered('n2');
    assertBroken(later, 'I26', kept, later.acceptanceSent('n2', 1, 1, 0));
  });

  it('I27: one ballot, two commands; accepted what nobody proposed; a ballot used again', () => {
    const script = PaxosScript.running();
    const proposed = find(script, 'n1', 'proposed');
    assertBroken(script, 'I27', proposed, script.propose('n1', 1, 1, 8));
    const invented = PaxosScript.running();
    invented.propose('n1', 1, 2, 8);
    assertBroken(
      invented,
      'I27',
      find(invented, 'n1', 'proposed', 1),
      invented.accept('n2', 1, 2, 9),
    );
    const again = PaxosScript.running();
    const begun = find(again, 'n1', 'becomeCandidate');
    again.restart('n1');
    again.recovered('n1');
    assertBroken(again, 'I27', begun, again.emit('n1', { ev: 'becomeCandidate', term: 1 }));
  });

  it('I27: a ballot that nobody heard of may be used again after a crash', () => {
    const script = new PaxosScript();
    script.takeOn('n1', 1);
    script.emit('n1', { ev: 'becomeCandidate', term: 1 });
    script.restart('n1');
    Object.assign(script.node('n1'), { term: 0, vote: null });
    script.recovered('n1');
    script.ask('n1', 1);
    assert.deepEqual(script.judge(), []);
  });

  it('I29: passes over, or takes for decided, what is not chosen', () => {
    const script = takeover();
    const adopted = script.adopt('n2', 2, ['n2', 'n3'], 1, 3);
    const [violation] = script.judge();
    assert.equal(violation?.invariant, 'I29');
    assert.deepEqual(violation.events, [adopted]);
    const early = PaxosScript.running();
    const proposed = early.propose('n1', 1, 2, 8);
    assertBroken(early, 'I29', proposed, early.commit('n1', 2));
  });

  it('I17: a read that waits for less than what a majority of acceptors had accepted', () => {
    const read = { term: 1, request: 4, readIndex: 1, round: 1 } as const;
    const found = (accepted: number, term = 1): unknown => {
      const script = PaxosScript.running();
      script.emit('n1', { ev: 'readRequested', ...read });
      script.emit('n1', { ev: 'roundStarted', term: 1, round: 1 });
      script.emit('n3', { ev: 'roundAnswered', term, to: 'n1', round: 1, accepted });
      const confirmed = script.emit('n1', { ev: 'readConfirmed', ...read, applied: 1 });
      return script.judge().find(({ events }) => events.includes(confirmed))?.invariant;
    };
    assert.equal(found(0), undefined);
    assert.equal(found(1), undefined);
    assert.equal(found(2), 'I17');
    assert.equal(found(1, 4), 'I17');
  });

  it('I17: an acceptor that leaves out of its answer what is on its disk', () => {
    const found = (accepted: number, before: (script: PaxosScript) => void = () => undefined) => {
      const script = PaxosScript.running();
      const read = { term: 1, to: 'n1', round: 1 } as const;
      script.emit('n1', { ev: 'roundStarted', term: 1, round: 1 });
      before(script);
      script.emit('n2', { ev: 'roundAnswered', ...read, accepted });
      return script.judge().map(({ invariant }) => invariant);
    };
    const known = PaxosScript.running();
    assert.deepEqual(known.judge(), []);
    assert.deepEqual(found(1), []);
    assert.deepEqual(found(0), ['I17']);
    // Whatever it has forgotten of it by then: a restart changes nothing about its disk.
    assert.deepEqual(
      found(0, (script) => {
        script.restart('n2');
        script.recovered('n2');
      }),
      ['I17'],
    );
  });
});
