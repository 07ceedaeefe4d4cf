import type { dynamic } from "@pulumi/pulumi";
import type { z } from "zod";
import { budgetFor } from "../cloudflare/budget/budgets";
import { cloudflareClient } from "../cloudflare/client";
import { misplacedAccount, resolveConnection } from "../cloudflare/credentials";
import { cloudflareDeployments } from "../cloudflare/deployments";
import { dependenciesOf } from "../host/dependencies";
import { newReleaseId } from "../host/identity";
import { noticesTo, toldInTime } from "../notify";
import { AbortedBefore } from "../rollout/cannotStart";
import { soleVersion } from "../rollout/outcome";
import { PortError, type Progress } from "../rollout/ports";
import { run } from "../rollout/run";
import { splitRemainsSentence } from "../rollout/text/endingText";
import { harmless, harmlessLines } from "../shown";
import { checked, defined, failureOf, read, urnOf, type Checked } from "./validation";
import { systemClock } from "./clock";
import { engineProgress } from "./engine";
import { againText, rememberedFailure } from "./failure";
import { abortedWarning, hasToAct, mayReplace, needsRelease, replacing } from "./releaseChange";
import { PreviewBacktests, unknownBacktest } from "./previewBacktest";
import { backtestOf, previewText, worthABacktest } from "./releasePreview";
import { interruptible } from "./interruption";
import { ownerOf, ownerToRemember } from "./owner";
import { releaseInputs, releaseState, type ReleaseState } from "./releaseInputs";
import { unfitRuntime } from "./runtime";
import { sources } from "./config";

type Properties = Record<string, unknown>;
type Inputs = z.output<typeof releaseInputs>;

/**
 * Fills in the account and checks everything that is known, this process included. What does not hinder a preview is
 * told: what a new release is going to do, and that `pulumi up` will find no token.
 */
export async function check(olds: unknown, news: Properties): Promise<Checked> {
  const { inputs, failures } = checked(releaseInputs, news);
  if (!isEmpty(olds)) givenLast.set(urnOf(news), olds as Properties);
  const progress = engineProgress(urnOf(news));
  const unfit = unfitRuntime(process);
  if (unfit !== undefined) failures.unshift(failureOf(unfit));
  // What is wrong comes first: it may be the same.
  const warnings = failures.length > 0 ? [] : [withoutConnection(), misplacedAccount(sources())];
  for (const warning of warnings) {
    if (warning !== undefined) progress.event(`Warning: ${warning}`);
  }
  // Nothing is asked of `diff` where a release is created. What differs from before is told there.
  if (failures.length === 0 && isEmpty(olds)) await preview(undefined, inputs, progress);
  return { inputs, failures };
}

/** Tells a reviewer what an update is going to do. */
async function preview(
  before: ReleaseState | undefined,
  news: Properties,
  progress: Progress,
): Promise<void> {
  const text = previewText(before, news);
  if (text !== undefined) progress.event(text);
  if (!worthABacktest(before, news)) return;
  const asked = backtestOf(news);
  progress.status("making the backtest of the plan: a minute at most");
  progress.event(asked === undefined ? unknownBacktest : await backtests.of(asked));
}

const backtests = new PreviewBacktests({
  clock: systemClock,
  connect: () => (withoutConnection() === undefined ? resolveConnection(sources()) : undefined),
});

/** Why Cloudflare could not be asked: a preview does not need it, and builds of forks have no token. */
function withoutConnection(): string | undefined {
  try {
    resolveConnection(sources());
    return undefined;
  } catch (error) {
    return `${(error as Error).message} As it is, \`pulumi up\` will fail where there is something to release.`;
  }
}

function readInputs(news: Properties): Inputs {
  return read(releaseInputs, news, "What the program gives to the Release");
}

function readState(olds: unknown): ReleaseState {
  return read(releaseState, olds, "The state of the Release");
}

/** What the program gave before this update, by resource: Pulumi tells it `check` alone. */
const givenLast = new Map<string | undefined, Properties>();

/**
 * Says whether there is something to do, and nothing about how the provider is spelled. What is only recorded, as another
 * plan is, is no change: Pulumi records the inputs all the same, and would show every output of a change as unknown.
 */
export async function diff(_id: string, olds: unknown, news: Properties): Promise<dynamic.DiffResult> {
  const { plan, whenAborted } = givenLast.get(urnOf(news)) ?? (olds as Properties);
  const before = readState({ ...(olds as Properties), plan, whenAborted });
  const replaces = replacing(before, news);
  const changes = replaces.length > 0 || mayReplace(news) || hasToAct(before, news);
  // Of another Worker, `check` tells as of a new release.
  if (replaces.length === 0) await preview(before, news, engineProgress(urnOf(news)));
  return { changes, replaces };
}

function isEmpty(olds: unknown): boolean {
  return typeof olds !== "object" || olds === null || Object.keys(olds).length === 0;
}

/** Releases the version. Pulumi shows ids everywhere, so the account, which may be a secret, is not part of it. */
export async function create(news: Properties): Promise<dynamic.CreateResult> {
  const inputs = readInputs(news);
  const id = inputs.scriptName;
  return { id, outs: await release(id, inputs, {}, news) };
}

/** Releases the version if it is not what was released last; else only remembers the new plan. */
export async function update(id: string, olds: Properties, news: Properties): Promise<dynamic.UpdateResult> {
  const inputs = readInputs(news);
  const before = readState(olds);
  const known = { ...news, ...ownerToRemember(before, inputs.__urn) };
  if (needsRelease(before, news)) return { outs: await release(id, inputs, olds, known) };
  return { outs: withNulls({ ...olds, ...known }) };
}

/** Carries out a release and gives the outputs; every ending but completion is a failure that Pulumi remembers. */
async function release(id: string, inputs: Inputs, olds: Properties, news: Properties): Promise<Properties> {
  const { scriptName, versionId, retry, plan } = inputs;
  const findingBefore = findingOf(readState(olds), inputs);
  const owner = ownerOf(readState(olds), inputs.__urn);
  const names = { releaseId: newReleaseId(), scriptName, versionId, owner, takeOver: inputs.takeOver };
  const isSameAsLast = isReleased(readState(olds), inputs);
  const request = { ...names, retry, plan, findingBefore, isSameAsLast, startAt: inputs.startAt };
  try {
    const progress = engineProgress(inputs.__urn);
    const connection = resolveConnection(sources());
    const outcome = await interruptible((interruption) => {
      const host = { connection, worker: inputs, plan, clock: systemClock, progress, interruption };
      const notices = noticesTo(inputs.notify, { clock: systemClock, progress });
      return toldInTime(run(request, { ...dependenciesOf(host), notices }), notices, interruption);
    });
    const reason = harmlessLines(outcome.reason);
    const finding = outcome.finding && harmless(outcome.finding);
    const outputs = withNulls({ ...news, ...outcome, reason, finding });
    if (outcome.status === "completed") return outputs;
    throw rememberedFailure(id, outputs, [reason]);
  } catch (error) {
    // Once a release has begun, every failure is an outcome; so this came before.
    if (error instanceof PortError)
      throw new Error(`${error.message} The release did not start.${againText(error)}`, { cause: error });
    if (!(error instanceof AbortedBefore)) throw error;
    const remembered = findingBefore !== undefined ? { ...olds, ...news } : news;
    const verdict = { status: "aborted", reason: error.message, finding: error.finding, isVerdict: true };
    const outputs = withNulls({ ...remembered, ...verdict });
    if (inputs.whenAborted !== "warn") throw rememberedFailure(id, outputs, [error.message]);
    engineProgress(inputs.__urn).event(abortedWarning(versionId, error.finding));
    return outputs;
  }
}

/** The outputs that may have no value. */
const optionalOutputs = ["finding", "oldVersionId", "deployedVersionId", "deploymentId", "failures"];

/**
 * Properties for the state. An output that has no value is null: one that the state lacks would be unknown in every
 * preview. Whom a release has told is no output of it, nor what its preview tells.
 */
function withNulls(properties: Properties): Properties {
  const nulls = Object.fromEntries(optionalOutputs.map((key) => [key, null]));
  return { ...nulls, ...defined({ ...properties, notify: undefined, preview: undefined }) };
}

/** What the state knows to be wrong with this very version. */
function findingOf(before: ReleaseState, inputs: Inputs): string | undefined {
  if (before.versionId !== inputs.versionId || before.retry !== inputs.retry) return undefined;
  const { status, isVerdict } = before;
  if (status !== "aborted" && !(status === "revertFailed" && isVerdict)) return undefined;
  return before.finding ?? before.reason;
}

/** True where the very version was released last time: what the program asks for has not changed. */
function isReleased({ versionId, status }: ReleaseState, inputs: Inputs): boolean {
  return versionId === inputs.versionId && status === "completed";
}

/** Reads what serves now, so that the next preview shows when somebody deployed something else. */
export async function refresh(id: string, olds: Properties): Promise<dynamic.ReadResult> {
  const { accountId = "", scriptName = "" } = readState(olds);
  const connection = resolveConnection(sources());
  const client = cloudflareClient(connection, { budget: budgetFor(connection, systemClock) });
  try {
    const active = await cloudflareDeployments(client, { accountId, scriptName }).active();
    const now = { deployedVersionId: active && soleVersion(active.split), deploymentId: active?.id };
    return { id, props: withNulls({ ...olds, ...now }) };
  } catch (error) {
    // The Worker is gone, and with it the release.
    if (error instanceof PortError && error.failure === "missing") return {};
    throw error;
  }
}

/** Leaves the traffic alone: what serves goes on serving. A split that stays is told, and how to end it. */
export async function remove(id: string, olds: Properties): Promise<void> {
  const { scriptName = "", deployedVersionId, __urn } = readState(olds);
  // One version has all traffic, as far as is known: nothing is asked for that.
  if (deployedVersionId !== undefined) return;
  const found = await refresh(id, olds).catch(() => undefined);
  const isSplit =
    found === undefined || (found.props as Properties | undefined)?.["deployedVersionId"] === null;
  if (!isSplit) return;
  engineProgress(__urn).event(`Warning: ${splitRemainsSentence(scriptName, readState(olds))}`);
}

export { configure } from "./config";
export { refresh as read, remove as delete };
