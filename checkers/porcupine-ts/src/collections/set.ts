/**
 * Flags, and sets whose operations are about one element each: every element is a flag of its own, since what is
 * linearizable element by element is linearizable (Herlihy and Wing 1990, locality). A flag that the greedy method is not
 * certain about is searched alone: with two states and few kinds of operations that search is polynomial.
 */

import { PlainInterner } from '../intern.ts';
import type { Operation } from '../operation.ts';
import { withIdle } from '../search/idle.ts';
import { at } from '../search/ints.ts';
import { type Problem, problem } from '../search/problem.ts';
import { Search } from '../search/search.ts';
import type { SetShape, SetView, ToggleShape, ToggleView } from '../shape.ts';
import { decideSnapshots } from './snapshots.ts';
import { events, operation, sortByTimes, type Timeline } from './timeline.ts';
import { type Action, Placements, Toggle } from './toggle.ts';
import type { ShapeVerdict } from './verdict.ts';

const searchMemoryBytes = 64 * 2 ** 20;
const searchStepsPerTick = 256;
/** For one element; past it the whole object is searched, which can be paused. */
const searchStepsMax = 1_000_000;

/** What each effect does to which flag; flags are numbered from 0. */
interface Flags {
  readonly owner: Int32Array;
  readonly actions: readonly Action[];
  /** Per flag: its value at first. */
  readonly initial: readonly boolean[];
}

interface Found {
  readonly placements: Placements;
  /** Flags that were given up without certainty. */
  readonly doubtful: ReadonlySet<number>;
  /** The operation that is certainly impossible. */
  readonly blocked: number | undefined;
}

/** One pass over the events, up to the first certain impossibility. */
function greedy(t: Timeline, flags: Flags): Found {
  const placements = new Placements(t.count);
  const toggles = flags.initial.map((value) => new Toggle(value, placements));
  const doubtful = new Set<number>();
  const happens = events(t);
  for (let position = 0; position < happens.length; position += 1) {
    t.tick();
    const event = at(happens, position);
    if (event < 0) continue;
    const i = event < t.count ? event : event - t.count;
    const effect = at(t.effect, i);
    const owner = at(flags.owner, effect);
    if (doubtful.has(owner)) continue;
    const toggle = toggles[owner] as Toggle;
    const action = flags.actions[effect] as Action;
    placements.now = position;
    if (event < t.count) toggle.call(i, action, i >= t.required);
    else if (!toggle.return(i, action)) {
      if (toggle.isCertain) return { placements, doubtful, blocked: i };
      doubtful.add(owner);
    }
  }
  return { placements, doubtful, blocked: undefined };
}

type Searched =
  | { readonly kind: 'ok'; readonly order: readonly number[] }
  | { readonly kind: 'illegal'; readonly blocked: number }
  | { readonly kind: 'gave-up' };

/** The verdict of a search over these operations alone. */
function searched<State, Input, Output>(
  p: Problem<State, Input, Output>,
  members: readonly number[],
): Searched {
  const copies = members.map((i): Operation<Input, Output> => ({ ...operation(p, i), id: i }));
  const part = problem(p.model, copies, p.look);
  const search = new Search(part);
  const numberOf = (op: Operation<Input, Output>): number => Number(op.id);
  while (search.steps < searchStepsMax) {
    p.look();
    const end = search.run(searchStepsPerTick, searchMemoryBytes);
    if (end === 'ok')
      return { kind: 'ok', order: withIdle(part, search.order(), true).map(numberOf) };
    if (end === 'illegal') return { kind: 'illegal', blocked: numberOf(search.blocked()) };
  }
  return { kind: 'gave-up' };
}

/** Puts orders of independent flags together: each operation at the first moment that its order allows. */
function merged(
  t: Timeline,
  { placements, doubtful }: Found,
  flags: Flags,
  orders: readonly (readonly number[])[],
): readonly number[] {
  const all: number[] = [];
  const times = new Int32Array(t.count);
  for (const [k, i] of placements.order.entries()) {
    t.tick();
    if (doubtful.has(at(flags.owner, at(t.effect, i)))) continue;
    all.push(i);
    times[i] = placements.times[k] as number;
  }
  for (const order of orders) {
    let time = -1;
    for (const i of order) {
      t.tick();
      time = Math.max(time, at(t.call, i));
      all.push(i);
      times[i] = time;
    }
  }
  return Array.from(sortByTimes(t, Int32Array.from(all), times));
}

function decideFlags<State, Input, Output>(
  p: Problem<State, Input, Output>,
  t: Timeline,
  flags: Flags,
): ShapeVerdict {
  const found = greedy(t, flags);
  const { placements, doubtful, blocked } = found;
  if (doubtful.size === 0) {
    return blocked === undefined
      ? { kind: 'ok', order: placements.order }
      : { kind: 'illegal', blocked, before: placements.order };
  }
  if (blocked !== undefined) return { kind: 'illegal', blocked };
  const members = new Map<number, number[]>([...doubtful].map((owner) => [owner, []]));
  for (let i = 0; i < t.count; i += 1) {
    t.tick();
    members.get(at(flags.owner, at(t.effect, i)))?.push(i);
  }
  const orders: (readonly number[])[] = [];
  for (const list of members.values()) {
    const verdict = searched(p, list);
    if (verdict.kind === 'illegal') return verdict;
    if (verdict.kind === 'gave-up') return { kind: 'unsuited' };
    orders.push(verdict.order);
  }
  return { kind: 'ok', order: merged(t, found, flags, orders) };
}

const toggleAction = (view: ToggleView): Action =>
  view.kind === 'flip' ? { kind: 'turn', to: view.to, isStrict: true } : view;

/** A lock or a flag. */
export function decideToggle<State, Input, Output>(
  p: Problem<State, Input, Output>,
  t: Timeline,
  shape: ToggleShape<Input, Output>,
): ShapeVerdict {
  const actions: Action[] = [];
  for (const [e, input] of p.inputs.entries()) {
    t.tick();
    const view = shape.view(input, p.outputs[e]);
    if (view === undefined) return { kind: 'unsuited' };
    actions.push(toggleAction(view));
  }
  const owner = new Int32Array(actions.length);
  return decideFlags(p, t, { owner, actions, initial: [shape.initial] });
}

type ElementView = Exclude<SetView, { kind: 'read' } | { kind: 'nothing' }>;

/** What it does to the flag of its element. */
function elementAction(view: ElementView): Action {
  switch (view.kind) {
    case 'contains':
      return { kind: 'see', value: view.contains };
    case 'add':
    case 'remove': {
      const to = view.kind === 'add';
      // Without a difference it only saw what was there.
      if (view.changed === false) return { kind: 'see', value: to };
      return { kind: 'turn', to, isStrict: view.changed === true };
    }
  }
}

/** Every element is a flag. */
function elementFlags(
  t: Timeline,
  views: readonly SetView[],
  initialElements: readonly unknown[],
): Flags {
  const elements = new PlainInterner<unknown>();
  const initial: boolean[] = [];
  const flagOf = (element: unknown): number => {
    const flag = elements.idOf(element);
    if (flag === initial.length) initial.push(false);
    return flag;
  };
  for (const element of initialElements) initial[flagOf(element)] = true;
  // Operations that tell nothing need a flag, too: one of their own.
  const nobody = flagOf(Symbol('nobody'));
  const owner = new Int32Array(views.length);
  const actions = views.map((view, e): Action => {
    t.tick();
    if (view.kind === 'nothing' || view.kind === 'read') {
      owner[e] = nobody;
      return { kind: 'nothing' };
    }
    owner[e] = flagOf(view.element);
    return elementAction(view);
  });
  return { owner, actions, initial };
}

/** A set of elements. */
export function decideSet<State, Input, Output>(
  p: Problem<State, Input, Output>,
  t: Timeline,
  shape: SetShape<Input, Output>,
): ShapeVerdict {
  const views: SetView[] = [];
  for (const [e, input] of p.inputs.entries()) {
    t.tick();
    const view = shape.view(input, p.outputs[e]);
    if (view === undefined) return { kind: 'unsuited' };
    views.push(view);
  }
  return views.some((view) => view.kind === 'read')
    ? decideSnapshots(t, views, shape.initial)
    : decideFlags(p, t, elementFlags(t, views, shape.initial));
}
