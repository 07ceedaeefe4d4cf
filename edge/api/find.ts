import type { Context } from "hono";
import type { EdgeContext } from "../context";
import type { Script } from "../scripts/types";
import { CODES } from "./codes";
import { ApiError, noSuchScript } from "./error";

/** A name that can be the first label of a host, which is where a Worker answers. */
const SCRIPT_NAME = /^[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?$/;

/** The script name in the path. */
export function scriptName(context: Context): string {
  const name = context.req.param("script") ?? "";
  checkScriptName(name);
  return name;
}

/** Refuses a name that no script can have. */
export function checkScriptName(name: string): void {
  if (SCRIPT_NAME.test(name)) return;
  throw new ApiError(
    400,
    CODES.invalidScriptName,
    `'${name}' is not a script name: use 1 to 63 lower-case letters, digits, underscores and dashes, with no dash at either end.`,
  );
}

/** The script that the path names. */
export function existingScript(edge: EdgeContext, context: Context): Script {
  const script = edge.state.scripts.get(context.req.param("script") ?? "");
  if (script) return script;
  throw noSuchScript();
}
