import type { LoadedPlan } from "../../plan/file/load";
import type { Choice } from "../pages/start";
import { NotThere, type PlanPorts } from "../ports";

/** What somebody has chosen for a release, by the fields of a form. */
export function choiceOf({ version, plan, ...rest }: Readonly<Record<string, string>>): Choice {
  return { version: version || undefined, plan: plan || undefined, args: argsIn(rest) };
}

/** The arguments of a plan among the fields of a form: `arg.maxErrors`. */
export function argsIn(fields: Readonly<Record<string, unknown>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(fields).flatMap(([name, value]) =>
      name.startsWith("arg.") && typeof value === "string" && value !== "" ? [[name.slice(4), value]] : [],
    ),
  );
}

/** What was chosen, and the plan that it comes to; undefined as long as none is. */
export interface LoadedChoice {
  readonly choice: Choice;
  readonly loaded: LoadedPlan | undefined;
}

/** Loads the plan that was chosen. Values for arguments of another plan, chosen before, are left out. */
export async function loadedBy({ load }: Pick<PlanPorts, "load">, choice: Choice): Promise<LoadedChoice> {
  const { plan, args } = choice;
  if (plan === undefined) return { choice, loaded: undefined };
  try {
    const { args: declared } = await load(plan, {});
    const names = new Set(declared.map(({ name }) => name));
    const own = Object.fromEntries(Object.entries(args).filter(([name]) => names.has(name)));
    return { choice: { ...choice, args: own }, loaded: await load(plan, own) };
  } catch (error) {
    if (error instanceof NotThere) return { choice, loaded: undefined };
    throw error;
  }
}
