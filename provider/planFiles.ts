import { readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { basename, dirname, join, relative, resolve, sep } from "node:path";
import { adviceOn } from "./plan/faults";
import type { PlanFile, PlanFiles } from "./plan/file/load";
import { closestOf } from "./plan/likeness";

/** What the name of a ready-made plan begins with. */
const readyMade = "pulumi-workers-release/";

/** Plan files on this machine, and the ready-made plans of this package. Paths are relative to the working directory. */
export const planFiles: PlanFiles = { locate, read };

function locate(path: string, from?: string): PlanFile {
  if (path.startsWith(readyMade)) {
    return { id: join(readyMadeFolder(), `${path.slice(readyMade.length)}.yaml`), name: path };
  }
  const id = resolve(from === undefined ? "." : dirname(from), path);
  return { id, name: relative(process.cwd(), id).split(sep).join("/") || "." };
}

function read({ id, name }: PlanFile): string {
  try {
    return readFileSync(id, "utf8");
  } catch (error) {
    throw new Error(reasonOf(error, id, name), { cause: error });
  }
}

function reasonOf(error: unknown, id: string, name: string): string {
  const code = (error as NodeJS.ErrnoException).code ?? String(error);
  if (name.startsWith(readyMade)) {
    const plan = name.slice(readyMade.length);
    const plans = filesIn(readyMadeFolder()).map((file) => file.replace(/\.yaml$/, ""));
    return `there is no ready-made plan "${plan}": ${adviceOn(plan, plans)}`;
  }
  if (code === "EISDIR") return `${name} is a folder, expected a plan file`;
  if (code !== "ENOENT" && code !== "ENOTDIR") return `the file ${name} cannot be read: ${code}`;
  const plans = filesIn(readyMadeFolder());
  const isReadyMade = plans.includes(`${basename(id)}.yaml`);
  const meant = isReadyMade ? `${readyMade}${basename(id)}` : closestOf(basename(id), filesIn(dirname(id)));
  const advice = meant === undefined ? "" : `: did you mean "${meant}"?`;
  return `there is no file ${name}${advice}`;
}

function filesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function readyMadeFolder(): string {
  // By the package's own name, which is the same place for the sources and for what is compiled.
  return join(dirname(createRequire(__filename).resolve("pulumi-workers-release/package.json")), "plans");
}
