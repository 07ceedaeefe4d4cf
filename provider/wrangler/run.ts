import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { stripVTControlCharacters } from "node:util";
import { harmlessLines } from "../shown";

/** What wrangler has made of a Worker. */
export interface Built {
  /** The form that it would upload. */
  readonly form: Buffer;
  /** Its configuration, with that of the environment in it. */
  readonly config: unknown;
  /** What it has warned of; empty for nothing. */
  readonly warnings: string;
}

/** Reads the configuration as wrangler does. In a process of its own, since wrangler is large and prints. */
const readConfig = `
const [, wrangler, config, env, file] = process.argv;
const read = require(wrangler).unstable_readConfig({ config, env: env || undefined });
require("node:fs").writeFileSync(file, JSON.stringify(read));
`;

/** A build may install, compile and bundle. */
const timeoutMs = 600_000;

/**
 * Builds a Worker with the wrangler that its project has, and uploads nothing.
 *
 * @param config the path of the configuration
 * @param env the environment; undefined for the top level
 * @throws {Error} when there is no wrangler, or with its own words when it fails
 */
export function build(config: string, env: string | undefined): Built {
  const folder = dirname(resolve(config));
  const wrangler = wranglerOf(folder);
  const place = mkdtempSync(join(tmpdir(), "workers-release-wrangler-"));
  try {
    const form = join(place, "form");
    const output = join(place, "out");
    const args = ["deploy", "--dry-run", "--outdir", output, "--outfile", form, "--config", resolve(config)];
    const warnings = node(folder, [wrangler.command, ...args, "--env", env ?? ""], config);
    const file = join(place, "config.json");
    node(folder, ["-e", readConfig, wrangler.module, resolve(config), env ?? "", file], config);
    return { form: readFileSync(form), config: JSON.parse(readFileSync(file, "utf8")) as unknown, warnings };
  } finally {
    rmSync(place, { recursive: true, force: true });
  }
}

function wranglerOf(folder: string): { command: string; module: string } {
  const { resolve: find } = createRequire(join(folder, "wrangler.json"));
  try {
    return {
      command: join(dirname(find("wrangler/package.json")), "bin", "wrangler.js"),
      module: find("wrangler"),
    };
  } catch (error) {
    throw new Error(
      `fromWrangler builds the Worker with wrangler, which is not installed where ${folder} can find it. ` +
        "Install it there: npm install --save-dev wrangler@4",
      { cause: error },
    );
  }
}

/** Runs Node. Gives what was warned of. */
function node(cwd: string, args: readonly string[], config: string): string {
  const env = { ...process.env, WRANGLER_SEND_METRICS: "false", WRANGLER_HIDE_BANNER: "true", NO_COLOR: "1" };
  const { status, stdout, stderr, error } = spawnSync(process.execPath, args, {
    cwd,
    env,
    encoding: "utf8",
    timeout: timeoutMs,
    maxBuffer: 64 * 1024 * 1024,
  });
  if (status === 0) return plain(stderr);
  const words = error?.message ?? [stderr, stdout].map((text) => text.trim()).join("\n");
  throw new Error(`wrangler could not build the Worker of ${config}:\n${plain(words)}`);
}

/** Without the colours that wrangler gives its errors whatever it is told. */
function plain(text: string): string {
  return harmlessLines(stripVTControlCharacters(text).trim());
}
