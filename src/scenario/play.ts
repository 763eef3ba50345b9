/** Plays a scenario: one frame per step, each with what happened, what the nodes look like after it, and what was expected. */

import type { Frame, FrameEvent, PlayedScenario } from '#reports/scenario-types';
import { unreachable } from '#src/errors';
import type { Action, Selector } from './actions.ts';
import type { Inspected } from './expectation.ts';
import { selectorText } from './grammar.ts';
import type { Mail } from './mailbox.ts';
import { stepError } from './parse.ts';
import type { Scenario, Step } from './scenario.ts';
import { valueText } from './systems/detail.ts';
import { World } from './world.ts';

/** A `deliver all` that needs more never comes to rest. */
const deliveriesMax = 5000;

/** Longer than any election timeout, stretched by patience. */
const timeoutMsMax = 20_000;

/** Throws BadInput that names the line of a step that cannot be done. */
export function playScenario(scenario: Scenario): PlayedScenario {
  const world = new World(scenario);
  const frames = [frameOf(world, undefined, 0)];
  let brokenExpected = false;
  scenario.steps.forEach((step, i) => {
    if (step.action !== undefined) perform(world, scenario, step, step.action);
    brokenExpected ||= step.expect.some(({ text }) => /^\s*agreement is broken\s*$/.test(text));
    frames.push(frameOf(world, step, i + 1));
  });
  const agreed = world.judge.broken === undefined || brokenExpected;
  return {
    title: scenario.title,
    about: scenario.about,
    system: scenario.system.name,
    nodes: scenario.nodes,
    quorum: world.quorum,
    frames,
    passed: agreed && frames.every((frame) => frame.checks.every(({ ok }) => ok)),
  };
}

function frameOf(world: World, step: Step | undefined, number: number): Frame {
  const { nodes } = world.scenario;
  const inspected = inspect(world);
  return {
    number,
    line: step?.line ?? 1,
    text: step?.text ?? '',
    say: step?.say ?? '',
    events: world.takeEvents(),
    nodes: nodes.map((name) => world.picture(name)),
    mail: [
      ...world.mailbox.flying.map((mail) =>
        mailOf(mail, world.mailbox.isHeld(mail) ? 'held' : 'flying'),
      ),
      ...inspected.waiting().map((mail) => mailOf(mail, 'disk')),
    ],
    quorums: world.quorums(),
    outcome: world.judge.outcome(),
    checks: (step?.expect ?? []).map(({ text, check }) => ({ text, ...check(inspected) })),
  };
}

const mailOf = (
  { number, from, to, label }: Mail,
  state: 'flying' | 'held' | 'disk',
): Frame['mail'][number] => ({ mail: number, from, to, label, state });

function inspect(world: World): Inspected {
  const { nodes } = world.scenario;
  return {
    judge: world.judge,
    mailbox: world.mailbox,
    nodes,
    lastRead: (node, key) =>
      [...world.reads.values()].findLast((read) => read.node === node && read.key === key)?.answer,
    facts: (node) => world.facts(node),
    health: (node) => world.picture(node).health,
    waiting: () => nodes.flatMap((name) => world.node(name).waiting.map(({ mail }) => mail)),
    valueAt: (node, key) => {
      const response = world.node(node).kv.query({ f: 'read', key });
      return response.kind === 'ok' ? response.result : undefined;
    },
  };
}

function perform(world: World, scenario: Scenario, step: Step, action: Action): void {
  const fail = (message: string): never => {
    throw stepError(scenario, step, message);
  };
  const up = (node: string): void => {
    if (world.node(node).machine === undefined) fail(`${node} is down; restart it first`);
  };
  switch (action.kind) {
    case 'prepare':
    case 'propose':
      up(action.node);
      return startBallot(world, action, fail);
    case 'answer':
      up(action.node);
      return answer(world, action, fail);
    case 'write':
    case 'read':
      up(action.node);
      return ask(world, action);
    case 'deliver':
      return deliver(world, action, fail);
    case 'drop':
    case 'duplicate':
    case 'hold':
    case 'release':
      return network(world, action, fail);
    case 'tick':
      for (const node of action.nodes) {
        if (world.node(node).machine === undefined) continue;
        world.tick(node, action.ms, () => false, `${node}'s clock runs on by ${action.ms} ms.`);
      }
      return;
    case 'times out':
      up(action.node);
      return timeOut(world, action.node, fail);
    case 'crash':
    case 'restart':
    case 'wipe':
    case 'stall':
    case 'sync':
      return disk(world, action, fail);
    default:
      return unreachable(action);
  }
}

type Fail = (message: string) => never;

function startBallot(
  world: World,
  action: Extract<Action, { readonly kind: 'prepare' | 'propose' }>,
  fail: Fail,
): void {
  const { node } = action;
  const value = action.kind === 'propose' ? action.value : world.scenario.values.get(node);
  if (value === undefined) {
    return fail(
      `${node} has no value to propose; give it one in values, such as values: {${node}: Apple}`,
    );
  }
  const leastRound = action.kind === 'prepare' ? action.round : 1;
  const words = `The client of ${node} wants ${value} to be chosen.`;
  world.input(node, [words], (nowMs) => ({ kind: 'propose', nowMs, value, leastRound }));
  if (!world.saw('prepared')) {
    const { role } = world.facts(node);
    return fail(
      `${node} starts no new ballot now: its proposer is ${role}, or it knows the value. It tries again by itself: ${node} times out`,
    );
  }
  if (action.kind === 'propose') return;
  const { promised } = world.facts(node);
  if (promised?.round !== action.round) {
    fail(
      `${node} may not use round ${action.round}: the lowest that is above all it has seen is ${promised?.round}`,
    );
  }
  if (action.to.length > 0) keepOnly(world, node, action.to);
}

/** `prepares 1 to B`: the others are never sent. */
function keepOnly(world: World, node: string, to: readonly string[]): void {
  for (const mail of world.mailbox.matching({ from: node, kind: 'prepare' })) {
    if (to.includes(mail.to)) continue;
    lose(world, mail, 'not sent, in this story');
  }
}

function answer(
  world: World,
  { node, question, reply }: Extract<Action, { readonly kind: 'answer' }>,
  fail: Fail,
): void {
  const mail = oldest(world, { to: node, kind: question }, fail);
  world.deliver(mail);
  if (!world.saw(reply)) fail(`${node} did not answer "${mail.label}" with ${reply}`);
}

function ask(world: World, action: Extract<Action, { readonly kind: 'write' | 'read' }>): void {
  const { node, key } = action;
  const what = action.kind === 'write' ? `write ${key}=${valueText(action.value)}` : `read ${key}`;
  world.input(node, [`A client asks ${node} to ${what}.`], (nowMs, request) => {
    if (action.kind === 'write') return { kind: 'write', nowMs, request, key, value: action.value };
    world.expectRead(request, node, key);
    return { kind: 'read', nowMs, request };
  });
}

function oldest(world: World, select: Selector, fail: Fail): Mail {
  const [mail] = world.mailbox.matching(select);
  return mail ?? fail(`nothing in flight is "${selectorText(select)}"; ${inFlight(world)}`);
}

function inFlight(world: World): string {
  const { flying } = world.mailbox;
  if (flying.length === 0) return 'nothing is in flight';
  return `in flight are:\n${flying.map(({ from, to, label }) => `  ${from} -> ${to} ${label}`).join('\n')}`;
}

function deliver(
  world: World,
  { which, select }: Extract<Action, { readonly kind: 'deliver' }>,
  fail: Fail,
): void {
  const free = (): readonly Mail[] =>
    world.mailbox.matching(select).filter((mail) => !world.mailbox.isHeld(mail));
  if (which === 'one') return world.deliver(oldest(world, select, fail));
  if (which === 'each') {
    const now = free();
    if (now.length === 0) oldest(world, { ...select, containing: 'that is not held' }, fail);
    for (const mail of now) world.deliver(mail);
    return;
  }
  for (let count = 0; ; count += 1) {
    const [mail] = free();
    if (mail === undefined) return;
    if (count === deliveriesMax) fail(`does not come to rest within ${deliveriesMax} messages`);
    world.deliver(mail);
  }
}

function network(
  world: World,
  { kind, select }: Extract<Action, { readonly kind: 'drop' | 'duplicate' | 'hold' | 'release' }>,
  fail: Fail,
): void {
  if (kind === 'hold') return world.mailbox.hold(select);
  if (kind === 'release') {
    if (!world.mailbox.release(select)) {
      const held = world.mailbox.holds.join(', ') || 'nothing';
      fail(`"${selectorText(select)}" is not held; held is ${held}`);
    }
    return;
  }
  const mail = oldest(world, select, fail);
  if (kind === 'drop') {
    for (const lost of world.mailbox.matching(select)) lose(world, lost, 'lost on the way');
    return;
  }
  const copy = { ...mail, number: world.mailbox.next() };
  world.mailbox.flying.push(copy);
  const { number, from, to, label } = copy;
  const words = 'a second copy is on its way';
  world.record({ kind: 'doubled', mail: number, from, to, label, words });
}

function lose(world: World, mail: Mail, words: string): void {
  world.mailbox.take(mail);
  const { number, from, to, label } = mail;
  const event: FrameEvent = { kind: 'lost', mail: number, from, to, label, words };
  world.record(event);
}

function timeOut(world: World, node: string, fail: Fail): void {
  const started = (): boolean =>
    ['prepared', 'becomePreCandidate', 'becomeCandidate', 'canvass'].some((kind) =>
      world.saw(kind),
    );
  const words = `Time passes at ${node}, and it hears nothing that would keep it waiting.`;
  if (!world.tick(node, timeoutMsMax, started, words)) {
    fail(`${node} has nothing to time out for: it started nothing within ${timeoutMsMax} ms`);
  }
}

function disk(
  world: World,
  {
    kind,
    node,
  }: Extract<Action, { readonly kind: 'crash' | 'restart' | 'wipe' | 'stall' | 'sync' }>,
  fail: Fail,
): void {
  const isUp = world.node(node).machine !== undefined;
  if (isUp && (kind === 'restart' || kind === 'wipe')) fail(`${node} is up; crash it first`);
  if (!isUp && kind !== 'restart' && kind !== 'wipe') fail(`${node} is down already`);
  switch (kind) {
    case 'crash':
      return world.crash(node);
    case 'restart':
      return world.restart(node);
    case 'wipe':
      return world.wipe(node);
    case 'stall':
      return world.stall(node);
    case 'sync':
      return world.sync(node);
    default:
      return unreachable(kind);
  }
}
