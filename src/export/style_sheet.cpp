#include "export/html_text.hpp"

namespace rightful::exporting {

std::string_view style_sheet() {
  return R"(:root {
  color-scheme: light dark;
  --text: #16191d; --back: #fff; --soft: #f1f4f7; --line: #c3c9d1; --edge: #6b7480; --link: #0b57a8; --quiet: #4d5661;
}
@media (prefers-color-scheme: dark) {
  :root { --text: #e9edf2; --back: #14171b; --soft: #1f242b; --line: #3d454f; --edge: #8a94a1; --link: #8ec1ff; --quiet: #b3bcc7; }
}
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 1rem 1.25rem 3rem; max-width: 68rem; font: 1rem/1.5 system-ui, sans-serif; color: var(--text); background: var(--back); overflow-wrap: anywhere; }
p, ul { max-width: 46rem; }
a { color: var(--link); }
:focus-visible { outline: 3px solid var(--link); outline-offset: 2px; }
main:focus { outline: none; }
.skip { position: absolute; inset-inline-start: -100rem; }
.skip:focus { position: static; }
h1, h2 { text-wrap: balance; }
h1 { font-size: 1.75rem; line-height: 1.2; margin: 1rem 0 0.75rem; }
h2 { font-size: 1.25rem; line-height: 1.3; margin: 2.25rem 0 0.5rem; }
nav, .pages { margin: 0.75rem 0; max-width: none; }
nav a, .pages a { display: inline-block; padding: 0.2rem 0; min-height: 1.5rem; }
nav ul, ul.pages { list-style: none; margin: 0.75rem 0; padding: 0; display: flex; flex-wrap: wrap; align-items: baseline; gap: 0.25rem 1.25rem; }
.unseen { position: absolute; width: 1px; height: 1px; margin: -1px; padding: 0; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
.quiet, i { color: var(--quiet); }
.note { background: var(--soft); border: 1px solid var(--line); border-inline-start: 4px solid var(--edge); border-radius: 0.3rem; padding: 0.1rem 1rem; max-width: 46rem; margin: 1rem 0; }
.note h2 { margin-top: 0.6rem; font-size: 1.05rem; }
.table { position: relative; overflow-x: auto; margin: 0.75rem 0; border: 1px solid var(--line); border-radius: 0.5rem; }
table { border-collapse: collapse; width: 100%; }
caption { text-align: start; font-weight: 600; padding: 0.5rem 0.75rem; }
th, td { border-bottom: 1px solid var(--line); padding: 0.45rem 0.75rem; text-align: start; vertical-align: top; overflow-wrap: break-word; }
tbody tr:last-child > * { border-bottom: 0; }
td { min-width: 8rem; max-width: 32rem; white-space: pre-wrap; }
/* A cell whose text runs the other way stands below its head all the same. */
td[dir] { text-align: -webkit-match-parent; text-align: match-parent; }
thead th { background: var(--soft); border-bottom-color: var(--edge); vertical-align: bottom; }
tbody th { font-weight: 600; }
/* The looks of columns: n3 = the third holds numbers, w3 = it stays in one line, l3 = it is given room. Digits stand below
   digits of the same value in every script, hence right and not end. */
.n1 tr > :nth-child(1), .n2 tr > :nth-child(2), .n3 tr > :nth-child(3), .n4 tr > :nth-child(4), .n5 tr > :nth-child(5), .n6 tr > :nth-child(6), .n7 tr > :nth-child(7) { text-align: right; font-variant-numeric: tabular-nums; min-width: 0; }
.w1 tr > :nth-child(1), .w2 tr > :nth-child(2), .w3 tr > :nth-child(3), .w4 tr > :nth-child(4), .w5 tr > :nth-child(5), .w6 tr > :nth-child(6), .w7 tr > :nth-child(7) { white-space: nowrap; font-variant-numeric: tabular-nums; min-width: 0; }
.l1 td:nth-child(1), .l2 td:nth-child(2), .l3 td:nth-child(3), .l4 td:nth-child(4), .l5 td:nth-child(5), .l6 td:nth-child(6), .l7 td:nth-child(7) { min-width: 16rem; }
table.n1 tbody th { font-weight: 400; color: var(--quiet); }
article { border: 1px solid var(--line); border-radius: 0.5rem; margin: 1rem 0; overflow: hidden; }
article h2 { margin: 0; padding: 0.5rem 1rem; font-size: 1.05rem; background: var(--soft); }
article dl { padding: 0.6rem 1rem; }
/* Hundreds of players cost a browser seconds: it lays out a record when it comes near. Search and paper see all of them. */
.records article { content-visibility: auto; contain-intrinsic-size: auto 24rem; }
dl { display: grid; grid-template-columns: fit-content(18rem) 1fr; gap: 0.35rem 1.75rem; margin: 0; }
dt { font-weight: 600; min-width: 7rem; }
/* As wide as its text: one that runs the other way begins beside its name all the same. */
dd { margin: 0; min-width: 0; max-width: 46rem; justify-self: start; overflow-wrap: anywhere; white-space: pre-wrap; }
.facts { margin: 1rem 0; }
.facts dt { font-weight: 400; color: var(--quiet); }
i.masked { border-bottom: 1px dotted var(--edge); }
audio, video { display: block; width: 28rem; max-width: 100%; margin: 0.35rem 0; }
td audio { width: 18rem; max-width: none; }
img { display: block; max-width: 100%; max-height: 30rem; height: auto; margin: 0.35rem 0; }
@media (max-width: 36rem) {
  body { padding: 0.75rem 0.9rem 2rem; }
  h1 { font-size: 1.45rem; }
  dl { grid-template-columns: 1fr; gap: 0; }
  dd { margin-bottom: 0.6rem; }
  dl.facts { grid-template-columns: fit-content(45%) 1fr; gap: 0.2rem 0.9rem; }
  .facts dt { min-width: 0; overflow-wrap: break-word; }
  .facts dd { margin: 0; }
  th, td, caption { padding: 0.35rem 0.5rem; }
  /* A moment takes two lines here, its date and its time: no narrower, or it would break within the date. */
  .w1 td:nth-child(1), .w2 td:nth-child(2), .w3 td:nth-child(3), .w4 td:nth-child(4), .w5 td:nth-child(5), .w6 td:nth-child(6), .w7 td:nth-child(7) { white-space: pre-wrap; min-width: 7.9rem; }
}
@page { margin: 1.6cm; }
@media print {
  :root { --text: #000; --back: #fff; --soft: #fff; --line: #999; --edge: #666; --link: #000; --quiet: #333; }
  .skip, nav, .pages, audio, video { display: none; }
  body { max-width: none; padding: 0; font-size: 10pt; }
  .table { overflow: visible; border: 0; }
  table td, table th { min-width: 0; white-space: pre-wrap; padding: 0.15rem 0.4rem; }
  article, tr { break-inside: avoid; }
  thead { display: table-header-group; }
  .records article { content-visibility: visible; }
}
)";
}

}  // namespace rightful::exporting
