/**
 * Generators say what to do next. A generator is an immutable value: asked for the next operation, it answers with one and
 * with the generator that follows, or that it has nothing to do right now, or that it is over.
 *
 *     next(context)  ->  op(planned, then) | pending(then, untilNs?) | done
 *     update(context, event, thread)  ->  the generator that knows about the event
 *
 * A planned operation names its thread and its earliest time. Time is a parameter, randomness comes from the context, and
 * an answer that is not used changes nothing: whoever asks may throw it away and ask again when something has happened.
 * Hence generators compose, and they are tested in virtual time (`simulate`), without a cluster and without waiting.
 *
 *     time  ---------------------------------------------------------------->
 *     phases(        |<- all free            all free ->|
 *       limit(4, w)    w0 ---        w2 -------         |
 *                         w1 -----        w3 --         |
 *       r              :                                | r ---
 *     )
 *
 * The names are Jepsen's. Where its combinators have known flaws, ours differ on purpose:
 *
 * - `mix` and `flipFlop` pass events on to their parts, and a part of a mix with nothing to do holds up nobody.
 * - `limit` counts operations, not sleeps and log lines, and only those that were really done.
 * - `timeLimit` also ends a generator that is pending, and never ends before its time.
 * - `stagger` keeps its rate although timers are late, within a bound, so that no flood follows an outage.
 * - `reserve` counts the threads it sees, so it nests; threads that do not fit are an error instead of a hang.
 * - `independentKeys` does not confuse a key with the events of the key before it.
 *
 * Times are in ms in arguments (`stagger(5, ...)`), in ns since the start of the run inside. Every combinator takes a
 * `Source`: a generator, an operation `{f, key?, value?}` (done once), a function (called for each operation), or a list.
 *
 *     phases(
 *       timeLimit(20_000, clients(stagger(5, mix(read, numbered((n) => ({f: 'write', value: n})))))),
 *       log('reading what is left'),
 *       clients(eachThread(untilOk(repeat({f: 'read'})))),
 *     )
 */

export { anyOf, flipFlop, mix, shortestAny } from './choose.ts';
export { cycle, limit, once, processLimit, repeat } from './count.ts';
export type { Context, Generator, Next, Planned, Selection, Thread } from './generator.ts';
export { independentKeys, type KeysOptions } from './keys.ts';
export { phases, synchronize, untilOk } from './order.ts';
export { type ScriptedOperation, scripted, scriptOf } from './script.ts';
export {
  imperfect,
  perfect,
  type Simulated,
  type Simulation,
  type SimulationOptions,
  simulate,
} from './simulate.ts';
export { lift, nothing, numbered, type Source, type SourceFunction, sequence } from './source.ts';
export { clients, concurrencyLimit, eachThread, nemesis, onThreads, reserve } from './threads.ts';
export { delay, log, paceOfStagger, sleep, stagger, timeLimit } from './time.ts';
export { fMap, map } from './transform.ts';
export { problemsOf } from './validate.ts';
