import { budgetFor } from "../cloudflare/budget/budgets";
import { cloudflareClient, type WorkerName } from "../cloudflare/client";
import { resolveConnection } from "../cloudflare/credentials";
import { lackingIn, servingNow, type Replacement, type Serving } from "../cloudflare/serving";
import type { Migration } from "../cloudflare/migrations";
import { cloudflareVersions, migrationRefused } from "../cloudflare/versions";
import { hasUnknown } from "../plan/faults";
import { systemClock } from "./clock";
import { sources } from "./config";
import { engineProgress } from "./engine";
import { failureOf, type Checked } from "./validation";

type Properties = Record<string, unknown>;

/** What of a version's inputs the comparison with what serves rests on. */
type Next = WorkerName &
  Replacement & {
    readonly migrations?: readonly Migration[];
    readonly whenMigrating?: "refuse" | "deployAtOnce";
    readonly __urn?: string;
  };

/** Tells what a new version will lack of what serves now, and refuses a migration that nobody has allowed. */
export async function previewed(inputs: Properties): Promise<Checked> {
  if (hasUnknown(inputs["accountId"]) || hasUnknown(inputs["scriptName"])) return { inputs, failures: [] };
  const next = inputs as unknown as Next;
  const progress = engineProgress(next.__urn);
  try {
    const connection = resolveConnection(sources());
    const client = cloudflareClient(connection, { budget: budgetFor(connection, systemClock) });
    const serving = await servingNow(client, next);
    if (serving === undefined) return { inputs, failures: [] };
    const lacking = lackingText(next, serving);
    if (lacking !== undefined) progress.event(lacking);
    if (hasUnknown(next.migrations)) return { inputs, failures: [] };
    const pending = await cloudflareVersions(client, next).pending({
      mainModule: "",
      modules: [],
      migrations: next.migrations ?? [],
    });
    if (pending === undefined) return { inputs, failures: [] };
    if (next.whenMigrating !== "deployAtOnce") {
      return { inputs, failures: [failureOf(`migrations: ${migrationRefused(next.scriptName, pending)}`)] };
    }
    progress.event(atOnceText(pending.steps.map(({ tag }) => tag)));
  } catch (error) {
    progress.event(`The new version is not compared with what serves now: ${(error as Error).message}`);
  }
  return { inputs, failures: [] };
}

/** Undefined when nothing is lacking, or when the new version is not known well enough to say. */
export function lackingText(
  next: Replacement & { readonly scriptName: string },
  serving: Serving,
): string | undefined {
  if (!areNamed(next.bindings) || hasUnknown(next.compatibilityFlags) || hasUnknown(next.keepBindings))
    return undefined;
  const lacking = lackingIn(next, serving);
  if (lacking.length === 0) return undefined;
  return (
    `The new version of Worker "${next.scriptName}" will lack what version ${serving.version.id}, which serves now, has: ` +
    `${lacking.join(", ")}. Add to the ScriptVersion what is to stay.`
  );
}

/** Whether it is known of which names there are bindings, whatever is in them. */
function areNamed(bindings: Replacement["bindings"]): boolean {
  return !hasUnknown(Array.isArray(bindings) ? bindings.map(nameOf) : bindings);
}

/** What is not known of a binding as a whole stands for its name. */
function nameOf(binding: { readonly name: string }): unknown {
  return typeof binding === "object" ? binding.name : binding;
}

function atOnceText(tags: readonly string[]): string {
  return (
    `The new version brings the Durable Object migration ${tags.map((tag) => `"${tag}"`).join(", ")}: all traffic goes ` +
    "to it at once, without stages, and Cloudflare deploys no older version afterwards. A Release watches it through its " +
    "last soak; where something is wrong, the way is forward, to another version."
  );
}
