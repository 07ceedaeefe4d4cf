import { posix } from "node:path";
import { loadPlanFile, type LoadedPlan, type PlanFiles } from "../../../provider/plan/file/load";
import { problemText } from "../../../provider/plan/file/problem";
import type { Given } from "../../../provider/plan/file/args";

/** Plan files that are nowhere but in a test. */
export function filesOf(texts: Readonly<Record<string, string>>): PlanFiles {
  return {
    locate(path, from) {
      const id = posix.join(from === undefined ? "." : posix.dirname(from), path);
      return { id, name: id };
    },
    read({ id, name }) {
      const text = texts[id];
      if (text === undefined) throw new Error(`there is no file ${name}`);
      return text;
    },
  };
}

/** The plan of the file `web.yaml`, as a program loads it. */
export function load(texts: string | Record<string, string>, given: Partial<Given> = {}): LoadedPlan {
  const files = filesOf(typeof texts === "string" ? { "web.yaml": texts } : texts);
  return loadPlanFile("web.yaml", files, { args: {}, asText: false, missing: "refuse", ...given });
}

/** What is wrong with it, a line for each. */
export function problemsIn(texts: string | Record<string, string>, given?: Partial<Given>): string[] {
  return load(texts, given).problems.map(problemText);
}
