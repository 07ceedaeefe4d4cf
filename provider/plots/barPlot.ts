import { scaleBand } from "d3-scale";
import { markup, type Markup } from "../markup";
import { valueAxis, valueScale, type ValueScale } from "./axes";
import { areaIn, at, frame, sizes, widthOf, type Area, type Size, type Told } from "./frame";
import { legend } from "./legend";
import { valueText, type Unit } from "./units";

/** The bars of both versions over one label; undefined where a version has no value. */
export interface BarGroup {
  readonly label: string;
  readonly new: number | undefined;
  readonly old: number | undefined;
}

/** Bars in groups: those of the new version are filled, those of the old one are outlined. */
export interface BarPlot extends Told {
  readonly unit: Unit;
  readonly groups: readonly BarGroup[];
  /** What the versions are called. Default: `new version` and `old version`. */
  readonly names?: { readonly new: string; readonly old: string };
}

const versions = ["new", "old"] as const;
const usualNames = { new: "new version", old: "old version" };

/** Draws bars. */
export function barPlot(plot: BarPlot, size: Size = sizes.wide): Markup {
  const { groups, unit, names = usualNames } = plot;
  const shown = versions.filter((version) => groups.some((group) => group[version] !== undefined));
  const key = legend(
    shown.map((of) => ({ sign: "bar", of, name: names[of] })),
    size.width,
  );
  const area = areaIn(size, key.height + 16);
  const values = groups.flatMap((group) => [group.new ?? 0, group.old ?? 0]);
  const y = valueScale(values, undefined, unit, area);
  const places = scaleBand([...groups.keys()].map(String), [area.left, area.right]).padding(0.3);
  const each = Math.ceil((8 + Math.max(0, ...groups.map(({ label }) => widthOf(label)))) / places.step());
  const drawn = groups.map((group, index) => {
    const x = places(String(index)) ?? 0;
    const width = places.bandwidth() / Math.max(1, shown.length);
    const room = places.step() / Math.max(1, shown.length);
    const label =
      index % each === 0 &&
      markup`<text class="soft middle" x="${at(x + places.bandwidth() / 2)}" y="${area.bottom + 17}">${group.label}</text>`;
    const bars = shown.map((version, place) =>
      barOf(version, group[version], { x: x + place * width, width: 0.9 * width, room }, { y, unit, area }),
    );
    return [label, bars];
  });
  return frame(plot, size, [valueAxis(y, unit, area), drawn, key.markup]);
}

function barOf(
  version: "new" | "old",
  value: number | undefined,
  { x, width, room }: { readonly x: number; readonly width: number; readonly room: number },
  { y, unit, area }: { readonly y: ValueScale; readonly unit: Unit; readonly area: Area },
): Markup | undefined {
  if (value === undefined) return undefined;
  const top = at(y(value));
  const text = valueText(value, unit);
  // Where bars are narrow their values are left to the axis.
  const label =
    widthOf(text) <= room &&
    markup`<text class="middle" x="${at(x + width / 2)}" y="${top - 4}">${text}</text>`;
  return markup`<rect class="bar ${version}" x="${at(x)}" y="${top}" width="${at(width)}" height="${at(Math.max(0, area.bottom - top))}"/>${label}`;
}
