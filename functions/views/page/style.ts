// How all pages of the view look: phone first, light and dark, and readable on paper.

const colours = {
  light: `--ink:#14181d;--paper:#f4f6f8;--card:#fff;--soft:#525c67;--line:#d3d9e0;--mark:#7c8691;--go:#0a57c2;--on:#fff;
--good:#15692d;--doubt:#855300;--bad:#b3211a;--good-fill:#2c9c4b;--some-fill:#b98300;--more-fill:#c75a00;--bad-fill:#cf2f26;
--good-soft:#e3f3e7;--doubt-soft:#fcf0d7;--bad-soft:#fdeae8`,
  dark: `--ink:#e8edf3;--paper:#0c1015;--card:#151b22;--soft:#a3adb9;--line:#2e363f;--mark:#78828d;--go:#74b3ff;--on:#06182e;
--good:#56c979;--doubt:#e6ab3f;--bad:#ff857b;--good-fill:#3aa65a;--some-fill:#c99a2e;--more-fill:#e07b2a;--bad-fill:#f0564b;
--good-soft:#12281a;--doubt-soft:#2d230d;--bad-soft:#351614`,
} as const;

export const baseStyle = `
:root{color-scheme:light dark;${colours.light}}
@media (prefers-color-scheme:dark){:root{${colours.dark}}}
*{box-sizing:border-box}
body{margin:0;background:var(--paper);color:var(--ink);font:1rem/1.5 system-ui,-apple-system,"Segoe UI",Roboto,sans-serif;overflow-wrap:anywhere}
main{max-width:34rem;margin:0 auto;padding:1.5rem 1rem}
h1,h2,h3,h4,p,ul,ol,dl,dd{margin:0;padding:0}
h1{font-size:1.5rem;line-height:1.25;margin-bottom:.75rem}
p{margin-bottom:1rem}
.soft{color:var(--soft)}
a{color:var(--go)}
label{display:block;margin:1rem 0 .25rem}
input,button{width:100%;min-height:3rem;padding:.5rem .75rem;border-radius:.5rem;font:inherit}
input{border:1px solid var(--mark);background:var(--card);color:var(--ink)}
button{margin-top:1.25rem;min-height:3.5rem;border:0;background:var(--go);color:var(--on);font-weight:600;cursor:pointer}
button:disabled{opacity:.6}
:focus-visible{outline:3px solid var(--go);outline-offset:2px}
[hidden]{display:none!important}
.said:not(:empty){padding:.5rem .75rem;border-radius:.5rem;border:1px solid var(--doubt);background:var(--doubt-soft)}
`;

/** Of the view and the pages below it. */
export const viewStyle = `${baseStyle}
main{max-width:78rem;padding:0 .75rem 1rem}
main:focus{outline:none}
header.bar,footer{max-width:78rem;margin:0 auto;padding:.75rem}
header.bar{padding-bottom:0}
header.bar h1{font-size:.9375rem;font-weight:600;margin:0;color:var(--soft)}
#said{margin:.5rem 0 0;padding:.5rem .75rem;border-radius:.5rem;background:var(--doubt-soft);border:1px solid var(--doubt)}
.unseen{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap;margin:0}
.skip{position:absolute;left:.75rem;top:-4rem;padding:.5rem .75rem;background:var(--card);border-radius:.5rem;z-index:1}
.skip:focus{top:.5rem}
.defs{position:absolute}
ul,ol{list-style:none}
small{font-size:.8125em;color:var(--soft)}
.soft{font-size:.9375rem}
.asof{color:var(--soft);font-size:.9375rem;margin:0 0 .5rem}
.good>.i,.i.good,.w.good,b.good{color:var(--good)}
.doubt>.i,.i.doubt,.w.doubt,b.doubt{color:var(--doubt)}
.bad>.i,.i.bad,.w.bad,b.bad{color:var(--bad)}
.i.none,.w.none,b.none{color:var(--soft)}
.i{width:1.125em;height:1.125em;flex:none;vertical-align:-.2em;color:inherit}
.w{font-weight:600}
.w .i{margin-right:.25em}
.tag{display:inline-block;padding:0 .4em;border:1px solid var(--mark);border-radius:.4em;font-size:.8125rem;font-weight:400;color:var(--soft)}
code{font-size:.9375em;background:var(--paper);padding:.1em .3em;border-radius:.25em}
h3{font-size:1.125rem;line-height:1.3}
h4{font-size:1rem}
.body h4{font-size:.875rem;color:var(--soft);margin:.75rem 0 .25rem}
.lead{color:var(--soft);font-size:.9375rem;margin:0 0 .75rem}
section,.head,.card,nav{background:var(--card);border:1px solid var(--line);border-radius:.75rem;padding:1rem}
section section,.card .card{border:0;padding:0}
section>h3{margin-bottom:.25rem}
.site{margin-bottom:2rem}
.head{border-left:.5rem solid var(--mark);margin-bottom:.75rem}
.site.good .head{border-left-color:var(--good-fill)}
.site.doubt .head{border-left-color:var(--some-fill);background:var(--doubt-soft)}
.site.bad .head{border-left-color:var(--bad-fill);background:var(--bad-soft)}
.head h2{font-size:1.0625rem;line-height:1.45;font-weight:400;margin-bottom:.5rem;text-wrap:pretty;max-width:62rem}
.head h2 b{display:block;font-size:1.375rem;line-height:1.25;margin-bottom:.35rem;color:var(--ink)}
.site.bad .head h2 b,.site.doubt .head h2 b{font-size:1.5rem}
.head p{margin:0 0 .5rem}
.pill{font-size:1.0625rem}
.pill b{margin:0 .35em 0 .1em}
.pill span{color:var(--soft)}
.box{border:1px solid var(--mark);border-radius:.5rem;padding:.75rem;margin:.25rem 0}
.box.doubt{background:var(--doubt-soft);border-color:var(--doubt)}
.box.bad{background:var(--bad-soft);border-color:var(--bad)}
.box p{margin:0 0 .25rem}
.box .i{margin-right:.35em}
.blind{margin-bottom:.75rem;font-size:1.125rem}
.public{margin:0 0 .75rem;color:var(--soft);font-size:.9375rem}
.count{display:block;font-size:1.25rem}
nav{margin-bottom:.75rem;padding:.5rem 1rem}
.sites a{display:flex;gap:.5rem;align-items:center;min-height:2.75rem;color:var(--ink)}
.sites a b{margin-left:auto;text-align:right}
.top,.foot{display:grid;gap:.75rem;grid-template-columns:minmax(0,1fr);margin-bottom:.75rem}
.probed{margin-bottom:.75rem}
.incidents>li{border-top:1px solid var(--line)}
.incidents>li:first-child{border-top:0}
.inc{display:flex;gap:.5rem;align-items:flex-start;padding:.5rem 0;min-height:2.75rem}
summary{cursor:pointer;min-height:2.75rem;padding:.5rem 0}
summary.inc{list-style:none}
summary.inc::-webkit-details-marker{display:none}
summary.inc::after{content:"";flex:none;margin:.4em .25em 0 auto;width:.5em;height:.5em;border:solid var(--soft);border-width:0 .15em .15em 0;transform:rotate(45deg)}
details[open]>summary.inc::after{transform:rotate(-135deg);margin-top:.65em}
.inc .i{margin-top:.2em;font-size:1.125em}
.sum{font-weight:600}
.who{display:flex;gap:.5rem;padding:.5rem .75rem;border-radius:.5rem;background:var(--paper);margin:0 0 .5rem}
.who .i{margin-top:.2em}
.who.doubt{background:var(--doubt-soft)}
.who.good{background:var(--good-soft)}
.lines li,.past li,.signed li,.parts li{margin-bottom:.35rem}
.lines li{padding-left:1rem;position:relative}
.lines li::before{content:"";position:absolute;left:.25rem;top:.65em;width:.35rem;height:.35rem;border-radius:50%;background:var(--mark)}
.past li,.signed li{display:flex;gap:.5rem;flex-wrap:nowrap;align-items:flex-start}
.past .i,.signed>li>.i{margin-top:.2em}
.signed.notes{margin:.5rem 0}
.was{margin:0 0 .75rem;padding:.5rem 1rem;border-radius:.5rem;border:1px dashed var(--mark)}
.old>:is(.top,.probed,.foot){filter:grayscale(.8)}
.timeline{border-left:2px solid var(--line);margin-left:.375rem}
.timeline li{position:relative;padding:0 0 .6rem 1rem;display:grid;gap:0 .75rem}
.timeline li::before{content:"";position:absolute;left:-.4375rem;top:.4em;width:.75rem;height:.75rem;border-radius:50%;background:var(--card);border:3px solid var(--mark)}
.timeline .opened::before,.timeline .relapsed::before{border-color:var(--bad-fill)}
.timeline .acknowledged::before,.timeline .resolved::before,.timeline .recovering::before,.timeline .cleared::before{border-color:var(--good-fill)}
.timeline time{font-variant-numeric:tabular-nums;white-space:nowrap}
.more{margin:.5rem 0 0}
.m{display:block;width:100%;max-width:32rem;margin:0 auto .75rem}
.m text{font-size:14px;text-anchor:middle;fill:currentColor}
.m text.n{font-size:15px;font-weight:600;fill:var(--ink)}
.m circle{fill:var(--card);stroke:currentColor;stroke-width:2.5}
.m g.good,.e.good{color:var(--good)}.m g.doubt,.e.doubt{color:var(--doubt)}.m g.bad,.e.bad{color:var(--bad)}.m g.none,.e.none{color:var(--soft)}
.m g.good circle{fill:var(--good-soft)}.m g.doubt circle{fill:var(--doubt-soft)}.m g.bad circle{fill:var(--bad-soft)}
.m g.none>circle{stroke-dasharray:4 5}
.e{fill:none;stroke:currentColor;stroke-width:3;stroke-linecap:round}
.e.doubt,.e.none{stroke-dasharray:2 8}
.where{container-type:inline-size}
.parts{border-top:1px solid var(--line);padding-top:.75rem}
.parts .w{margin-right:.25em}
@container (min-width:46rem){.map{display:grid;grid-template-columns:minmax(0,1fr) minmax(0,1fr);gap:2rem;align-items:center}.parts{border:0;padding:0}.map .m{margin:0 auto}}
.cards{display:grid;gap:.75rem;grid-template-columns:minmax(0,1fr)}
.card{padding:.75rem;border-left-width:.3rem}
.card.good{border-left-color:var(--good-fill)}.card.doubt{border-left-color:var(--some-fill)}.card.bad{border-left-color:var(--bad-fill)}
.card h4{display:flex;flex-wrap:wrap;gap:0 .5rem;align-items:baseline;margin-bottom:.5rem;font-size:1.0625rem}
.card h4 .soft{font-weight:400}
.card h4 .w{margin-left:auto}
.card p{margin:0 0 .25rem}
.card dt{font-size:.875rem;color:var(--soft)}
.card dd{margin:0 0 .5rem}
progress{display:block;width:100%;height:.75rem;appearance:none;border:1px solid var(--mark);border-radius:.4rem;overflow:hidden;background:var(--paper)}
progress::-webkit-progress-bar{background:var(--paper)}
progress::-webkit-progress-value{background:var(--go)}
progress::-moz-progress-bar{background:var(--go)}
.progress p{margin:.25rem 0}
.b{display:block;width:100%;height:1.75rem}
.b path,.k path{fill:none;stroke-dasharray:.76 .24}
.a{stroke:var(--good-fill);stroke-width:20}
path.b{stroke:var(--some-fill);stroke-width:16}
.c{stroke:var(--more-fill);stroke-width:11}
.d{stroke:var(--bad-fill);stroke-width:7}
.n{stroke:var(--mark);stroke-width:2}
.m .n{stroke:none}
.k{width:2.25rem;height:1.25rem;flex:none;margin-top:.2em}
p.under{display:flex;justify-content:space-between;font-size:.8125rem;color:var(--soft);margin:.15rem 0 0}
.l{display:block;height:1.75rem;width:100%}
.l path{fill:none;stroke:var(--go);stroke-width:1.75;stroke-linecap:round;stroke-linejoin:round;vector-effect:non-scaling-stroke}
.columns{display:none}
.t{display:grid;gap:.25rem .75rem;grid-template-columns:4.5rem minmax(0,1fr) auto;align-items:start;padding:.6rem 0;border-top:1px solid var(--line)}
.t>div{grid-column:span 2}
.t p{margin:0}
.t .soft{font-size:.875rem}
.t .ms{font-variant-numeric:tabular-nums;white-space:nowrap;font-size:.9375rem}
.t .b{grid-column:span 2;height:1.375rem}
.t .l{height:1.375rem}
.t.bad .id,.t.doubt .id{font-size:1.0625rem}
.short{columns:15rem;font-size:.9375rem}
.short li{break-inside:avoid}
p.brand{font-weight:600;color:var(--soft);font-size:.9375rem;margin:0}
nav.ways{border:0;background:none;padding:0;margin:.25rem 0 0}
.ways ul{display:flex;flex-wrap:wrap;gap:0 1.25rem}
.ways a{display:inline-block;padding:.5rem 0}
.below .site{margin:0}
.below>.who{border:1px solid var(--line)}
.below .facts{max-width:42rem}
.below h2{font-size:1.125rem;margin-bottom:.25rem}
.below section{margin-bottom:.75rem}
.months{display:grid;gap:.75rem;grid-template-columns:repeat(auto-fill,minmax(min(100%,21rem),1fr));align-items:start}
.months section{margin:0;padding:.75rem}
table{border-collapse:collapse;width:100%}
th{text-align:left;font-weight:600}
.month{table-layout:fixed;font-variant-numeric:tabular-nums;font-size:.875rem}
.month th{font-weight:400;color:var(--soft);text-align:center;font-size:.8125rem}
.month td{padding:2px;height:3.25rem;vertical-align:top;text-align:center}
.month td.n{color:var(--soft);padding-top:.3rem}
.month a{display:block;height:100%;padding:.15rem 0;border-radius:.35rem;border:1px solid var(--line);color:var(--ink);text-decoration:none;line-height:1.1;position:relative}
.month a:hover{border-color:var(--go)}
.month small{display:block;font-size:.6875rem}
.month i{color:var(--bad);font-style:normal;position:absolute;right:.2rem}
.k1{display:block;height:.9rem;width:1.25rem;margin:.1rem auto}
.day .k1,.facts .k1{display:inline-block;height:1em;width:.6em;margin:0 .35em 0 0;vertical-align:-.1em}
.k1 path{fill:none}
.day{font-size:.9375rem}
.day .l{height:1.5rem;width:7rem}
.day td,.day th{padding:.35rem .75rem .35rem 0;vertical-align:top;text-align:left}
.day tbody tr{border-top:1px solid var(--line)}
@media (max-width:44rem){.day thead{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}.day,.day tbody,.day tr,.day td,.day th{display:block}.day tr{padding:.5rem 0}.day td,.day th{padding:0}.day td::before{content:attr(data-label) ": ";color:var(--soft)}}
.facts div{display:flex;justify-content:space-between;gap:1rem;padding:.15rem 0}
.facts dt{color:var(--soft)}
.facts dd{text-align:right}
.words dt{font-weight:600;display:inline}
.words dt::after{content:": "}
.words dd{display:inline}
.incidents .body{padding-bottom:.75rem}
.legend .body{padding:.5rem 0}
.leave button{width:auto;min-height:2.75rem;margin:0;background:none;border:1px solid var(--mark);color:var(--ink);font-weight:400}
footer summary{color:var(--go)}
@media (min-width:34rem){.timeline li{grid-template-columns:9.5rem minmax(0,1fr)}.card dl{display:grid;grid-template-columns:5rem minmax(0,1fr);gap:0 .75rem}}
@media (min-width:60rem){
main,header.bar,footer{padding-left:1.5rem;padding-right:1.5rem}
.head,section{padding:1.25rem 1.5rem}
.duo,.pair{grid-template-columns:minmax(0,1fr) minmax(0,1fr);align-items:start}
.duo{grid-template-rows:auto 1fr}
.duo .signers{grid-column:2;grid-row:1/span 2}
.pair .signers{grid-column:1/-1}
.top:not(.duo) .signers .cards{grid-template-columns:repeat(auto-fit,minmax(22rem,1fr))}
.foot{grid-template-columns:repeat(auto-fit,minmax(18rem,1fr));align-items:start}
.t{grid-template-columns:minmax(0,1.5fr) 8rem 7rem minmax(0,1.6fr);gap:0 1.25rem;padding:.4rem 0;align-items:center}
.t>div,.t .b{grid-column:auto}
.columns{display:grid;grid-template-columns:minmax(0,1.5fr) 8rem 7rem minmax(0,1.6fr);gap:0 1.25rem;margin:0;font-size:.875rem;color:var(--soft);padding-bottom:.25rem}
}
@media (prefers-reduced-motion:reduce){*{transition:none!important;animation:none!important;scroll-behavior:auto!important}}
@media (forced-colors:active){.i,.m,.b,.l,.k{forced-color-adjust:none}}
@media print{.skip,#said,footer,.leave{display:none}body{background:#fff}section,.head{break-inside:avoid}details:not([open])::details-content{content-visibility:visible;display:block}}
`;
