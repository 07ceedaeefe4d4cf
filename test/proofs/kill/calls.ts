import assert from "node:assert/strict";
import type { Edge } from "../../../edge";
import { ask, call } from "../../edge/support";
import type { Known, Script, Split, Write } from "./model";

interface Version {
  readonly id: string;
  readonly annotations: { readonly "workers/tag": string };
}

interface Deployment {
  readonly versions: readonly { readonly version_id: string; readonly percentage: number }[];
  readonly annotations: { readonly "workers/message": string };
}

/** What a version of `script` answers: its own word, and its secret. */
export function answerOf(script: string, word: string): string {
  return `${word}, ${secretOf(script)}`;
}

function secretOf(script: string): string {
  return `the secret of ${script}`;
}

/** Sends a write, and returns once it was answered with success. */
export async function send(edge: Edge, script: string, write: Write): Promise<void> {
  const path = `/accounts/${edge.accountId}/workers/scripts/${script}`;
  switch (write.kind) {
    case "put":
      return succeed(edge, path, { method: "PUT", body: formOf(script, write.word) });
    case "upload":
      return succeed(edge, `${path}/versions`, { method: "POST", body: formOf(script, write.word) });
    case "deploy":
      return succeed(edge, `${path}/deployments`, {
        method: "POST",
        body: JSON.stringify({
          strategy: "percentage",
          versions: await sharesOf(edge, path, write.split),
          annotations: { "workers/message": write.word },
        }),
      });
    case "settings":
      return succeed(edge, `${path}/script-settings`, {
        method: "PATCH",
        body: JSON.stringify({ tags: [write.word] }),
      });
    case "subdomain":
      return succeed(edge, `${path}/subdomain`, {
        method: "POST",
        body: JSON.stringify({ enabled: write.enabled }),
      });
    case "delete":
      return succeed(edge, path, { method: "DELETE" });
  }
}

/** What the edge says of a script. */
export async function look(edge: Edge, script: string): Promise<Known> {
  const path = `/accounts/${edge.accountId}/workers/scripts/${script}`;
  if ((await call(edge, `${path}/deployments`)).status === 404) return undefined;
  const versions = await versionsAt(edge, path);
  const { deployments } = await result<{ deployments: Deployment[] }>(edge, `${path}/deployments`);
  const { tags } = await result<{ tags: string[] }>(edge, `${path}/script-settings`);
  const { enabled } = await result<{ enabled: boolean }>(edge, `${path}/subdomain`);
  const wordOf = (id: string): string =>
    versions.find((version) => version.id === id)?.annotations["workers/tag"] ?? id;
  return {
    versions: versions.map(({ annotations }) => annotations["workers/tag"]),
    deployments: deployments.map(({ versions, annotations }) => ({
      message: annotations["workers/message"],
      split: Object.fromEntries(versions.map((share) => [wordOf(share.version_id), share.percentage])),
    })),
    note: tags[0] ?? "",
    enabled,
  };
}

/** Checks that a script which is reachable answers with one of its live versions. */
export async function checkServed(edge: Edge, script: string, known: Script): Promise<void> {
  if (!known.enabled) return;
  const { body } = await ask(edge, script);
  const live = Object.entries(known.deployments[0]?.split ?? {}).filter(([, percentage]) => percentage > 0);
  const expected = live.map(([word]) => answerOf(script, word));
  assert(expected.includes(body), `${script} answers '${body}', expected one of: ${expected.join(" | ")}`);
}

/** The ids of all invocations that a query tells of, since a moment. */
export async function requestsSince(edge: Edge, from: number): Promise<Set<string>> {
  const answer = await call(edge, `/accounts/${edge.accountId}/workers/observability/telemetry/query`, {
    method: "POST",
    body: JSON.stringify({
      queryId: "proof",
      timeframe: { from, to: Date.now() + 60_000 },
      view: "events",
      limit: 2000,
      parameters: { filters: [], datasets: ["cloudflare-workers"] },
    }),
  });
  assert.equal(answer.status, 200, JSON.stringify(answer.json.errors));
  const { events } = answer.json.result as { events: { events: { $metadata: { requestId: string } }[] } };
  return new Set(events.events.map(({ $metadata }) => $metadata.requestId));
}

async function succeed(edge: Edge, path: string, init: RequestInit): Promise<void> {
  const { status, json } = await call(edge, path, init);
  assert.equal(status, 200, `${init.method ?? ""} ${path}: ${JSON.stringify(json.errors)}`);
}

async function result<T>(edge: Edge, path: string): Promise<T> {
  const { status, json } = await call(edge, path);
  assert.equal(status, 200, `GET ${path}: ${JSON.stringify(json.errors)}`);
  return json.result as T;
}

async function versionsAt(edge: Edge, path: string): Promise<Version[]> {
  return (await result<{ items: Version[] }>(edge, `${path}/versions?deployable=true`)).items;
}

async function sharesOf(edge: Edge, path: string, split: Split): Promise<object[]> {
  const versions = await versionsAt(edge, path);
  return Object.entries(split).map(([word, percentage]) => {
    const version = versions.find(({ annotations }) => annotations["workers/tag"] === word);
    assert(version, `version ${word} was uploaded, and is not in the list`);
    return { version_id: version.id, percentage };
  });
}

function formOf(script: string, word: string): FormData {
  const metadata = {
    main_module: "worker.mjs",
    compatibility_date: "2025-07-24",
    observability: { enabled: true },
    tags: [word],
    annotations: { "workers/tag": word, "workers/message": word },
    bindings: [{ type: "secret_text", name: "SECRET", text: secretOf(script) }],
  };
  const source = `export default { fetch: (_, env) => new Response(${JSON.stringify(`${word}, `)} + env.SECRET) };`;
  const form = new FormData();
  form.set("metadata", new Blob([JSON.stringify(metadata)], { type: "application/json" }));
  form.set(
    "worker.mjs",
    new File([source], "worker.mjs", { type: "application/javascript+module" }),
    "worker.mjs",
  );
  return form;
}
