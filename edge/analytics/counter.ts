import type { Version } from "../scripts/types";
import type { ScriptStore } from "../state/scripts";
import type { AnalyticsStore } from "./index";
import { tallied, type EndedInvocation } from "./tally";

/**
 * Counts what is told of invocations, whether or not Workers Observability hears of them: these are metrics, and
 * neither its settings nor its sampling touch them.
 */
export class InvocationCounter {
  constructor(
    private readonly analytics: AnalyticsStore,
    private readonly scripts: Pick<ScriptStore, "get">,
  ) {}

  count({ id, scriptName, usageModel }: Version, invocations: readonly EndedInvocation[]): void {
    if (invocations.length === 0) return;
    const scriptTag = this.scripts.get(scriptName)?.tag ?? "";
    const source = { scriptName, scriptTag, versionId: id, usageModel };
    this.analytics.record(tallied(source, invocations));
  }
}
