import type { Outcome } from "../../../../provider/rollout/outcome";
import type { Order } from "../driver";

/** What the state of each owner's stack remembers of its last release. A run that was killed leaves nothing. */
export class Memory {
  private readonly known = new Map<
    string,
    { readonly versionId: string; readonly finding: string | undefined }
  >();

  /** What an earlier run of `owner` found wrong with a version. */
  findingOf(owner: string, versionId: string): string | undefined {
    const last = this.known.get(owner);
    return last?.versionId === versionId ? last.finding : undefined;
  }

  remember({ owner, versionId }: Order, outcome: Outcome | undefined, thrown: unknown): void {
    if (outcome) {
      const finding = outcome.isVerdict ? (outcome.finding ?? outcome.reason) : undefined;
      this.known.set(owner, { versionId, finding });
    } else if (thrown instanceof Error && "finding" in thrown && typeof thrown.finding === "string") {
      this.known.set(owner, { versionId, finding: thrown.finding });
    }
  }
}
