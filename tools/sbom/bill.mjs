import { readFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { Problem } from "../problem.mjs";
import { run } from "../run.mjs";
import { machineFolders } from "../search-path.mjs";

/**
 * What a user installs with the package of a folder, as CycloneDX: its dependencies, with their versions and hashes
 * from package-lock.json. Peers are not among them, since the user chooses those.
 */
export async function billOfMaterials(folder) {
  const { name, version, description, license, dependencies } = manifestOf(folder);
  const all = await everything(folder);
  const own = `${name}@${version}`;
  const edges = new Map(all.dependencies.map(({ ref, dependsOn }) => [ref, dependsOn]));
  const direct = directOf(edges.get(own) ?? [], Object.keys(dependencies));
  const wanted = reachable(edges, direct);
  const component = { "bom-ref": own, type: "library", name, version, purl: `pkg:npm/${own}` };
  const licenses = [{ license: { id: license } }];
  return {
    ...all,
    metadata: { ...all.metadata, component: { ...component, description, licenses } },
    components: all.components.filter((one) => wanted.has(one["bom-ref"])),
    dependencies: [{ ref: own, dependsOn: direct }, ...all.dependencies.filter(({ ref }) => wanted.has(ref))],
  };
}

function manifestOf(folder) {
  return JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
}

/**
 * Leaves the choice to us: where npm 11 is asked to omit what is for development, it omits as well what is for both.
 */
async function everything(folder) {
  const args = ["sbom", "--sbom-format=cyclonedx", "--package-lock-only"];
  const env = { ...process.env, PATH: machineFolders().join(delimiter) };
  const { code, out, err } = await run("npm", args, { cwd: folder, env });
  if (code !== 0) throw new Problem(`npm sbom failed:\n${[...out, ...err].join("\n")}`);
  return JSON.parse(out.join("\n"));
}

/** The references, name@version, of the packages with these names. */
function directOf(references, names) {
  return names.map((name) => {
    const found = references.find((reference) => reference.slice(0, reference.lastIndexOf("@")) === name);
    if (found !== undefined) return found;
    throw new Problem(`package-lock.json has no ${name}. Run npm install, and then this again.`);
  });
}

function reachable(edges, from) {
  const found = new Set();
  const follow = (reference) => {
    if (found.has(reference)) return;
    found.add(reference);
    for (const next of edges.get(reference) ?? []) follow(next);
  };
  for (const reference of from) follow(reference);
  return found;
}
