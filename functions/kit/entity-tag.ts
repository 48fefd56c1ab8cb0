// Answers that are not sent again to somebody who has them.
import { createHash } from 'node:crypto';
import type { Answer } from './http-answer.ts';

const tagOf = ({ headers, body }: Answer): string => {
  const hash = createHash('sha256').update(`${headers['content-type'] ?? ''}\0${body}`);
  return `"${hash.digest('base64url')}"`;
};

const longest = 4_000;

/** `header` is `if-none-match`; tags are compared weakly, as it wants. RFC 9110, 13.1.2. */
function isHeld(header: string, tag: string): boolean {
  if (header.length > longest) return false;
  const held = header.split(',').map((each) => each.trim().replace(/^W\//, ''));
  return held.includes(tag) || held[0] === '*';
}

/** The answer with its tag; without its body, and with 304, when `ifNoneMatch` holds that tag. */
export function tagged(answer: Answer, ifNoneMatch: string): Answer {
  const tag = tagOf(answer);
  if (!isHeld(ifNoneMatch, tag)) return { ...answer, headers: { ...answer.headers, etag: tag } };
  const kept = Object.entries(answer.headers).filter(([name]) => name !== 'content-type');
  return { status: 304, headers: { ...Object.fromEntries(kept), etag: tag }, body: '' };
}
