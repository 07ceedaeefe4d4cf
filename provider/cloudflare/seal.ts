import { createHmac, timingSafeEqual } from "node:crypto";
import { isBelievable } from "../rollout/record/believable";
import type { Deployment, Split } from "../rollout/ports";
import type { ReleaseRecord } from "../rollout/record/record";
import { looksRecorded, readMessage, writeMessage, writeRecord } from "../rollout/record/recordText";
import type { WorkerName } from "./client";

// A deployment's message is text that others can write as well: `wrangler deploy --message` passes on what a commit or
// a pull request says. So a record proves that its writer had read the deployment before its own: it is sealed under
// a key made of that deployment's id and its moment, to the microsecond. Whoever can read the account's deployments
// can check and write seals, on any machine, with any token; whoever can only write a commit message cannot.

/** What only those know who can read the account's deployments. */
export interface Witness {
  readonly id: string;
  readonly createdOn: string;
}

/** A deployment as the API tells it. Nothing of its message is believed yet. */
export interface Told extends Witness {
  readonly createdAt: number;
  readonly split: Split;
  readonly text: string;
  readonly author: string;
  readonly byUpload: boolean;
}

/** An older deployment, as far as anything is asked of it. */
export type Older = Witness & Pick<Told, "split" | "text">;

/**
 * The message of a deployment with a sealed record.
 *
 * @param over the deployment that was active when the writer looked last; undefined if there was none
 */
export function sealedMessage(
  sentence: string,
  record: ReleaseRecord,
  split: Split,
  over: Witness | undefined,
  worker: WorkerName,
): string {
  const text = writeRecord(record);
  return writeMessage(sentence, text, sealOf(text, split, over, worker));
}

/**
 * A deployment with the record that it proves.
 *
 * @param older the deployments before it, newest first: between the one its writer had read and itself there may be
 *   others, since a write whose answer was lost shows late
 */
export function proven(told: Told, older: readonly Older[], worker: WorkerName): Deployment {
  const { text, ...rest } = told;
  const message = readMessage(text);
  const isSealed = message !== undefined && isSealedOver(told, older, worker);
  const record = isSealed && isBelievable(message.record, told) ? message.record : undefined;
  return {
    ...rest,
    record,
    isUnproven: record === undefined && looksRecorded(text),
    message: isSealed ? message.sentence : text.trim(),
  };
}

/** A deployment with the record that somebody else has proven: its message is believed as far as its split shows it. */
export function vouchedFor(told: Told): Deployment {
  const { text, ...rest } = told;
  const message = readMessage(text);
  const record = message && isBelievable(message.record, told) ? message.record : undefined;
  return {
    ...rest,
    record,
    isUnproven: record === undefined && looksRecorded(text),
    message: record === undefined ? text.trim() : (message?.sentence ?? ""),
  };
}

type Sealed = Pick<Told, "split" | "text">;

function isSealedOver(told: Sealed, older: readonly Older[], worker: WorkerName): boolean {
  if (older.some((witness) => isSealedBy(witness, told, worker))) return true;
  return isFirst(told, older, worker);
}

/**
 * A Worker's first deployment has none before it, and the key holds nothing secret: anybody could seal it. That is
 * harmless, since it can only speak of itself: it has no old version to name, and its new one is what it deploys. The
 * same goes for one that was made twice, since the answer to the first write was lost.
 */
function isFirst(told: Sealed, older: readonly Older[], worker: WorkerName): boolean {
  return [told, ...older].every((each) => isSealedBy(undefined, each, worker) && isWithoutOld(each));
}

function isWithoutOld({ text }: Sealed): boolean {
  return readMessage(text)?.record.oldVersionId === undefined;
}

function isSealedBy(witness: Witness | undefined, { text, split }: Sealed, worker: WorkerName): boolean {
  const message = readMessage(text);
  if (message === undefined) return false;
  const expected = Buffer.from(sealOf(message.text, split, witness, worker));
  const found = Buffer.from(message.seal);
  return expected.length === found.length && timingSafeEqual(expected, found);
}

const sealBytes = 16;

/** The seal speaks of the split as well: a record that is copied to another split is not proven there. */
function sealOf(
  text: string,
  split: Split,
  witness: Witness | undefined,
  { accountId, scriptName }: WorkerName,
): string {
  const label = ["pulumi-workers-release seal 1", accountId, scriptName, witness?.id, witness?.createdOn];
  const key = hmac("", JSON.stringify(label.map((part) => part ?? "")));
  return hmac(key, JSON.stringify([text, trafficOf(split)]))
    .subarray(0, sealBytes)
    .toString("base64url");
}

/** What of a split does not depend on how the API tells it: the versions that have traffic, in the order of their ids. */
function trafficOf(split: Split): readonly string[] {
  return split
    .filter(({ percent }) => percent > 0)
    .map(({ versionId, percent }) => `${versionId} ${percent.toFixed(2)}`)
    .sort();
}

function hmac(key: string | Buffer, text: string): Buffer {
  return createHmac("sha256", key).update(text).digest();
}
