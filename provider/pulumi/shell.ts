import type { dynamic } from "@pulumi/pulumi";

/** What a module that carries out a resource exports. Its arguments come from a program or a state file: unchecked. */
export interface Provider {
  configure(request: dynamic.ConfigureRequest): Promise<void>;
  check(olds: unknown, news: unknown): Promise<dynamic.CheckResult>;
  diff(id: string, olds: unknown, news: unknown): Promise<dynamic.DiffResult>;
  create(inputs: unknown): Promise<dynamic.CreateResult>;
  read(id: string, outputs: unknown): Promise<dynamic.ReadResult>;
  update(id: string, olds: unknown, news: unknown): Promise<dynamic.UpdateResult>;
  delete(id: string, outputs: unknown): Promise<void>;
}

/** The modules that carry out the resources, as `package.json` exports them. */
export type Implementation =
  "pulumi-workers-release/internal/release" | "pulumi-workers-release/internal/scriptVersion";

/**
 * The provider that Pulumi serializes into every state. All it captures is the name of the module that does the work,
 * and how to find it: so its text is the same in every version of this package, a state never runs old code, and no
 * program shows a change because the package was updated.
 */
export function shell(implementation: Implementation): dynamic.ResourceProvider {
  return {
    // The engine may call `create` before this promise settles; the module takes the configuration before it awaits.
    configure: async (request) => load(implementation).configure(request),
    check: async (olds: unknown, news: unknown) => load(implementation).check(olds, news),
    diff: async (id: string, olds: unknown, news: unknown) => load(implementation).diff(id, olds, news),
    create: async (inputs: unknown) => load(implementation).create(inputs),
    read: async (id: string, outputs: unknown) => load(implementation).read(id, outputs),
    update: async (id: string, olds: unknown, news: unknown) => load(implementation).update(id, olds, news),
    delete: async (id: string, outputs: unknown) => load(implementation).delete(id, outputs),
  };
}

/** Finds a module from the program's directory, where the engine runs the provider. */
function load(implementation: string): Provider {
  const { createRequire } = process.getBuiltinModule("node:module");
  return createRequire(`${process.cwd()}/`)(implementation) as Provider;
}
