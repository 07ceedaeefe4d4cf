import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { Release, ScriptVersion, type ReleaseArgs, type ScriptVersionArgs } from "../../provider";

describe("the options of a resource", () => {
  // Refused before anything is registered: an object that is none will do.
  const provider = Object.create(pulumi.ProviderResource.prototype) as pulumi.ProviderResource;
  const release = (options: pulumi.CustomResourceOptions): Release =>
    new Release("checkout", {} as ReleaseArgs, options);

  it("have no provider: it says that none is needed, and where the token comes from", () => {
    const expected =
      /"checkout" has the option `provider`, and can have none: .* workers-release:apiToken\.$/;
    assert.throws(() => release({ provider }), expected);
    assert.throws(() => new ScriptVersion("checkout", {} as ScriptVersionArgs, { provider }), expected);
  });

  it("have no id: it says where to read what another program has", () => {
    assert.throws(
      () => release({ id: "checkout" }),
      /Release "checkout" has the option `id`, and can have none: .* a pulumi\.StackReference\.$/,
    );
  });

  it("have no import: it says what to do instead", () => {
    assert.throws(
      () => release({ import: "account/checkout" }),
      /Release "checkout" has the option `import`, and cannot be imported: .* let `pulumi up` create it\. A Release of /,
    );
    assert.throws(
      () => new ScriptVersion("checkout", {} as ScriptVersionArgs, { import: "1c5d7ecb" }),
      /ScriptVersion "checkout" has the option `import`, .* one that exists is released by its id/,
    );
  });
});
