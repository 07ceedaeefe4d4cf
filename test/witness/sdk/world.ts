import type Cloudflare from "cloudflare";
import type { Edge } from "../../../edge";
import { addVersion, ask, deploy, goLive, invocationsOf, saying, until } from "../../edge/support";

/** What the calls of the client are about. */
export interface World {
  readonly client: Cloudflare;
  readonly edge: Edge;
  readonly account: { readonly account_id: string };
  /** A Worker with a secret, two versions, and all of the traffic on the older one. */
  readonly script: string;
  readonly older: string;
  readonly newer: string;
  /** Of that Worker: the id, and a deployment that is over. */
  readonly workerId: string;
  readonly pastDeployment: string;
}

const SCRIPT = "story";

/** All that can be said of a Worker and its versions, so that no answer is short for want of something to tell. */
export const BINDINGS = [
  { type: "plain_text", name: "WORD", text: "hello" },
  { type: "json", name: "LIST", json: [1, 2] },
  { type: "secret_text", name: "SECRET", text: "hidden" },
  { type: "version_metadata", name: "VERSION" },
];

export const SETTINGS = {
  observability: {
    enabled: true,
    head_sampling_rate: 1,
    logs: { enabled: true, invocation_logs: true, head_sampling_rate: 1, persist: true, destinations: [] },
    traces: {
      enabled: false,
      head_sampling_rate: 1,
      persist: true,
      destinations: [],
      propagation_policy: "accept" as const,
    },
    issues: { enabled: false },
    redact_query_string: false,
  },
  placement: { mode: "smart" as const },
  limits: { cpu_ms: 50, subrequests: 100 },
  tags: ["tested"],
};

export const MIGRATIONS = { new_tag: "v1", new_sqlite_classes: ["Counter"] };

export const SOURCE = `
export class Counter {}
export default {
  fetch(request) {
    console.log("one", { two: 2 });
    if (request.url.endsWith("/throw")) throw new Error("asked for");
    return new Response("older");
  },
};`;

/** Makes the Worker, and waits for the telemetry of a request and of what it logged. */
export async function worldAt(edge: Edge, client: Cloudflare): Promise<World> {
  const account = { account_id: edge.accountId };
  const older = await goLive(edge, SCRIPT, SOURCE, {
    ...SETTINGS,
    compatibility_flags: ["nodejs_compat"],
    bindings: BINDINGS,
    migrations: MIGRATIONS,
    annotations: { "workers/tag": "v1", "workers/message": "the older one" },
  });
  const newer = await addVersion(edge, SCRIPT, saying("newer"), {
    ...SETTINGS,
    compatibility_flags: ["nodejs_compat"],
    bindings: BINDINGS,
    annotations: { "workers/tag": "v2", "workers/message": "the newer one" },
  });
  const { id: pastDeployment } = await client.workers.scripts.deployments.create(SCRIPT, {
    ...account,
    strategy: "percentage",
    versions: [
      { version_id: newer, percentage: 10 },
      { version_id: older, percentage: 90 },
    ],
    annotations: { "workers/message": "a tenth" },
  });
  await deploy(edge, SCRIPT, { [older]: 100 });
  await ask(edge, SCRIPT);
  await ask(edge, SCRIPT, { path: "/throw" });
  await until("telemetry", async () => ((await invocationsOf(edge, SCRIPT)).length > 1 ? true : undefined));
  const [script] = (await client.workers.scripts.list(account)).result;
  const workerId = script?.tag ?? "";
  return { client, edge, account, script: SCRIPT, older, newer, workerId, pastDeployment };
}
