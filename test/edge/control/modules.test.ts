import assert from "node:assert/strict";
import { ask, call, enable, useEdge, type Envelope } from "../support";

/** `(func (export "add") (param i32 i32) (result i32) local.get 0 local.get 1 i32.add)` */
const WASM = Uint8Array.from([
  ...[0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00],
  ...[0x01, 0x07, 0x01, 0x60, 0x02, 0x7f, 0x7f, 0x01, 0x7f],
  ...[0x03, 0x02, 0x01, 0x00],
  ...[0x07, 0x07, 0x01, 0x03, 0x61, 0x64, 0x64, 0x00, 0x00],
  ...[0x0a, 0x09, 0x01, 0x07, 0x00, 0x20, 0x00, 0x20, 0x01, 0x6a, 0x0b],
]);

const MAIN = `
  import wasm from "./add.wasm";
  import text from "./deep/er/words.txt";
  import data from "./bytes.bin";
  import common from "./common.cjs";
  import { name } from "./lib/esm.mjs";
  const { exports } = new WebAssembly.Instance(wasm);
  export default {
    fetch() {
      return Response.json({ sum: exports.add(2, 3), text, bytes: [...new Uint8Array(data)], common, name });
    },
  };`;

describe("the modules of a version", () => {
  const started = useEdge();

  function put(
    name: string,
    modules: [name: string, type: string, content: string | Uint8Array<ArrayBuffer>][],
  ) {
    const body = new FormData();
    body.append("metadata", JSON.stringify({ main_module: "main.mjs", compatibility_date: "2025-07-24" }));
    for (const [file, type, content] of modules) body.append(file, new File([content], file, { type }));
    const path = `/accounts/${started.edge.accountId}/workers/scripts/${name}`;
    return call(started.edge, path, { method: "PUT", body });
  }

  const codeOf = ({ json }: { json: Envelope }): number | undefined => json.errors[0]?.code;

  it("are of every type that workerd has, and imported by their names", async () => {
    const { status, json } = await put("all", [
      ["main.mjs", "application/javascript+module", MAIN],
      ["lib/esm.mjs", "text/javascript+module; charset=utf-8", "export const name = 'esm';"],
      ["common.cjs", "application/javascript", "module.exports = { name: 'common' };"],
      ["deep/er/words.txt", "text/plain", "grüß dich"],
      ["bytes.bin", "application/octet-stream", Uint8Array.of(0, 255, 128)],
      ["add.wasm", "application/wasm", WASM],
      ["main.mjs.map", "application/source-map", "{}"],
    ]);
    assert.equal(status, 200, JSON.stringify(json.errors));
    await enable(started.edge, "all");
    assert.deepEqual(JSON.parse((await ask(started.edge, "all")).body), {
      sum: 5,
      text: "grüß dich",
      bytes: [0, 255, 128],
      common: { name: "common" },
      name: "esm",
    });
  });

  it("that are not WebAssembly, where they say so, are refused", async () => {
    const refused = await put("bad", [
      ["main.mjs", "application/javascript+module", "import './add.wasm'; export default {};"],
      ["add.wasm", "application/wasm", "no wasm"],
    ]);
    assert.equal(codeOf(refused), 10021);
  });

  it("of a service worker, or of Python, are refused by name", async () => {
    const python = await put("bad", [["main.mjs", "text/x-python", "x = 1"]]);
    assert.match(python.json.errors[0]?.message ?? "", /text\/x-python.*does not run/);
    const body = new FormData();
    body.append("metadata", JSON.stringify({ body_part: "script" }));
    body.append("script", new File(["addEventListener('fetch', () => {})"], "script"));
    const path = `/accounts/${started.edge.accountId}/workers/scripts/bad`;
    const worker = await call(started.edge, path, { method: "PUT", body });
    assert.match(worker.json.errors[0]?.message ?? "", /metadata\.body_part is not emulated/);
  });
});
