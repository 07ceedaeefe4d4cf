import { hostname } from "node:os";
import { newReleaseId, ownerFrom } from "../../host/identity";
import { faultsOf, parseInput } from "../../plan/faults";
import type { ReleasePlan } from "../../plan/types";
import { releaseInputs } from "../../pulumi/releaseInputs";
import type { ReleaseRequest } from "../../rollout/release";
import { operator } from "../worker";

/** What a person asks `workers-release run` for. */
export interface Asked {
  readonly accountId: string;
  readonly scriptName: string;
  readonly versionId: string;
  readonly plan: ReleasePlan;
  readonly retry?: string | undefined;
  readonly takeOver?: string | undefined;
  /** A percentage as it was typed. */
  readonly startAt?: string | undefined;
  /** Who drives the release. Default: this user on this machine. */
  readonly owner?: string | undefined;
}

/** The option that gives an input of a release. */
const options: Readonly<Record<string, string>> = {
  accountId: "CLOUDFLARE_ACCOUNT_ID",
  scriptName: "--script",
  versionId: "--version",
  retry: "--retry",
  takeOver: "--take-over",
  startAt: "--start-at",
};

/**
 * The request for a release, by the rules of the resource `Release`.
 *
 * @throws {Error} naming each option, what was given and what is allowed
 */
export function requestFor({
  owner,
  startAt: typed,
  ...asked
}: Asked): ReleaseRequest & { readonly accountId: string } {
  const inputs = { ...asked, startAt: typed === undefined ? undefined : numberOr(typed) };
  const given = Object.fromEntries(Object.entries(inputs).filter(([, value]) => value !== undefined));
  const parsed = parseInput(releaseInputs, given);
  if (!parsed.success) {
    const faults = faultsOf(parsed.error, given, "").map(
      ({ path, reason }) => `  ${options[path] ?? path}: ${reason}`,
    );
    throw new Error(["This cannot be released:", ...faults].join("\n"));
  }
  const { accountId, scriptName, versionId, plan, retry, takeOver, startAt } = parsed.data;
  return {
    ...{ accountId, scriptName, versionId, plan, retry, takeOver, startAt },
    releaseId: newReleaseId(),
    // What an earlier run has found, the deployments tell.
    findingBefore: undefined,
    owner: ownerOf(owner),
  };
}

/** Who drives the releases of an owner, as their records say it. @param owner default: this user on this machine */
export function ownerOf(owner: string | undefined): string {
  return ownerFrom(`workers-release run\n${owner ?? `${operator()}@${hostname()}`}`);
}

/** What is no number is refused as it was typed. */
function numberOr(text: string): number | string {
  const number = Number(text);
  return text.trim() === "" || Number.isNaN(number) ? text : number;
}
