import { once } from "node:events";
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { setTimeout as sleep } from "node:timers/promises";
import { z } from "zod";
import type { Edge } from "../../../../edge";
import type { Split } from "../../../../provider/rollout/ports";
import type { Command } from "../driver";
import type { Port } from "../scenario/scenario";
import { answerOf, noDeployments, type Answer } from "./answers";
import type { Ledger, LoggedCall, LoggedRun } from "./ledger";
import type { Script, Treatment } from "./script";

/** What all doors to one Worker share. */
export interface Doorway {
  readonly edge: Edge;
  readonly script: Script;
  readonly ledger: Ledger;
}

/** Who comes through a door: a run of the release, or a person's command. */
export type Visitor = { readonly run: LoggedRun } | { readonly by: { readonly kind: Command } };

/**
 * A proxy before the edge's API, for one process alone, so that its calls are told from everybody else's. What the
 * script says goes wrong with them.
 */
export class Door {
  private readonly server = createServer((request, response) => {
    this.serve(request, response).catch((error: unknown) => {
      this.doorway.ledger.say("proxy", String(error));
      response.destroy();
    });
  });
  /** What was deployed through it. */
  readonly made: string[] = [];
  private port = 0;

  private constructor(
    private readonly doorway: Doorway,
    private readonly visitor: Visitor,
  ) {}

  static async open(doorway: Doorway, visitor: Visitor): Promise<Door> {
    const door = new Door(doorway, visitor);
    await door.listen();
    door.port = (door.server.address() as AddressInfo).port;
    return door;
  }

  get baseUrl(): string {
    return `http://127.0.0.1:${this.port}/client/v4`;
  }

  /** Accepts connections, at the port of before. */
  async listen(): Promise<void> {
    if (this.server.listening) return;
    this.server.listen(this.port, "127.0.0.1");
    await once(this.server, "listening");
  }

  /** Ends all connections and refuses new ones. */
  close(): void {
    this.server.close();
    this.server.closeAllConnections();
  }

  private async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { script } = this.doorway;
    const asked = await readQuestion(request);
    const port = portOf(asked);
    const nth = "run" in this.visitor ? script.next(port) : undefined;
    const treatment = script.treat(port, nth);
    script.pass(port, nth, "sent");
    const logged = this.log(port, asked);
    const name = `${port}${nth === undefined ? "" : ` ${nth}`}`;
    // Half of the slowness before and half after: what happens meanwhile may come before or after the call.
    await sleep(treatment.slowMs / 2);
    const answer = await this.answer(port, asked, treatment, logged);
    script.pass(port, nth, "served");
    await sleep(treatment.slowMs / 2);
    this.note(name, asked, treatment, answer);
    await deliver(answer, treatment, response, logged);
    script.pass(port, nth, "answered");
  }

  /** What is answered; "reset" for nothing. */
  private async answer(
    port: Port,
    asked: Question,
    { failure, done, laterMs, view }: Treatment,
    logged: LoggedCall | undefined,
  ): Promise<Answer | "reset"> {
    const failed = failure === undefined ? undefined : answerOf(failure);
    if (failed !== undefined && done !== "before") {
      if (done === "later")
        setTimeout(() => void this.forward(port, asked, logged).catch(() => undefined), laterMs);
      // What was not done has no answer that could be cut.
      return failed === "cut" ? "reset" : failed;
    }
    const real = await this.forward(port, asked, logged);
    if (failed === undefined || failed === "cut") return this.viewed(real, view, logged);
    return failed;
  }

  /** Asks the edge. */
  private async forward(port: Port, asked: Question, logged: LoggedCall | undefined): Promise<Answer> {
    const { edge, ledger } = this.doorway;
    const { method, path, headers, body } = asked;
    const {
      authorization = "",
      "content-type": type = "application/json",
      "user-agent": agent = "",
    } = headers;
    const answered = await fetch(`http://127.0.0.1:${edge.port}${path}`, {
      method,
      headers: { authorization, "content-type": type, "user-agent": agent },
      ...(method !== "GET" && { body }),
    });
    const answer = {
      status: answered.status,
      headers: { "content-type": answered.headers.get("content-type") ?? "" },
      body: await answered.text(),
    };
    if (logged) logged.call.servedAt = Date.now();
    const id = answered.ok ? deploymentIn(port, answer.body) : undefined;
    if (logged && id !== undefined) logged.deploymentId = id;
    if (port === "create" && id !== undefined) {
      this.made.push(id);
      ledger.madeBy(id, "run" in this.visitor ? { kind: "run", run: this.visitor.run.log } : this.visitor.by);
      ledger.say("edge", `${id} is active: ${describe(body)}`);
    }
    return answer;
  }

  private viewed(real: Answer, view: Treatment["view"], logged: LoggedCall | undefined): Answer {
    if (view === undefined) return real;
    const shown = view === "empty" ? [] : this.doorway.ledger.listed(view.lagMs);
    const body = JSON.stringify({ success: true, errors: [], messages: [], result: { deployments: shown } });
    const answer = { ...noDeployments, body };
    if (logged) logged.deploymentId = deploymentIn("active", answer.body);
    return answer;
  }

  private log(port: Port, { body, path }: Question): LoggedCall | undefined {
    if (!("run" in this.visitor)) return undefined;
    if (port === "active") return this.visitor.run.read();
    if (port !== "create") return undefined;
    const { split, message, force } = wish.parse(JSON.parse(body));
    return this.visitor.run.write(split, message, force || path.includes("force=true"));
  }

  private note(name: string, asked: Question, treatment: Treatment, answer: Answer | "reset"): void {
    const { failure, done, slowMs, view } = treatment;
    const isUsual = failure === undefined && slowMs === 0 && view === undefined;
    const isWrite = asked.method === "POST" && asked.path.includes("/deployments");
    if (isUsual && !isWrite) return;
    const who = "run" in this.visitor ? this.visitor.run.log.name : `${this.visitor.by.kind} command`;
    const what = isWrite ? `sends ${describe(asked.body)}` : `asks (${name})`;
    const status = answer === "reset" ? "no answer" : String(answer.status);
    const how = isUsual
      ? ""
      : ` [${failure ?? "no failure"}, done ${done}, slow ${slowMs} ms, ${JSON.stringify(view)}]`;
    this.doorway.ledger.say(who, `${what}: ${status}${how}`);
  }
}

interface Question {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

async function readQuestion(request: IncomingMessage): Promise<Question> {
  const { method = "GET", url = "/", headers } = request;
  return { method, path: url, headers, body: await text(request) };
}

function portOf({ method, path }: Question): Port {
  if (/\/deployments(\?|$)/.test(path)) return method === "POST" ? "create" : "active";
  if (/\/versions\?/.test(path)) return "deployable";
  return /\/telemetry\/query/.test(path) ? "telemetry" : "readiness";
}

const wish = z
  .object({
    versions: z.array(z.object({ version_id: z.string(), percentage: z.number() })),
    annotations: z.object({ "workers/message": z.string() }).optional(),
    force: z.boolean().default(false),
  })
  .transform(({ versions, annotations, force }) => ({
    split: versions.map(({ version_id, percentage }) => ({ versionId: version_id, percent: percentage })),
    message: annotations?.["workers/message"] ?? "",
    force,
  }));

function describe(body: string): string {
  const { split, message } = wish.parse(JSON.parse(body));
  return `${splitText(split)}: ${message}`;
}

function splitText(split: Split): string {
  return split.map(({ versionId, percent }) => `${percent} % ${versionId.slice(0, 8)}`).join(", ");
}

const made = z.object({ result: z.object({ id: z.string() }) });
const listed = z.object({ result: z.object({ deployments: z.array(z.object({ id: z.string() })) }) });

/** The deployment that an answer is about: the one that was made, or the active one. */
function deploymentIn(port: Port, body: string): string | undefined {
  if (port === "create") return made.parse(JSON.parse(body)).result.id;
  return port === "active" ? listed.parse(JSON.parse(body)).result.deployments[0]?.id : undefined;
}

/** Sends an answer, whole or half. What did not arrive whole, or is not a success, is a call that failed. */
async function deliver(
  answer: Answer | "reset",
  { failure }: Treatment,
  response: ServerResponse,
  logged: LoggedCall | undefined,
): Promise<void> {
  if (response.closed) return;
  const closed = new Promise<void>((resolve) => response.once("close", resolve));
  if (answer === "reset") response.destroy();
  else {
    const body = Buffer.from(answer.body);
    response.writeHead(answer.status, { ...answer.headers, "content-length": body.length });
    if (failure === "cut") response.write(body.subarray(0, body.length / 2), () => response.destroy());
    else response.end(body);
  }
  await closed;
  if (!logged) return;
  // Who has hung up meanwhile has heard nothing.
  if (answer !== "reset" && !response.writableFinished && failure !== "cut") return;
  logged.call.answeredAt = Date.now();
  const isWhole = answer !== "reset" && answer.status < 300 && failure === undefined;
  if (!isWhole) logged.call.failure = failure ?? `status ${answer === "reset" ? 0 : answer.status}`;
}
