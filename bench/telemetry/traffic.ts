import { requestIdOf } from "../../edge/data/ray";
import type { TelemetryEvent } from "../../edge/telemetry";
import { headOf } from "../../edge/telemetry/request";

/** The hour that the events are spread over: a whole one, some time ago. */
export const HOUR = { from: Date.UTC(2026, 0, 2, 3), to: Date.UTC(2026, 0, 2, 4) };

export const SCRIPT = "checkout";

/** The versions, the share of the traffic that each has, and how often it fails. */
const VERSIONS = [
  { id: "0c1f6a52-2f55-4a8e-9d57-3b1e0f6f9a01", share: 0.9, failures: 0.001, meanMs: 40 },
  { id: "7be0a2d4-91c3-4f0d-8f7e-52c4d1a7b302", share: 0.1, failures: 0.004, meanMs: 50 },
] as const;

/** What was really there, to hold the answers against. */
export interface Truth {
  /** Invocations by version, outcome and status. */
  readonly counts: Map<string, number>;
  /** By version, how many took so many milliseconds. */
  readonly walls: Map<string, number[]>;
}

export function noTruth(): Truth {
  return { counts: new Map(), walls: new Map(VERSIONS.map(({ id }) => [id, []])) };
}

/** Event `i` of `count`, in the order of time; it is entered into `truth`. */
export function eventAt(i: number, count: number, truth: Truth): TelemetryEvent {
  const version = Math.random() < VERSIONS[0].share ? VERSIONS[0] : VERSIONS[1];
  const failed = Math.random() < version.failures;
  const status = failed || Math.random() < 0.002 ? 500 : 200;
  const wallTimeMs = Math.round(-Math.log(1 - Math.random()) * version.meanMs);
  const event = invocationOf(version.id, HOUR.from + Math.floor((i * 3_600_000) / count), i);
  const outcome = failed ? "exception" : "ok";
  const group = [version.id, outcome, status].join(" ");
  truth.counts.set(group, (truth.counts.get(group) ?? 0) + 1);
  const walls = truth.walls.get(version.id) ?? [];
  walls[wallTimeMs] = (walls[wallTimeMs] ?? 0) + 1;
  return { ...event, outcome, status, wallTimeMs };
}

function invocationOf(versionId: string, timestamp: number, i: number): TelemetryEvent {
  const ray = rayOf(timestamp, i);
  const path = `/items/${i % 5_000}`;
  const url = `http://${SCRIPT}.local.localhost:8787${path}`;
  return {
    ...{ type: "cf-worker-event", scriptName: SCRIPT, versionId, versionTag: "", versionMessage: "" },
    ...{ timestamp, requestId: requestIdOf(ray), rayId: ray, eventType: "fetch", outcome: "ok" },
    ...{ wallTimeMs: 0, cpuTimeMs: Math.round(Math.random() * 5), method: "GET", path, url, level: "info" },
    head: headOf({ httpVersion: "1.1", rawHeaders: HEADERS }, "LOC", "127.0.0.1"),
  };
}

/** As many headers as a load generator sends. */
const HEADERS = [
  ...["host", `${SCRIPT}.local.localhost:8787`, "connection", "keep-alive", "accept", "*/*"],
  ...["accept-encoding", "gzip, deflate", "user-agent", "bench/1.0"],
];

/** As the edge makes rays. */
function rayOf(timestamp: number, i: number): string {
  return timestamp.toString(16).padStart(10, "0").slice(-10) + (i % 2 ** 24).toString(16).padStart(6, "0");
}
