import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Edge } from "../../../../edge";
import type { Outcome } from "../../../../provider/rollout/outcome";
import { clientOf, goLive } from "../../../edge/support";
import { Load } from "../../../e2e/load";
import { processesOf } from "../../../e2e/processes";
import { folderInRepository, Stack, type Ran, type Running } from "../../../e2e/stack";
import { faulty, healthy, Worker } from "../../../e2e/worker";
import { parsePlan } from "../driver";
import type { RunLog } from "../log";
import type { Story } from "../simulate";
import { isViolent, needsTerminal, stop } from "./deaths";
import { Door, type Doorway } from "./door";
import { Ledger, type LoggedRun } from "./ledger";
import { People, type Ordered, type Versions } from "./people";
import type { Scenario } from "./scenario";
import { Script } from "./script";

/** What came of one `pulumi up`. */
export interface Up {
  readonly run: RunLog;
  readonly ran: Ran;
  /** True when nothing could go wrong any more. */
  readonly isCalm: boolean;
  /** How it was stopped, in the order of that. */
  readonly deaths: readonly string[];
  /** The commands of the processes that are left long after its end. */
  readonly left: readonly string[];
  /** The operations that Pulumi began and knows no end of. */
  readonly pending: readonly string[];
  /** Undefined when the state could not be read. */
  readonly status: string | undefined;
}

/** What came of a scenario. */
export interface Played {
  readonly scenario: Scenario;
  readonly versions: Versions;
  readonly story: Story;
  readonly ups: readonly Up[];
  readonly ordered: readonly Ordered[];
  /** True when the API token stands anywhere in what was printed or kept. */
  readonly tellsToken: boolean;
  readonly hits: ReadonlyMap<string, number>;
}

/** Plays a scenario with real processes, on a Worker of its own. */
export async function play(scenario: Scenario, edge: Edge): Promise<Played> {
  const name = `chaos-${scenario.seed}`;
  const old = await goLive(edge, name, healthy);
  const stack = new Stack(edge, folderInRepository());
  const load = new Load(edge, name);
  load.path = scenario.isBad ? "/faulty" : "/";
  try {
    await stack.init();
    const worker = new Worker(edge, name, old, stack, load);
    const versions = {
      old,
      new: await worker.upload(scenario.isBad ? faulty : healthy),
      hotfix: await worker.upload(healthy),
    };
    worker.program({ versionId: versions.new, plan: scenario.plan });
    return await new Stage(scenario, worker, versions).play();
  } finally {
    load.stop();
    await stack.remove();
    await clientOf(edge).workers.scripts.delete(name, { account_id: edge.accountId, force: true });
  }
}

/** A revert is tried for ten minutes, and a rate limit may order to wait for five. */
const longestUpMs = 900_000;
/** A release that nobody listens to any more puts the traffic back, which takes as long as the faults do. */
const longestAfterMs = 120_000;

/** Where one scenario is played. */
class Stage {
  private readonly script: Script;
  private readonly ledger: Ledger;
  private readonly doorway: Doorway;
  private readonly people: People;
  private readonly doors = new Set<Door>();
  private readonly ups: Up[] = [];
  private current: { readonly running: Running; readonly deaths: string[] } | undefined;
  private isViolated = false;
  private endedBefore: unknown;

  constructor(
    private readonly scenario: Scenario,
    private readonly worker: Worker,
    private readonly versions: Versions,
  ) {
    const { edge, name } = worker;
    this.script = new Script(scenario.pieces);
    this.ledger = new Ledger(edge, name);
    this.doorway = { edge, script: this.script, ledger: this.ledger };
    this.people = new People(this.doorway, name, versions);
  }

  async play(): Promise<Played> {
    const { scenario, script, ledger, people, versions, ups } = this;
    await ledger.begin();
    people.invite(scenario.pieces);
    this.arrange();
    try {
      await this.upUntilOver();
    } finally {
      script.end();
      await people.leave();
      await ledger.end();
    }
    const { ordered } = people;
    const { token } = this.worker.edge;
    const tellsToken = this.worker.stack.tells(token) || ordered.some(({ output }) => output.includes(token));
    return { scenario, versions, story: ledger.story(), ups, ordered, tellsToken, hits: script.hits };
  }

  /** Prepares what goes wrong outside of answers. */
  private arrange(): void {
    const { script, scenario } = this;
    for (const piece of scenario.pieces) {
      if (piece.kind === "unreachable") {
        script.on({ at: piece.from }, () => {
          script.hit("unreachable");
          for (const door of this.doors) door.close();
          setTimeout(() => void this.reopen(), piece.to - piece.from);
        });
      }
      if (piece.kind === "death") {
        script.on(piece.when, () => {
          const { current } = this;
          if (!current) return;
          script.hit(piece.how);
          this.ledger.say("harness", piece.how);
          current.deaths.push(piece.how);
          this.isViolated ||= isViolent(piece);
          void stop(piece, current.running, this.worker.stack.folder);
        });
      }
    }
  }

  private async reopen(): Promise<void> {
    await Promise.all([...this.doors].map((door) => door.listen()));
  }

  private async upUntilOver(): Promise<void> {
    const { scenario, script } = this;
    for (let nth = 1; nth <= scenario.ups; nth += 1) {
      const isCalm = nth === scenario.ups;
      if (isCalm) await this.calm();
      if (isOver(await this.up(`up ${nth}`, isCalm))) break;
    }
    if (!scenario.again || !isOver(this.ups.at(-1))) return;
    script.end();
    await this.calm();
    await this.up("up again", true);
  }

  /** Nothing goes wrong any more, and whatever waits for an approval gets one. */
  private async calm(): Promise<void> {
    this.script.end();
    await this.reopen();
    if (!this.scenario.pieces.some(({ kind }) => kind === "approver")) {
      this.people.invite([{ kind: "approver", afterMs: 300, by: "command" }]);
    }
  }

  private async up(name: string, isCalm: boolean): Promise<Up> {
    const { worker, ledger, doorway, scenario } = this;
    const { stack } = worker;
    await this.unlock();
    const run = ledger.startRun(name, {
      ...{ releaseId: "", versionId: this.versions.new, retry: "", plan: parsePlan(scenario.plan) },
      ...{ findingBefore: undefined, owner: "the stack", takeOver: undefined },
    });
    const door = await Door.open(doorway, { run });
    this.doors.add(door);
    stack.environment = { CLOUDFLARE_BASE_URL: door.baseUrl };
    const deaths: string[] = [];
    this.isViolated = false;
    const inTerminal = scenario.pieces.some((piece) => piece.kind === "death" && needsTerminal(piece));
    const running = inTerminal ? stack.startUpInTerminal() : stack.startUp();
    this.current = { running, deaths };
    const ran = await within(longestUpMs, running.ended);
    this.current = undefined;
    if (!ran) processesOf(stack.folder).forEach((pid) => process.kill(pid, "SIGKILL"));
    ledger.say(name, ran ? `exits with ${ran.code}` : "does not end");
    const left = await this.processesLeft();
    this.doors.delete(door);
    door.close();
    const state = await this.state();
    if (ran) this.conclude(run, ran, state?.outputs ?? {});
    const up = {
      ...{ run: run.log, ran: ran ?? { code: null, output: running.output() }, isCalm, deaths, left },
      ...{ pending: state?.pending ?? [], status: state && String(state.outputs["status"]) },
    };
    this.ups.push(up);
    return up;
  }

  /** Notes how a run ended: with an outcome in the state, with an error, or by a kill. */
  private conclude(run: LoggedRun, { code, output }: Ran, outputs: Record<string, unknown>): void {
    const { endedAt } = outputs;
    const isNew = typeof endedAt === "string" && endedAt !== this.endedBefore;
    this.endedBefore = endedAt ?? this.endedBefore;
    // An answer that has just arrived was written down a moment later than it was used.
    if (isNew) run.end(outputs as unknown as Outcome, undefined, Date.parse(endedAt) + 50);
    else if (this.isViolated) run.log.killedAt = Date.now();
    else run.end(undefined, errorIn(output, code));
  }

  private async processesLeft(): Promise<string[]> {
    const { folder } = this.worker.stack;
    const until = Date.now() + longestAfterMs;
    for (;;) {
      const left = processesOf(folder).filter((pid) => !isLanguageHost(pid));
      if (left.length === 0 || Date.now() > until) return left.map(commandOf);
      await sleep(100);
    }
  }

  private async state(): Promise<State | undefined> {
    const { code, output } = await this.worker.stack.run("stack", "export");
    if (code !== 0) return undefined;
    const { resources = [], pending_operations: pending = [] } = (
      JSON.parse(output) as { deployment: { resources?: Resource[]; pending_operations?: unknown[] } }
    ).deployment;
    const outputs = resources.find(({ urn }) => urn.endsWith("::release"))?.outputs ?? {};
    return { outputs, pending: pending.map((one) => JSON.stringify(one)) };
  }

  /** Does what Pulumi asks for where an earlier `pulumi up` was killed. */
  private async unlock(): Promise<void> {
    const locks = join(this.worker.stack.folder, "state", ".pulumi", "locks");
    const isLocked =
      existsSync(locks) &&
      readdirSync(locks, { recursive: true }).some((file) => String(file).endsWith(".json"));
    if (!isLocked) return;
    this.ledger.say("harness", "pulumi cancel");
    await this.worker.stack.succeed("cancel", "--yes");
  }
}

interface State {
  readonly outputs: Record<string, unknown>;
  readonly pending: readonly string[];
}

interface Resource {
  readonly urn: string;
  readonly outputs?: Record<string, unknown>;
}

/** True when no further `pulumi up` is wanted. */
function isOver(up: Up | undefined): boolean {
  return (
    up !== undefined && up.run.killedAt === undefined && ["completed", "aborted"].includes(up.status ?? "")
  );
}

/** The error that a run ended with before it moved anything, by what it printed. */
function errorIn(output: string, code: number | null): Error {
  const isNothing = code === 0 || /no traffic was moved|did not start|was aborted before/i.test(output);
  return Object.assign(new Error(output.slice(-3000)), { name: isNothing ? "CannotStart" : "Error" });
}

/** Pulumi's own language host looks every five minutes whether its engine still lives. It is none of ours. */
function isLanguageHost(pid: number): boolean {
  return commandOf(pid).includes("pulumi-language-nodejs");
}

function commandOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ");
  } catch {
    return "gone meanwhile";
  }
}

async function within<T>(ms: number, promise: Promise<T>): Promise<T | undefined> {
  const late = new AbortController();
  const none = sleep(ms, undefined, { signal: late.signal }).catch(() => undefined);
  try {
    return await Promise.race([promise, none]);
  } finally {
    late.abort();
  }
}
