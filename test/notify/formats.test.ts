import assert from "node:assert/strict";
import { messageOf } from "../../provider/notify/formats";
import type { Notice } from "../../provider/rollout/ports";

const notice: Notice = {
  kind: "stage",
  releaseId: "20301231-235959-1a2b3c",
  scriptName: "checkout",
  newVersionId: "1c5d7ecb-16da-49af-b80d-cfe8ade5debc",
  oldVersionId: "5e08bee6-16da-49af-b80d-cfe8ade5debc",
  place: { stage: 2, stages: 5, percent: 25 },
  text: "Release of checkout: stage 2 of 5 (25 %), soaks 5m.",
  at: Date.UTC(2030, 11, 31, 23, 59, 59),
};

describe("a notice is sent", () => {
  it("as a CloudEvent", () => {
    const { contentType, body } = messageOf(notice, "cloudevents");
    assert.equal(contentType, "application/cloudevents+json; charset=utf-8");
    assert.deepEqual(JSON.parse(body), {
      specversion: "1.0",
      id: "20301231-235959-1a2b3c/stage/1924991999000",
      source: "/workers/checkout",
      type: "workers-release.stage",
      subject: "20301231-235959-1a2b3c",
      time: "2030-12-31T23:59:59.000Z",
      datacontenttype: "application/json",
      data: {
        event: "stage",
        scriptName: "checkout",
        releaseId: "20301231-235959-1a2b3c",
        newVersionId: "1c5d7ecb-16da-49af-b80d-cfe8ade5debc",
        oldVersionId: "5e08bee6-16da-49af-b80d-cfe8ade5debc",
        stage: 2,
        stages: 5,
        percent: 25,
        message: "Release of checkout: stage 2 of 5 (25 %), soaks 5m.",
      },
    });
  });

  it("as a CloudEvent without what is not so", () => {
    const { body } = messageOf(
      { ...notice, kind: "completed", place: undefined, oldVersionId: undefined },
      "cloudevents",
    );
    const { data } = JSON.parse(body) as { data: Record<string, unknown> };
    assert.deepEqual(Object.keys(data), [
      "event",
      "scriptName",
      "releaseId",
      "newVersionId",
      "oldVersionId",
      "message",
    ]);
    assert.equal(data["oldVersionId"], null);
  });

  it("as a message for Slack, of which nothing calls anybody", () => {
    const { contentType, body } = messageOf(
      { ...notice, kind: "aborted", text: "5xx > 1 % & <!channel>\u001b[2K" },
      "slack",
    );
    assert.equal(contentType, "application/json; charset=utf-8");
    assert.deepEqual(JSON.parse(body), {
      text: ":x: *checkout* 5xx &gt; 1 % &amp; &lt;!channel&gt;\uFFFD[2K",
    });
  });
});
