/** The page's style: one column, light or dark as the reader's machine is, and printable. */
export const styles = `
:root {
  color-scheme: light dark;
  --page: #f6f7f9; --card: #ffffff; --ink: #1b2430; --soft: #5c6877; --line: #e1e5ea;
  --good: #1a7f53; --good-soft: #e3f4ec; --bad: #c62f3b; --bad-soft: #fce9ea; --warn: #b3690a; --warn-soft: #fdf1dd;
  --band: rgba(92, 104, 119, 0.13);
  --c0: #9aa5b1; --c1: #2f6fde; --c2: #14a38b; --c3: #8458d6; --c4: #4aa3df; --c5: #6b8e23; --c6: #e07a1f; --c7: #d9467a;
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #10151c; --card: #18202a; --ink: #e6ebf1; --soft: #98a5b4; --line: #2a3542;
    --good: #43c08a; --good-soft: #15352a; --bad: #f0707a; --bad-soft: #3f1f25; --warn: #e5a84b; --warn-soft: #3a2c14;
    --band: rgba(152, 165, 180, 0.16);
    --c0: #6f7c8a; --c1: #5b93f0; --c2: #2fbfa6; --c3: #a583ea; --c4: #71bbec; --c5: #9bbf4b; --c6: #f09a4a; --c7: #ef77a0;
  }
}
* { box-sizing: border-box; }
body {
  margin: 0; background: var(--page); color: var(--ink);
  font: 15px/1.55 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif;
}
main { max-width: 1200px; margin: 0 auto; padding: 32px 24px 64px; }
h1, h2, h3 { line-height: 1.25; margin: 0; }
h1 { font-size: 30px; letter-spacing: -0.01em; }
h2 { font-size: 21px; }
h3 { font-size: 16px; }
p { margin: 6px 0; }
a { color: inherit; }
code, pre { font: 12.5px/1.5 ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; }
code { overflow-wrap: anywhere; }
pre {
  margin: 8px 0 0; padding: 10px 12px; overflow-x: auto; white-space: pre-wrap; overflow-wrap: anywhere;
  background: var(--page); border: 1px solid var(--line); border-radius: 8px;
}
.eyebrow { color: var(--soft); font-size: 13px; margin: 0 0 6px; }
.soft { color: var(--soft); }
.small { font-size: 13px; }
.hero, .card { background: var(--card); border: 1px solid var(--line); border-radius: 14px; padding: 24px; }
.hero { border-left: 6px solid var(--tone); }
.card { margin-top: 24px; }
.good { --tone: var(--good); --tone-soft: var(--good-soft); }
.bad { --tone: var(--bad); --tone-soft: var(--bad-soft); }
.warn { --tone: var(--warn); --tone-soft: var(--warn-soft); }
.hero h1 { color: var(--tone); }
.hero ul { margin: 12px 0 0; padding: 0; list-style: none; }
.hero li { display: flex; gap: 10px; padding: 3px 0; }
.mark { flex: none; font-weight: 700; color: var(--tone); }
.tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(170px, 1fr)); gap: 12px; margin: 16px 0 0; }
.tile { background: var(--card); border: 1px solid var(--line); border-radius: 12px; padding: 14px 16px; }
.tile dt { color: var(--soft); font-size: 13px; }
.tile dd { margin: 2px 0 0; font-size: 23px; font-weight: 650; font-variant-numeric: tabular-nums; }
.tile dd small { display: block; color: var(--soft); font-size: 12.5px; font-weight: 400; }
.title { display: flex; flex-wrap: wrap; align-items: center; gap: 8px 12px; }
.pill {
  display: inline-block; padding: 1px 10px; border-radius: 99px; font-size: 13px; font-weight: 600;
  color: var(--tone); background: var(--tone-soft);
}
.release { margin-top: 22px; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-size: 13.5px; margin-top: 10px; }
th, td { text-align: left; vertical-align: top; padding: 6px 12px 6px 0; border-top: 1px solid var(--line); }
thead th { border-top: 0; color: var(--soft); font-weight: 500; font-size: 12.5px; }
td.number, th.number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
td.mark { width: 26px; }
td.claim { width: 38%; font-weight: 550; }
td.evidence { color: var(--soft); overflow-wrap: anywhere; white-space: pre-line; }
figure { margin: 26px 0 0; padding-top: 18px; border-top: 1px solid var(--line); }
figcaption { display: flex; flex-wrap: wrap; align-items: baseline; gap: 4px 16px; }
.chart { overflow-x: auto; margin-top: 4px; }
.chart svg { display: block; width: 100%; min-width: 840px; height: auto; }
.legend { display: flex; flex-wrap: wrap; gap: 2px 14px; margin: 4px 0 0; padding: 0; list-style: none; font-size: 13px; color: var(--soft); }
.legend i { display: inline-block; width: 11px; height: 11px; border-radius: 3px; margin-right: 5px; background: var(--swatch); }
details { margin-top: 10px; font-size: 13.5px; }
summary { cursor: pointer; color: var(--soft); }
.columns { display: grid; grid-template-columns: repeat(auto-fit, minmax(320px, 1fr)); gap: 24px; }
.columns ul { padding-left: 18px; margin: 8px 0 0; }
@media (max-width: 640px) {
  main { padding: 16px 12px 40px; } .hero, .card { padding: 16px; } h1 { font-size: 24px; }
  td.claim { width: auto; }
}
@media print { body { background: none; } .card, figure { break-inside: avoid; } }
`;
