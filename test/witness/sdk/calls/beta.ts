import { Buffer } from "node:buffer";
import { putScript, saying } from "../../../edge/support";
import { SETTINGS, type World } from "../world";
import type { Calls } from "./types";

const { observability, placement, limits, tags } = SETTINGS;

const NEW = { logpush: false, observability, subdomain: { enabled: true }, tags };

function versionBody(word: string) {
  return {
    main_module: "worker.mjs",
    compatibility_date: "2026-07-01",
    compatibility_flags: ["nodejs_compat"],
    placement,
    limits,
    annotations: { "workers/message": word, "workers/tag": word },
    bindings: [
      { type: "plain_text", name: "WORD", text: word } as const,
      { type: "secret_text", name: "SECRET", text: "hidden" } as const,
    ],
    modules: [
      {
        name: "worker.mjs",
        content_type: "application/javascript+module",
        content_base64: Buffer.from(saying(word)).toString("base64"),
      },
    ],
  };
}

/** The id of a Worker that was made by its name, whoever made it. */
async function idOf({ client, account }: World, name: string): Promise<string> {
  const page = await client.workers.beta.workers.list({ ...account, per_page: 100 });
  return page.result.find((worker) => worker.name === name)?.id ?? "";
}

/** A Worker of its own for what changes it. */
async function spare(world: World, name: string): Promise<string> {
  await putScript(world.edge, name, saying("one"));
  return idOf(world, name);
}

/** The newer routes: a Worker first, versions then. */
export const BETA_CALLS: Calls = {
  "workers.beta.workers.create": [
    ({ client, account }) => client.workers.beta.workers.create({ ...account, ...NEW, name: "made" }),
  ],
  "workers.beta.workers.list": [({ client, account }) => client.workers.beta.workers.list(account)],
  "workers.beta.workers.get": [
    ({ client, account, workerId }) => client.workers.beta.workers.get(workerId, account),
    ({ client, account }) => client.workers.beta.workers.get("made", account),
  ],
  "workers.beta.workers.update": [
    async (world) =>
      world.client.workers.beta.workers.update(await idOf(world, "made"), {
        ...world.account,
        ...NEW,
        name: "made",
      }),
  ],
  "workers.beta.workers.edit": [
    async (world) =>
      world.client.workers.beta.workers.edit(await idOf(world, "made"), {
        ...world.account,
        ...NEW,
        name: "made",
        tail_consumers: [],
      }),
  ],
  "workers.beta.workers.versions.create": [
    ({ client, account, workerId }) =>
      client.workers.beta.workers.versions.create(workerId, {
        ...account,
        ...versionBody("one"),
      }),
    async (world) =>
      world.client.workers.beta.workers.versions.create(await idOf(world, "made"), {
        ...world.account,
        ...versionBody("two"),
        deploy: true,
      }),
  ],
  "workers.beta.workers.versions.list": [
    ({ client, account, workerId }) => client.workers.beta.workers.versions.list(workerId, account),
  ],
  "workers.beta.workers.versions.get": [
    ({ client, account, workerId, newer }) =>
      client.workers.beta.workers.versions.get(newer, { ...account, worker_id: workerId }),
    ({ client, account, workerId, newer }) =>
      client.workers.beta.workers.versions.get(newer, {
        ...account,
        worker_id: workerId,
        include: "modules",
      }),
  ],
  "workers.beta.workers.versions.delete": [
    async (world) => {
      const { client, account } = world;
      const worker_id = await idOf(world, "made");
      await client.workers.beta.workers.versions.create(worker_id, { ...account, ...versionBody("three") });
      const { result } = await client.workers.beta.workers.versions.list(worker_id, account);
      return client.workers.beta.workers.versions.delete(result[0]?.id ?? "", { ...account, worker_id });
    },
  ],
  "workers.beta.workers.delete": [
    async (world) => world.client.workers.beta.workers.delete(await spare(world, "unmade"), world.account),
  ],
};
