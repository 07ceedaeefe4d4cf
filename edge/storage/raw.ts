import { writeFileSync } from "node:fs";
import type { Service, Worker_Binding } from "miniflare";
import type { Scratch } from "../data/scratch";

/** A binding as workerd's configuration has it, for what Miniflare has no option. */
export interface RawBinding {
  readonly name: string;
  readonly binding: Worker_Binding;
  /** What the binding leads to, and what that leads to. Services of one name are the same service. */
  readonly services: readonly Service[];
}

/** A raw binding as Miniflare takes it: through a plugin. */
interface RawOption {
  readonly name: string;
  readonly type: "raw";
  readonly plugin: { readonly package: string; readonly name: "raw" };
  readonly options: Pick<RawBinding, "binding" | "services">;
}

/**
 * The file through which Miniflare loads our plugin. Miniflare looks for the export with the eyes of an ES module,
 * which see it in this line but not in what a compiler has made of ours.
 */
export function writePlugin(scratch: Scratch): string {
  const file = scratch.path("plugin.cjs");
  writeFileSync(file, `exports.plugins = require(${JSON.stringify(require.resolve("./plugin"))}).plugins;\n`);
  return file;
}

/** Raw bindings as an option of a worker. */
export function rawOptions(plugin: string, bindings: readonly RawBinding[]): RawOption[] {
  return bindings.map(({ name, binding, services }) => ({
    name,
    type: "raw",
    plugin: { package: plugin, name: "raw" },
    options: { binding, services },
  }));
}
