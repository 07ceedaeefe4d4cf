import assert from "node:assert/strict";
import { isDeepStrictEqual } from "node:util";
import type { Edge } from "../../../edge";
import { ask } from "../../edge/support";
import { checkServed, look, requestsSince, send } from "./calls";
import { after, nextWrite, type Known, type Write } from "./model";

/** The one client of one script: what it was told, and what it was about to be told when the edge was killed. */
export class Client {
  private known: Known;
  private underWay: Write | undefined;
  private words = 0;
  private seen = new Set<string>();
  private since = 0;
  /** How many writes were answered with success. */
  written = 0;

  constructor(
    private readonly script: string,
    private readonly random: () => number,
  ) {}

  /** Writes, visits and queries until the edge is gone. */
  async work(edge: Edge, isGone: () => boolean): Promise<void> {
    this.since = Date.now();
    this.seen = new Set();
    try {
      while (!isGone()) await this.step(edge);
    } catch (error) {
      if (!isGone()) throw error;
    }
  }

  private async step(edge: Edge): Promise<void> {
    await this.write(edge);
    if (this.known?.enabled === true) await ask(edge, this.script);
    this.seen = await requestsSince(edge, this.since);
  }

  private async write(edge: Edge): Promise<void> {
    this.words += 1;
    const write = nextWrite(this.known, `${this.script}-${this.words}`, this.random);
    this.underWay = write;
    await send(edge, this.script, write);
    this.known = after(this.known, write);
    this.underWay = undefined;
    this.written += 1;
  }

  /** Checks that the edge, killed and started again, has all it ever said it had, and serves it. */
  async check(edge: Edge): Promise<void> {
    const found = await look(edge, this.script);
    const possible = [this.known, ...(this.underWay ? [after(this.known, this.underWay)] : [])];
    // Of the write that was cut off nobody was told anything: it may have happened, but only as a whole.
    if (!possible.some((state) => isDeepStrictEqual(state, found))) {
      assert.deepEqual(found, this.known, `${this.script} is not what it was (${this.cutOff()})`);
    }
    this.known = found;
    this.underWay = undefined;
    if (found !== undefined) await checkServed(edge, this.script, found);
    const kept = await requestsSince(edge, this.since);
    const lost = [...this.seen].filter((id) => !kept.has(id));
    assert.deepEqual(lost, [], `telemetry of ${this.script} that a query had answered is lost`);
  }

  private cutOff(): string {
    return this.underWay === undefined ? "nothing was under way" : `under way: ${this.underWay.kind}`;
  }
}
