"""The style of the HTML report."""

STYLE = """
:root { color-scheme: light dark; --ink: #1c2330; --soft: #5b6575; --line: #dfe3ea; --page: #fff; --card: #f6f7f9;
  --good: #137a3f; --bad: #b3261e; --open: #8a5a00; }
@media (prefers-color-scheme: dark) { :root { --ink: #e8eaf0; --soft: #a3adbd; --line: #343b48; --page: #14181f;
  --card: #1c222c; --good: #5fd08e; --bad: #ff8a80; --open: #f0bf5f; } }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 64rem; padding: 2.5rem 1.25rem; background: var(--page); color: var(--ink);
  font: 16px/1.55 system-ui, sans-serif; }
h1 { font-size: 1.6rem; line-height: 1.25; margin: 0 0 .25rem; }
h2, summary { font-size: 1.15rem; font-weight: 700; margin: 2.5rem 0 .75rem; } summary { cursor: pointer; }
p { margin: .25rem 0; overflow-wrap: anywhere; } .lead { margin: 1.25rem 0; max-width: 46rem; }
.soft { color: var(--soft); }
.good { color: var(--good); } .bad { color: var(--bad); } .open { color: var(--open); }
.metrics { display: flex; flex-wrap: wrap; gap: .75rem; margin: 1.5rem 0; padding: 0; list-style: none; }
.metrics li { flex: 1 1 8rem; background: var(--card); border: 1px solid var(--line);
  border-radius: .5rem; padding: .75rem 1rem; }
.metrics b { display: block; font-size: 1.6rem; line-height: 1.2; font-variant-numeric: tabular-nums; }
article { border: 1px solid var(--line); border-left: 4px solid var(--bad); border-radius: .5rem; padding: 1rem 1.25rem;
  margin: 0 0 1rem; break-inside: avoid; }
article h3 { margin: 0; font-size: 1rem; }
code { font: .82rem/1.5 ui-monospace, monospace; overflow-wrap: anywhere; }
dl { display: grid; grid-template-columns: 6rem minmax(0, 1fr); gap: .15rem .75rem; margin: .75rem 0; }
dt { color: var(--soft); } dd { margin: 0; overflow-wrap: anywhere; }
pre { background: var(--card); border-radius: .375rem; padding: .75rem; margin: 0; font-size: .82rem;
  white-space: pre-wrap; overflow-wrap: anywhere; }
.table { overflow-x: auto; } table { border-collapse: collapse; width: 100%; font-size: .9rem; }
th, td { text-align: left; vertical-align: top; padding: .4rem .75rem .4rem 0; border-bottom: 1px solid var(--line); }
td { overflow-wrap: anywhere; } td:first-child { min-width: 10rem; }
.number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap;
  padding-right: 0; padding-left: 1rem; }
footer { margin-top: 2.5rem; color: var(--soft); font-size: .85rem; }
@media (max-width: 40rem) { dl { grid-template-columns: 1fr; } }
"""
