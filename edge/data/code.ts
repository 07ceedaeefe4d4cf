import { environmentOf } from "../scripts/bindings";
import { runnableDate } from "../scripts/compatibility";
import type { Modules, Version } from "../scripts/types";

/** The name a version goes by in its own process, where it is the only one. */
export const WORKER = "version";

/** A version's code, and what of its environment is in the version itself. */
export function codeOf(version: Version, modules: Modules, newestDate: string) {
  return {
    name: WORKER,
    modulesRoot: "/",
    modules: mainFirst(modules, version.mainModule).map(({ name, type, content }) => ({
      type,
      path: `/${name}`,
      contents: Buffer.from(content),
    })),
    compatibilityDate: runnableDate(version.compatibilityDate, newestDate),
    compatibilityFlags: [...version.compatibilityFlags],
    bindings: environmentOf(version),
  };
}

/** workerd starts with the first module it is given. */
function mainFirst(modules: Modules, mainModule: string): Modules {
  return modules.toSorted((a, b) => Number(b.name === mainModule) - Number(a.name === mainModule));
}
