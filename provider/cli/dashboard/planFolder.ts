import { readdirSync, readFileSync, realpathSync, writeFileSync } from "node:fs";
import { join, relative, sep } from "node:path";
import { newName } from "../../dashboard/pages/planEditor";
import { NotThere, type PlanEntry, type PlanPorts } from "../../dashboard/ports";
import type { Given } from "../../plan/file/args";
import { loadPlanFile, type LoadedPlan, type PlanFiles } from "../../plan/file/load";
import { planFiles } from "../../planFiles";

/** More than a person looks through. */
const most = 200;

/** The plan files in a folder of this machine, and below it. */
export interface PlanFolder extends PlanPorts {
  /** The plan of a file, at once. */
  now(name: string, args: Readonly<Record<string, string>>): LoadedPlan;
}

/** @param folder relative to the working directory, as in messages */
export function planFolder(folder: string): PlanFolder {
  const names = (): readonly string[] => planNames(folder);
  const existing = (name: string): string => {
    if (names().includes(name)) return name;
    throw new NotThere(`There is no plan file ${name} in ${folder}.`);
  };
  const load = (
    name: string,
    args: Readonly<Record<string, string>>,
    files: PlanFiles = planFiles,
  ): LoadedPlan => loadPlanFile(name, files, given(args));

  return {
    folder,
    now: (name, args) => load(existing(name), args),
    load: (name, args) => promised(() => load(existing(name), args)),
    list: () => promised(() => names().map((name) => entryOf(name, load(name, {})))),
    read: (name) => promised(() => readFileSync(existing(name), "utf8")),
    check: (name, text) =>
      promised(() => load(name === newName ? join(folder, newName) : name, {}, instead(name, folder, text))),
    save: (name, text, before) =>
      promised(() => {
        // A new file lies in the folder itself.
        const path = before === undefined ? join(folder, name) : existing(name);
        if (before !== undefined && readFileSync(path, "utf8") !== before)
          throw new Error(changedMeanwhile(name));
        write(path, text, before === undefined);
        return planFiles.locate(path).name;
      }),
  };
}

function promised<T>(work: () => T): Promise<T> {
  return new Promise((resolve) => {
    resolve(work());
  });
}

function changedMeanwhile(name: string): string {
  return `${name} was changed on disk since it was opened here. Nothing was saved: copy your text, and load the page anew.`;
}

function given(args: Readonly<Record<string, string>>): Given {
  return { args, asText: true, missing: "leave open" };
}

/** A text in the place of that of one file. What it extends is read from the disk. */
function instead(name: string, folder: string, text: string): PlanFiles {
  const edited = planFiles.locate(name === newName ? join(folder, newName) : name);
  return {
    locate: (path, from) => {
      const file = planFiles.locate(path, from);
      return file.id === edited.id ? { ...file, name } : file;
    },
    read: (file) => (file.id === edited.id ? text : planFiles.read(file)),
  };
}

function write(path: string, text: string, isNew: boolean): void {
  try {
    writeFileSync(path, text, isNew ? { flag: "wx" } : {});
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === "EEXIST")
      throw new Error(`There is a file ${path} already. Choose another name.`, { cause: error });
    if (code === "ENOENT")
      throw new Error(`There is no folder for ${path}. Make it, and save again.`, { cause: error });
    throw new Error(`${path} cannot be written: ${code ?? message}`, { cause: error });
  }
}

function planNames(folder: string): readonly string[] {
  let root: string;
  let found: string[];
  try {
    root = realpathSync(folder);
    found = readdirSync(root, { recursive: true, encoding: "utf8" });
  } catch {
    return [];
  }
  return found
    .filter((path) => /\.(?:ya?ml|json)$/.test(path) && !/(?:^|[\\/])(?:\.|node_modules[\\/])/.test(path))
    .filter((path) => isBelow(root, join(root, path)))
    .map((path) => planFiles.locate(join(folder, path)).name)
    .toSorted()
    .slice(0, most);
}

/** A link may lead anywhere. */
function isBelow(root: string, path: string): boolean {
  const way = relative(root, realpathSync(path));
  return way !== "" && way !== ".." && !way.startsWith(`..${sep}`);
}

function entryOf(name: string, { problems, checked, missing }: LoadedPlan): PlanEntry {
  const shares = checked?.stages.map(({ percent }) => percent).join(", ");
  const stages = shares === undefined ? "" : `${shares} %`;
  return {
    name,
    problems: problems.length,
    stages: stages === "" && missing.length > 0 ? `needs ${missing.join(", ")}` : stages,
  };
}
