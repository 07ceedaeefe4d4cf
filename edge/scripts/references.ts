import type { State } from "../state";
import type { Binding, Script } from "./types";

/** A binding of another script that needs this one. */
export interface Reference {
  readonly script: Script;
  readonly binding: Binding;
}

/** Who needs a script: the bindings to it that the others' latest versions have, and those that hear of its calls. */
export function referencesTo(state: State, { name }: Script): Reference[] {
  const others = state.scripts.list().filter((script) => script.name !== name);
  return others.flatMap((script) => {
    const bindings = state.versions.latest(script.name)?.bindings ?? [];
    return bindings.filter((binding) => needs(binding, name)).map((binding) => ({ script, binding }));
  });
}

function needs({ type, service, script_name: scriptName }: Binding, name: string): boolean {
  if (type === "service") return service === name;
  return type === "durable_object_namespace" && scriptName === name;
}

/** The scripts whose calls this one is told of. */
export function producersFor(state: State, { name }: Script): Script[] {
  return state.scripts
    .list()
    .filter(({ settings }) => settings.tailConsumers.some(({ service }) => service === name));
}
