// Makes a message fit into what a service takes: the body is cut where a line or a word ends, links never are.
import type { Message } from './channel.ts';

/** How much room a text takes at a service. */
export type Size = (text: string) => number;

/** UTF-16 units: at least as many as the characters of any service. */
const units: Size = (text) => text.length;

/** Bytes of the text inside of a JSON document, quotes left out; never less than its UTF-8. */
export const jsonBytes: Size = (text) => Buffer.byteLength(JSON.stringify(text)) - 2;

export type Parts = {
  readonly title?: string;
  readonly body: string;
  /** Lines that stay whole, the most important first; written as they are. */
  readonly links?: readonly string[];
};

export type Space = {
  readonly limit: number;
  readonly size?: Size;
  /** Defuses the markup of the service in title and body; what it makes of them is what has to fit. */
  readonly escape?: (text: string) => string;
};

const mark = '…';

/** Line ends count as boundaries when little is lost by it, word ends when not half of the text is. */
function boundary(text: string, end: number): number {
  const line = text.lastIndexOf('\n', end);
  if (line > end * 0.7) return line;
  const word = Math.max(line, text.lastIndexOf(' ', end));
  return word > end * 0.5 ? word : end;
}

function piece(text: string, end: number): string {
  // Not in the middle of a character that takes two units.
  const whole = text.slice(0, end).replace(/[\uD800-\uDBFF]$/, '');
  return `${whole.trimEnd()}${mark}`;
}

/** As much of the text as `fits` allows; null when not even nothing does. */
function cut(text: string, fits: (text: string) => boolean): string | null {
  if (fits(text)) return text;
  if (!fits(mark)) return fits('') ? '' : null;
  let good = 0;
  let bad = text.length;
  while (bad - good > 1) {
    const middle = Math.floor((good + bad) / 2);
    if (fits(piece(text, middle))) good = middle;
    else bad = middle;
  }
  const neat = piece(text, boundary(text, good));
  return fits(neat) ? neat : piece(text, good);
}

function joined(title: string, body: string, links: readonly string[]): string {
  const text = [title, body].filter((part) => part !== '').join('\n');
  return [text, links.join('\n')].filter((part) => part !== '').join('\n\n');
}

/**
 * Title, body and links as one text of at most `limit`. The body gives way first, then the title. Links are never cut: should they alone
 * be too much, the last of them are left out whole. Never holds half a character.
 */
export function fit(parts: Parts, space: Space): string {
  const { limit, size = units, escape = (text) => text } = space;
  const fits = (text: string): boolean => size(text) <= limit;
  const title = (parts.title ?? '').toWellFormed();
  const body = parts.body.toWellFormed();
  let links = (parts.links ?? []).map((link) => link.toWellFormed());
  while (links.length > 0 && !fits(joined('', '', links))) links = links.slice(0, -1);
  const withTitle = cut(body, (text) => fits(joined(escape(title), escape(text), links)));
  if (withTitle !== null) return joined(escape(title), escape(withTitle), links);
  const short = cut(title, (text) => fits(joined(escape(text), '', links)));
  return joined(escape(short ?? ''), '', links);
}

export type Link = { readonly label: string; readonly url: string };

/** The links of a message, the one that a reader needs most first. */
export function linksOf({ links: { acknowledge, status, runbook } }: Pick<Message, 'links'>): Link[] {
  return [
    { label: 'Acknowledge', url: acknowledge },
    { label: 'Status', url: status },
    { label: 'What to do', url: runbook },
  ].flatMap(({ label, url }) => (url === undefined ? [] : [{ label, url }]));
}

export const linkLine = ({ label, url }: Link): string => `${label}: ${url}`;

/** True for an address that a service takes for a button: some refuse the whole message for one without a public name. */
export function isButton({ url }: Link): boolean {
  const parsed = URL.parse(url);
  return parsed?.protocol === 'https:' && /\.[a-z]/i.test(parsed.hostname);
}

/** Text for XML and HTML, in an element or in a quoted attribute. */
export function escapeXml(text: string): string {
  const entities: Readonly<Record<string, string>> = {
    '&': '&amp;',
    '<': '&lt;',
    '>': '&gt;',
    '"': '&quot;',
    "'": '&#39;',
  };
  return (
    text
      .toWellFormed()
      // oxlint-disable-next-line no-control-regex -- XML has no way to write these
      .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, '\uFFFD')
      .replace(/[&<>"']/g, (character) => entities[character] ?? '')
  );
}
