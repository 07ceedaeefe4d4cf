import type { Resource } from "../state/resources";

/** How a queue hands its messages to a consumer. */
export interface ConsumerSettings {
  /** The most messages of one batch. */
  readonly batchSize: number;
  /** How often a message comes again that was not acknowledged. */
  readonly maxRetries: number;
  /** How long the first message of a batch waits for others, in milliseconds. */
  readonly maxWaitMs: number;
  /** How many batches may be on their way at once; undefined for as many as the queue sees fit. */
  readonly maxConcurrency: number | undefined;
  /** After how many seconds a message comes again. */
  readonly retryDelay: number;
  /** How long a message that was pulled is hidden from others, in milliseconds. */
  readonly visibilityMs: number;
}

/** Who gets the messages of a queue: a Worker, or whoever pulls them by the API. */
export interface Consumer {
  readonly id: string;
  /** The Worker; none where messages are pulled. */
  readonly scriptName: string | undefined;
  /** The name of the queue that gets what was not acknowledged after all retries. */
  readonly deadLetterQueue: string | undefined;
  readonly settings: ConsumerSettings;
  readonly createdOn: string;
}

/** A queue of the account. */
export interface Queue extends Resource {
  readonly createdOn: string;
  readonly modifiedOn: string;
  /** After how many seconds a message is first handed over. */
  readonly deliveryDelay: number;
  readonly isPaused: boolean;
  /** How long a message is kept, in seconds. */
  readonly retention: number;
  readonly consumers: readonly Consumer[];
  /** Whether it was put in the place of one that the account does not have. */
  readonly isStandIn?: boolean;
}

/** How the body of a message is written. `v8` is what structured cloning makes of it. */
export type MessageFormat = "text" | "json" | "bytes" | "v8";

/** A message that a queue is given. */
export interface NewMessage {
  readonly format: MessageFormat;
  readonly body: Uint8Array;
  /** After how many seconds it is handed over; undefined for the queue's own delay. */
  readonly delay: number | undefined;
}

/** A message in a queue. */
export interface StoredMessage {
  readonly sequence: number;
  readonly id: string;
  readonly format: MessageFormat;
  readonly body: Uint8Array;
  /** When it was sent, in epoch milliseconds. */
  readonly sentMs: number;
  /** How often it was handed over. */
  readonly attempts: number;
  /** When it may be handed over, in epoch milliseconds. */
  readonly dueMs: number;
}

/** What is waiting in a queue. */
export interface Backlog {
  readonly count: number;
  readonly bytes: number;
  /** When the oldest message was sent, in epoch milliseconds; 0 where there is none. */
  readonly oldestMs: number;
}
