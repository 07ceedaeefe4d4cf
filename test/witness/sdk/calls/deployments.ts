import { saying } from "../../../edge/support";
import { SETTINGS } from "../world";
import { moduleFile, part, type Calls } from "./types";

/** The versions of a script, and which of them get traffic. */
export const DEPLOYMENT_CALLS: Calls = {
  "workers.scripts.versions.create": [
    ({ client, account, script }) =>
      client.workers.scripts.versions.create(script, {
        ...account,
        metadata: part("metadata", {
          ...SETTINGS,
          main_module: "worker.mjs",
          keep_bindings: ["secret_text"],
          annotations: { "workers/message": "the third" },
        }),
        files: [moduleFile(saying("third"))],
      }),
  ],
  "workers.scripts.versions.list": [
    ({ client, account, script }) => client.workers.scripts.versions.list(script, account),
    ({ client, account, script }) =>
      client.workers.scripts.versions.list(script, { ...account, deployable: true }),
  ],
  "workers.scripts.versions.get": [
    ({ client, account, script, newer }) =>
      client.workers.scripts.versions.get(newer, { ...account, script_name: script }),
  ],
  "workers.scripts.deployments.create": [
    ({ client, account, script, older, newer }) =>
      client.workers.scripts.deployments.create(script, {
        ...account,
        strategy: "percentage",
        versions: [
          { version_id: newer, percentage: 0.5 },
          { version_id: older, percentage: 99.5 },
        ],
        annotations: { "workers/message": "a little" },
      }),
  ],
  "workers.scripts.deployments.list": [
    ({ client, account, script }) => client.workers.scripts.deployments.list(script, account),
  ],
  "workers.scripts.deployments.get": [
    ({ client, account, script, pastDeployment }) =>
      client.workers.scripts.deployments.get(pastDeployment, { ...account, script_name: script }),
  ],
  "workers.scripts.deployments.delete": [
    ({ client, account, script, pastDeployment }) =>
      client.workers.scripts.deployments.delete(pastDeployment, { ...account, script_name: script }),
  ],
};
