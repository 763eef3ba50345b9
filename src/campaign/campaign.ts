/** A campaign: hunts in the simulated world, then runs in the real one, until the time is up; everything in one folder. */

import { rmSync } from 'node:fs';
import { join, relative } from 'node:path';
import { hunt } from '../hunt/hunt.ts';
import { createRunFolder, writeWhole } from '../run/folder.ts';
import { systems as knownSystems } from '../systems/index.ts';
import type { CampaignWorld, FaultGroup } from './groups.ts';
import { type CampaignOptions, chosenGroups, refuseWrong } from './options.ts';
import {
  cellSeconds,
  everything,
  firstOverheadSeconds,
  type HuntCell,
  planHunts,
  type RealCell,
  realCell,
  simShare,
} from './plan.ts';
import { runReal } from './real.ts';
import type { Campaign, CampaignHunt, CampaignRun } from './record.ts';
import { shrinkingSaid, shrunkRun } from './repro.ts';

export interface Campaigned {
  readonly folder: string;
  readonly campaign: Campaign;
}

/** Failures that a hunt finds before it ends, and real ones that are shrunk: one may hide others, many are the same. */
const failuresMax = 3;

const huntShrinkBudgetMs = 20_000;

/** A run of a smaller test takes ten seconds: what would hardly begin in a quarter of an hour is worth while at night. */
export const shrinkBudgetSeconds = (minutes: number): number => (minutes < 20 ? 0 : 120);

/** The harness cannot work here: to go on would only repeat it. */
const harnessFailuresInARowMax = 3;

/** Throws BadInput for what cannot be run, and HarnessFailure when the simulation itself fails. Aborting ends it with what there is. */
export async function runCampaign(options: CampaignOptions): Promise<Campaigned> {
  refuseWrong(options);
  return new Run(options).perform();
}

class Run {
  readonly #options: CampaignOptions;
  readonly #folder: string;
  readonly #startedAt = new Date();
  readonly #startedMs = performance.now();
  readonly #runs: CampaignRun[] = [];
  readonly #hunts: CampaignHunt[] = [];
  readonly #notHunted: string[] = [];
  readonly #groups: Readonly<Record<CampaignWorld, readonly FaultGroup[]>>;

  constructor(options: CampaignOptions) {
    this.#options = options;
    const { worlds, groups } = options;
    this.#groups = {
      real: worlds.includes('real') ? chosenGroups('real', groups) : [],
      sim: worlds.includes('sim') ? chosenGroups('sim', groups) : [],
    };
    this.#folder = createRunFolder(options.store, 'chaos', this.#startedAt);
  }

  async perform(): Promise<Campaigned> {
    if (this.#options.worlds.includes('sim')) await this.#simulated();
    if (this.#groups.real.length > 0) await this.#real();
    await this.#shrink();
    // It is of use while runs go on; afterwards it would only be one more copy of a folder for whoever packs them up.
    rmSync(join(this.#folder, 'real', 'latest'), { force: true });
    return { folder: this.#folder, campaign: this.#save() };
  }

  /**
   * A slow machine takes longer for a seed than planned: what is over its time is shared by the hunts that are left, so that none of
   * them is left out as long as there is any, and not taken from the real runs.
   */
  async #simulated(): Promise<void> {
    const { systems, worlds, minutes, groups } = this.#options;
    const simulated = systems.filter((name) => knownSystems.get(name)?.simulated !== undefined);
    const budget = minutes * 60 * (worlds.includes('real') ? simShare : 1);
    const cells = planHunts(simulated, this.#groups.sim, budget, { only: groups !== undefined });
    let planned = cells.reduce((sum, { seconds }) => sum + seconds, 0);
    for (const cell of cells) {
      const left = budget - this.#seconds();
      const share = (left * cell.seconds) / planned;
      planned -= cell.seconds;
      if (this.#isOver() || (left <= 0 && this.#hunts.length > 0)) {
        this.#notHunted.push(`simulated ${cell.system} ${cell.group?.name ?? everything}`);
      } else {
        await this.#hunt({ ...cell, seconds: Math.max(1, Math.min(cell.seconds, share)) });
      }
    }
  }

  async #hunt({ system, group, seconds }: HuntCell): Promise<void> {
    const { seed, shard, workers, signal, onHunt, onHuntEnd, onLine } = this.#options;
    const name = group?.name ?? everything;
    const result = await hunt({
      system,
      systemOptions: undefined,
      workload: undefined,
      nemesis: group?.kinds,
      seed,
      timeBudgetSeconds: seconds,
      workers,
      shard,
      failuresMax,
      shrinkBudgetMs: huntShrinkBudgetMs,
      out: join(this.#folder, 'sim', name),
      ...(signal === undefined ? {} : { signal }),
      ...(onHunt === undefined ? {} : { onProgress: onHunt }),
    });
    onHuntEnd?.();
    const failures = result.failures.map((one) => ({
      ...one,
      repro: relative(this.#folder, one.repro),
    }));
    this.#hunts.push({ group: name, result: { ...result, failures } });
    const found = failures.length === 0 ? 'no failure' : `${failures.length} FAILED`;
    onLine?.(`simulated ${system}, ${name}: ${result.runs} seeds, ${found}`);
    this.#save();
  }

  async #real(): Promise<void> {
    const { systems, seed, shard } = this.#options;
    const groups = this.#groups.real;
    let passedOver = 0;
    for (let at = 0; passedOver < groups.length && !this.#isOver(); at += 1) {
      const cell = realCell(systems, groups, { seed, shard }, at);
      const fits = cellSeconds(cell, this.#overheadSeconds()) <= this.#leftSeconds();
      // A budget that is too small for anything still gets one cell.
      if (!fits && this.#runs.length > 0) passedOver += 1;
      else {
        passedOver = 0;
        await this.#cell(cell);
      }
    }
  }

  async #cell(cell: RealCell): Promise<void> {
    const { folder, options } = { folder: this.#folder, options: this.#options };
    for (const system of cell.systems) {
      if (this.#isOver()) return;
      const { keep, workload, ports, toxiproxy, signal, words } = options;
      const run = await runReal(cell, system, {
        folder,
        keep,
        workload,
        run: {
          ...(ports === undefined ? {} : { ports }),
          ...(toxiproxy === undefined ? {} : { toxiproxy }),
          ...(signal === undefined ? {} : { signal }),
          ...(words === undefined ? {} : { words }),
        },
      });
      if (run === undefined) return;
      this.#runs.push(run);
      this.#workloadSeconds += run.seconds;
      options.onLine?.(`${this.#place()} ${options.describe(run)}`);
      this.#save();
    }
  }

  /** The first failures of real runs, of each system and group one: nothing waits for it any more, so it may take its time. */
  async #shrink(): Promise<void> {
    const { minutes, onLine, signal, ports, toxiproxy = 'auto' } = this.#options;
    const seconds = this.#options.shrinkBudgetSeconds ?? shrinkBudgetSeconds(minutes);
    const failed = this.#runs.filter(({ repro }) => repro !== undefined);
    const first = new Map(failed.toReversed().map((run) => [`${run.system} ${run.group}`, run]));
    const some = failed.filter((run) => [...first.values()].includes(run)).slice(0, failuresMax);
    for (const run of seconds > 0 ? some : []) {
      if (this.#isOver()) return;
      const what = `${run.system}, ${run.group}, seed ${run.seed}`;
      onLine?.(`shrinking the failure of ${what}, for ${seconds} s`);
      const running = { toxiproxy, ...(ports && { ports }), ...(signal && { signal }) };
      const options = { folder: this.#folder, budgetMs: seconds * 1000, running };
      const shrunk = await shrunkRun(run, options);
      this.#runs.splice(this.#runs.indexOf(run), 1, shrunk);
      onLine?.(`${what}: ${shrinkingSaid(shrunk) ?? 'nothing smaller failed'}`);
      this.#save();
    }
    rmSync(join(this.#folder, 'shrunk', 'latest'), { force: true });
  }

  #realStartedMs: number | undefined;
  #workloadSeconds = 0;

  /** What a real run takes besides its workload, s, as measured so far. */
  #overheadSeconds(): number {
    this.#realStartedMs ??= performance.now();
    if (this.#runs.length === 0) return firstOverheadSeconds;
    const tookSeconds = (performance.now() - this.#realStartedMs) / 1000;
    return Math.max(1, (tookSeconds - this.#workloadSeconds) / this.#runs.length);
  }

  #leftSeconds(): number {
    return this.#options.minutes * 60 - this.#seconds();
  }

  #seconds(): number {
    return (performance.now() - this.#startedMs) / 1000;
  }

  #isOver(): boolean {
    const last = this.#runs.slice(-harnessFailuresInARowMax);
    const isHopeless =
      last.length === harnessFailuresInARowMax && last.every(({ exitCode }) => exitCode === 255);
    return this.#options.signal?.aborted === true || isHopeless;
  }

  #place(): string {
    const left = Math.max(0, Math.round(this.#leftSeconds()));
    return `[${this.#runs.length}, ${Math.floor(left / 60)} min ${left % 60} s left]`;
  }

  /** Writes campaign.json as it stands: whoever kills this loses one run at most. */
  #save(): Campaign {
    const { systems, minutes, seed, shard, groups, command, signal } = this.#options;
    const campaign: Campaign = {
      kind: 'dissent-campaign',
      version: 1,
      systems: [...systems],
      startedAt: this.#startedAt.toISOString(),
      minutes,
      seconds: this.#seconds(),
      seed,
      shards: [{ seed, ...shard, ...(groups === undefined ? {} : { groups: [...groups] }) }],
      merged: false,
      interrupted: signal?.aborted === true,
      command,
      notRun: this.#notRun(),
      runs: this.#runs,
      hunts: this.#hunts,
    };
    writeWhole(this.#folder, 'campaign.json', `${JSON.stringify(campaign, null, 2)}\n`);
    return campaign;
  }

  #notRun(): string[] {
    const ran = new Set(this.#runs.map(({ system, group }) => `${system} ${group}`));
    const real = this.#groups.real.flatMap(({ name }) =>
      this.#options.systems.flatMap((system) =>
        ran.has(`${system} ${name}`) ? [] : [`real ${system} ${name}`],
      ),
    );
    return [...this.#notHunted, ...real];
  }
}
