import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readNotify, type Variables } from "../../../provider/cli/run/notifyFile";

const secret = "T0123/very-secret";

describe("the file of workers-release run --notify", () => {
  let folder: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), "notify-"));
  });
  after(() => {
    rmSync(folder, { recursive: true });
  });

  function read(text: string, variables: Variables = {}) {
    const path = join(folder, "notify.yaml");
    writeFileSync(path, text);
    return readNotify(path, variables);
  }
  /** What is said of a file, without the folder. */
  function refusal(text: string, variables: Variables = {}): string[] {
    try {
      read(text, variables);
    } catch (error) {
      return (error as Error).message.replaceAll(`${folder}/`, "").split("\n");
    }
    return [];
  }

  it("has the notifications of a Release, with variables in the place of what is secret", () => {
    const text = `
      notify:
        - url: $(env.SLACK)
          format: slack
          on: [waiting, completed]
        - url: https://hooks.example.com/$(env.PART)/releases`;
    const found = read(text, { SLACK: `https://hooks.slack.com/services/${secret}`, PART: "a" });
    assert.deepEqual(
      found.map(({ url, format }) => [url, format]),
      [
        [`https://hooks.slack.com/services/${secret}`, "slack"],
        ["https://hooks.example.com/a/releases", "cloudevents"],
      ],
    );
    assert.deepEqual(found[0]?.on, ["waiting", "completed"]);
    assert.equal(read(`{ "notify": [{ "url": "https://hooks.example.com/" }] }`).length, 1);
  });

  it("is refused at each place that is wrong, and repeats no value", () => {
    const text = `notify:\n  - url: ftp://${secret}\n    on: [${secret}]\n  - urls: https://a.example/${secret}\n`;
    const lines = refusal(text);
    assert.equal(lines[0], "The notifications of notify.yaml cannot be used:");
    assert.match(
      lines[1] ?? "",
      /^ {2}notify\.yaml:2:10 {2}notify\[0\]\.url: got something else, expected an address/,
    );
    assert.match(
      lines[2] ?? "",
      /^ {2}notify\.yaml:3:10 {2}notify\[0\]\.on\[0\]: got something else, expected one of "started"/,
    );
    assert.match(
      lines[3] ?? "",
      /^ {2}notify\.yaml:4:5 {2}notify\[1\]: unknown property "urls": did you mean "url"\?/,
    );
    assert.equal(lines.length, 4);
    assert.ok(!lines.join().includes(secret));
  });

  it("names variables that are not set or empty, as a fork's secrets are", () => {
    const text = "notify: [{ url: $(env.SLACK) }, { url: $(env.HOOK) }]";
    const lines = refusal(text, { HOOK: "" });
    assert.deepEqual(
      lines.slice(1).map((line) => line.split(":").slice(0, 4).join(":")),
      [
        "  notify.yaml:1:17  notify[0].url: the environment variable SLACK is not set, or empty",
        "  notify.yaml:1:40  notify[1].url: the environment variable HOOK is not set, or empty",
      ],
    );
  });

  it("is refused where it is no such file, without what stands in it", () => {
    for (const text of ["", `- url: https://${secret}`, `notify: [ "${secret}`, `notify: *${secret}`]) {
      const said = refusal(text).join("\n");
      assert.match(
        said,
        /notify\.yaml:\d+:\d+ {2}this cannot be read here; expected YAML or JSON with `notify`/,
      );
      assert.ok(!said.includes(secret), said);
    }
    assert.match(refusal("notify:\n  plan: 1\n").join(), /expected a list of at most 20 notifications/);
    assert.throws(
      () => readNotify(join(folder, "none.yaml"), {}),
      /The file of notifications .*none\.yaml cannot be read: there is no such file/,
    );
  });
});
