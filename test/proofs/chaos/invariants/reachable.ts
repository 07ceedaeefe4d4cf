import type { RunLog } from "../log";
import type { Port, Target } from "../scenario/scenario";
import type { Story } from "../simulate";
import { hits } from "../world/faults";
import { overAt } from "./facts";

/** A time in milliseconds since the epoch. */
export interface Interval {
  readonly from: number;
  readonly to: number;
}

/** A run tries again within this time after a call that failed. */
const pauseMs = 30_000;

/** The times in which something kept a run from seeing or acting as it should. */
export function troubles(run: RunLog, { scenario, start, end }: Story, ports: readonly Port[]): Interval[] {
  const windows = scenario.pieces.flatMap((piece): Interval[] => {
    const isOn = (target: Target): boolean => ports.some((port) => hits(target, port));
    switch (piece.kind) {
      case "down":
      case "rateLimit":
      case "slow":
        return isOn(piece.target) ? [piece] : [];
      case "forbidden":
        return isOn(piece.target) ? [piece] : [];
      case "staleReads":
      case "lateToShow":
        return isOn("reads") ? [piece] : [];
      default:
        return [];
    }
  });
  const calls = [
    ...(ports.includes("create") ? run.writes : []),
    ...(ports.includes("active") ? run.reads : []),
    ...(ports.includes("telemetry") ? run.telemetry : []),
  ];
  const failed = calls.filter(({ failure, answeredAt, sentAt }) => {
    return failure !== undefined || answeredAt === undefined || answeredAt - sentAt > 3000;
  });
  return [
    ...windows.map(({ from, to }) => ({ from: start + from, to: Math.min(end, start + to) + pauseMs })),
    ...failed.map(({ sentAt, answeredAt = end }) => ({ from: sentAt, to: answeredAt + pauseMs })),
  ];
}

/** The end of the first `lengthMs` without trouble from `since` on, while the run lives; undefined when there is none. */
export function firstQuiet(
  run: RunLog,
  since: number,
  lengthMs: number,
  intervals: readonly Interval[],
): number | undefined {
  let from = Math.max(since, run.startedAt);
  for (const { from: begin, to } of [...intervals].sort((a, b) => a.from - b.from)) {
    if (begin >= from + lengthMs) break;
    from = Math.max(from, to);
  }
  return from + lengthMs < overAt(run) ? from + lengthMs : undefined;
}
