import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import type { z } from "zod";
import type { ScriptBinding } from "../scriptBinding";
import type {
  ScriptAssets,
  ScriptCache,
  ScriptTailConsumer,
  ScriptLimits,
  ScriptMigration,
  ScriptModule,
  ScriptObservability,
  ScriptPlacement,
} from "../scriptVersion";
import { camel } from "./camel";
import { partsOf, type Part } from "./form";
import { configuration, metadata, type Configuration, type Metadata } from "./read";
import { build } from "./run";

/** Which Worker of wrangler's configuration is meant. */
export interface FromWranglerOptions {
  /**
   * The environment, as `wrangler deploy --env` takes it.
   * @default the top level
   */
  env?: string;
}

/** The arguments of a {@link ScriptVersion} that wrangler's configuration describes. */
export interface WranglerArgs {
  /** See {@link ScriptVersionArgs.scriptName}. */
  scriptName: string;
  /** See {@link ScriptVersionArgs.mainModule}. */
  mainModule: string;
  /** See {@link ScriptVersionArgs.modules}. */
  modules: ScriptModule[];
  /** See {@link ScriptVersionArgs.compatibilityDate}. */
  compatibilityDate?: string;
  /** See {@link ScriptVersionArgs.compatibilityFlags}. */
  compatibilityFlags?: string[];
  /** See {@link ScriptVersionArgs.bindings}. */
  bindings: ScriptBinding[];
  /** See {@link ScriptVersionArgs.keepBindings}. */
  keepBindings?: string[];
  /** See {@link ScriptVersionArgs.assets}. */
  assets?: ScriptAssets;
  /** See {@link ScriptVersionArgs.limits}. */
  limits?: ScriptLimits;
  /** See {@link ScriptVersionArgs.placement}. */
  placement?: ScriptPlacement;
  /** See {@link ScriptVersionArgs.cache}. */
  cache?: ScriptCache;
  /** See {@link ScriptVersionArgs.migrations}. */
  migrations?: ScriptMigration[];
  /** See {@link ScriptVersionArgs.observability}. */
  observability?: ScriptObservability;
  /** See {@link ScriptVersionArgs.tailConsumers}. */
  tailConsumers?: ScriptTailConsumer[];
  /** See {@link ScriptVersionArgs.logpush}. */
  logpush?: boolean;
}

/**
 * The arguments of a {@link ScriptVersion} as wrangler's configuration has them, after wrangler has built the Worker
 * (`wrangler deploy --dry-run`), so that one description serves both:
 * `new ScriptVersion("checkout", fromWrangler("wrangler.jsonc", { env: "production" }))`.
 *
 * The built modules are left in `.wrangler/workers-release`, beside the configuration; their paths are absolute. What belongs to no version
 * (routes, crons, queue consumers, `workers_dev`) is not among the arguments.
 *
 * @param config the path of the configuration, from the program's directory
 * @throws {Error} when wrangler is not installed beside the configuration, when it fails, and when the configuration has
 * something that a `ScriptVersion` cannot take
 */
export function fromWrangler(config: string, { env }: FromWranglerOptions = {}): WranglerArgs {
  const built = build(config, env);
  if (built.warnings !== "") void pulumi.log.warn(`wrangler, of ${config}: ${built.warnings}`);
  const parts = partsOf(built.form);
  const told = parts.find(({ name }) => name === "metadata")?.content.toString() ?? "{}";
  const version = parsed(metadata, JSON.parse(told), config);
  const worker = parsed(configuration, built.config, config);
  const folder = dirname(resolve(config));
  const files = parts.filter(({ filename }) => filename !== undefined);
  return {
    scriptName: worker.name,
    mainModule: version.main_module,
    modules: written(files, join(folder, ".wrangler", "workers-release", worker.name)),
    bindings: version.bindings,
    ...versionArgs(version),
    ...workerArgs(worker, folder),
  };
}

function versionArgs(version: Metadata): Partial<WranglerArgs> {
  const { compatibility_date, compatibility_flags, limits, placement, cache_options: cache } = version;
  const { observability, tail_consumers, logpush } = version;
  return camel({
    ...{ compatibility_date, compatibility_flags, limits, placement, cache, tail_consumers, logpush },
    observability: observability && { ...observability, enabled: observability.enabled ?? false },
  }) as Partial<WranglerArgs>;
}

function workerArgs({ assets, migrations, keep_vars }: Configuration, folder: string): Partial<WranglerArgs> {
  const { directory, html_handling, not_found_handling, run_worker_first, base_path } = assets ?? {};
  const config = { html_handling, not_found_handling, run_worker_first, base_path };
  return camel({
    ...(directory != null && { assets: { directory: resolve(folder, directory), config } }),
    ...(migrations != null && migrations.length > 0 && { migrations }),
    ...(keep_vars === true && { keep_bindings: ["secret_text", "secret_key", "plain_text", "json"] }),
  }) as Partial<WranglerArgs>;
}

/** Writes the modules where nothing else is, so that the state has their fingerprints and not their text. */
function written(files: readonly Part[], folder: string): ScriptModule[] {
  rmSync(folder, { recursive: true, force: true });
  return files.map(({ name, contentType, content }) => {
    const file = join(folder, name);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, content);
    return { name, contentFile: file, ...(contentType !== undefined && { contentType }) };
  });
}

function parsed<T>(schema: z.ZodType<T>, value: unknown, config: string): T {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const faults = result.error.issues.map((issue) =>
    [issue.path.join("."), wordsOf(issue)].filter(Boolean).join(": "),
  );
  throw new Error(
    `fromWrangler cannot make a ScriptVersion of ${config}: ${faults.join("; ")}. Take it out of the configuration, or ` +
      "upload the Worker with wrangler and release the version it prints.",
  );
}

function wordsOf(issue: z.core.$ZodIssue): string {
  return issue.code === "unrecognized_keys" ? `it has no input for ${issue.keys.join(", ")}` : issue.message;
}
