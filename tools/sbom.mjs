import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { main } from "./main.mjs";
import { root } from "./root.mjs";
import { say } from "./say.mjs";
import { billOfMaterials } from "./sbom/bill.mjs";

/** In the package, beside what it describes. */
const file = join("dist", "sbom.cdx.json");

await main(async () => {
  const bill = await billOfMaterials(root);
  mkdirSync(join(root, "dist"), { recursive: true });
  writeFileSync(join(root, file), `${JSON.stringify(bill, null, 2)}\n`);
  say(`${file}: ${bill.components.length} packages that are installed with this one.`);
});
