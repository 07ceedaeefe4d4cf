import type Cloudflare from "cloudflare";
import type { ProbeResult } from "../health/probes";
import type { StatusRange } from "../health/sli";
import type { PlanProbe } from "../plan/plan";
import type { Clock, FailureGroup, ProbeReport, Probes } from "../rollout/ports";
import { shortPath } from "../rollout/text/shortened";
import type { WorkerName } from "./client";
import type { FailedProbes } from "./failures";
import { probeAgent, sendProbe, type ProbeAnswer } from "./probeRequest";
import { whoAnswered } from "./probeAttribution";
import { workerAddress } from "./workerAddress";

/** One probe that was sent, and what is known of it. */
interface Sent {
  readonly probe: PlanProbe;
  readonly url: string;
  readonly sentAt: number;
  /** Undefined while it is on its way; an error when nobody answered. */
  answer: ProbeAnswer | Error | undefined;
  /** Who has answered, once that is known. */
  versionId: string | undefined;
  /** Another Worker that has handled it, as far as is known. */
  otherWorker: string | undefined;
}

const nobody = { versionId: undefined, otherWorker: undefined };

/** After this time, what is not in the telemetry will not come. */
const settleMs = 120_000;

/** How long the trouble of a probe is worth telling. */
const newsMs = 30_000;

/** The probes of one release, sent over the network. */
export function cloudflareProbes(
  client: Cloudflare,
  worker: WorkerName,
  clock: Pick<Clock, "now">,
): Probes & FailedProbes {
  const { scriptName } = worker;
  let sent: Sent[] = [];
  let address: string | undefined;

  const urlOf = async ({ target }: PlanProbe): Promise<string> => {
    if ("url" in target) return target.url;
    address ??= await workerAddress(client, worker);
    return address + target.path;
  };

  const send = (probe: PlanProbe, url: string, versionId: string): void => {
    const one: Sent = { probe, url, sentAt: clock.now(), answer: undefined, ...nobody };
    sent.push(one);
    void sendProbe(url, headersFor(scriptName, versionId), probe.timeoutMs).then(
      (answer) => {
        one.answer = answer;
        if (probe.versionHeader !== undefined) one.versionId = answer.header(probe.versionHeader);
      },
      (error: unknown) => {
        one.answer = error instanceof Error ? error : new Error(String(error));
      },
    );
  };

  const sendDue = async (versionId: string, probes: readonly PlanProbe[]): Promise<void> => {
    for (const probe of probes) {
      const last = sent.findLast((one) => one.probe === probe);
      if (last === undefined || clock.now() - last.sentAt >= probe.everyMs)
        send(probe, await urlOf(probe), versionId);
    }
  };

  const identify = async (): Promise<void> => {
    const now = clock.now();
    const unknown = new Map(
      sent.flatMap((one) => {
        const rayId = needsWitness(one, now) ? rayIdOf(one) : undefined;
        return rayId === undefined ? [] : [[rayId, one] as const];
      }),
    );
    if (unknown.size === 0) return;
    const from = Math.min(...[...unknown.values()].map(({ sentAt }) => sentAt)) - settleMs;
    const found = await whoAnswered(client, worker, [...unknown.keys()], {
      from,
      to: now + settleMs,
    });
    for (const [rayId, one] of unknown) Object.assign(one, found.get(rayId) ?? nobody);
  };

  return {
    failures: (versionId, since) =>
      failuresOf(
        sent.filter(({ sentAt }) => sentAt >= since),
        versionId,
      ),

    async observe(versionId, probes, since): Promise<ProbeReport> {
      if (probes.length === 0) return { results: [], troubles: [] };
      sent = sent.filter(({ sentAt }) => sentAt >= since);
      const failures = await Promise.allSettled([sendDue(versionId, probes), identify()]);
      const troubles = failures.flatMap((result) =>
        result.status === "rejected" ? [(result.reason as Error).message] : [],
      );
      return {
        results: sent.flatMap((one) => resultOf(one, versionId)),
        troubles: [
          ...troubles,
          ...recentTroubles(sent, probes, { scriptName, newVersionId: versionId }, clock.now()),
        ],
      };
    },
  };
}

/** The header is a dictionary of structured fields (RFC 8941), in which a name with other characters needs no quotes. */
function headersFor(scriptName: string, versionId: string): Record<string, string> {
  return {
    "cloudflare-workers-version-overrides": `${scriptName}="${versionId}"`,
    "user-agent": probeAgent,
    "cache-control": "no-cache",
  };
}

function needsWitness({ probe, answer, versionId, sentAt }: Sent, now: number): boolean {
  const isAnswered = answer !== undefined && !(answer instanceof Error);
  return (
    isAnswered && probe.versionHeader === undefined && versionId === undefined && now - sentAt < settleMs
  );
}

function rayIdOf({ answer }: Sent): string | undefined {
  return answer instanceof Error ? undefined : answer?.rayId;
}

/** What counts: an answer of the new version, and no answer at all. */
function resultOf({ probe, answer, versionId, sentAt }: Sent, newVersionId: string): ProbeResult[] {
  if (answer instanceof Error) return [{ sentAt, isGood: false, isAnswered: false }];
  if (answer === undefined || versionId !== newVersionId) return [];
  return [{ sentAt, isGood: isExpected(answer.status, probe.statuses), isAnswered: true }];
}

function isExpected(status: number, ranges: readonly StatusRange[]): boolean {
  return ranges.some(({ from, to }) => from <= status && status <= to);
}

/** The bad ones of some probes, by what they asked for and what was answered. */
function failuresOf(sent: readonly Sent[], versionId: string): readonly FailureGroup[] {
  const bad = sent.filter((one) => resultOf(one, versionId).some(({ isGood }) => !isGood));
  const kinds = Map.groupBy(bad, ({ url, answer }) => JSON.stringify([url, answerText(answer)]));
  return [...kinds.values()].flatMap((alike) => {
    const [first] = alike;
    if (first === undefined) return [];
    const rayIds = alike.flatMap((one) => rayIdOf(one) ?? []);
    const { origin, pathname } = new URL(first.url);
    return [
      {
        what: answerText(first.answer),
        request: `probe of ${origin}${shortPath(pathname)}`,
        ...{ new: alike.length, old: 0, requestIds: rayIds.slice(-2) },
      },
    ];
  });
}

function answerText(answer: Sent["answer"]): string {
  if (answer instanceof Error) return `no answer (${answer.message})`;
  return answer === undefined ? "" : `status ${answer.status}`;
}

/** What is wrong with the last answer to each probe, as far as it is news. */
function recentTroubles(
  sent: readonly Sent[],
  probes: readonly PlanProbe[],
  { scriptName, newVersionId }: { readonly scriptName: string; readonly newVersionId: string },
  now: number,
): string[] {
  return probes.flatMap((probe) => {
    const last = sent.findLast((one) => one.probe === probe && one.answer !== undefined);
    if (last === undefined) return [];
    const trouble = troubleOf(last, newVersionId, scriptName);
    const isNews = now - last.sentAt < probe.everyMs + newsMs;
    return trouble !== undefined && isNews ? [`probe of ${shown(last.url)}: ${trouble}`] : [];
  });
}

/** Without the query, which may hold a secret. */
function shown(url: string): string {
  const { origin, pathname } = new URL(url);
  return origin + pathname;
}

function troubleOf(
  { probe, answer, versionId, otherWorker }: Sent,
  newVersionId: string,
  scriptName: string,
): string | undefined {
  if (answer instanceof Error) return `no answer (${answer.message})`;
  if (answer === undefined || versionId === newVersionId) return undefined;
  if (versionId !== undefined) {
    const through = otherWorker === undefined ? "" : ` through Worker ${otherWorker}`;
    return (
      `answered by version ${versionId}${through}, not by the new one. A version override takes some seconds to be known ` +
      "after a deployment, and works only where the Worker itself is reached"
    );
  }
  if (otherWorker !== undefined) {
    return (
      `as far as the telemetry shows, Worker ${otherWorker} has answered, not ${scriptName}. Probe an address that leads to ` +
      `${scriptName} itself`
    );
  }
  if (probe.versionHeader !== undefined) return `the answer has no header ${probe.versionHeader}`;
  return answer.rayId === undefined ? "the answer has no cf-ray: it is not from Cloudflare" : undefined;
}
