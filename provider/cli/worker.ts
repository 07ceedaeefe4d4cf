import { userInfo } from "node:os";
import { Command, InvalidArgumentError } from "commander";
import { cloudflareClient, type Connection } from "../cloudflare/client";
import { resolveAccountId, resolveConnection, type Sources } from "../cloudflare/credentials";
import { cloudflareDeployments } from "../cloudflare/deployments";
import type { Deployments } from "../rollout/ports";

/** The options of every command that is about one Worker. */
export interface WorkerOptions {
  readonly accountId?: string;
}

/** A command about one Worker: `workers-release <name> <script>`. */
export function workerCommand(name: string, description: string, argument = "<script>"): Command {
  return new Command(name)
    .description(description)
    .argument(argument, "the name of the Worker", scriptNameOf)
    .option("--account-id <id>", "the account the Worker is in (default: CLOUDFLARE_ACCOUNT_ID)")
    .addHelpText("after", environmentHelp);
}

/** A Worker's name, read from the command line: what is none goes into no request and no message. */
export function scriptNameOf(given: string): string {
  if (/^[A-Za-z0-9_-]{1,255}$/.test(given)) return given;
  throw new InvalidArgumentError("Expected the name of a Worker: letters, digits, - and _, at most 255.");
}

/** A command that deploys: it shows what, and asks first. */
export function orderCommand(name: string, description: string): Command {
  return workerCommand(name, description).option(
    "-y, --yes",
    "deploys without asking; needed where there is no terminal",
  );
}

/** Where a command finds the API and the account. */
export const environmentHelp = `
Environment:
  CLOUDFLARE_API_TOKEN   an API token with the permission Workers Scripts Write
  CLOUDFLARE_ACCOUNT_ID  the account
  CLOUDFLARE_BASE_URL    an API at another address than Cloudflare's, such as a local edge`;

/** The deployments of a Worker, reached with what the environment says. */
export function deploymentsOf(scriptName: string, options: WorkerOptions): Deployments {
  const { connection, accountId } = accessOf(options);
  return cloudflareDeployments(cloudflareClient(connection), { accountId, scriptName });
}

/** What the environment says of the API and the account. Throws with what to set when something is missing. */
export function accessOf({ accountId }: WorkerOptions): {
  readonly connection: Connection;
  readonly accountId: string;
} {
  requireSetting("API token", "CLOUDFLARE_API_TOKEN", undefined);
  requireSetting("account", "CLOUDFLARE_ACCOUNT_ID", accountId);
  return { connection: resolveConnection(sources), accountId: accountId ?? resolveAccountId(sources) };
}

/** A command has no stack, so whoever lacks a setting must not be sent to a stack's configuration. */
const sources: Sources = { environment: process.env, config: () => undefined };

function requireSetting(what: string, variable: string, given: string | undefined): void {
  if (given !== undefined || process.env[variable]?.trim()) return;
  throw new Error(`There is no Cloudflare ${what}: set the environment variable ${variable}.`);
}

/** Who gives a command, unless it says so itself. */
export function operator(): string {
  try {
    return userInfo().username;
  } catch {
    // A container may run as a user that has no name.
    return "somebody";
  }
}
