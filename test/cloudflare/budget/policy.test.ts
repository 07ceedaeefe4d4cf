import assert from "node:assert/strict";
import { policyAfter, remainingIn, usualPolicy } from "../../../provider/cloudflare/budget/policy";

const told = (policy: string, limit = ""): Headers =>
  new Headers({ "ratelimit-policy": policy, ...(limit !== "" && { ratelimit: limit }) });

describe("the policy that requests are counted by", () => {
  const cases = [
    ["is Cloudflare's until another is told", "", [1200, 300_000]],
    ["is what the answers say", '"default";q=600;w=60', [600, 60_000]],
    ["is not that of uploads, which is generous", '"workers_script_upload";q=180000;w=300', [1200, 300_000]],
    ["is the tightest of several", '"default";q=1200;w=300, "account";q=100;w=300', [100, 300_000]],
    ["is not what cannot be one", '"default";q=0;w=300', [1200, 300_000]],
    ["is not what is no number", '"default";q=many;w=300', [1200, 300_000]],
    ["is not what is no list", '"default;q=', [1200, 300_000]],
    ["is not what is out of all proportion", '"default";q=1200;w=999999999', [1200, 300_000]],
  ] as const;
  for (const [what, header, [requests, windowMs]] of cases) {
    it(what, () => {
      const policy = policyAfter(told(header), usualPolicy);
      assert.deepEqual([policy.requests, policy.windowMs], [requests, windowMs]);
    });
  }
});

describe("what is left of a policy", () => {
  const cases = [
    ["is what a header that counts down says", '"default";r=12;t=30', { requests: 12, forMs: 30_000 }],
    ["is not known from a header that never counts down", '"default";r=1199;t=1', undefined],
    ["is not known from another policy's", '"workers_script_upload";r=12;t=1', undefined],
    ["is not known from nothing", "", undefined],
    ["is not known from half of it", '"default";r=12', undefined],
  ] as const;
  for (const [what, header, left] of cases) {
    it(what, () => {
      assert.deepEqual(remainingIn(told('"default";q=1200;w=300', header), usualPolicy), left);
    });
  }
});
