/** Seeded schedules: which faults fill the slots, and whom they hit. */

import { type Fault, type Faults, faultsOf, type Plan, faults as shipped } from '#nemesis/index';
import { BadInput } from '../errors.ts';
import { type Random, shuffle, stream } from '../random/random.ts';
import type { Schedule, Target } from './schedule.ts';
import { type Intensity, paceOf, type Slot, shortestMs, slots } from './slots.ts';
import { needsLeader } from './targets.ts';
import { entriesOf, validateSchedule } from './validate.ts';
import type { Node } from './world.ts';

export interface GenerateOptions {
  /** Kinds of fault, every one of which appears. */
  readonly kinds: readonly string[];
  readonly nodes: readonly Node[];
  /** Length of the workload, in ms. */
  readonly durationMs: number;
  readonly seed: number;
  /** Left out: normal. */
  readonly intensity?: Intensity;
  /** From the beginning of one fault to that of the next, in ms; with `hell`, of the next in its lane. Left out: the intensity's own. */
  readonly intervalMs?: number;
  /** The faults that there are; left out: those that ship. */
  readonly faults?: Faults;
  /** Whom a fault has to hit at least once, as far as its plans and the time allow: `pause:follower`. Left out: nobody. */
  readonly require?: readonly string[];
}

/** Kinds in rounds: each round has every kind once, in random order, so that every kind appears and none crowds out another. */
function rounds(random: Random, faults: readonly Fault[], count: number): Fault[] {
  const out: Fault[] = [];
  while (out.length < count) out.push(...shuffle(random, faults));
  return out.slice(0, count);
}

/** Takes, stops or cuts off more than a minority, or whoever it wants. */
const takesQuorum = (fault: Fault, { target, parameters }: Plan, nodes: readonly Node[]): boolean =>
  fault.harms !== undefined &&
  (target === 'majority' || target === 'all') &&
  fault.harms(parameters, { targets: nodes, nodes, random: stream(0, 'probe') }).length > 0;

/** Deals the plans of faults like cards: none comes again while others of its fault are left. */
class Dealer {
  readonly #nodes: readonly Node[];
  readonly #dealt = new Map<Fault, number[]>();

  constructor(nodes: readonly Node[]) {
    this.#nodes = nodes;
  }

  /** One that is fit, by the first of the tests that any plan passes. Throws RangeError when the fault has no plans. */
  deal(fault: Fault, random: Random, ...fits: readonly ((plan: Plan) => boolean)[]): Plan {
    const plans = fault.plans(this.#nodes, random);
    const isAllowed = fits.find((isFit) => plans.some(isFit)) ?? (() => true);
    const dealt = this.#dealt.get(fault) ?? [];
    const left = (used: readonly number[]) =>
      plans.flatMap((plan, index) => {
        const copies = (plan.copies ?? 1) - used.filter((other) => other === index).length;
        return copies > 0 && isAllowed(plan) ? [{ index, plan, weight: plan.weight * copies }] : [];
      });
    const fresh = left(dealt);
    const choices = fresh.length > 0 ? fresh : left([]);
    let place = random.below(choices.reduce((sum, { weight }) => sum + weight, 0));
    const chosen = choices.find(({ weight }) => {
      place -= weight;
      return place < 0;
    });
    if (chosen === undefined) throw new RangeError(`the fault ${fault.kind} has no plans`);
    this.#dealt.set(fault, fresh.length > 0 ? [...dealt, chosen.index] : [chosen.index]);
    return chosen.plan;
  }
}

interface Dealt {
  readonly slot: Slot;
  readonly fault: Fault;
  readonly plan: Plan;
}

/** The cell of the coverage matrix that it is sure to fill when it takes effect. */
const cellOf = ({ kind }: Fault, { target }: Plan): string =>
  `${kind}:${target === 'followers' ? 'follower' : target}`;

/** Only the first lane may take the quorum away, so that a storm is not one long silence. */
function dealAll(
  { nodes, seed, require = [] }: GenerateOptions,
  times: readonly Slot[],
  chosen: readonly Fault[],
): Dealt[] {
  const dealer = new Dealer(nodes);
  const open = new Set(require);
  return times.flatMap((slot, index) => {
    const fault = chosen[index];
    if (fault === undefined) return [];
    // One stream per entry: a fault that learns to draw more does not change the others.
    const random = stream(seed, `schedule/${index}`);
    const isFit = (plan: Plan) => slot.lane === 0 || !takesQuorum(fault, plan, nodes);
    const isRequired = (plan: Plan) => isFit(plan) && open.has(cellOf(fault, plan));
    const plan = dealer.deal(fault, random, isRequired, isFit);
    open.delete(cellOf(fault, plan));
    return [{ slot, fault, plan }];
  });
}

/** After the quorum is lost, and this long after it is back, there may be no leader. */
const electionMs = 1_000;

/** Where faults overlap: whom nobody may be at that time is exchanged, and what may be too many together counts the others. */
function aimed(
  { slot, fault, plan }: Dealt,
  all: readonly Dealt[],
  nodes: readonly Node[],
): Target {
  if (slot.lane > 0 && plan.target === 'minority' && fault.harms !== undefined) {
    return 'quorum-safe';
  }
  const isLeaderless = all.some(
    (other) =>
      other.slot !== slot &&
      other.slot.at <= slot.at &&
      slot.at < other.slot.at + other.slot.for + electionMs &&
      // Those one after the other leave a gap in which somebody is elected.
      all.some(({ slot: { lane } }) => lane > 0) &&
      takesQuorum(other.fault, other.plan, nodes),
  );
  return isLeaderless && needsLeader(plan.target) ? 'one' : plan.target;
}

/**
 * A schedule that is the same for the same options; empty for no kinds. Every kind appears, and the last fault is healed before
 * the end. Throws BadInput for an unknown kind, and when there is no time for one fault of every kind.
 */
export function generateSchedule(options: GenerateOptions): Schedule {
  const { kinds, nodes, durationMs, seed, faults = shipped } = options;
  const asked = faultsOf(kinds, faults);
  if (asked.length === 0) return [];
  const pace = paceOf(options.intensity ?? 'normal', options.intervalMs);
  const random = stream(seed, 'schedule');
  const shortest = shortestMs(pace, asked.length);
  const times = durationMs < shortest ? [] : slots(random, durationMs, asked.length, pace);
  if (times.length < asked.length) {
    throw new BadInput(
      `${durationMs / 1000} s is too short for one fault of every kind (${kinds.join(', ')}); ` +
        `allowed: at least ${Math.ceil(Math.max(shortest, durationMs + 100) / 100) / 10} s, fewer kinds or a shorter interval`,
    );
  }
  const dealt = dealAll(options, times, rounds(random, asked, times.length));
  const entries = dealt.map((one) => ({
    at: one.slot.at,
    for: one.slot.for,
    fault: one.plan.parameters,
    target: aimed(one, dealt, nodes),
  }));
  return entriesOf(validateSchedule(entries, { faults, nodes }, 'the generated schedule'));
}
