import assert from "node:assert/strict";
import { barPlot, evidencePlot, standalone, timePlot, type TimePlot } from "../../provider/plots";
import { sizes } from "../../provider/plots/frame";

const began = Date.UTC(2030, 0, 1, 6);
const minute = 60_000;

const plot: TimePlot = {
  title: "5xx",
  description: "From 0.4 % to 5 %.",
  unit: "share",
  from: began,
  to: began + 10 * minute,
  lines: [
    { name: "new version", of: "new", points: points([undefined, 0.004, undefined, 0.05, 0.04]) },
    { name: "old version", of: "old", points: points([0.002, 0.002, 0.003, 0.002, 0.002]) },
  ],
  limit: 0.01,
  stages: [
    { from: began, to: began + minute, percent: 0 },
    { from: began + minute, to: began + 10 * minute, percent: 25 },
  ],
  marks: [{ at: began + 4 * minute, kind: "violation" }],
};

function points(values: readonly (number | undefined)[]): { at: number; value: number | undefined }[] {
  return values.map((value, minutes) => ({ at: began + minutes * minute, value }));
}

/** The texts that a plot shows. */
function textsIn(svg: string): string[] {
  return [...svg.matchAll(/<text[^>]*>([^<]*)</g)].map(([, text = ""]) => text);
}

function pathOf(svg: string, kind: string): string {
  // The last one is in the legend.
  return (
    [...svg.matchAll(new RegExp(`<path class="line ${kind}" d="([^"]*)"`, "g"))].map(([, d = ""]) => d)[0] ??
    ""
  );
}

describe("a plot over time", () => {
  const svg = timePlot(plot).toString();

  it("has a name and a description for who does not see it, before anything else", () => {
    assert.match(svg, /^<svg [^>]*role="img"[^>]*><title>5xx<\/title><desc>From 0\.4 % to 5 %\.<\/desc>/);
  });

  it("says what each line is, what the limit is, and which share each stage has", () => {
    const texts = textsIn(svg);
    for (const text of ["new version", "old version", "limit 1 %", "25 %", "violated"]) {
      assert.ok(texts.includes(text), text);
    }
  });

  it("has a gap where there is no value", () => {
    assert.equal(pathOf(svg, "new").match(/M/g)?.length, 2);
    assert.equal(pathOf(svg, "old").match(/M/g)?.length, 1);
  });

  it("has no number that is none, whatever it is given", () => {
    const nothing = {
      ...plot,
      to: began,
      lines: [{ name: "new", of: "new" as const, points: [] }],
      stages: [],
    };
    const infinite = { ...plot, lines: [{ name: "new", of: "new" as const, points: points([Infinity, 0]) }] };
    for (const each of [nothing, infinite]) {
      assert.doesNotMatch(timePlot(each).toString(), /NaN|Infinity|undefined/);
    }
  });

  it("has times of day with seconds for a short release, and dates for a long one", () => {
    assert.ok(textsIn(svg).some((text) => /^06:0\d:00Z$/.test(text)));
    const long = timePlot({ ...plot, to: began + 20 * 86_400_000 }).toString();
    assert.ok(textsIn(long).some((text) => /^2030-01-\d\d$/.test(text)));
  });

  it("has no time over another, however many fit", () => {
    for (const minutes of [0.1, 0.2, ...Array.from({ length: 120 }, (_, index) => index + 1)]) {
      const drawn = timePlot(
        { ...plot, to: began + minutes * minute },
        { width: 560, height: 220 },
      ).toString();
      const labels = [...drawn.matchAll(/<text class="soft middle" x="([\d.]+)"[^>]*>([^<]*)</g)];
      assert.ok(labels.length >= 2);
      assert.equal(new Set(labels.map(([, , text]) => text)).size, labels.length);
      labels.reduce((end, [, x = "", text = ""]) => {
        const half = (text.length * 6.6) / 2;
        assert.ok(Number(x) - half > end, `${text} at ${minutes} minutes`);
        return Number(x) + half;
      }, -Infinity);
    }
  });

  it("shows a low limit beside a share that is far above it", () => {
    const high = timePlot({
      ...plot,
      lines: [{ name: "new", of: "new", points: points([0, 1, 1]) }],
    }).toString();
    const [, y = ""] = /,([\d.]+)L/.exec(pathOf(high, "limit")) ?? [];
    const base = sizes.wide.height - 24;
    assert.ok(base - Number(y) >= 15, `the limit is ${base - Number(y)} above the axis`);
  });

  it("takes names from outside as text", () => {
    const evil = `</text><script>alert("x")</script>&\u202e`;
    const written = timePlot({
      ...plot,
      title: evil,
      lines: [{ name: evil, of: "new", points: points([0.1]) }],
    }).toString();
    assert.doesNotMatch(written, /<script|\u202e/);
    assert.match(written, /&lt;script&gt;/);
  });

  it("is as legible where there is little room", () => {
    const narrow = timePlot(plot, sizes.narrow).toString();
    const places = [...narrow.matchAll(/<text[^>]* x="([\d.]+)"/g)].map(([, x = ""]) => Number(x));
    assert.ok(places.length > 8);
    assert.ok(places.every((x) => x >= 0 && x <= sizes.narrow.width));
  });
});

describe("a plot of evidence", () => {
  it("says where it is conclusive, and does not grow beyond what matters", () => {
    const svg = evidencePlot({
      ...plot,
      lines: [{ name: "evidence", of: "new", points: points([0, 1000]) }],
    }).toString();
    assert.ok(textsIn(svg).includes("conclusive"));
    assert.ok(textsIn(svg).includes("200 %"));
    assert.ok(!textsIn(svg).some((text) => Number.parseFloat(text) > 200 && text.endsWith("%")));
  });
});

describe("a plot of bars", () => {
  const groups = [
    { label: "p50", new: 20, old: 10 },
    { label: "p99", new: 1500, old: undefined },
  ];
  const svg = barPlot({ title: "Latency", description: "Slower.", unit: "ms", groups }).toString();

  it("has a bar for each value, with the value", () => {
    assert.equal(svg.match(/<rect class="bar/g)?.length, 2 + 3);
    for (const text of ["p50", "20 ms", "1.5 s"]) assert.ok(textsIn(svg).includes(text), text);
  });

  it("of many groups has no text over another", () => {
    const groups = Array.from({ length: 24 }, (_, hour) => ({
      ...{ label: String(hour).padStart(2, "0"), new: 0, old: 0.02 },
    }));
    for (const size of [sizes.wide, sizes.narrow]) {
      const plot = barPlot({ title: "t", description: "d", unit: "share", groups }, size).toString();
      const texts = [...plot.matchAll(/class="(?:soft )?middle" x="([\d.]+)" y="([\d.]+)">([^<]+)</g)].map(
        ([, x, y, text = ""]) => ({ x: Number(x), y: Number(y), half: (text.length * 6.6) / 2 }),
      );
      assert.ok(texts.length >= 8, `${texts.length} texts`);
      for (const [index, one] of texts.entries()) {
        for (const other of texts.slice(index + 1)) {
          const isApart =
            Math.abs(one.x - other.x) >= one.half + other.half || Math.abs(one.y - other.y) > 10;
          assert.ok(isApart, JSON.stringify([one, other]));
        }
      }
    }
  });

  it("leaves a version out that has none", () => {
    const alone = barPlot({
      title: "",
      description: "",
      unit: "count",
      groups: [{ label: "a", new: 1, old: undefined }],
    });
    assert.ok(!textsIn(alone.toString()).includes("old version"));
  });
});

describe("a plot as a file", () => {
  it("carries its own style, in the colours asked for", () => {
    const file = standalone(timePlot(plot));
    assert.match(file, /<style>.*prefers-color-scheme:dark.*<\/style><title>/);
    assert.doesNotMatch(standalone(timePlot(plot), "dark"), /prefers-color-scheme/);
  });
});
