import type { EdgeContext } from "../context";
import { producersFor, referencesTo } from "../scripts/references";
import type { Script } from "../scripts/types";
import { CODES } from "./codes";
import { ApiError } from "./error";

/**
 * Deletes a script with all it has, once no version of it is being made. Unless it is forced, one that others need
 * stays.
 */
export function deleteScript(edge: EdgeContext, script: Script, isForced: boolean): Promise<void> {
  const { state, routes, instances } = edge;
  return state.turns.take(script.name, async () => {
    if (!isForced) refuseIfNeeded(edge, script);
    const versions = state.versions.list(script.name).map(({ id }) => id);
    detach(edge, script);
    state.scripts.delete(script.name);
    routes.reload(script.name);
    await instances.stop(versions);
  });
}

/** What leads to a script goes with it: its routes and custom domains, and what it consumes. */
function detach({ state, hosts }: EdgeContext, { name }: Script): void {
  state.transaction(() => {
    for (const kind of [state.patterns, state.domains]) {
      for (const { id, scriptName } of kind.list()) if (scriptName === name) kind.delete(id);
    }
    for (const queue of state.queues.list()) {
      const consumers = queue.consumers.filter(({ scriptName }) => scriptName !== name);
      if (consumers.length < queue.consumers.length) state.queues.put({ ...queue, consumers });
    }
  });
  hosts.reload();
}

function refuseIfNeeded({ state }: EdgeContext, script: Script): void {
  const users = [
    ...referencesTo(state, script).map((reference) => reference.script),
    ...producersFor(state, script),
  ];
  if (users.length === 0) return;
  const names = [...new Set(users.map(({ name }) => name))].join(", ");
  throw new ApiError(
    400,
    CODES.inUse,
    `Cannot delete this Worker: it is used by ${names}. Remove their bindings and tail consumers first, or delete it with ?force=true.`,
  );
}
