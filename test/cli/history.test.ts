import assert from "node:assert/strict";
import { historyText } from "../../provider/cli/history/text";
import type { HistoryView } from "../../provider/view/schema";
import { newVersion, oldVersion } from "../rollout/simulate";

const history: HistoryView = {
  scriptName: "checkout",
  at: "2030-01-01T07:00:00Z",
  isCutOff: true,
  entries: [
    {
      ...{ kind: "release", id: "20300101-060000-1a2b3c", status: "aborted", stage: 2, stages: 5 },
      ...{ startedAt: "2030-01-01T06:00:00Z", endedAt: "2030-01-01T06:01:12.345Z" },
      ...{ newVersionId: newVersion, oldVersionId: oldVersion, owner: "o", author: "jo" },
      message: `SLO "5xx" violated in stage 2 of 5 (25 %)`,
    },
    {
      ...{ kind: "deployment", id: "d1", createdAt: "2030-01-01T05:00:00Z", author: "jo with wrangler" },
      ...{ split: [{ versionId: oldVersion, percent: 100, role: null }], message: "", isUnproven: false },
    },
  ],
};

describe("the history of a Worker, told", () => {
  it("has two lines for each release and deployment", () => {
    assert.equal(
      historyText(history),
      `2030-01-01 06:00:00Z  release 20300101-060000-1a2b3c: aborted in stage 2 of 5, after 1m 12s
  version ${newVersion}: SLO "5xx" violated in stage 2 of 5 (25 %)
2030-01-01 05:00:00Z  deployed by jo with wrangler
  100 % to ${oldVersion}

Cloudflare lists no older deployments. Older releases are found where a later one names them.`,
    );
  });

  it("fits into 60 columns", () => {
    const lines = historyText(history, 60).split("\n");
    assert.deepEqual(lines.slice(0, 4), [
      "2030-01-01 06:00:00Z  release 20300101-060000-1a2b3c:",
      "  aborted in stage 2 of 5, after 1m 12s",
      `  version ${newVersion}: SLO "5xx"`,
      "  violated in stage 2 of 5 (25 %)",
    ]);
    assert.ok(lines.every((line) => line.length <= 60));
  });
});
