import assert from "node:assert/strict";
import type Cloudflare from "cloudflare";
import type { Edge, EdgeOptions } from "../../edge";
import type { ReleasePlan } from "../../provider/plan/types";
import { addVersion, clientOf, deploy, goLive, until, useEdge, type Metadata } from "../edge/support";
import { atOnce } from "../fakes/plans";
import { Load } from "./load";
import { folderInRepository, Stack } from "./stack";

/** A Worker that always answers well. */
export const healthy = `export default { fetch() { return new Response("hello"); } };`;

/** A Worker that answers, and with 500 to every other request for /faulty. */
export const faulty = `
  let asked = 0;
  export default {
    fetch(request) {
      const fails = new URL(request.url).pathname === "/faulty" && ++asked % 2 === 0;
      return new Response("hello", { status: fails ? 500 : 200 });
    },
  };`;

/** Short stages, judged every second: none, half, all. */
export const plan = {
  ...atOnce,
  slos: [{ name: "5xx", sli: "serverErrors", max: 0.01 }],
  stages: [
    { percent: 0, soakTime: "2s" },
    { percent: 50, soakTime: "3s" },
    { percent: 100, soakTime: "2s" },
  ],
  pollInterval: "1s",
  minRequests: 20,
} satisfies ReleasePlan;

/** How long to wait for something, and how often to look. */
type Pace = Parameters<typeof until>[2];

/** A deployment as the official client tells it. */
export interface Deployed {
  readonly id: string;
  /** Percentages by version. */
  readonly split: Readonly<Record<string, number>>;
  readonly message: string;
}

/** The deployments of a Worker as the official client tells them, oldest first. */
export async function deploymentsOf(edge: Edge, scriptName: string): Promise<Deployed[]> {
  const account = { account_id: edge.accountId };
  const { result } = await clientOf(edge).workers.scripts.deployments.list(scriptName, account);
  // The client's types take this for a page of lists; Cloudflare answers with one.
  const { deployments } = result as unknown as Cloudflare.Workers.Scripts.DeploymentListResponse;
  return deployments
    .map(({ id, versions, annotations }) => ({
      id,
      split: Object.fromEntries(versions.map((version) => [version.version_id, version.percentage])),
      message: annotations?.["workers/message"] ?? "",
    }))
    .reverse();
}

/** A Worker on a local edge that is asked all the time, and a stack to release it with. */
export class Worker {
  constructor(
    readonly edge: Edge,
    readonly name: string,
    /** The version that serves before any release. */
    readonly oldVersion: string,
    readonly stack: Stack,
    readonly load: Load,
  ) {}

  private uploads = 0;

  /** Uploads a version that gets no traffic. Its content is like no other's: else there would be nothing to release. */
  upload(source: string, metadata?: Metadata): Promise<string> {
    this.uploads += 1;
    return addVersion(this.edge, this.name, `// Upload ${this.uploads}.\n${source}`, metadata);
  }

  /** Makes the program one that releases this Worker, and does whatever else `more` says. */
  program(args: { versionId: string; plan?: unknown; [other: string]: unknown }, more = ""): void {
    this.stack.write(releasing({ scriptName: this.name, plan, ...args }) + more);
  }

  /** Deploys as wrangler or the dashboard would: with no record of a release. */
  async deploy(split: Record<string, number>): Promise<void> {
    await deploy(this.edge, this.name, split);
  }

  /** The deployments as the official client tells them, oldest first. */
  deployments(): Promise<Deployed[]> {
    return deploymentsOf(this.edge, this.name);
  }

  /** The percentages of a version in the deployments, oldest first. */
  async shares(versionId: string): Promise<number[]> {
    return (await this.deployments()).map(({ split }) => split[versionId] ?? 0);
  }

  /** What serves now. */
  async active(): Promise<Deployed> {
    const active = (await this.deployments()).at(-1);
    assert(active, `${this.name} is deployed`);
    return active;
  }

  /** Waits until a deployment is active of which `is` holds. */
  async until(what: string, is: (active: Deployed) => boolean, pace?: Pace): Promise<Deployed> {
    const found = async (): Promise<Deployed | undefined> => {
      // A read that lags behind writes may show a Worker that was never deployed.
      const active = (await this.deployments()).at(-1);
      return active !== undefined && is(active) ? active : undefined;
    };
    return until(what, found, pace);
  }
}

/** A program with one release, which exports what came of it. */
function releasing(args: Record<string, unknown>): string {
  return `
    const { Release } = require("pulumi-workers-release");
    const release = new Release("release", ${JSON.stringify(args)});
    module.exports = {
      status: release.status,
      reason: release.reason,
      finding: release.finding,
      oldVersionId: release.oldVersionId,
      deployedVersionId: release.deployedVersionId,
      stages: release.stages,
    };`;
}

/** Everything that a file of tests opens is closed after its last test. */
export interface Opened {
  readonly edge: Edge;
  /** Asks a Worker all the time, which may not be there yet. */
  load(scriptName: string, perSecond?: number): Load;
  /** An empty stack. */
  stack(folder?: string): Promise<Stack>;
  /** A healthy Worker that serves, is asked all the time, and has a stack. */
  worker(name: string, metadata?: Metadata): Promise<Worker>;
}

/** An edge for the tests of one `describe`, and on it as many Workers and stacks as they open. */
export function useWorkers(options: EdgeOptions = {}): Opened {
  const given = useEdge(options);
  const stacks: Stack[] = [];
  const loads: Load[] = [];
  after("ends what was opened", async () => {
    for (const load of loads) load.stop();
    await Promise.all(stacks.map((stack) => stack.remove()));
  });
  return {
    get edge() {
      return given.edge;
    },
    load(scriptName, perSecond) {
      const load = new Load(given.edge, scriptName, perSecond);
      loads.push(load);
      return load;
    },
    async stack(folder = folderInRepository()) {
      const stack = new Stack(given.edge, folder);
      stacks.push(stack);
      await stack.init();
      return stack;
    },
    async worker(name, metadata) {
      const oldVersion = await goLive(given.edge, name, healthy, metadata);
      return new Worker(given.edge, name, oldVersion, await this.stack(), this.load(name));
    },
  };
}
