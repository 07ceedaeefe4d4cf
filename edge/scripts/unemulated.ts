import { ApiError } from "../api/error";
import { CODES } from "../api/codes";

/** All that the edge understands of what an upload says. */
const KNOWN = new Set([
  "annotations",
  "bindings",
  "compatibility_date",
  "compatibility_flags",
  "keep_bindings",
  "limits",
  "logpush",
  "main_module",
  "migrations",
  "observability",
  "placement",
  "tags",
  "tail_consumers",
  "usage_model",
  // How late Durable Objects may take up new code: here they are never late.
  "code_update_strategy",
  // No version here has assets, so there are none to keep.
  "keep_assets",
  // What a version was built with makes no difference to how it runs.
  "package_dependencies",
]);

/** Refuses, by name, what an upload says and the edge would not do. */
export function refuseUnemulated(said: unknown, where: string): void {
  if (typeof said !== "object" || said === null) return;
  const found = Object.entries(said).find(([name, value]) => !KNOWN.has(name) && !saysNothing(value));
  if (found === undefined) return;
  throw new ApiError(400, CODES.invalidScript, `${where}.${found[0]} is not emulated by the local edge.`);
}

/** `null`, `false`, `[]` and `{}` ask for nothing. */
function saysNothing(value: unknown): boolean {
  if (value === null || value === undefined || value === false) return true;
  return typeof value === "object" && Object.values(value).every(saysNothing);
}
