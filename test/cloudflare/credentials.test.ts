import assert from "node:assert/strict";
import { resolveAccountId, resolveConnection, type Sources } from "../../provider/cloudflare/credentials";

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
    ["the stack", sources({}, { "cloudflare:apiToken": "stack" }), { apiToken: "stack" }],
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
      /no API token.*CLOUDFLARE_API_TOKEN.*cloudflare:apiToken.*pulumi config set --secret/,
    );
  });

  const refused: [string, RegExp][] = [
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
    const config = { "cloudflare:accountId": "stack" };
    assert.equal(resolveAccountId(sources({ CLOUDFLARE_ACCOUNT_ID: "env" }, config)), "env");
    assert.equal(resolveAccountId(sources({}, config)), "stack");
  });

  it("is asked for when nothing names it", () => {
    assert.throws(
      () => resolveAccountId(sources({})),
      /accountId.*CLOUDFLARE_ACCOUNT_ID.*cloudflare:accountId/,
    );
  });
});
