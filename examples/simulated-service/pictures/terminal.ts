import { markup, trusted, type Markup } from "../../../provider/markup";
import type { Step } from "./command";

const style = `
:root { color-scheme: light dark; --paper: #f6f8fa; --ink: #1f2328; --dim: #59636e; --red: #cf222e; --green: #1a7f37; --yellow: #7d4e00; }
@media (prefers-color-scheme: dark) { :root { --paper: #151b23; --ink: #f0f6fc; --dim: #9198a1; --red: #ff7b72; --green: #3fb950; --yellow: #d29922; } }
body { margin: 0; padding: 16px 20px; background: var(--paper); color: var(--ink); }
pre { margin: 0; font: 13px/1.45 ui-monospace, Menlo, Consolas, "DejaVu Sans Mono", monospace; white-space: pre-wrap; overflow-wrap: anywhere; }
.c1 { font-weight: bold } .c2, .entered { color: var(--dim) } .c31 { color: var(--red) } .c32 { color: var(--green) } .c33 { color: var(--yellow) }`;

/** What stands in a terminal, as a page. */
export function terminalPage(steps: readonly Step[]): string {
  const shown = steps.map(
    ({ line, out }, index) =>
      markup`${index > 0 && trusted("\n")}<span class="entered">$ ${line}</span>\n${painted(out)}`,
  );
  return markup`<!doctype html><title>Terminal</title><style>${trusted(style)}</style><pre>${shown}</pre>`.toString();
}

// What a terminal takes for a colour: the escape character, a bracket, and a number.
const colourCode = new RegExp(`${String.fromCharCode(27)}\\[(\\d+)m`, "g");

/** Text and the codes of its colours take turns. */
function painted(text: string): Markup[] {
  const parts = text.split(colourCode);
  return parts.flatMap((part, index) =>
    index % 2 === 1 || part === ""
      ? []
      : [markup`<span class="c${parts[index - 1] ?? "0"}">${lines(part)}</span>`],
  );
}

/** A text from outside keeps its lines. */
function lines(text: string): Markup[] {
  return text.split("\n").map((line, index) => markup`${index > 0 && trusted("\n")}${line}`);
}
