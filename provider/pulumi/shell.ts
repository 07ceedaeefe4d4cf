import type { dynamic } from "@pulumi/pulumi";
import { load as loadOf, type Memory, type Properties } from "./loading";

/** The modules that carry out the resources, as `package.json` exports them. */
export type Implementation =
  "pulumi-workers-release/internal/release" | "pulumi-workers-release/internal/scriptVersion";

/**
 * Goes into the inputs of each resource, so that the provider finds the very copy of this package that the program
 * uses. The shell takes it out again in `check`: it never gets into a state. Empty in a bundle that has no such name.
 */
export const loadedFrom = typeof __filename === "string" ? { __loadedFrom: __filename } : {};

/**
 * The provider that Pulumi serializes into every state. All it captures is the name of the module that does the work,
 * and how to find it: so its text is the same in every version of this package, a state never runs old code, and no
 * program shows a change because the package was updated or lies in another folder.
 *
 * @throws {Error} under Bun
 */
export function shell(implementation: Implementation): dynamic.ResourceProvider {
  refuseBun();
  const memory: Memory = { loadedFrom: {} };
  // Captured by itself: the module it comes from would be captured as a `require`, which is not found everywhere.
  const load = loadOf;
  return {
    // The module is found only once `check` has told where; until then the configuration is kept for it.
    configure: async (request) => {
      memory.request = request;
      return Promise.resolve();
    },
    check: async (olds: unknown, news: Properties) => {
      const { __loadedFrom, ...inputs } = news;
      if (__loadedFrom !== undefined) memory.loadedFrom[String(news.__urn)] = __loadedFrom;
      return (await load(implementation, memory, news)).check(olds, inputs);
    },
    diff: async (id: string, olds: unknown, news: Properties) =>
      (await load(implementation, memory, news)).diff(id, olds, news),
    create: async (inputs: Properties) => (await load(implementation, memory, inputs)).create(inputs),
    read: async (id: string, outputs: Properties) =>
      (await load(implementation, memory, outputs)).read(id, outputs),
    update: async (id: string, olds: unknown, news: Properties) =>
      (await load(implementation, memory, news)).update(id, olds, news),
    delete: async (id: string, outputs: Properties) =>
      (await load(implementation, memory, outputs)).delete(id, outputs),
  };
}

/** Under Bun, Pulumi fails to serialize any provider, with a message that names neither Bun nor what to do. */
function refuseBun(): void {
  const { bun } = process.versions;
  if (bun === undefined) return;
  throw new Error(
    `pulumi-workers-release needs \`runtime: nodejs\` in Pulumi.yaml: this program runs on Bun ${bun}, where Pulumi does not ` +
      `support dynamic providers.`,
  );
}
