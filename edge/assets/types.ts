/** How static assets are served, in the words of an upload. */
export interface AssetConfig {
  readonly html_handling?: string | null | undefined;
  readonly not_found_handling?: string | null | undefined;
  readonly run_worker_first?: boolean | readonly string[] | null | undefined;
  readonly base_path?: string | null | undefined;
  readonly _headers?: string | null | undefined;
  readonly _redirects?: string | null | undefined;
}

/** The files of a version: the hash of each, by its path. */
export type AssetFiles = Readonly<Record<string, string>>;

/** The static assets of a version. */
export interface VersionAssets {
  readonly files: AssetFiles;
  readonly config: AssetConfig;
}
