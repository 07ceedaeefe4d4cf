import assert from "node:assert/strict";
import { openApi } from "../../provider/cloudflare/checks/api";
import { removeTestWorker } from "../../provider/cloudflare/checks/trial/remove";
import { failure, startServer, success, token, type Answer } from "../cloudflare/server";

const name = "workers-release-doctor-1";

async function remove(...answers: Answer[]): Promise<string[]> {
  const server = await startServer(...answers);
  try {
    const signal = new AbortController().signal;
    const api = openApi(
      { apiToken: token, baseUrl: server.baseUrl },
      { accountId: "a1", budget: 20, signal },
    );
    await removeTestWorker(api, name, { now: () => 0, pause: () => Promise.resolve() });
    return server.seen.map(({ method, path }) => `${method} ${path}`);
  } finally {
    await server.close();
  }
}

describe("the deletion of the test Worker", () => {
  const request = `DELETE /accounts/a1/workers/scripts/${name}?force=true`;

  it("is asked for once when it works, and is done when there is none", async () => {
    assert.deepEqual(await remove(success(null)), [request]);
    assert.deepEqual(await remove(failure(404, 10007, "There is none.")), [request]);
  });

  it("is tried again when it fails", async () => {
    assert.deepEqual(await remove(failure(500, 10013, "Unknown."), success(null)), [request, request]);
  });

  it("says how to do it by hand when it keeps failing", async () => {
    await assert.rejects(
      remove(failure(403, 10000, "No.")),
      /No\..*\n.*npx wrangler delete --name workers-release-doctor-1/,
    );
  });
});
