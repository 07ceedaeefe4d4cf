import type { dynamic } from "@pulumi/pulumi";

// Pulumi serializes these functions with the provider: they capture nothing but each other.

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

/** Inputs or outputs of a resource, as far as the shell looks at them. */
export interface Properties {
  /** The resource. */
  readonly __urn?: string;
  /** See `loadedFrom` of the shell. */
  readonly __loadedFrom?: string;
}

/** What the shell keeps while its process lives; all of it is empty in a state. */
export interface Memory {
  /** The file that each resource was loaded from, by URN. */
  readonly loadedFrom: Record<string, string>;
  request?: dynamic.ConfigureRequest;
}

/** The module that does the work: of the copy that the program uses, as far as `check` has told of one. */
export async function load(
  implementation: string,
  memory: Memory,
  properties: Properties,
): Promise<Provider> {
  const told = memory.loadedFrom[String(properties.__urn)];
  const path = find(implementation, told === undefined ? Object.values(memory.loadedFrom) : [told]);
  const { createRequire } = process.getBuiltinModule("node:module");
  let provider: Provider;
  try {
    provider = createRequire(path)(path) as Provider;
  } catch (error) {
    throw explained(error);
  }
  if (memory.request !== undefined) await provider.configure(memory.request);
  return provider;
}

/**
 * Finds a module: from the given files, else from the program's folder, else from the packages it depends on, nearest
 * first. `pulumi refresh` and `pulumi destroy` run no program, so nobody tells them of a file.
 */
function find(implementation: string, files: string[]): string {
  const program = process.cwd();
  const folders = [program];
  const { createRequire } = process.getBuiltinModule("node:module");
  const resolve = (file: string): string | undefined => {
    try {
      return createRequire(file).resolve(implementation);
    } catch {
      return undefined;
    }
  };
  for (const file of files) {
    const path = resolve(file);
    if (path !== undefined) return path;
  }
  // Grows while it is walked.
  for (const folder of folders) {
    const path = resolve(`${folder}/`);
    if (path !== undefined) return path;
    folders.push(...dependencies(folder).filter((dependency) => !folders.includes(dependency)));
  }
  const [name = ""] = implementation.split("/");
  throw new Error(
    `The package ${name} is missing in ${program}: neither this folder nor any package that its package.json depends ` +
      `on has it${files.length === 0 ? "" : `, nor does ${files.join(", ")}`}. Install it there (npm install ${name}), ` +
      `or declare the package through which the program uses it in the "dependencies" of that package.json.`,
  );
}

/** The folders of the packages that the package around `folder` depends on; those that are not installed are left out. */
function dependencies(folder: string): string[] {
  const fs = process.getBuiltinModule("node:fs");
  const path = process.getBuiltinModule("node:path");
  let home = folder;
  while (!fs.existsSync(path.join(home, "package.json"))) {
    if (path.dirname(home) === home) return [];
    home = path.dirname(home);
  }
  const file = path.join(home, "package.json");
  const manifest = JSON.parse(fs.readFileSync(file, "utf8")) as Record<
    string,
    Record<string, string> | undefined
  >;
  const kinds = ["dependencies", "devDependencies", "optionalDependencies", "peerDependencies"];
  const names = kinds.flatMap((kind) => Object.keys(manifest[kind] ?? {}));
  return names.flatMap((name) => folderOf(name, file) ?? []);
}

/** Where a package is installed that `file` depends on, whatever its `exports` say. */
function folderOf(name: string, file: string): string | undefined {
  const fs = process.getBuiltinModule("node:fs");
  const path = process.getBuiltinModule("node:path");
  const modules = process.getBuiltinModule("node:module") as typeof import("node:module") & {
    // Yarn's Plug'n'Play, which has no node_modules.
    findPnpApi?: (file: string) => { resolveToUnqualified(name: string, from: string): string | null } | null;
  };
  try {
    const pnp = modules.findPnpApi?.(file);
    if (pnp) return pnp.resolveToUnqualified(name, file) ?? undefined;
  } catch {
    return undefined;
  }
  const parents = modules.createRequire(file).resolve.paths(name) ?? [];
  const found = parents.find((parent) => fs.existsSync(path.join(parent, name, "package.json")));
  return found === undefined ? undefined : fs.realpathSync(path.join(found, name));
}

/** Says which package a module did not find, and where it looked. */
function explained(error: unknown): unknown {
  const path = process.getBuiltinModule("node:path");
  const { code, message, requireStack = [] } = error as NodeJS.ErrnoException & { requireStack?: string[] };
  const [, missing] = /^Cannot find module '(?![./])((?:@[^/']+\/)?[^/']+)/.exec(message) ?? [];
  const [file] = requireStack;
  if (code !== "MODULE_NOT_FOUND" || missing === undefined || file === undefined) return error;
  return new Error(
    `The package ${missing} is missing in ${path.dirname(file)}, where pulumi-workers-release needs it. Install the ` +
      `program's packages again; when it is a peer dependency, add it to the program's package.json.`,
  );
}
