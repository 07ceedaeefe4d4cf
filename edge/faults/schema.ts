import * as z from "zod";

/** `before`: the request is not carried out. `after`: it is, and only its answer is lost. */
const when = z.enum(["before", "after"]);

const milliseconds = z.int().min(1).max(600_000);

/** What is answered in the place of the real answer. */
const answer = z.discriminatedUnion("kind", [
  /** A refusal in Cloudflare's envelope. */
  z.strictObject({
    kind: z.literal("refusal"),
    status: z.int().min(400).max(599),
    code: z.int().min(1),
    message: z.string().default("An unknown error has occurred."),
    when: when.default("before"),
  }),
  /** A page of HTML: of the firewall (403), or of a gateway (502, 504). */
  z.strictObject({
    kind: z.literal("page"),
    status: z.union([z.literal(403), z.literal(502), z.literal(504)], { error: "must be 403, 502 or 504" }),
    when: when.default("before"),
  }),
  /** A line of text, `error code: <status>`. */
  z.strictObject({
    kind: z.literal("text"),
    status: z.int().min(500).max(599).default(504),
    when: when.default("before"),
  }),
  /** Nothing: the connection is closed. */
  z.strictObject({ kind: z.literal("nothing"), when: when.default("before") }),
  /** The real answer, late. `before` carries the request out after the wait, `after` (the default) before it. */
  z.strictObject({ kind: z.literal("late"), ms: milliseconds, when: when.default("after") }),
  /** The first half of the real answer; then the connection is closed. */
  z.strictObject({ kind: z.literal("cut") }),
  /** 429 for this request and, for so many seconds, for every request of every token. Cloudflare blocks for 300. */
  z.strictObject({ kind: z.literal("block"), seconds: z.int().min(1).max(3600).default(300) }),
]);

const route = z.strictObject({
  /** Default: any. */
  method: z.enum(["GET", "POST", "PUT", "PATCH", "DELETE", "*"]).default("*"),
  /** What follows `/client/v4`, without the query. `*` is any one part of the path, `**` at its end any more parts. */
  path: z
    .string()
    .regex(/^\/(?!client\/v4(\/|$))/, "must begin with a slash, and is what follows /client/v4")
    .regex(/^(?!.*\*\*.)/, "can have ** at its end only"),
});

/** A fault in the answers to requests. */
export const requestFault = z.strictObject({
  /** Which requests may meet it. */
  route,
  /** How many of them pass first. Default: 0. */
  after: z.int().min(0).default(0),
  /** How many meet it then. Default: 1. */
  times: z
    .union([z.int().min(1), z.literal("always")], { error: 'must be a number from 1 on, or "always"' })
    .default(1),
  /** The share of them that meet it, from 0 to 1, drawn by the seed. Default: 1, all. */
  share: z.number().min(0).max(1).default(1),
  answer,
});

/** A fault of telemetry: events that happen while it is set are never stored. */
export const ingestionFault = z.strictObject({
  /** All events, or those of one version, by its id. */
  ingestion: z.union([z.literal("stopped"), z.strictObject({ loses: z.string().min(1) })], {
    error: 'must be "stopped", or { "loses": "<id of a version>" }',
  }),
});

export type Answer = z.infer<typeof answer>;
export type RequestFault = z.infer<typeof requestFault>;
export type IngestionFault = z.infer<typeof ingestionFault>;

/** Something that goes wrong on request. */
export type Fault = RequestFault | IngestionFault;

/** A fault as it is written down: what has a default may be left out. */
export type FaultInput = z.input<typeof requestFault> | z.input<typeof ingestionFault>;
