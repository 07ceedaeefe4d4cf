import type { EdgeContext } from "../context";
import { dateWarning } from "../scripts/compatibility";
import { warningsOnStubs } from "../scripts/stubs";
import type { ScriptSettings, Version } from "../scripts/types";
import { CODES } from "./codes";
import type { Message } from "./envelope";

/** What to tell the one who made a version, beside that it went well. */
export function warningsAbout(edge: EdgeContext, version: Version): Message[] {
  const { compatibilityDate, alias, limits } = version;
  return messages([
    dateWarning(compatibilityDate, edge.instances.newestCompatibilityDate),
    alias !== undefined && "annotations.workers/alias is kept, but the local edge has no preview URLs.",
    limits?.subrequests !== undefined &&
      "limits.subrequests is kept, but the local edge does not count subrequests.",
    ...warningsOnStubs(edge, version),
  ]);
}

/** What to tell the one who changed a script's own settings. */
export function warningsOnSettings({ logpush, tailConsumers, observability }: ScriptSettings): Message[] {
  return messages([
    observability.traces?.enabled === true &&
      "observability.traces is kept, but the local edge records no traces.",
    observability["redact_query_string"] === true &&
      "observability.redact_query_string is kept, but the local edge records URLs with their query.",
    logpush && "logpush is kept, but the local edge pushes logs nowhere.",
    tailConsumers.length > 0 &&
      "tail_consumers is kept, but the local edge calls no Worker with what another one logs.",
  ]);
}

function messages(warnings: readonly (string | false | undefined)[]): Message[] {
  const said = warnings.filter((warning) => typeof warning === "string");
  return said.map((message) => ({ code: CODES.invalidScript, message }));
}
