import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "../../tools/root.mjs";
import { billOfMaterials } from "../../tools/sbom/bill.mjs";

const read = (file) => JSON.parse(readFileSync(join(root, file), "utf8"));

/** What package-lock.json has that a package needs, with what that needs in turn. */
function needed(packages, names, found = new Set()) {
  for (const name of names) {
    const { version, dependencies, optionalDependencies } = packages[`node_modules/${name}`];
    if (found.has(`${name}@${version}`)) continue;
    found.add(`${name}@${version}`);
    needed(packages, Object.keys({ ...dependencies, ...optionalDependencies }), found);
  }
  return found;
}

describe("the bill of materials", () => {
  it("has all that is installed with the package, each with its hash and licence, and nothing else", async () => {
    const { name, version, dependencies, devDependencies } = read("package.json");
    const bill = await billOfMaterials(root);
    assert.deepEqual([bill.bomFormat, bill.metadata.component.name], ["CycloneDX", name]);
    assert.equal(bill.metadata.component.version, version);
    const listed = bill.components.map((one) => one["bom-ref"]).sort();
    assert.deepEqual(
      listed,
      [...needed(read("package-lock.json").packages, Object.keys(dependencies))].sort(),
    );
    for (const { hashes, licenses } of bill.components) assert.ok(hashes.length > 0 && licenses.length > 0);
    for (const only of Object.keys(devDependencies)) {
      assert.ok(!listed.some((reference) => reference.startsWith(`${only}@`)), only);
    }
    assert.equal(bill.dependencies[0].dependsOn.length, Object.keys(dependencies).length);
  }).timeout(60_000);
});
