import { join } from "node:path";
import { root } from "../root.mjs";
import { run } from "../run.mjs";
import { saying } from "../say.mjs";
import { cacheFolder, wrappedVersion } from "./cache.mjs";
import { fill } from "./fill.mjs";
import { putLauncher } from "./launcher.mjs";

const here = join(root, "tools", "pulumi");

/** Each is a Go module of its own, since they need two versions of one module (see their go.mod). */
const programs = [
  { module: "cli", name: "pulumi", main: "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi" },
  {
    module: "language-nodejs",
    name: "pulumi-language-nodejs",
    main: "github.com/pulumi/pulumi/sdk/v3/nodejs/cmd/pulumi-language-nodejs",
  },
];

/** Builds the CLI from what the Go module proxy serves, for machines that cannot download it. */
export function buildWithGo() {
  const what = `Building Pulumi ${wrappedVersion()} with Go, which takes some minutes once`;
  return saying(what, (progress) => fill(cacheFolder(), (draft) => buildInto(draft, progress)));
}

async function buildInto(draft, progress) {
  const built = join(draft, "built");
  const packages = await fetchModules(draft, progress);
  const compiled = new Set();
  const note = (line) => {
    if (packages.has(line)) progress(`${compiled.add(line).size} of ${packages.size} packages`);
  };
  for (const { module, name, main } of programs) {
    await go(
      module,
      draft,
      ["build", "-v", "-trimpath", "-ldflags", linkerFlags(), "-o", join(built, "bin", name), main],
      note,
    );
  }
  putLauncher(join(built, "bin"));
  return built;
}

/** Resolves with the names of all packages that may have to be compiled. */
async function fetchModules(draft, progress) {
  let fetched = 0;
  const note = (line) => {
    if (line.startsWith("go: downloading ")) progress(`${++fetched} modules fetched`);
  };
  const lists = [];
  for (const { module, main } of programs) lists.push(await go(module, draft, ["list", "-deps", main], note));
  return new Set(lists.flat());
}

/** Without symbols for debuggers, which are a third of the size; with the version, which the engine checks. */
function linkerFlags() {
  return `-s -w -X github.com/pulumi/pulumi/sdk/v3/go/common/version.Version=v${wrappedVersion()}`;
}

async function go(module, draft, [command, ...args], onError) {
  // No C compiler needed; no go.work of a folder above; what Go leaves when interrupted goes with the draft.
  const env = { ...process.env, CGO_ENABLED: "0", GOWORK: "off", GOTMPDIR: draft };
  const options = { cwd: join(here, module), env, onError };
  const { code, out, err } = await run("go", [command, "-mod=readonly", ...args], options).catch(explain);
  if (code !== 0) throw new Error(`go ${command} failed: ${err.slice(-5).join(" / ")}`);
  return out;
}

function explain(error) {
  throw error.code === "ENOENT" ? new Error("Go is not installed (no `go` on PATH)") : error;
}
