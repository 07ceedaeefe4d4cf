import { ApiError } from "../api/error";
import { CODES } from "../api/codes";
import type { State } from "../state";
import type { Binding, DurableObjects, Version } from "./types";

/** Refuses bindings to what is not there: other Workers, and classes of Durable Objects. */
export function checkTargets(state: State, version: Version): void {
  for (const binding of version.bindings) {
    if (binding.type === "service") checkService(state, version, binding);
    if (binding.type === "durable_object_namespace") checkClass(state, version, binding);
  }
}

function checkService(state: State, { scriptName }: Version, { name, service }: Binding): void {
  if (service === scriptName || state.scripts.get(String(service)) !== undefined) return;
  throw new ApiError(
    400,
    CODES.serviceBindingTarget,
    `Service binding '${name}' references Worker '${String(service)}' which was not found. ` +
      "Verify the Worker exists in your account and that the service name in your configuration is correct.",
  );
}

function checkClass(state: State, version: Version, { name, class_name, script_name }: Binding): void {
  const className = String(class_name);
  if (classesOf(state, version, script_name)?.classes.some((one) => one.className === className)) return;
  throw new ApiError(
    400,
    CODES.classNotConfigured,
    `Cannot create binding '${name}' for class '${className}' because it is not currently configured to implement ` +
      "Durable Objects. Did you forget to apply a migration?",
  );
}

/** The classes of the script that a binding is to, which is the version's own if it names none. */
function classesOf(state: State, version: Version, scriptName: unknown): DurableObjects | undefined {
  if (typeof scriptName !== "string" || scriptName === version.scriptName) return version.durableObjects;
  return state.scripts.get(scriptName)?.durableObjects;
}
