import { randomBytes } from "node:crypto";
import type { QueueEvent } from "../data/cause";
import type { Result } from "../data/deliver";
import type { Clock } from "../data/time";
import type { State } from "../state";
import { handedOver } from "./handed";
import { fatesOf, type Fate } from "./settle";
import type { Backlog, Consumer, NewMessage, Queue, StoredMessage } from "./types";

/** How many batches of a queue are on their way at once where nobody has said how many. */
const CONCURRENCY = 10;

/** When to look again for a consumer that has no live version. */
const NO_CONSUMER_MS = 5_000;

/** Hands an event to the version that the split of a Worker chooses; undefined where none is live. */
export type Deliver = (scriptName: string, event: QueueEvent) => Promise<Result> | undefined;

/** A message that was pulled, and what acknowledges it. */
export interface Pulled {
  readonly message: StoredMessage;
  readonly leaseId: string;
}

/** The queues of the account: takes messages, and hands them to their consumers, each at least once. */
export class Broker {
  private deliver: Deliver = () => undefined;
  /** How many batches of each queue are on their way. */
  private readonly underWay = new Map<string, number>();
  /** What calls off the next look at each queue. */
  private readonly awaited = new Map<string, () => void>();
  private isClosed = false;

  constructor(
    private readonly state: State,
    private readonly clock: Clock,
  ) {}

  /** Begins to hand over what there is. */
  open(deliver: Deliver): void {
    this.deliver = deliver;
    for (const { id } of this.state.queues.list()) this.look(id);
  }

  close(): void {
    this.isClosed = true;
    for (const callOff of this.awaited.values()) callOff();
  }

  /** Takes messages, all or none. */
  send(queue: Queue, messages: readonly NewMessage[]): void {
    const now = this.clock.now();
    const stored = messages.map(({ format, body, delay = queue.deliveryDelay }) => ({
      ...{ id: randomBytes(16).toString("hex"), format, body, sentMs: now, attempts: 0 },
      dueMs: now + delay * 1000,
    }));
    this.state.transaction(() => {
      this.state.messages.add(queue.id, stored);
    });
    this.look(queue.id);
  }

  backlog({ id }: Queue): Backlog {
    return this.state.messages.backlog(id);
  }

  /** To be called when a queue, a consumer of it, or the deployment of that one has changed. */
  look(queueId: string): void {
    if (this.isClosed) return;
    this.awaited.get(queueId)?.();
    this.awaited.delete(queueId);
    const queue = this.state.queues.get(queueId);
    if (queue === undefined) return;
    const now = this.clock.now();
    this.state.messages.expire(queueId, now - queue.retention * 1000);
    const consumer = queue.consumers.find(({ scriptName }) => scriptName !== undefined);
    if (consumer === undefined || queue.isPaused) return;
    this.startBatches(queue, consumer, now);
    const next = this.nextLook(queue, consumer, now);
    if (next !== undefined) this.lookAt(queueId, next);
  }

  /** Looks at the queues that a Worker consumes. */
  follow(scriptName: string): void {
    for (const { id, consumers } of this.state.queues.list()) {
      if (consumers.some((consumer) => consumer.scriptName === scriptName)) this.look(id);
    }
  }

  /** Hands messages to whoever pulls them. They come again when they are not acknowledged in time. */
  pull(queue: Queue, { settings, deadLetterQueue }: Consumer, most: number, visibilityMs: number): Pulled[] {
    const now = this.clock.now();
    const { messages } = this.state;
    messages.expire(queue.id, now - queue.retention * 1000);
    return messages.due(queue.id, now, most).flatMap((message): Pulled[] => {
      if (message.attempts > settings.maxRetries) {
        this.bury(message, deadLetterQueue);
        return [];
      }
      const attempts = message.attempts + 1;
      messages.release(message.sequence, now + visibilityMs, attempts);
      return [{ message: { ...message, attempts }, leaseId: leaseOf(message.sequence, attempts) }];
    });
  }

  /** Ends a lease: the message is done with, or comes again. Whether the lease was still good. */
  endLease(leaseId: string, retryAfterSeconds?: number): boolean {
    const { messages } = this.state;
    const [sequence = NaN, attempts = NaN] = Buffer.from(leaseId, "base64url")
      .toString()
      .split(":")
      .map(Number);
    const message = Number.isSafeInteger(sequence) ? messages.get(sequence) : undefined;
    if (message?.attempts !== attempts) return false;
    if (retryAfterSeconds === undefined) messages.remove(sequence);
    else messages.release(sequence, this.clock.now() + retryAfterSeconds * 1000, attempts);
    return true;
  }

  private startBatches(queue: Queue, consumer: Consumer, now: number): void {
    const most = consumer.settings.maxConcurrency ?? CONCURRENCY;
    while ((this.underWay.get(queue.id) ?? 0) < most) {
      const batch = this.readyBatch(queue, consumer, now);
      if (batch === undefined || !this.start(queue, consumer, batch)) return;
    }
  }

  /** A full batch, or one whose first message has waited long enough. */
  private readyBatch({ id }: Queue, { settings }: Consumer, now: number): StoredMessage[] | undefined {
    const batch = this.state.messages.due(id, now, settings.batchSize);
    const [first] = batch;
    if (first === undefined) return undefined;
    const isReady = batch.length >= settings.batchSize || first.dueMs + settings.maxWaitMs <= now;
    return isReady ? batch : undefined;
  }

  private start(queue: Queue, consumer: Consumer, batch: readonly StoredMessage[]): boolean {
    const event = { eventType: "queue", queue: queue.name, messages: batch.map(handedOver) } as const;
    const delivered = this.deliver(consumer.scriptName ?? "", event);
    if (delivered === undefined) return false;
    this.state.transaction(() => {
      this.state.messages.hold(batch);
    });
    this.underWay.set(queue.id, (this.underWay.get(queue.id) ?? 0) + 1);
    void delivered.then((result) => {
      this.underWay.set(queue.id, (this.underWay.get(queue.id) ?? 1) - 1);
      // What is not settled when the edge ends comes again when it is back.
      if (this.isClosed) return;
      this.settle(consumer, fatesOf(batch, result, consumer.settings));
      this.look(queue.id);
    });
    return true;
  }

  private settle({ deadLetterQueue }: Consumer, fates: ReadonlyMap<StoredMessage, Fate>): void {
    for (const [message, fate] of fates) {
      if (fate.kind === "acknowledged") this.state.messages.remove(message.sequence);
      else if (fate.kind === "dead") this.bury(message, deadLetterQueue);
      else {
        const dueMs = this.clock.now() + fate.afterSeconds * 1000;
        this.state.messages.release(message.sequence, dueMs, message.attempts + 1);
      }
    }
  }

  /** Moves a message to the dead letter queue, where there is one, and drops it otherwise. */
  private bury(message: StoredMessage, deadLetterQueue: string | undefined): void {
    const grave = deadLetterQueue === undefined ? undefined : this.state.queues.named(deadLetterQueue);
    this.state.messages.remove(message.sequence);
    if (grave === undefined) return;
    this.state.messages.add(grave.id, [{ ...message, attempts: 0, dueMs: this.clock.now() }]);
    this.look(grave.id);
  }

  /** When there may be something to do that is not to be done now. */
  private nextLook({ id }: Queue, { settings }: Consumer, now: number): number | undefined {
    const [first] = this.state.messages.due(id, now, 1);
    const later = this.state.messages.nextDue(id, now);
    if (first === undefined) return later;
    // One that has waited long enough waits for a consumer: for a batch to end, or for a version to go live.
    const full = first.dueMs + settings.maxWaitMs;
    return Math.min(full > now ? full : now + NO_CONSUMER_MS, later ?? Infinity);
  }

  private lookAt(queueId: string, timeMs: number): void {
    this.awaited.set(
      queueId,
      this.clock.at(timeMs, () => {
        this.look(queueId);
      }),
    );
  }
}

/** Names one handing over of a message, so that a later one is not ended by it. */
function leaseOf(sequence: number, attempts: number): string {
  return Buffer.from(`${sequence}:${attempts}`).toString("base64url");
}
