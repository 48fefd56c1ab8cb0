// What every page of ours is made of: text that cannot become markup, and one document around it.

/** A whole page; `script` and `style` are what stands in its one element of that kind, `script` null when it has none. */
export type Page = { readonly html: string; readonly script: string | null; readonly style: string };

const escapes: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

// What no document may hold, and what turns the direction of the text around it.
const unprintable = /(?![\t\n])[\p{Cc}\p{Bidi_Control}\p{Noncharacter_Code_Point}]/gu;

/** Text as it may stand between tags and between quotes, in HTML and in SVG: without markup, control characters and changes of direction. */
export const escaped = (text: string): string =>
  text
    .toWellFormed()
    .replace(unprintable, '')
    .replace(/[&<>"']/g, (character) => escapes[character] ?? '');

type Parts = {
  /** Plain text. */
  readonly title: string;
  readonly style: string;
  readonly script: string | null;
  /** Markup for the head. */
  readonly head?: string;
  /** Markup. */
  readonly body: string;
};

/** The document of a page. Style and script are ours: neither may hold text from elsewhere. */
export function pageOf({ title, style, script, head = '', body }: Parts): Page {
  const html = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${escaped(title)}</title>
<style>${style}</style>
${head}</head>
<body>
${body}
${script === null ? '' : `<script>${script}</script>\n`}</body>
</html>
`;
  return { html, script, style };
}
