import assert from "node:assert/strict";
import {
  misplacedAccount,
  resolveAccountId,
  resolveConnection,
  type Sources,
} from "../../provider/cloudflare/credentials";

function sources(
  environment: Record<string, string>,
  config: Readonly<Record<string, string>> = {},
): Sources {
  return { environment, config: (key) => config[key] };
}

const local = "http://127.0.0.1:8787/client/v4";

describe("the connection to Cloudflare", () => {
  const found: [string, Sources, object][] = [
    ["the environment", sources({ CLOUDFLARE_API_TOKEN: "env" }), { apiToken: "env" }],
    ["the stack", sources({}, { "workers-release:apiToken": "stack" }), { apiToken: "stack" }],
    [
      "what Cloudflare's plugin is given",
      sources({}, { "cloudflare:apiToken": "stack" }),
      { apiToken: "stack" },
    ],
    [
      "our own keys before those of Cloudflare's plugin",
      sources(
        {},
        {
          ...{
            "cloudflare:apiToken": "theirs",
            "cloudflare:baseUrl": "https://theirs.example.com/client/v4",
          },
          ...{ "workers-release:apiToken": "ours", "workers-release:baseUrl": local },
        },
      ),
      { apiToken: "ours", baseUrl: local },
    ],
    [
      "the environment before the stack",
      sources(
        { CLOUDFLARE_API_TOKEN: "env", CLOUDFLARE_BASE_URL: local },
        { "cloudflare:apiToken": "stack", "cloudflare:baseUrl": "https://api.example.com/client/v4" },
      ),
      { apiToken: "env", baseUrl: local },
    ],
    [
      "the stack where the environment is empty",
      sources({ CLOUDFLARE_API_TOKEN: " ", CLOUDFLARE_BASE_URL: "" }, { "cloudflare:apiToken": "stack" }),
      { apiToken: "stack" },
    ],
    [
      "an address with a slash too many",
      sources({ CLOUDFLARE_API_TOKEN: "env", CLOUDFLARE_BASE_URL: `${local}/` }),
      { apiToken: "env", baseUrl: local },
    ],
  ];
  for (const [title, given, expected] of found) {
    it(`comes from ${title}`, () => {
      assert.deepEqual(resolveConnection(given), expected);
    });
  }

  it("needs a token, and says where it was looked for", () => {
    assert.throws(
      () => resolveConnection(sources({})),
      /no API token.*CLOUDFLARE_API_TOKEN.*workers-release:apiToken or cloudflare:apiToken.*pulumi config set --secret workers-release:apiToken/,
    );
  });

  const apart: [string, Sources, RegExp][] = [
    [
      "the environment's token to a stack's address",
      sources({ CLOUDFLARE_API_TOKEN: "env" }, { "cloudflare:baseUrl": local }),
      /token comes from CLOUDFLARE_API_TOKEN, and the API's address from cloudflare:baseUrl: .* set CLOUDFLARE_BASE_URL as well .* unset CLOUDFLARE_API_TOKEN\./,
    ],
    [
      "the environment's token to a stack's address, though the stack has a token",
      sources({ CLOUDFLARE_API_TOKEN: "env" }, { "cloudflare:apiToken": "s", "cloudflare:baseUrl": local }),
      /a token is only sent to an address from the same source/,
    ],
    [
      "a stack's token to the environment's address",
      sources({ CLOUDFLARE_BASE_URL: local }, { "cloudflare:apiToken": "stack" }),
      /from cloudflare:apiToken, .* from CLOUDFLARE_BASE_URL: .* set CLOUDFLARE_API_TOKEN as well, or unset CLOUDFLARE_BASE_URL\./,
    ],
  ];
  for (const [what, given, expected] of apart) {
    it(`never sends ${what}, and says what to do`, () => {
      assert.throws(() => resolveConnection(given), expected);
    });
  }

  for (const host of ["localhost:8787", "127.0.0.1:8787", "127.8.8.8", "[::1]:8787"]) {
    it(`may be http: on this machine, at ${host}`, () => {
      const address = `http://${host}/client/v4`;
      const given = sources({ CLOUDFLARE_API_TOKEN: "env", CLOUDFLARE_BASE_URL: address });
      assert.equal(resolveConnection(given).baseUrl, address);
    });
  }

  const refused: [string, RegExp][] = [
    ["http://api.cloudflare.com/client/v4", /begins with http:\/\/ and is not on this machine/],
    ["http://127.evil.example/client/v4", /is not on this machine/],
    ["http://localhost.evil.example/client/v4", /is not on this machine/],
    ["http://0.0.0.0/client/v4", /is not on this machine/],
    ["api.cloudflare.com/client/v4", /CLOUDFLARE_BASE_URL is not a URL/],
    ["ftp://api.cloudflare.com/client/v4", /begins with ftp:/],
    ["http://127.0.0.1:8787", /does not end with \/client\/v4/],
    ["http://127.0.0.1:8787/client/v4?x=1", /does not end with \/client\/v4/],
    ["https://jo:hunter2@api.cloudflare.com/client/v4", /user or a password/],
  ];
  for (const [address, expected] of refused) {
    it(`refuses the address ${address}`, () => {
      const given = sources({ CLOUDFLARE_API_TOKEN: "env", CLOUDFLARE_BASE_URL: address });
      assert.throws(
        () => resolveConnection(given),
        (error: Error) => expected.test(error.message) && !error.message.includes("hunter2"),
      );
    });
  }
});

describe("the account", () => {
  it("comes from the environment, else from the stack", () => {
    const config = { "workers-release:accountId": "stack" };
    assert.equal(resolveAccountId(sources({ CLOUDFLARE_ACCOUNT_ID: "env" }, config)), "env");
    assert.equal(resolveAccountId(sources({}, config)), "stack");
  });

  it("is asked for when nothing names it", () => {
    assert.throws(
      () => resolveAccountId(sources({})),
      /accountId.*CLOUDFLARE_ACCOUNT_ID.*workers-release:accountId/,
    );
  });

  it("is not read from a key that Cloudflare's plugin does not know, and its owner is told so", () => {
    const config = { "cloudflare:accountId": "stack" };
    assert.throws(
      () => resolveAccountId(sources({}, config)),
      /cloudflare:accountId, which is not read: .* pulumi config rm cloudflare:accountId\..*pulumi config set workers-release:accountId/,
    );
    assert.match(misplacedAccount(sources({ CLOUDFLARE_ACCOUNT_ID: "env" }, config)) ?? "", /not read/);
    assert.equal(misplacedAccount(sources({}, { "workers-release:accountId": "stack" })), undefined);
  });
});
