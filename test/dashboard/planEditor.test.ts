import assert from "node:assert/strict";
import { edited } from "../../provider/dashboard/plan/edit";
import { fakePlans, fakePorts, goodPlan, opened } from "./fakes";

const path = "/plans/file/plans/web.yaml";

function edit(values: Record<string, string>, { action = "", text = goodPlan, was = goodPlan } = {}): string {
  return edited({ text, was, values: new Map(Object.entries(values)), action });
}

describe("a plan edited in a form", () => {
  it("is changed where the form was, and nowhere else: comments stay", () => {
    const text = edit({
      "slos[0].max": "2%",
      "stages[1].percent": "30",
      "stages[1].progression": "manual",
      minRequests: "100",
    });
    assert.equal(
      text,
      goodPlan
        .replace("max: 1%", "max: 2%")
        .replace(
          "percent: 25 # canary\n    soakTime: 5m",
          "percent: 30 # canary\n    soakTime: 5m\n    progression: manual",
        )
        .concat("minRequests: 100\n"),
    );
  });

  it("stays as it was written, letter by letter, where nothing was changed", () => {
    const text = "slos:   [ ]\nstages: [{percent:   100, soakTime: 1m}]   # one\n";
    assert.equal(edit({ "stages[0].percent": "100" }, { text, was: text }), text);
  });

  it("takes changes of the form and of the YAML at the same time", () => {
    const text = goodPlan.replace("500ms", "700ms");
    assert.equal(edit({ "stages[1].percent": "30" }, { text }), text.replace("percent: 25", "percent: 30"));
  });

  it("loses a property whose value is taken out", () => {
    assert.ok(!edit({ "stages[2].progression": "" }).includes("progression"));
  });

  it("gets stages and SLOs, loses them, and has them in another order", () => {
    assert.match(
      edit({}, { action: "add:stages" }),
      /- percent: 100\n {4}soakTime: 15m\n {2}- percent: 100\n {4}soakTime: 15m/,
    );
    assert.match(edit({}, { action: "add:slos" }), /limit: 500ms\n {2}- sli: serverErrors\n {4}max: 1%/);
    assert.ok(!edit({}, { action: "remove:stages:1" }).includes("canary"));
    assert.match(edit({}, { action: "raise:stages:1" }), /stages:\n {2}- percent: 25/);
  });

  it("has an SLO of another kind begin with what that kind needs, under the same name", () => {
    const text = edit({ "slos[0]/kind": "wallTime" });
    assert.match(text, /\{ name: 5xx, sli: wallTime, percentile: 99, limit: 500ms \} # was 2 %/);
  });

  it("stays JSON where it is JSON", () => {
    const json = JSON.stringify({ slos: [], stages: [{ percent: 100, soakTime: "1m" }] });
    const text = edit({ "stages[0].soakTime": "2m" }, { text: json, was: json });
    assert.deepEqual(JSON.parse(text), { slos: [], stages: [{ percent: 100, soakTime: "2m" }] });
  });

  it("is left alone while it cannot be read", () => {
    assert.equal(edit({ "slos[0].max": "2%" }, { text: "slos: [" }), "slos: [");
  });
});

describe("the plan editor", () => {
  const textIn = (page: string): string => /<textarea[^>]*>\n?([\s\S]*?)<\/textarea>/.exec(page)?.[1] ?? "";

  it("shows the YAML in the form and the form in the YAML", async () => {
    const { get, post } = opened(fakePorts());
    const page = await (await get(path)).text();
    assert.equal(textIn(page), goodPlan);
    assert.match(page, /name="stages\[1\]\.percent" value="25"/);
    const fromForm = await (
      await post(path, { text: goodPlan, was: goodPlan, saved: goodPlan, "stages[1].percent": "30" })
    ).text();
    assert.equal(textIn(fromForm), goodPlan.replace("25 # canary", "30 # canary"));
    const changed = goodPlan.replace("25 # canary", "35 # canary");
    const fromYaml = await (
      await post(path, {
        text: changed.replaceAll("\n", "\r\n"),
        was: goodPlan,
        saved: goodPlan,
        "stages[1].percent": "25",
      })
    ).text();
    assert.equal(textIn(fromYaml), changed);
    assert.match(fromYaml, /name="stages\[1\]\.percent" value="35"/);
    assert.match(fromYaml, /not saved/);
  });

  it("has each message of the check where it belongs, and all of them with their lines", async () => {
    const bad = goodPlan
      .replace("percent: 100", "percent: 40")
      .replace("500ms", "soon")
      .replace("percent: 25", "percnt: 25");
    const page = await (
      await opened(fakePorts()).post(path, { text: bad, was: bad, saved: goodPlan })
    ).text();
    assert.match(
      page,
      /id="stages\[3\]\.percent"[^>]*aria-describedby="stages\[3\]\.percent-hint stages\[3\]\.percent-wrong" aria-invalid="true"/,
    );
    assert.match(
      page,
      /id="stages\[3\]\.percent-wrong"><li>got 40, expected more than the 50 of the stage before<\/li>/,
    );
    assert.match(page, /id="slos\[1\]\.limit-wrong"><li>got &quot;soon&quot;, expected a duration/);
    assert.match(page, /unknown property &quot;percnt&quot;: did you mean &quot;percent&quot;\?/);
    assert.match(page, /<strong>plans\/web\.yaml:6:12<\/strong>/);
  });

  it("keeps a text that cannot be read, and says where it cannot", async () => {
    const page = await (
      await opened(fakePorts()).post(path, { text: "slos: [", was: goodPlan, saved: goodPlan })
    ).text();
    assert.equal(textIn(page), "slos: [");
    assert.match(page, /The text cannot be read as a plan/);
    assert.match(page, /<strong>plans\/web\.yaml:/);
  });

  it("saves what is shown, and nothing over what somebody else has saved meanwhile", async () => {
    const files = new Map([["plans/web.yaml", goodPlan]]);
    const { post } = opened(fakePorts(undefined, { plans: fakePlans(files) }));
    const changed = goodPlan.replace("25 # canary", "30 # canary");
    const save = {
      text: goodPlan,
      was: goodPlan,
      saved: goodPlan,
      "stages[1].percent": "30",
      action: "save",
    };
    assert.match(await (await post(path, save)).text(), /Saved plans\/web\.yaml\./);
    assert.equal(files.get("plans/web.yaml"), changed);
    const second = await post(path, { ...save, "stages[1].percent": "31" });
    assert.equal(second.status, 409);
    assert.match(await second.text(), /was changed on disk/);
    assert.equal(files.get("plans/web.yaml"), changed);
  });

  it("takes no name of a file that leads elsewhere", async () => {
    const files = new Map<string, string>();
    const { post } = opened(fakePorts(undefined, { plans: fakePlans(files) }));
    for (const name of ["../x.yaml", "/etc/x.yaml", "x.sh", ".x.yaml", "a/b.yaml"]) {
      assert.equal(
        (await post("/plans/new", { text: "x", was: "x", saved: "", action: "save", name })).status,
        400,
      );
    }
    assert.equal(
      (await post("/plans/new", { text: "x", was: "x", saved: "", action: "save", name: "x.yaml" })).status,
      303,
    );
    assert.deepEqual([...files.keys()], ["x.yaml"]);
  });
});
