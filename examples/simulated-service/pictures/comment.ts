import { marked } from "marked";
import { markup, trusted } from "../../../provider/markup";

const style = `
:root { color-scheme: light dark; --paper: #ffffff; --ink: #1f2328; --soft: #59636e; --line: #d1d9e0; --ground: #f6f8fa; --link: #0969da; }
@media (prefers-color-scheme: dark) { :root { --paper: #0d1117; --ink: #f0f6fc; --soft: #9198a1; --line: #3d444d; --ground: #151b23; --link: #4493f8; } }
body { margin: 0; padding: 16px; background: var(--paper); color: var(--ink); font: 14px/1.5 system-ui, "Segoe UI", sans-serif; }
article { border: 1px solid var(--line); border-radius: 6px; }
header { padding: 8px 16px; background: var(--ground); border-bottom: 1px solid var(--line); border-radius: 6px 6px 0 0; color: var(--soft); }
header strong { color: var(--ink); }
div { padding: 4px 16px 12px; overflow-wrap: anywhere; }
table { border-collapse: collapse; margin: 12px 0; }
th, td { padding: 5px 12px; border: 1px solid var(--line); text-align: left; }
tr:nth-child(even) td { background: var(--ground); }
code { padding: 2px 5px; border-radius: 6px; background: var(--ground); font: 85% ui-monospace, Menlo, Consolas, "DejaVu Sans Mono", monospace; }
a { color: var(--link); }
blockquote { margin: 0; padding: 0 1em; border-left: 4px solid var(--line); color: var(--soft); }
h3, h4 { margin: 16px 0 8px; }`;

/** A comment on a pull request, much as GitHub shows it. */
export function commentPage(markdown: string): string {
  const content = trusted(marked.parse(markdown, { async: false, gfm: true }));
  return markup`<!doctype html><title>Comment</title><style>${trusted(style)}</style><article><header><strong>github-actions</strong> commented</header><div>${content}</div></article>`.toString();
}
