// Links that open the view: whoever holds one may look until it ends, and do nothing else.
import { hkdfSync } from 'node:crypto';
import { linkKeys, type LinkKeys, openValue, signValue } from './signed-text.ts';

/** What signs for the view; null where nothing can. */
export type ViewKeys = {
  /** For the sessions of those who showed the token: with the token they all end. */
  readonly token: LinkKeys | null;
  /** For links, and for the sessions that they begin. */
  readonly link: LinkKeys | null;
};

export type ViewSecrets = {
  readonly token: string | null;
  readonly linkKey: string | null;
  readonly previousLinkKey: string | null;
};

export type ViewLink =
  | { readonly ok: true; readonly until: number }
  | { readonly ok: false; readonly reason: 'malformed' | 'forged' | 'expired' };

/** Whoever is given a link could try tokens against it, at home and as fast as they like: a short one signs none. */
export const shortestSigningToken = 24;

function keyOf(token: string): LinkKeys {
  const key = hkdfSync('sha256', token, '', 'basement-watchdog view v1', 32);
  return linkKeys(Buffer.from(key).toString('hex'), null);
}

/** Without a key of their own, links are signed by one that is derived from the token. Throws ERR_SECRET for a key that could be guessed. */
export function viewKeys({ token, linkKey, previousLinkKey }: ViewSecrets): ViewKeys {
  const byToken = token === null ? null : keyOf(token);
  if (linkKey !== null) return { token: byToken, link: linkKeys(linkKey, previousLinkKey) };
  return { token: byToken, link: token !== null && token.length >= shortestSigningToken ? byToken : null };
}

/** The fragment of a link. `until` is epoch ms: from that moment on it opens nothing. */
export const signViewLink = (until: number, keys: LinkKeys): string => signValue('view link', [until], keys);

/**
 * The address that opens the view which stands at `address`. Its page takes the fragment out of the address bar, posts it and leads on; a
 * browser that is in already is led on at once.
 */
export function viewLinkTo(address: string, until: number, keys: LinkKeys): string {
  const url = new URL(address);
  url.pathname = url.pathname.replace(/\/*$/, '/enter');
  url.hash = signViewLink(until, keys);
  return url.href;
}

/** The one number of a list of one; null when it is anything else. */
export function onlyTime(value: unknown): number | null {
  if (!Array.isArray(value) || value.length !== 1) return null;
  const [time]: unknown[] = value;
  return Number.isSafeInteger(time) ? Number(time) : null;
}

export function verifyViewLink(text: string, { link }: ViewKeys, at: number): ViewLink {
  if (link === null) return { ok: false, reason: 'forged' };
  const opened = openValue('view link', text, link);
  if (!opened.ok) return opened;
  const until = onlyTime(opened.value);
  if (until === null) return { ok: false, reason: 'malformed' };
  return at < until ? { ok: true, until } : { ok: false, reason: 'expired' };
}
