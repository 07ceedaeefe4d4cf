import { InvalidArgumentError, type Command } from "commander";
import { formatShare } from "../plan/percent";
import { REALISTIC, type FreshVersion, type ReadLag, type Realism, type Span } from "../../edge/realism";

/** What the command line says of realism; false for what is `off`. */
export interface RealismOptions {
  /** Default: true. */
  readonly realistic?: boolean;
  readonly ingestDelay?: Span | false;
  readonly analyticsDelay?: Span | false;
  readonly propagation?: Span | false;
  readonly readLag?: ReadLag | false;
  readonly freshVersion?: FreshVersion | false;
  readonly otherCallers?: number | false;
  readonly orphanedSockets?: number | false;
  readonly seed?: number;
}

/** Adds the options of realism to a command. */
export function withRealism(command: Command): Command {
  return command
    .option("--realistic", "has the delays and failures that users report of Cloudflare (default)")
    .option("--no-realistic", "has none of them but those asked for by the options below")
    .option("--ingest-delay <seconds>", "how long telemetry takes to be found by queries: 10-45", span)
    .option("--analytics-delay <seconds>", "how long metrics take to count an invocation: 45-75", span)
    .option("--propagation <seconds>", "how long a deployment takes to be known at a location: 2-30", span)
    .option("--read-lag <share:seconds>", "how many reads lag behind writes, and how far: 5%:1-5", readLag)
    .option(
      "--fresh-version <share:seconds>",
      "how many requests about a new version find it not ready, and for how long: 30%:0.5-3",
      freshVersion,
    )
    .option(
      "--other-callers <requests>",
      "requests a minute of others that count for the same rate limit: 60",
      requests,
    )
    .option(
      "--orphaned-sockets <seconds>",
      "after how much quiet a WebSocket of a Durable Object is closed that a deployment orphaned: 45",
      quiet,
    )
    .option("--seed <number>", "what all of that is drawn by (default: 1)", seed);
}

/** The realism that is asked for: all or nothing, and over it what is set alone. */
export function realismOf(options: RealismOptions): Realism {
  const base = options.realistic === false ? {} : REALISTIC;
  return {
    seed: options.seed,
    ingestDelayMs: chosen(options.ingestDelay, base.ingestDelayMs),
    analyticsDelayMs: chosen(options.analyticsDelay, base.analyticsDelayMs),
    propagationMs: chosen(options.propagation, base.propagationMs),
    readLag: chosen(options.readLag, base.readLag),
    freshVersion: chosen(options.freshVersion, base.freshVersion),
    otherCallersPerMinute: chosen(options.otherCallers, base.otherCallersPerMinute),
    orphanedSocketsMs: chosen(options.orphanedSockets, base.orphanedSocketsMs),
  };
}

function chosen<T>(given: T | false | undefined, otherwise: T | undefined): T | undefined {
  return given === undefined ? otherwise : given === false ? undefined : given;
}

/** One line that says which realism there is; undefined where there is none. */
export function describeRealism({ seed = 1, ...realism }: Realism): string | undefined {
  const { ingestDelayMs, analyticsDelayMs, propagationMs, readLag, freshVersion } = realism;
  const { otherCallersPerMinute, orphanedSocketsMs } = realism;
  const parts = [
    ingestDelayMs && `telemetry is found after ${seconds(ingestDelayMs)}`,
    analyticsDelayMs && `metrics count an invocation after ${seconds(analyticsDelayMs)}`,
    propagationMs && `a deployment is known after ${seconds(propagationMs)}`,
    readLag && `${formatShare(readLag.share)} of reads are ${seconds(readLag.lagMs)} behind`,
    freshVersion &&
      `${formatShare(freshVersion.share)} of requests about a version find it not ready for ${seconds(freshVersion.forMs)}`,
    otherCallersPerMinute !== undefined && `others make ${otherCallersPerMinute} requests a minute`,
    orphanedSocketsMs !== undefined &&
      `WebSockets of Durable Objects are orphaned by deployments and closed after ${orphanedSocketsMs / 1000} s of quiet`,
  ].filter((part) => typeof part === "string");
  if (parts.length === 0) return undefined;
  return `Realistic (seed ${seed}): ${parts.join("; ")}. Each has an option that takes "off"; --no-realistic leaves all of them out.`;
}

function seconds([from, to]: Span): string {
  return from === to ? `${from / 1000} s` : `${from / 1000}-${to / 1000} s`;
}

function span(text: string): Span | false {
  if (text === "off") return false;
  const read = readSpan(text);
  if (read !== undefined) return read;
  throw new InvalidArgumentError("It is seconds, such as 5, or from-to, such as 2-30, or off.");
}

/** From seconds to milliseconds. */
function readSpan(text: string): Span | undefined {
  const [, from, to = from] = /^(\d+(?:\.\d+)?)(?:-(\d+(?:\.\d+)?))?$/.exec(text) ?? [];
  const [least, most] = [Number(from) * 1000, Number(to) * 1000];
  return least <= most ? [Math.round(least), Math.round(most)] : undefined;
}

function readLag(text: string): ReadLag | false {
  const read = shareAndSpan(text);
  return read && { share: read.share, lagMs: read.span };
}

function freshVersion(text: string): FreshVersion | false {
  const read = shareAndSpan(text);
  return read && { share: read.share, forMs: read.span };
}

function shareAndSpan(text: string): { share: number; span: Span } | false {
  if (text === "off") return false;
  const [, share, rest = ""] = /^(\d+(?:\.\d+)?)%:(.+)$/.exec(text) ?? [];
  const read = readSpan(rest);
  if (read !== undefined && Number(share) <= 100) return { share: Number(share) / 100, span: read };
  throw new InvalidArgumentError("It is a share and seconds, such as 5%:1-5, or off.");
}

/** From seconds to milliseconds. */
function quiet(text: string): number | false {
  if (text === "off") return false;
  if (/^\d{1,6}(\.\d+)?$/.test(text)) return Math.round(Number(text) * 1000);
  throw new InvalidArgumentError("It is seconds, such as 45, or off.");
}

function requests(text: string): number | false {
  if (text === "off") return false;
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw new InvalidArgumentError("It is a whole number of requests a minute, or off.");
}

function seed(text: string): number {
  if (/^\d{1,15}$/.test(text)) return Number(text);
  throw new InvalidArgumentError("It is a whole number.");
}
