import { z } from "zod";
import type { Release } from "./release";

/**
 * What a deployment of ours says about the release it belongs to. It stands at the end of the deployment's
 * `workers/message`, so that whoever reads the active deployment knows all that is needed to go on.
 */
export interface ReleaseRecord {
  readonly id: string;
  /** The run that drives the release: `id` at first, another one after a resumption. */
  readonly run: string;
  /** Who drives it, as a short digest; undefined in records of version 0.1, which did not say. */
  readonly owner: string | undefined;
  /**
   * `soak`: the stage soaks; `wait`: it has soaked and waits for an approval; the others are endings. `interrupted` is
   * what version 0.1 wrote for `inconclusive`.
   */
  readonly phase: "soak" | "wait" | "completed" | "aborted" | "inconclusive" | "interrupted";
  /** The stage, counted from 0. */
  readonly stage: number;
  /** How many stages the plan has. */
  readonly stages: number;
  /** When the release began, in milliseconds since the epoch. */
  readonly startedAt: number;
  readonly newVersionId: string;
  readonly oldVersionId: string | undefined;
  /** The `retry` the release was asked with. */
  readonly retry: string;
  /** While it waits: the percentage that an approval leads to. */
  readonly next: number | undefined;
  /**
   * When the stages so far began, oldest first, in milliseconds since the epoch: those before this one, and of a stage
   * that waits its own begin too. Cloudflare lists the ten newest deployments only, so they cannot be counted on for it.
   */
  readonly begun: readonly number[];
  /**
   * When this stage began to soak, or its wait began, where that is not when the deployment was made: the run that
   * resumes a release deploys the same split again. In milliseconds since the epoch.
   */
  readonly since: number | undefined;
}

/** As many as fit beside the rest of a record, whatever the plan. */
const mostBegun = 50;

/**
 * The record of a release that is in `stage`, counted from 0.
 *
 * @param times `begun` and `since` of {@link ReleaseRecord}; an ending needs none
 */
export function recordOf(
  release: Release,
  stage: number,
  phase: ReleaseRecord["phase"],
  { begun = [], since }: { readonly begun?: readonly number[]; readonly since?: number } = {},
): ReleaseRecord {
  const { stages } = release.plan;
  return {
    id: release.id,
    run: release.run,
    owner: release.owner,
    phase,
    stage,
    stages: stages.length,
    startedAt: release.startedAt,
    newVersionId: release.newVersionId,
    oldVersionId: release.oldVersionId,
    retry: release.retry,
    next: phase === "wait" ? stages[stage + 1]?.percent : undefined,
    begun: begun.slice(-mostBegun),
    since,
  };
}

/** True when the release has not ended: it soaks, or waits for an approval. */
export function isUnderWay({ phase }: ReleaseRecord): boolean {
  return phase === "soak" || phase === "wait";
}

/** The percentage that an approval leads to; undefined when the release waits for none. */
export function awaitedPercent({ phase, stage, stages, next }: ReleaseRecord): number | undefined {
  return phase === "wait" && stage + 1 < stages ? next : undefined;
}

// Written once, read by both directions. Values hold no spaces: `retry` is percent-encoded.
const tail = /\[workers-release ([^\]]*)\]$/;

const fields = z.object({
  id: z.string().min(1),
  run: z.string().min(1).optional(),
  owner: z.string().min(1).optional(),
  phase: z.enum(["soak", "wait", "completed", "aborted", "inconclusive", "interrupted"]),
  stage: z.string().regex(/^\d+\/\d+$/),
  started: z.iso.datetime(),
  new: z.guid(),
  old: z.guid().optional(),
  retry: z.string(),
  next: z.coerce.number().min(0).max(100).optional(),
  begun: z
    .string()
    .regex(/^\d{1,9}(,\d{1,9})*$/)
    .optional(),
  since: z
    .string()
    .regex(/^\d{1,9}$/)
    .optional(),
});

/** Cloudflare cuts a deployment's message at this many bytes, and with it the record at its end. */
const maxBytes = 1000;

/** The message of a deployment: a sentence for people, cut if need be, and the record. */
export function writeMessage(sentence: string, record: ReleaseRecord): string {
  const end = ` ${writeRecord(record)}`;
  return truncate(sentence, maxBytes - byteLength(end)) + end;
}

/** The record in a deployment's message; undefined when it is not one of ours. */
export function readRecord(message: string): ReleaseRecord | undefined {
  const text = tail.exec(message)?.[1];
  if (text === undefined) return undefined;
  const pairs = text.split(" ").map((pair) => pair.split("=", 2) as [string, string]);
  const parsed = fields.safeParse(Object.fromEntries(pairs));
  return parsed.success ? fromFields(parsed.data) : undefined;
}

/** The part of a deployment's message that is meant for people. */
export function readSentence(message: string): string {
  return message.replace(tail, "").trim();
}

function writeRecord(record: ReleaseRecord): string {
  // Whole seconds since the release began: a stage lasts longer.
  const secondsIn = (time: number): number => Math.max(0, Math.round((time - record.startedAt) / 1000));
  const pairs: [string, string | undefined][] = [
    ["id", record.id],
    ["run", record.run === record.id ? undefined : record.run],
    ["owner", record.owner],
    ["phase", record.phase],
    ["stage", `${record.stage + 1}/${record.stages}`],
    ["started", new Date(record.startedAt).toISOString()],
    ["old", record.oldVersionId],
    ["new", record.newVersionId],
    ["retry", encodeURIComponent(record.retry)],
    ["next", record.next?.toString()],
    ["begun", record.begun.length === 0 ? undefined : record.begun.map(secondsIn).join(",")],
    ["since", record.since === undefined ? undefined : secondsIn(record.since).toString()],
  ];
  const text = pairs
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => `${key}=${value ?? ""}`);
  return `[workers-release ${text.join(" ")}]`;
}

function fromFields(data: z.infer<typeof fields>): ReleaseRecord | undefined {
  const [stage = 0, stages = 0] = data.stage.split("/").map(Number);
  const timeAt = (seconds: string): number => Date.parse(data.started) + Number(seconds) * 1000;
  const begun = data.begun?.split(",").map(timeAt) ?? [];
  if (stage < 1 || stage > stages || begun.length > stage) return undefined;
  return {
    id: data.id,
    run: data.run ?? data.id,
    owner: data.owner,
    phase: data.phase,
    stage: stage - 1,
    stages,
    startedAt: Date.parse(data.started),
    newVersionId: data.new,
    oldVersionId: data.old,
    retry: decoded(data.retry),
    next: data.next,
    begun,
    since: data.since === undefined ? undefined : timeAt(data.since),
  };
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    // A hand-made message; the text as it stands is as good a `retry` as any.
    return text;
  }
}

function byteLength(text: string): number {
  return new TextEncoder().encode(text).length;
}

function truncate(text: string, bytes: number): string {
  if (byteLength(text) <= bytes) return text;
  const cut = new TextEncoder().encode(text).slice(0, bytes - byteLength("…"));
  // A character cut in two becomes U+FFFD, which is dropped.
  return `${new TextDecoder().decode(cut).replace(/\uFFFD+$/, "")}…`;
}
