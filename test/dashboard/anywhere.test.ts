import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";

const start = join(__dirname, "../../provider/dashboard/app.ts");

/** What a module loads when it runs: types are gone by then. */
function importsOf(file: string): string[] {
  const text = readFileSync(file, "utf8");
  return [...text.matchAll(/^(?:import|export) (?!type )[^;]*? from "([^"]+)"/gm)].map(
    ([, name = ""]) => name,
  );
}

function fileOf(path: string): string {
  return existsSync(`${path}.ts`) ? `${path}.ts` : join(path, "index.ts");
}

/** The packages that a module loads, by itself and by what it loads. */
function packagesOf(first: string): Set<string> {
  const [packages, seen, left] = [new Set<string>(), new Set<string>(), [first]];
  for (let file = left.pop(); file !== undefined; file = left.pop()) {
    if (seen.has(file)) continue;
    seen.add(file);
    for (const name of importsOf(file)) {
      if (name.startsWith(".")) left.push(fileOf(join(dirname(file), name)));
      else packages.add(name);
    }
  }
  assert.ok(seen.size > 60);
  return packages;
}

describe("what the dashboard is made of", () => {
  it("runs anywhere: neither it nor what it loads knows Node, Pulumi or Cloudflare's client", () => {
    const known = ["zod", "yaml", "re2js", "croner", "d3-scale", "d3-shape"];
    const others = [...packagesOf(start)].filter((name) => !known.includes(name) && !name.startsWith("hono"));
    assert.deepEqual(others, []);
  });
});
