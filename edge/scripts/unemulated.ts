import { ApiError } from "../api/error";
import { CODES } from "../api/codes";

const OF_A_VERSION = [
  "annotations",
  "bindings",
  "cache_options",
  "compatibility_date",
  "compatibility_flags",
  "limits",
  "migrations",
  "placement",
  "usage_model",
];

const OF_A_SCRIPT = ["logpush", "observability", "tags", "tail_consumers"];

const OF_AN_UPLOAD = [
  "keep_bindings",
  "main_module",
  // How late Durable Objects may take up new code: here they are never late.
  "code_update_strategy",
  "assets",
  "keep_assets",
  // What a version was built with makes no difference to how it runs.
  "package_dependencies",
];

/** All that the edge understands, by where it is said. */
const KNOWN = {
  /** Cloudflare takes the settings of a script with each upload, and minds them where it makes a deployment. */
  metadata: new Set([...OF_A_VERSION, ...OF_A_SCRIPT, ...OF_AN_UPLOAD]),
  settings: new Set([...OF_A_VERSION, ...OF_A_SCRIPT]),
  version: new Set([...OF_A_VERSION, ...OF_AN_UPLOAD]),
};

/** Refuses, by name, what a client says and the edge would not do. */
export function refuseUnemulated(said: unknown, where: keyof typeof KNOWN): void {
  if (typeof said !== "object" || said === null) return;
  const found = Object.entries(said).find(([name, value]) => !KNOWN[where].has(name) && !saysNothing(value));
  if (found === undefined) return;
  throw new ApiError(400, CODES.invalidScript, `${where}.${found[0]} is not emulated by the local edge.`);
}

/** `null`, `false`, `[]` and `{}` ask for nothing. */
function saysNothing(value: unknown): boolean {
  if (value === null || value === undefined || value === false) return true;
  return typeof value === "object" && Object.values(value).every(saysNothing);
}
