import * as z from "zod";
import type { ConsumerSettings, StoredMessage } from "./types";

/** What becomes of a message that was handed over. */
export type Fate =
  | { readonly kind: "acknowledged" }
  | { readonly kind: "again"; readonly afterSeconds: number }
  /** It has failed too often. */
  | { readonly kind: "dead" };

const result = z.looseObject({
  outcome: z.string(),
  ackAll: z.boolean().default(false),
  retryBatch: z
    .looseObject({ retry: z.boolean().default(false), delaySeconds: z.number().optional() })
    .default({ retry: false }),
  explicitAcks: z.array(z.string()).default([]),
  retryMessages: z
    .array(z.looseObject({ msgId: z.string(), delaySeconds: z.number().optional() }))
    .default([]),
});

/**
 * What becomes of the messages of a batch, by what workerd tells of the handler. What a handler has said of a message of
 * its own goes before what it has said of the batch, and that before how it ended.
 */
export function fatesOf(
  batch: readonly StoredMessage[],
  told: unknown,
  settings: ConsumerSettings,
): ReadonlyMap<StoredMessage, Fate> {
  const { outcome, ackAll, retryBatch, explicitAcks, retryMessages } = result.parse(told);
  const acknowledged = new Set(explicitAcks);
  const retried = new Map(retryMessages.map(({ msgId, delaySeconds }) => [msgId, delaySeconds]));
  const isBatchAcknowledged = ackAll || (outcome === "ok" && !retryBatch.retry);
  const fateOf = ({ id, attempts }: StoredMessage): Fate => {
    if (acknowledged.has(id)) return { kind: "acknowledged" };
    if (!retried.has(id) && isBatchAcknowledged) return { kind: "acknowledged" };
    // The attempt that has just ended is not counted yet.
    if (attempts >= settings.maxRetries) return { kind: "dead" };
    const afterSeconds = retried.get(id) ?? retryBatch.delaySeconds ?? settings.retryDelay;
    return { kind: "again", afterSeconds };
  };
  return new Map(batch.map((message) => [message, fateOf(message)]));
}
