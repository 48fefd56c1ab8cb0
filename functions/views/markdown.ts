// Text from outside in a Markdown document: it can neither format, nor link, nor break a table.

// What renderers turn into links, mentions and references even where it is escaped.
const linking = /:\/\/|\bwww\.|@|\b(mailto|xmpp):|#\d|\bGH-\d/i;
const special = /[\\`*_{}[\]<>()|~&#!$]/g;
const unprintable = /[\p{Cc}\p{Cf}\u2028\u2029]+/gu;

const oneLine = (text: string): string => text.replace(unprintable, ' ').replace(/\s+/g, ' ').trim();

function asCode(text: string): string {
  // Cells are split before code is looked for, and what stands before a bar decides whether it is escaped: there is no bar in there.
  return `\`${text.replaceAll('`', "'").replaceAll('|', '¦')}\``;
}

/** One line that shows the text as it is; what could become a link is set as code. */
export function literal(text: string): string {
  const line = oneLine(text);
  if (line === '') return '';
  if (linking.test(line)) return asCode(line);
  return line
    .replace(special, '\\$&')
    .replace(/^[-+=]/, '\\$&')
    .replace(/^(\d+)([.)])/, '$1\\$2');
}

/** The lines of a table. Its cells are Markdown already: `literal` is for what comes from outside. */
export function markdownTable(header: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [line(header), line(header.map(() => '---')), ...rows.map(line)];
}
