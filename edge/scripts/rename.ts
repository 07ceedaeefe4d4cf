import { CODES } from "../api/codes";
import { ApiError } from "../api/error";
import type { EdgeContext } from "../context";
import { producersFor, referencesTo } from "./references";
import type { Script } from "./types";

/**
 * Gives a script another name: its versions, deployments, objects, routes, domains and queues stay with it. Traffic that
 * is on its way is answered. What telemetry has of it keeps the old name.
 */
export function renameWorker(edge: EdgeContext, script: Script, to: string): Promise<Script> {
  const { state, routes, storage, hosts } = edge;
  const from = script.name;
  return state.turns.take(from, async () => {
    refuseRename(edge, script, to);
    for (const { id } of state.versions.list(from)) leave(edge, id);
    await storage.move(from, to);
    state.transaction(() => {
      state.renameScript(from, to);
      for (const domain of state.domains.list()) {
        if (domain.scriptName === from) state.domains.put({ ...domain, scriptName: to });
      }
      for (const pattern of state.patterns.list()) {
        if (pattern.scriptName === from) state.patterns.put({ ...pattern, scriptName: to });
      }
      for (const queue of state.queues.list()) {
        const consumers = queue.consumers.map((one) =>
          one.scriptName === from ? { ...one, scriptName: to } : one,
        );
        state.queues.put({ ...queue, consumers });
      }
    });
    hosts.reload();
    routes.rename(from, to);
    return { ...script, name: to };
  });
}

/** A version that runs ends with what it has to do, and is started under its new name. */
function leave({ instances }: EdgeContext, versionId: string): void {
  const instance = instances.ready(versionId);
  if (instance !== undefined) instances.replace(instance);
}

function refuseRename({ state }: EdgeContext, script: Script, to: string): void {
  if (state.scripts.get(to) !== undefined) {
    throw new ApiError(409, CODES.invalidScriptName, `A Worker named ${to} already exists.`);
  }
  const users = [...referencesTo(state, script).map((one) => one.script), ...producersFor(state, script)];
  if (users.length === 0) return;
  const names = [...new Set(users.map(({ name }) => name))].join(", ");
  throw new ApiError(
    400,
    CODES.inUse,
    `Cannot rename ${script.name} to ${to}: ${names} would look for it under its old name. Remove their bindings and tail ` +
      "consumers first.",
  );
}
