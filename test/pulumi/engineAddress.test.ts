import assert from "node:assert/strict";
import { engineAddress } from "../../provider/pulumi/engineAddress";

describe("the address of the engine", () => {
  const cases: [args: string[], address: string | undefined][] = [
    [["127.0.0.1:50051"], "127.0.0.1:50051"],
    [["localhost:50051"], "localhost:50051"],
    [["[::1]:50051"], "[::1]:50051"],
    [["--logtostderr", "-v=9", "--tracing", "tcp://127.0.0.1:4317", "127.0.0.1:50051"], "127.0.0.1:50051"],
    [[], undefined],
    [[""], undefined],
    [["test/**/*.test.ts"], undefined],
    [["50051"], undefined],
    [["::1:50051"], undefined],
    [["unix:/tmp/engine"], undefined],
    [["127.0.0.1:50051/path"], undefined],
  ];
  for (const [args, address] of cases) {
    it(`of a process with the arguments [${args.join(" ")}] is ${address ?? "not known"}`, () => {
      assert.equal(engineAddress(args), address);
    });
  }
});
