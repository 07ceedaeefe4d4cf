/** How a plot is coloured: as the reader's system is set, or always the same way, for a picture of one kind. */
export type Scheme = "auto" | "light" | "dark";

const light = {
  ink: "#1f2328",
  soft: "#59636e",
  grid: "#d1d9e0",
  new: "#0969da",
  old: "#6e7781",
  bad: "#cf222e",
  stage: "#0969da",
  paper: "#ffffff",
};

const dark: typeof light = {
  ink: "#f0f6fc",
  soft: "#9198a1",
  grid: "#3d444d",
  new: "#58a6ff",
  old: "#9198a1",
  bad: "#ff7b72",
  stage: "#58a6ff",
  paper: "#0d1117",
};

/** The style sheet of all plots. A page that shows several needs it once; a picture of its own carries it. */
export function plotStyle(scheme: Scheme = "auto"): string {
  const first = scheme === "dark" ? dark : light;
  const other = scheme === "auto" ? `@media (prefers-color-scheme:dark){.plot{${variables(dark)}}}` : "";
  return `.plot{${variables(first)}}${other}${rules}`;
}

function variables(colours: typeof light): string {
  return Object.entries(colours)
    .map(([name, colour]) => `--plot-${name}:${colour};`)
    .join("");
}

// Old and new, and what is bad, also differ in dashes, outlines and signs: colours are not all that tells them apart.
const rules = `
.plot{display:block;width:100%;height:auto;font:12px system-ui,-apple-system,"Segoe UI",sans-serif;background:var(--plot-paper)}
.plot text{fill:var(--plot-ink)}
.plot .soft{fill:var(--plot-soft)}
.plot .strong{font-weight:600}
.plot .start{text-anchor:start}.plot .middle{text-anchor:middle}.plot .end{text-anchor:end}
.plot .grid{stroke:var(--plot-grid);stroke-width:1}
.plot .stage{fill:var(--plot-stage)}
.plot .line{fill:none;stroke-width:2;stroke-linecap:round;stroke-linejoin:round}
.plot .line.new{stroke:var(--plot-new);stroke-width:2.5}
.plot .line.old{stroke:var(--plot-old);stroke-dasharray:5 4}
.plot .line.limit{stroke:var(--plot-bad);stroke-width:1.5;stroke-dasharray:1.5 4}
.plot .mark{stroke:var(--plot-bad);stroke-width:1.5}
.plot .sign{fill:none;stroke:var(--plot-bad);stroke-width:2.5;stroke-linecap:round}
.plot .bar{stroke-width:1.5}
.plot .bar.new{fill:var(--plot-new);stroke:var(--plot-new)}
.plot .bar.old{fill:none;stroke:var(--plot-old);stroke-dasharray:4 3}
`.replaceAll("\n", "");
