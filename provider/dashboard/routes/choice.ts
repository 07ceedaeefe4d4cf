import type { Choice } from "../pages/start";

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
