/** What a hunt is about. */

/** What is hunted, and what the swarm may draw from. */
export interface HuntSubject {
  readonly system: string;
  /** Fixed for all seeds; left out, options are drawn. */
  readonly systemOptions: Readonly<Record<string, unknown>> | undefined;
  /** Left out: any that the system serves. */
  readonly workload: string | undefined;
  /** Kinds of fault to draw from; left out: all that the simulated world has. */
  readonly nemesis: readonly string[] | undefined;
}
