/** The style of a report's page; its plots have their own. */
export const pageStyle = `
:root{color-scheme:light dark;--ink:#1f2328;--soft:#59636e;--paper:#ffffff;--back:#f6f8fa;--edge:#d1d9e0;--bad:#cf222e;--good:#1a7f37;--warn:#9a6700;--link:#0969da}
@media (prefers-color-scheme:dark){:root{--ink:#f0f6fc;--soft:#9198a1;--paper:#0d1117;--back:#151b23;--edge:#3d444d;--bad:#ff7b72;--good:#3fb950;--warn:#d29922;--link:#58a6ff}}
*{box-sizing:border-box}
body{margin:0;background:var(--paper);color:var(--ink);font:15px/1.5 system-ui,-apple-system,"Segoe UI",sans-serif}
main{max-width:860px;margin:0 auto;padding:20px 16px 48px}
h1{font-size:1.6rem;line-height:1.3;margin:0 0 8px;overflow-wrap:anywhere}
h2{font-size:1.15rem;margin:36px 0 8px;padding-top:14px;border-top:1px solid var(--edge);overflow-wrap:anywhere}
p{margin:6px 0;overflow-wrap:anywhere}
.soft{color:var(--soft)}
.badge{display:inline-block;font-size:.95rem;font-weight:600;padding:2px 10px;border:1.5px solid currentcolor;border-radius:999px;white-space:nowrap;vertical-align:middle}
.badge.completed,.healthy{color:var(--good)}
.badge.aborted,.violated{color:var(--bad)}
.badge.inconclusive,.badge.superseded,.unsure,.insufficient{color:var(--warn)}
.decision{font-size:1.05rem}
.note{background:var(--back);border-left:4px solid var(--warn);padding:8px 12px}
dl{display:grid;grid-template-columns:repeat(auto-fit,minmax(250px,1fr));gap:8px 24px;margin:16px 0}
dt{color:var(--soft);font-size:.85rem}
dd{margin:0;overflow-wrap:anywhere}
code,pre{font:13px/1.45 ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;overflow-wrap:anywhere}
pre{background:var(--back);padding:8px 12px;margin:6px 0;overflow-x:auto;border-radius:6px}
.failures li{margin:10px 0;overflow-wrap:anywhere}
figure{margin:10px 0}
.scroll{overflow-x:auto}
.scroll:focus-visible,a:focus-visible,pre:focus-visible{outline:3px solid var(--link);outline-offset:2px}
table{border-collapse:collapse;font-size:14px}
th,td{text-align:left;vertical-align:top;padding:6px 12px 6px 0;border-bottom:1px solid var(--edge)}
thead th{color:var(--soft);font-weight:500;white-space:nowrap}
tbody th{font-weight:600;white-space:nowrap}
a{color:var(--link)}
@media print{.scroll{overflow:visible}}
`.replaceAll("\n", "");
