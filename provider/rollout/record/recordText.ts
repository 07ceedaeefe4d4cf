import { z } from "zod";
import { harmless } from "../../shown";
import type { ReleaseRecord } from "./record";

/** Cloudflare cuts a deployment's message at this many bytes, and with it the record at its end. */
export const maxMessageBytes = 1000;
/** So much of it the record takes at most: the sentence is for the people who look into the dashboard. */
const maxRecordBytes = 900;

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
});

/** The text of a record. The begins of the oldest stages are left out where they do not fit. */
export function writeRecord(record: ReleaseRecord): string {
  const text = textOf(record);
  if (byteLength(text) <= maxRecordBytes || record.begun.length === 0) return text;
  return writeRecord({ ...record, begun: record.begun.slice(1) });
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
    ["by", record.approvedBy === undefined ? undefined : encodeURIComponent(wellFormed(record.approvedBy))],
  ];
  return pairs
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => `${key}=${value ?? ""}`)
    .join(" ");
}

function readRecord(text: string): ReleaseRecord | undefined {
  const pairs = text.split(" ").map((pair) => pair.split("=", 2) as [string, string]);
  const parsed = fields.safeParse(Object.fromEntries(pairs));
  return parsed.success ? fromFields(parsed.data) : undefined;
}

function fromFields(data: z.infer<typeof fields>): ReleaseRecord | undefined {
  const [stage = 0, stages = 0] = data.stage.split("/").map(Number);
  const timeAt = (seconds: string): number => Date.parse(data.started) + Number(seconds) * 1000;
  const begun = data.begun?.split(",").map(timeAt) ?? [];
  const retry = decoded(data.retry);
  const approvedBy = data.by === undefined ? undefined : decoded(data.by);
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
    ...(data.frozen !== undefined && { frozenUntil: timeAt(data.frozen) }),
    ...(approvedBy !== undefined && { approvedBy: harmless(approvedBy) }),
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

function truncate(text: string, bytes: number): string {
  if (byteLength(text) <= bytes) return text;
  const cut = new TextEncoder().encode(text).slice(0, bytes - byteLength("…"));
  // A character cut in two becomes U+FFFD, once or more, which is dropped.
  let kept = new TextDecoder().decode(cut);
  while (kept.endsWith("\uFFFD")) kept = kept.slice(0, -1);
  return `${kept}…`;
}
