import { putScript, saying } from "../../../edge/support";
import { BINDINGS, MIGRATIONS, SETTINGS, SOURCE } from "../world";
import { BODY_NAMES_ITS_TYPE, moduleFile, part, type Calls } from "./types";

const METADATA = {
  ...SETTINGS,
  main_module: "worker.mjs",
  compatibility_flags: ["nodejs_compat"],
  bindings: BINDINGS,
  migrations: MIGRATIONS,
};

/** Scripts, their content, settings, secrets, schedules and subdomain. */
export const SCRIPT_CALLS: Calls = {
  "workers.scripts.update": [
    ({ client, account }) =>
      client.workers.scripts.update(
        "uploaded",
        { ...account, metadata: part("metadata", METADATA), files: [moduleFile(SOURCE)] },
        BODY_NAMES_ITS_TYPE,
      ),
  ],
  "workers.scripts.list": [
    ({ client, account }) => client.workers.scripts.list(account),
    ({ client, account }) => client.workers.scripts.list({ ...account, tags: "tested:yes" }),
  ],
  "workers.scripts.search": [
    ({ client, account, script }) => client.workers.scripts.search({ ...account, name: script }),
  ],
  "workers.scripts.get": [({ client, account, script }) => client.workers.scripts.get(script, account)],
  "workers.scripts.delete": [
    async ({ client, account, edge }) => {
      await putScript(edge, "deleted", saying("one"));
      return client.workers.scripts.delete("deleted", account);
    },
  ],
  "workers.scripts.content.get": [
    ({ client, account, script }) => client.workers.scripts.content.get(script, account),
  ],
  "workers.scripts.content.update": [
    async ({ client, account, edge }) => {
      await putScript(edge, "content", SOURCE, METADATA);
      const body = { ...account, metadata: part("metadata", { main_module: "worker.mjs" }) };
      return client.workers.scripts.content.update("content", {
        ...body,
        files: [moduleFile(saying("two"))],
      });
    },
  ],
  "workers.scripts.subdomain.create": [
    ({ client, account, script }) =>
      client.workers.scripts.subdomain.create(script, { ...account, enabled: true }),
  ],
  "workers.scripts.subdomain.get": [
    ({ client, account, script }) => client.workers.scripts.subdomain.get(script, account),
  ],
  "workers.scripts.subdomain.delete": [
    ({ client, account, script }) => client.workers.scripts.subdomain.delete(script, account),
  ],
  "workers.scripts.schedules.update": [
    ({ client, account, script }) =>
      client.workers.scripts.schedules.update(script, { ...account, body: [{ cron: "0 0 * * *" }] }),
  ],
  "workers.scripts.schedules.get": [
    ({ client, account, script }) => client.workers.scripts.schedules.get(script, account),
  ],
  "workers.scripts.settings.edit": [
    ({ client, account, script }) =>
      client.workers.scripts.settings.edit(script, { ...account, logpush: false, tags: ["tested"] }),
  ],
  "workers.scripts.settings.get": [
    ({ client, account, script }) => client.workers.scripts.settings.get(script, account),
  ],
  "workers.scripts.scriptAndVersionSettings.edit": [
    ({ client, account, script }) =>
      client.workers.scripts.scriptAndVersionSettings.edit(script, {
        ...account,
        settings: part("settings", { tags: ["tested"] }),
      }),
  ],
  "workers.scripts.scriptAndVersionSettings.get": [
    ({ client, account, script }) => client.workers.scripts.scriptAndVersionSettings.get(script, account),
  ],
  "workers.scripts.secrets.update": [
    async ({ client, account, edge }) => {
      await putScript(edge, "secretive", saying("one"));
      const secret = { name: "TOLD", text: "hidden", type: "secret_text" } as const;
      return client.workers.scripts.secrets.update("secretive", { ...account, ...secret });
    },
  ],
  "workers.scripts.secrets.bulkUpdate": [
    ({ client, account }) =>
      client.workers.scripts.secrets.bulkUpdate("secretive", {
        ...account,
        secrets: { MORE: { name: "MORE", text: "hidden", type: "secret_text" } },
      }),
  ],
  "workers.scripts.secrets.list": [
    ({ client, account }) => client.workers.scripts.secrets.list("secretive", account),
  ],
  "workers.scripts.secrets.get": [
    ({ client, account }) =>
      client.workers.scripts.secrets.get("TOLD", { ...account, script_name: "secretive" }),
  ],
  "workers.scripts.secrets.delete": [
    ({ client, account }) =>
      client.workers.scripts.secrets.delete("TOLD", { ...account, script_name: "secretive" }),
  ],
};
