import assert from "node:assert/strict";
import { againText } from "../../provider/pulumi/failure";
import { PortError } from "../../provider/rollout/ports";

describe("a call that failed", () => {
  it("is made again by another update where Cloudflare did not answer", () => {
    assert.match(againText(new PortError("unavailable", "HTTP 503")), /^ Run `pulumi up` again; .* doctor/);
  });

  it("is not where it was refused, which says what to do itself", () => {
    assert.equal(againText(new PortError("refused", "HTTP 403")), "");
    assert.equal(againText(new PortError("missing", "HTTP 404")), "");
  });
});
