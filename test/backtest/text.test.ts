import assert from "node:assert/strict";
import { stripVTControlCharacters } from "node:util";
import { adviceOn } from "../../provider/backtest/advice";
import { backtest, type Backtest } from "../../provider/backtest/backtest";
import { documentOf } from "../../provider/backtest/document";
import { pageOf } from "../../provider/backtest/page";
import { previewLines } from "../../provider/backtest/previewLines";
import { notesOn } from "../../provider/cli/backtest/notes";
import { textOf } from "../../provider/cli/backtest/text";
import type { Trace } from "../../provider/backtest/trace";
import { hourOfDay, planOn, traceOf } from "./traces";

const plan = planOn({ name: "5xx <b>", sli: "serverErrors", max: 0.01 });

describe("a backtest, told", () => {
  let tested: Backtest;
  let trace: Trace;

  before(async () => {
    const isNight = (elapsed: number): boolean => hourOfDay(elapsed) < 6;
    trace = traceOf({
      perSecond: (elapsed) => (isNight(elapsed) ? 0.5 : 20),
      badShare: (elapsed) => (Math.floor(hourOfDay(elapsed)) === 12 ? 0.1 : 0.001),
    });
    tested = await backtest(plan, trace, { seed: 1, most: { unchanged: 96, worse: 2 } });
  });

  const told = { file: "web.yaml", source: "Trace week.csv,", notes: ["A note."] };

  it("as text fits into 80 columns, names the hours, and says what to change", () => {
    const text = stripVTControlCharacters(textOf(plan, tested, told));
    const wide = text.split("\n").filter((line) => line.length > 80);
    assert.deepEqual(wide, []);
    assert.match(text, /\n {2}12h {2}█+/);
    const words = text.replaceAll(/\s+/g, " ");
    assert.match(
      words,
      /- 5xx <b> aborts [\d.]+ % of the releases of an unchanged version; the plan allows 1 %/,
    );
    assert.match(
      words,
      /Stage 1 \(10 %, 5m\) sees fewer than 50 requests in \d+ % of its soaks, above all at 00:00–05:59 UTC/,
    );
  });

  it("as text fits there too where many hours see too few requests", () => {
    const stages = tested.stages.map((stage) => ({ ...stage, hours: [0, 3, 7, 11, 14, 17, 18, 22] }));
    const text = stripVTControlCharacters(textOf(plan, { ...tested, stages }, told));
    assert.deepEqual(
      text.split("\n").filter((line) => line.length > 80),
      [],
    );
    assert.match(text, /\n {2}At 10 % mostly too few at 00:00–00:59, .*\n {4}/);
  });

  it("as a page lets nothing in a name be markup, and asks for nothing from elsewhere", () => {
    const { source, notes } = told;
    const page = pageOf({ title: "Backtest of <i>", source, notes, plan, trace, tested });
    assert.ok(page.includes("5xx &lt;b&gt;") && !page.includes("<i>") && !page.includes("5xx <b>"));
    assert.doesNotMatch(page, /<script|<link|<img|https?:\/\/(?!www\.w3\.org\/2000\/svg)/);
    // Three plots, each for a screen and for a phone.
    assert.equal(page.match(/<svg/g)?.length, 6);
  });

  it("as a document has the same figures, and numbers only", () => {
    const context = { plan: "web.yaml", missing: [] };
    const document = JSON.parse(JSON.stringify(documentOf(plan, tested, context))) as {
      unchanged: { aborted: { count: number } };
      worse: { times: unknown }[];
      advice: string[];
    };
    assert.equal(document.unchanged.aborted.count, tested.unchanged.aborted.count);
    assert.deepEqual(
      document.worse.slice(0, 4).map(({ times }) => times),
      [1.5, 2, 5, "all"],
    );
    assert.deepEqual(document.advice, adviceOn(plan, tested));
  });

  it("in a preview takes two lines", () => {
    const [first, second] = previewLines(tested);
    assert.match(
      first,
      /^Backtest on 2d: of 96 releases of an unchanged version \d+ would have been aborted \(begun at 11:00–12:59 UTC\) and/,
    );
    assert.match(
      second,
      /^A version that is wholly bad by any one SLO is caught in each stage, within [\dms ]+ \(median\)\.$/,
    );
  });

  it("in a preview says where a bad version is missed, and where nothing tells", () => {
    const rate = (count: number, of: number) => ({ count, of, low: 0, high: 1 });
    const [cell] = tested.detection.filter(({ times }) => times === Infinity);
    assert.ok(cell);
    const missed = { ...cell, percent: 1, inStage: rate(5, 8) };
    assert.equal(
      previewLines({ ...tested, detection: [cell, missed] })[1],
      "A version that is wholly bad by one SLO is not always caught before the stage ends: by 5xx <b> at 1 % it passes in 3 of 8 releases.",
    );
    assert.match(
      previewLines({ ...tested, detection: [cell, { ...missed, alone: true }] })[1],
      /^A version that is wholly bad by any one SLO is caught in each stage/,
    );
    const untold = { ...cell, caught: rate(0, 0) };
    assert.match(previewLines({ ...tested, detection: [untold] })[1], /^How soon .* cannot be told: /);
  });

  it("says what is not in the data", () => {
    const relative = planOn({ sli: "serverErrors", maxIncrease: 2 });
    const notes = notesOn(relative, tested, { missing: ["canceled"], isTelemetry: false });
    assert.equal(notes.length, 2);
    assert.match(
      notes.join(" "),
      /does not tell of canceled.*Both versions are drawn from what one has served/,
    );
  });
});
