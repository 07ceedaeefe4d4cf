import { createHash, randomBytes } from "node:crypto";
import type { dynamic } from "@pulumi/pulumi";
import type { z } from "zod";
import { budgetFor } from "../cloudflare/budget/budgets";
import { sharedPace } from "../cloudflare/budget/pace";
import { cloudflareClient } from "../cloudflare/client";
import { cloudflareContents } from "../cloudflare/contents";
import { resolveConnection } from "../cloudflare/credentials";
import { cloudflareDeployments } from "../cloudflare/deployments";
import { cloudflareProbes } from "../cloudflare/probes";
import { serviceClock } from "../cloudflare/serviceClock";
import { cloudflareMetrics } from "../cloudflare/metrics";
import { cloudflareTelemetry } from "../cloudflare/telemetry";
import { planSchema } from "../plan/schema";
import { AbortedBefore } from "../rollout/cannotStart";
import { soleVersion } from "../rollout/outcome";
import { PortError } from "../rollout/ports";
import type { Dependencies } from "../rollout/release";
import { run } from "../rollout/run";
import { objectivesText } from "../rollout/text/sloText";
import { harmless } from "../shown";
import { checked, defined, read, same, type Checked } from "./validation";
import { systemClock } from "./clock";
import { engineProgress } from "./engine";
import { rememberedFailure } from "./failure";
import { interruptible } from "./interruption";
import { releaseInputs, releaseState } from "./releaseInputs";
import { sources } from "./config";

type Properties = Record<string, unknown>;
type Inputs = z.output<typeof releaseInputs>;
type State = z.output<typeof releaseState>;

/** Fills in the account and checks everything that is known. What is judged beside what the plan states is told. */
export async function check(_olds: unknown, news: Properties): Promise<Checked> {
  const result = checked(releaseInputs, news);
  const plan = planSchema.safeParse(news["plan"]);
  if (plan.data?.slos.some(({ byDefault }) => byDefault)) {
    engineProgress(urnOf(news)).event(objectivesText(plan.data));
  }
  return Promise.resolve(result);
}

function readInputs(news: Properties): Inputs {
  return read(releaseInputs, news, "What the program gives to the Release");
}

function readState(olds: unknown): State {
  return read(releaseState, olds, "The state of the Release");
}

/** Says whether there is something to do, and nothing about how the provider is spelled. */
export async function diff(_id: string, olds: unknown, news: Properties): Promise<dynamic.DiffResult> {
  const before = readState(olds);
  const replaces = (["accountId", "scriptName"] as const).filter((key) => before[key] !== news[key]);
  const changes = replaces.length > 0 || needsRelease(before, news) || !same(before.plan, news["plan"]);
  const why = outlook(before, news);
  if (why !== undefined) engineProgress(urnOf(news)).event(why);
  return Promise.resolve({ changes, replaces });
}

/** True when traffic has to move; a change of the plan alone is only recorded. */
function needsRelease(before: State, news: Properties): boolean {
  return (
    before.status !== "completed" ||
    before.deployedVersionId !== before.versionId ||
    before.versionId !== news["versionId"] ||
    before.retry !== (news["retry"] ?? "")
  );
}

/** What cannot be seen from the inputs: why a release comes although none of them has changed. */
export function outlook(before: State, news: Properties): string | undefined {
  const { versionId = "", status, deployedVersionId, oldVersionId } = before;
  if (versionId !== news["versionId"] || before.retry !== (news["retry"] ?? "")) return undefined;
  const isFirst = oldVersionId === undefined && deployedVersionId === versionId;
  if (status === "aborted" && (deployedVersionId !== versionId || isFirst)) {
    return `Version ${versionId} was aborted: \`pulumi up\` will fail and move no traffic until versionId or retry changes.`;
  }
  if (status === "inconclusive" && isFirst) {
    return (
      `Version ${versionId} is the first of its Worker and serves all traffic. Its watch did not end well: \`pulumi up\` ` +
      "watches it again, through the last soak, and moves no traffic."
    );
  }
  if (status === "revertFailed" && before.isVerdict) {
    return `Version ${versionId} was found bad and could not be reverted: \`pulumi up\` puts the traffic back and then fails.`;
  }
  if (status !== "completed")
    return `The last release of version ${versionId} ended as ${status ?? "unknown"}: it will be released again.`;
  if (deployedVersionId === versionId) return undefined;
  const now =
    deployedVersionId === undefined
      ? "The traffic is split"
      : `Version ${deployedVersionId} serves all traffic`;
  return `${now}, not what was released: version ${versionId} will be released again, in stages.`;
}

function urnOf(news: Properties): string | undefined {
  return typeof news["__urn"] === "string" ? news["__urn"] : undefined;
}

/** Releases the version. */
export async function create(news: Properties): Promise<dynamic.CreateResult> {
  const inputs = readInputs(news);
  const id = `${inputs.accountId}/${inputs.scriptName}`;
  return { id, outs: await release(id, inputs, {}, news) };
}

/** Releases the version if it is not what was released last; else only remembers the new plan. */
export async function update(id: string, olds: Properties, news: Properties): Promise<dynamic.UpdateResult> {
  const inputs = readInputs(news);
  if (needsRelease(readState(olds), news)) return { outs: await release(id, inputs, olds, news) };
  engineProgress(inputs.__urn).event("The new plan holds from the next release on; nothing to release now.");
  return { outs: { ...olds, ...news } };
}

/** Carries out a release and gives the outputs; every ending but completion is a failure that Pulumi remembers. */
async function release(id: string, inputs: Inputs, olds: Properties, news: Properties): Promise<Properties> {
  const { scriptName, versionId, retry, plan } = inputs;
  const findingBefore = findingOf(readState(olds), inputs);
  const owner = ownerOf(inputs);
  const names = { releaseId: newReleaseId(), scriptName, versionId, owner, takeOver: inputs.takeOver };
  const request = { ...names, retry, plan, findingBefore };
  try {
    const outcome = await interruptible((interruption) => run(request, dependenciesOf(inputs, interruption)));
    const reason = harmless(outcome.reason);
    const finding = outcome.finding && harmless(outcome.finding);
    const outputs = defined({ ...news, ...outcome, reason, finding });
    if (outcome.status === "completed") return outputs;
    throw rememberedFailure(id, outputs, [reason]);
  } catch (error) {
    // Once a release has begun, every failure is an outcome; so this came before.
    if (error instanceof PortError)
      throw new Error(`${error.message} The release did not start.`, { cause: error });
    if (!(error instanceof AbortedBefore)) throw error;
    const remembered = findingBefore !== undefined ? { ...olds, ...news } : news;
    const verdict = { status: "aborted", reason: error.message, finding: error.finding, isVerdict: true };
    throw rememberedFailure(id, { ...remembered, ...verdict }, [error.message]);
  }
}

/** What the state knows to be wrong with this very version. */
function findingOf(before: State, inputs: Inputs): string | undefined {
  if (before.versionId !== inputs.versionId || before.retry !== inputs.retry) return undefined;
  const { status, isVerdict } = before;
  if (status !== "aborted" && !(status === "revertFailed" && isVerdict)) return undefined;
  return before.finding ?? before.reason;
}

function dependenciesOf(inputs: Inputs, interruption: AbortSignal): Dependencies {
  const clock = serviceClock(systemClock);
  const connection = resolveConnection(sources());
  const budget = budgetFor(connection, systemClock);
  const client = cloudflareClient(connection, { dates: clock, budget });
  const pace = sharedPace(budget);
  return {
    deployments: cloudflareDeployments(client, inputs),
    contents: cloudflareContents(client, inputs),
    telemetry: cloudflareTelemetry(client, inputs, {
      leaveOutProbes: inputs.plan.probes.length > 0,
      onOthers: pace.suspect,
    }),
    witness: cloudflareMetrics(client, inputs),
    pace,
    probes: cloudflareProbes(client, inputs, clock),
    clock,
    progress: engineProgress(inputs.__urn),
    interruption,
    random: Math.random,
  };
}

/**
 * Who drives a release: the resource, by a digest of its URN, which names the stack and the project. Pulumi lets nobody
 * else run an update of that stack meanwhile.
 */
function ownerOf({ __urn = "" }: Inputs): string {
  return createHash("sha256").update(__urn).digest("hex").slice(0, 8);
}

/** Sorts by time and is told apart from any other: `20301231-235959-1a2b3c`. */
function newReleaseId(): string {
  const now = new Date().toISOString();
  return `${now.slice(0, 10).replaceAll("-", "")}-${now.slice(11, 19).replaceAll(":", "")}-${randomBytes(3).toString("hex")}`;
}

/** Reads what serves now, so that the next preview shows when somebody deployed something else. */
export async function refresh(id: string, olds: Properties): Promise<dynamic.ReadResult> {
  const [accountId = "", scriptName = ""] = id.split("/");
  const connection = resolveConnection(sources());
  const client = cloudflareClient(connection, { budget: budgetFor(connection, systemClock) });
  try {
    const active = await cloudflareDeployments(client, { accountId, scriptName }).active();
    const now = { deployedVersionId: active && soleVersion(active.split), deploymentId: active?.id };
    return { id, props: defined({ ...olds, ...now }) };
  } catch (error) {
    // The Worker is gone, and with it the release.
    if (error instanceof PortError && error.failure === "missing") return {};
    throw error;
  }
}

/** Leaves the traffic alone: the version that serves goes on serving. */
export async function remove(): Promise<void> {
  return Promise.resolve();
}

export { configure } from "./config";
export { refresh as read, remove as delete };
