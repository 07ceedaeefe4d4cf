import { z } from "zod";
import { harmless } from "../../shown";
import type { PlannedStage, ReleaseRecord } from "./record";

/** Cloudflare cuts a deployment's message at this many bytes, and with it the record at its end. */
export const maxMessageBytes = 1000;
/** So much of it the record takes at most: the sentence is for the people who look into the dashboard. */
const maxRecordBytes = 900;
/** A plan, which only explains, is not worth more of the sentence. */
const maxBytesWithPlan = 600;

/** A message of ours, taken apart. */
export interface RecordedMessage {
  /** What it says to people. */
  readonly sentence: string;
  /** The record as it is written: what its seal is made of. */
  readonly text: string;
  readonly seal: string;
  readonly record: ReleaseRecord;
}

const opening = "[workers-release ";
const closing = "]";
const sealing = " seal=";

/** The message of a deployment: a sentence for people, cut if need be, and the sealed record. */
export function writeMessage(sentence: string, text: string, seal: string): string {
  const end = ` ${opening}${text}${sealing}${seal}${closing}`;
  return truncate(sentence, maxMessageBytes - byteLength(end)) + end;
}

/** Takes a message apart; undefined when it is not like one of ours. Whether it is ours only its seal tells. */
export function readMessage(message: string): RecordedMessage | undefined {
  // The last one: what people write before it can look the same.
  const begin = message.lastIndexOf(opening);
  if (begin < 0 || !message.endsWith(closing)) return undefined;
  const [text = "", seal = "", ...more] = message
    .slice(begin + opening.length, -closing.length)
    .split(sealing);
  const record = readRecord(text);
  if (record === undefined || seal === "" || more.length > 0) return undefined;
  return { sentence: message.slice(0, begin).trim(), text, seal, record };
}

/** True when a message looks like one of a release, whoever wrote it. */
export function looksRecorded(message: string): boolean {
  return message.includes(opening);
}

/** A name of ours: it holds no space, no bracket and no equals sign. */
const name = z.string().regex(/^[\w-]{1,64}$/);

/** Since the release began. */
const seconds = z.string().regex(/^\d{1,9}$/);

const fields = z.object({
  id: name,
  run: name.optional(),
  owner: name,
  phase: z.enum(["soak", "wait", "completed", "aborted", "inconclusive"]),
  stage: z.string().regex(/^\d{1,4}\/\d{1,4}$/),
  started: z.iso.datetime(),
  new: z.guid(),
  old: z.guid().optional(),
  retry: z.string(),
  next: z.coerce.number().min(0).max(100).optional(),
  begun: z
    .string()
    .regex(/^\d{1,9}(,\d{1,9})*$/)
    .optional(),
  since: seconds.optional(),
  frozen: seconds.optional(),
  by: z.string().optional(),
  held: z.string().optional(),
  plan: z.string().optional(),
  before: name.optional(),
  back: z.literal("1").optional(),
  gate: z.literal("1").optional(),
  driven: z.iso.datetime().optional(),
});

/** A stage of a plan: its percentage, its soak in seconds, and an m where somebody has to approve the next. */
const plannedText = /^(\d{1,3}(?:\.\d{1,2})?)\/(\d{1,9}(?:\.\d{1,3})?)(m?)$/;

/**
 * The text of a record. What does not fit is left out: first the plan, then the begins of the oldest stages, then what
 * leads to the release before; then names are cut. A release needs none of that to go on.
 */
export function writeRecord(record: ReleaseRecord): string {
  const text = textOf(record);
  const { planned, ...rest } = record;
  if (planned !== undefined) return byteLength(text) <= maxBytesWithPlan ? text : writeRecord(rest);
  if (byteLength(text) <= maxRecordBytes) return text;
  const shorter = withLess(record);
  return shorter === undefined ? text : writeRecord(shorter);
}

/** So much of a name is left at the least, in bytes as it is written. */
const shortestName = 20;

/** A record without what it needs least; undefined where it needs all that it has. */
function withLess(record: ReleaseRecord): ReleaseRecord | undefined {
  const { begun, previous, ...rest } = record;
  if (begun.length > 0) return { ...record, begun: begun.slice(1) };
  if (previous !== undefined) return { ...rest, begun };
  const { approvedBy, heldBy } = record;
  const names = {
    ...(approvedBy !== undefined && { approvedBy: shortName(approvedBy, shortestName) }),
    ...(heldBy !== undefined && { heldBy: shortName(heldBy, shortestName) }),
  };
  const isShort = names.approvedBy === approvedBy && names.heldBy === heldBy;
  return isShort ? undefined : { ...record, ...names };
}

/** As much of a name as fits in so many bytes when it is written. */
export function shortName(name: string, bytes: number): string {
  let short = name.toWellFormed();
  while (encodeURIComponent(short).length > bytes) short = short.slice(0, -1).toWellFormed();
  return short;
}

// Written once, read by both directions. Values hold no spaces: `retry` is percent-encoded.
function textOf(record: ReleaseRecord): string {
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
    ["retry", encodeURIComponent(wellFormed(record.retry))],
    ["next", record.next?.toString()],
    ["begun", record.begun.length === 0 ? undefined : record.begun.map(secondsIn).join(",")],
    ["since", record.since === undefined ? undefined : secondsIn(record.since).toString()],
    ["frozen", record.frozenUntil === undefined ? undefined : secondsIn(record.frozenUntil).toString()],
    ["gate", record.awaitsGate ? "1" : undefined],
    ["back", record.isWayBack && "1"],
    ["by", record.approvedBy === undefined ? undefined : encodeURIComponent(wellFormed(record.approvedBy))],
    ["held", record.heldBy && encodeURIComponent(wellFormed(record.heldBy))],
    ["plan", record.planned?.map(plannedStageText).join(",")],
    ["before", record.previous],
    // To the millisecond: of two runs that begin together both have to know which one came first.
    ["driven", record.drivenSince === undefined ? undefined : new Date(record.drivenSince).toISOString()],
  ];
  return pairs
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => `${key}=${value ?? ""}`)
    .join(" ");
}

function plannedStageText({ percent, soakMs, progression }: PlannedStage): string {
  return `${Number(percent.toFixed(2))}/${Number((soakMs / 1000).toFixed(3))}${progression === "manual" ? "m" : ""}`;
}

/** The stages of a plan; undefined where the text is none of so many stages. */
function plannedFrom(text: string, stages: number): readonly PlannedStage[] | undefined {
  const read = text.split(",").map((part) => plannedText.exec(part));
  const planned = read.flatMap((match): PlannedStage[] => {
    const [, percent, seconds, manual] = match ?? [];
    if (percent === undefined || seconds === undefined || Number(percent) > 100) return [];
    const progression = manual === "m" ? "manual" : "automatic";
    return [{ percent: Number(percent), soakMs: Math.round(Number(seconds) * 1000), progression }];
  });
  return planned.length === stages && read.length === stages ? planned : undefined;
}

function readRecord(text: string): ReleaseRecord | undefined {
  const pairs = text.split(" ").map((pair) => pair.split("=") as [string, string]);
  const parsed = fields.safeParse(Object.fromEntries(pairs));
  return parsed.success ? fromFields(parsed.data) : undefined;
}

function fromFields(data: z.infer<typeof fields>): ReleaseRecord | undefined {
  const [stage = 0, stages = 0] = data.stage.split("/").map(Number);
  const timeAt = (seconds: string): number => Date.parse(data.started) + Number(seconds) * 1000;
  const begun = data.begun?.split(",").map(timeAt) ?? [];
  const retry = decoded(data.retry);
  const approvedBy = data.by === undefined ? undefined : decoded(data.by);
  const heldBy = data.held === undefined ? undefined : (decoded(data.held) ?? "somebody");
  // It only explains: a plan that cannot be read takes nothing from the rest.
  const planned = data.plan === undefined ? undefined : plannedFrom(data.plan, stages);
  if (stage < 1 || stage > stages || begun.length > stage || retry === undefined) return undefined;
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
    retry,
    next: data.next,
    begun,
    since: data.since === undefined ? undefined : timeAt(data.since),
    ...(data.driven !== undefined && { drivenSince: Date.parse(data.driven) }),
    ...(data.frozen !== undefined && { frozenUntil: timeAt(data.frozen) }),
    ...(data.gate && { awaitsGate: true }),
    ...(data.back && data.old !== undefined && { isWayBack: true }),
    ...(approvedBy !== undefined && { approvedBy: harmless(approvedBy) }),
    ...(heldBy !== undefined && { heldBy }),
    ...(planned && { planned }),
    ...(data.before !== undefined && { previous: data.before }),
  };
}

function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}

/** Half of a surrogate pair cannot be encoded; it becomes U+FFFD, as in every text that is sent. */
function wellFormed(text: string): string {
  return new TextDecoder().decode(new TextEncoder().encode(text));
}

function byteLength(text: string): number {
  return new TextEncoder().encode(text).length;
}

/** A text of at most so many bytes in UTF-8; what is cut off ends in `…`. */
export function truncate(text: string, bytes: number): string {
  if (byteLength(text) <= bytes) return text;
  const cut = new TextEncoder().encode(text).slice(0, bytes - byteLength("…"));
  // A character cut in two becomes U+FFFD, once or more, which is dropped.
  let kept = new TextDecoder().decode(cut);
  while (kept.endsWith("\uFFFD")) kept = kept.slice(0, -1);
  return `${kept}…`;
}
