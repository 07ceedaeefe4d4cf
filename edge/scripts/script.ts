import { randomBytes } from "node:crypto";
import { timestamp } from "../state/timestamp";
import type { ScriptSettingsChange } from "./metadata";
import { NO_DURABLE_OBJECTS } from "./migrations";
import type { Script, ScriptSettings } from "./types";

const NEW_SETTINGS: ScriptSettings = {
  observability: { enabled: false },
  logpush: false,
  tags: [],
  tailConsumers: [],
};

/** A script that has nothing yet. */
export function newScript(name: string, source: string): Script {
  const now = timestamp();
  return {
    name,
    tag: randomBytes(16).toString("hex"),
    createdOn: now,
    modifiedOn: now,
    lastDeployedFrom: source,
    subdomainEnabled: false,
    previewsEnabled: false,
    settings: NEW_SETTINGS,
    durableObjects: NO_DURABLE_OBJECTS,
    schedules: [],
  };
}

/** The script with all of its settings said anew: what is left out goes back to what a new script has. */
export function rewritten(script: Script, change: ScriptSettingsChange): Script {
  return changed({ ...script, settings: NEW_SETTINGS }, change);
}

/** The script with the settings that a change gives, and the others as they were. */
export function changed(script: Script, change: ScriptSettingsChange): Script {
  const { observability, logpush, tags, tail_consumers: tailConsumers } = change;
  const settings = {
    observability: observability ?? script.settings.observability,
    logpush: logpush ?? script.settings.logpush,
    tags: tags ?? script.settings.tags,
    tailConsumers: tailConsumers ?? script.settings.tailConsumers,
  };
  return { ...script, settings, modifiedOn: timestamp() };
}
