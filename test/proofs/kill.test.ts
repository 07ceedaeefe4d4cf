import { proveKills } from "./kill/rounds";

describe("an edge that is killed with -9", function () {
  this.timeout(120_000);

  const seed = String(Date.now());
  it(`has after a restart all that it had answered with success (seed ${seed})`, async () => {
    await proveKills(2, seed);
  });
});
