import type { Progress } from "../../provider/rollout/ports";

/** Remembers everything that a release told. */
export class RecordingProgress implements Progress {
  readonly statuses: string[] = [];
  readonly events: string[] = [];

  status(line: string): void {
    this.statuses.push(line);
  }

  event(line: string): void {
    this.events.push(line);
  }
}
