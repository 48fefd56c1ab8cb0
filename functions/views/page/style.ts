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
`;
