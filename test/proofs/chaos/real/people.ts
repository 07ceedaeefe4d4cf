import { spawn } from "node:child_process";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { setTimeout as sleep } from "node:timers/promises";
import { awaitedPercent } from "../../../../provider/rollout/record/record";
import { clientOf } from "../../../edge/support";
import type { Deed } from "../scenario/scenario";
import { Door, type Doorway } from "./door";
import type { Piece } from "./scenario";

/** The versions of a Worker, by what they are for. */
export interface Versions {
  readonly old: string;
  readonly new: string;
  readonly hotfix: string;
}

/** What a person ordered on the command line, and what came of it. */
export interface Ordered {
  readonly what: "approve" | "abort";
  readonly code: number | null;
  readonly output: string;
  /** The deployments that the command made. */
  readonly made: readonly string[];
}

/** Everybody who acts on a Worker beside its release. */
export class People {
  readonly ordered: Ordered[] = [];
  private readonly acting = new Set<Promise<unknown>>();
  private isOver = false;

  constructor(
    private readonly doorway: Doorway,
    private readonly scriptName: string,
    private readonly versions: Versions,
  ) {}

  invite(pieces: readonly Piece[]): void {
    const { script } = this.doorway;
    for (const piece of pieces) {
      if (piece.kind === "colleague")
        script.on(
          piece.when,
          this.doing(() => this.deploy(piece.does)),
        );
      if (piece.kind === "operator")
        script.on(
          piece.when,
          this.doing(() => this.order(piece.orders)),
        );
      if (piece.kind === "approver") this.doing(() => this.approve(piece.afterMs, piece.by))();
    }
  }

  /** Waits for what is being done; nobody does anything more. */
  async leave(): Promise<void> {
    this.isOver = true;
    await Promise.all(this.acting);
  }

  /** Approves each stage that waits, `afterMs` after it does. */
  async approve(afterMs: number, by: "command" | "hand"): Promise<void> {
    while (!this.isOver) {
      await sleep(200);
      if (this.waiting() === undefined) continue;
      await sleep(afterMs);
      if (this.waiting() === undefined) continue;
      await (by === "command" ? this.order("approve") : this.deploy("nextStage"));
    }
  }

  private doing(act: () => Promise<unknown>): () => void {
    return () => {
      const done = act()
        .catch((error: unknown) => {
          this.doorway.ledger.say("people", String(error));
        })
        .finally(() => this.acting.delete(done));
      this.acting.add(done);
    };
  }

  /** The share that an approval leads to now. */
  private waiting(): number | undefined {
    const record = this.doorway.ledger.active?.record;
    return record && awaitedPercent(record);
  }

  private async deploy(does: Exclude<Deed, "upload">): Promise<void> {
    const { edge, ledger, script } = this.doorway;
    const split = this.splitFor(does);
    script.hit(`colleague: ${does}`);
    const made = await clientOf(edge).workers.scripts.deployments.create(this.scriptName, {
      account_id: edge.accountId,
      strategy: "percentage",
      versions: Object.entries(split).map(([version_id, percentage]) => ({ version_id, percentage })),
    });
    ledger.madeBy(made.id, { kind: "colleague", does });
    ledger.say("colleague", `deploys ${JSON.stringify(split)} (${does}, ${made.id})`);
  }

  private splitFor(does: Exclude<Deed, "upload">): Record<string, number> {
    const { old, new: fresh, hotfix } = this.versions;
    switch (does) {
      case "hotfix":
        return { [hotfix]: 100 };
      case "rollback":
        return { [old]: 100 };
      case "promote":
        return { [fresh]: 100 };
      case "split":
        return { [old]: 80, [fresh]: 20 };
      case "splitOther":
        return { [old]: 70, [hotfix]: 30 };
      case "nextStage": {
        const percent = this.waiting() ?? 100;
        return percent === 100 ? { [fresh]: 100 } : { [old]: 100 - percent, [fresh]: percent };
      }
    }
  }

  /** Runs a command of `workers-release`, through a door of its own. */
  private async order(what: "approve" | "abort"): Promise<void> {
    const { edge, ledger, script } = this.doorway;
    script.hit(`workers-release ${what}`);
    const door = await Door.open(this.doorway, { by: { kind: what } });
    const main = join(__dirname, "../../../../dist/provider/cli/main.js");
    const child = spawn(process.execPath, [main, what, this.scriptName, "--yes", "--by", "kim@example.com"], {
      env: { PATH: process.env["PATH"], ...edge.environment(), CLOUDFLARE_BASE_URL: door.baseUrl },
      stdio: ["ignore", "pipe", "pipe"],
    });
    const ended = new Promise<number | null>((resolve) => child.once("close", resolve));
    const [out, err, code] = await Promise.all([text(child.stdout), text(child.stderr), ended]);
    door.close();
    this.ordered.push({ what, code, output: out + err, made: door.made });
    ledger.say("operator", `${what} ends with ${code}: ${(out + err).trim()}`);
  }
}
