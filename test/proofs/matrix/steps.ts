import { equal, match, notEqual, ok } from "node:assert/strict";
import type { Edge } from "../../../edge";
import { deploymentsOf, healthy } from "../../e2e/worker";
import type { Project, Ran } from "./project";

/** What is done to each set-up, in this order. */
export const steps = ["install", "preview", "up", "no diff", "state", "abort", "refresh", "destroy"] as const;
export type Step = (typeof steps)[number];

const failing = `export default { fetch() { return new Response("no", { status: 500 }); } };`;

/** The steps of a project that releases a Worker on a local edge; each throws what went wrong. */
export function stepsOf(
  project: Project,
  edge: Edge,
  worker: string,
  checks: readonly (readonly string[])[],
): Record<Step, () => Promise<void>> {
  let released = "";
  const good = { WORKER: worker, SOURCE: `${healthy} // released` };
  const bad = { WORKER: worker, SOURCE: failing };
  const up = (env: NodeJS.ProcessEnv): Promise<Ran> =>
    project.pulumi("up", ["up", "--yes", "--skip-preview"], env);
  return {
    install: async () => {
      succeeded(await project.install());
      for (const check of checks) succeeded(await project.check(check));
      await project.pulumi("init", ["stack", "init", "test"]);
    },
    preview: async () => {
      const ran = await project.pulumi("preview", ["preview", "--diff"], good);
      succeeded(ran);
      match(ran.output, /workers-release:Release/);
    },
    up: async () => {
      const before = await serving(edge, worker);
      succeeded(await up(good));
      released = await serving(edge, worker);
      notEqual(released, before, "the new version serves");
    },
    "no diff": async () => {
      succeeded(await project.pulumi("unchanged", ["preview", "--diff", "--expect-no-changes"], good));
    },
    state: async () => {
      const ran = await project.pulumi("export", ["stack", "export"]);
      succeeded(ran);
      match(ran.output, /workers-release:Release/);
      // Pulumi itself writes there where the program registered a resource, for an ES module with its whole path.
      const ours = ran.output.replaceAll(/"sourcePosition": ?"[^"]*"/g, "");
      ok(!ours.includes(project.root), "the state names a folder of this machine");
    },
    abort: async () => {
      const ran = await up(bad);
      notEqual(ran.code, 0, "a version that fails is released");
      match(ran.output, /violated/);
      equal(await serving(edge, worker), released, "the version that was released serves again");
    },
    refresh: async () => {
      succeeded(await project.pulumi("refresh", ["refresh", "--yes", "--skip-preview"], bad));
    },
    destroy: async () => {
      succeeded(await project.pulumi("destroy", ["destroy", "--yes", "--skip-preview"]));
    },
  };
}

function succeeded({ code, output }: Ran): void {
  equal(code, 0, output);
}

/** The version that serves all traffic. */
async function serving(edge: Edge, worker: string): Promise<string> {
  const { split = {} } = (await deploymentsOf(edge, worker)).at(-1) ?? {};
  return Object.entries(split).find(([, percent]) => percent === 100)?.[0] ?? "";
}
