import { createHash } from "node:crypto";
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { Problem } from "../problem.mjs";
import { nodeOfClone, root } from "../root.mjs";
import { run } from "../run.mjs";
import { saying } from "../say.mjs";

const sources = ["provider", "edge"];
const pages = join("provider", "dashboard", "client");
const settings = ["tsconfig.json", "tsconfig.build.json", "package-lock.json"];

/** Makes dist/ what the sources say: Pulumi's provider process and the command line run compiled code. */
export async function compile() {
  const stamp = join(root, "dist", ".compiled-from");
  const fingerprint = fingerprintOf(root);
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === fingerprint) return;
  await saying("Compiling dist/", tsc);
  removeOrphans();
  copyPages();
  writeFileSync(stamp, fingerprint);
}

export function fingerprintOf(folder) {
  const hash = createHash("sha256");
  for (const file of [...settings, ...sources.flatMap((source) => filesIn(folder, source))]) {
    hash
      .update(`${file}\0`)
      .update(readFileSync(join(folder, file)))
      .update("\0");
  }
  return hash.digest("hex");
}

function filesIn(folder, source) {
  const files = readdirSync(join(folder, source), { recursive: true });
  return files
    .filter((file) => file.endsWith(".ts") || isPage(file))
    .map((file) => `${source}/${file}`)
    .sort();
}

async function tsc() {
  const compiler = join(root, "node_modules", "typescript", "bin", "tsc");
  const args = [compiler, "-p", "tsconfig.build.json", "--pretty", String(process.stdout.isTTY ?? false)];
  const { code, out } = await run(nodeOfClone, args, { cwd: root });
  if (code !== 0) throw new Problem(`The sources do not compile:\n${out.join("\n")}`);
}

/** What browsers load as it is. */
function copyPages() {
  const target = join(root, "dist", pages);
  rmSync(target, { recursive: true, force: true });
  mkdirSync(target, { recursive: true });
  for (const file of readdirSync(join(root, pages)).filter(isPage)) {
    copyFileSync(join(root, pages, file), join(target, file));
  }
}

function isPage(file) {
  return /\.(css|svg|mjs)$/.test(file);
}

/** What an earlier version of the sources left: tsc never deletes. */
function removeOrphans() {
  for (const file of readdirSync(join(root, "dist"), { recursive: true })) {
    const source = file.replace(/\.(js|js\.map|d\.ts)$/, ".ts");
    if (source !== file && !existsSync(join(root, source))) rmSync(join(root, "dist", file));
  }
}
