import type Cloudflare from "cloudflare";
import { z } from "zod";
import { ask } from "../../ask";
import type { WorkerName } from "../../client";
import type { Check } from "../check";
import { holds, open, type Finding } from "../finding";
import type { WorkerSubject } from "./subject";

/** Whether stages would reset Durable Objects. */
export const objects: Check<WorkerSubject> = {
  id: "durable-objects",
  question: "Would a stage reset Durable Objects?",
  assumes: "no: the Worker has no binding to a class of its own",
  find: async ({ api: { client, accountId }, scriptName }) =>
    judgeObjects(scriptName, await readBindings(client, { accountId, scriptName })),
};

const settings = z.object({
  bindings: z.array(z.object({ type: z.string(), script_name: z.string().nullish() })).nullish(),
});

type Binding = NonNullable<z.infer<typeof settings>["bindings"]>[number];

/**
 * The bindings of a Worker's latest version.
 * @throws {PortError}
 */
export async function readBindings(
  client: Cloudflare,
  { accountId, scriptName }: WorkerName,
): Promise<readonly Binding[]> {
  const question = {
    what: `Reading the bindings of Worker "${scriptName}"`,
    permission: "Workers Scripts Read",
  };
  const { bindings } = await ask(client, question, settings, (options) =>
    client.workers.scripts.scriptAndVersionSettings.get(scriptName, { account_id: accountId }, options),
  );
  return bindings ?? [];
}

/** Judges the bindings of a Worker. */
export function judgeObjects(scriptName: string, bindings: readonly Binding[]): Finding {
  const own = bindings.filter(
    ({ type, script_name }) =>
      type === "durable_object_namespace" && (script_name ?? scriptName) === scriptName,
  ).length;
  if (own === 0) return holds("no");
  return open(
    `yes: ${own} binding${own === 1 ? "" : "s"} to classes of its own`,
    "Each stage, and a revert, resets the objects whose version changes: calls on their way fail, and hibernated " +
      "WebSockets may be left without answers. Give the plan few stages. While two versions share the traffic, an object " +
      "runs the class of one of them, whichever calls it: release a new method before the code that calls it.",
  );
}
