/** One version's part of the traffic. */
export interface Share {
  readonly versionId: string;
  /** 0 to 100; at 0 the version is reached by version overrides only. */
  readonly percentage: number;
}

/** The act of giving traffic to one or two versions. The newest deployment of a script is the active one. */
export interface Deployment {
  readonly id: string;
  readonly scriptName: string;
  readonly createdOn: string;
  readonly source: string;
  readonly shares: readonly Share[];
  readonly message?: string | undefined;
  /** "upload" or "secret" when what made the version deployed it too, "deployment" when somebody asked for it. */
  readonly triggeredBy: "upload" | "secret" | "deployment";
}
