// Sessions of browsers: a cookie says how somebody came in and until when, signed, so that nothing of it is kept here.
import { openValue, signValue } from './signed-text.ts';
import { onlyTime, type ViewKeys } from './view-link.ts';

/** `until` is epoch ms. */
export type Session = { readonly by: 'token' | 'link'; readonly until: number };

export type VerifiedSession =
  | { readonly ok: true; readonly session: Session }
  | { readonly ok: false; readonly reason: 'malformed' | 'forged' | 'expired' };

const purposes = { token: 'view session by token', link: 'view session by link' } as const;
const ways = ['token', 'link'] as const;

/** Null when there is no key for sessions of that kind. */
export function signSession({ by, until }: Session, keys: ViewKeys): string | null {
  const signing = keys[by];
  return signing === null ? null : signValue(purposes[by], [until], signing);
}

export function verifySession(text: string, keys: ViewKeys, at: number): VerifiedSession {
  let reason: 'malformed' | 'forged' = 'forged';
  let found: { readonly by: Session['by']; readonly value: unknown } | null = null;
  // Both are tried whatever the first one says, so that the time does not tell which.
  for (const by of ways) {
    const signing = keys[by];
    if (signing === null) continue;
    const opened = openValue(purposes[by], text, signing);
    if (opened.ok) found = { by, value: opened.value };
    else if (opened.reason === 'malformed') reason = 'malformed';
  }
  if (found === null) return { ok: false, reason };
  const until = onlyTime(found.value);
  if (until === null) return { ok: false, reason: 'malformed' };
  return at < until ? { ok: true, session: { by: found.by, until } } : { ok: false, reason: 'expired' };
}

/** With its prefix a browser takes it over https only, of this very host, and lends it to no other. RFC 6265bis. */
const nameOf = (isSecure: boolean): string => (isSecure ? '__Host-watchdog' : 'watchdog');

const attributes = (isSecure: boolean): string =>
  `Path=/; HttpOnly; SameSite=Lax${isSecure ? '; Secure' : ''}`;

/** The value of `set-cookie`; `isSecure` says whether the browser came by https. */
export const sessionCookie = (
  value: string,
  { isSecure, forMs }: { readonly isSecure: boolean; readonly forMs: number },
): string =>
  `${nameOf(isSecure)}=${value}; Max-Age=${Math.max(1, Math.ceil(forMs / 1000))}; ${attributes(isSecure)}`;

export const endedCookie = (isSecure: boolean): string =>
  `${nameOf(isSecure)}=; Max-Age=0; ${attributes(isSecure)}`;

/** The session in the header `cookie`; null when there is none. Of several the first counts. */
export function cookieIn(header: string, isSecure: boolean): string | null {
  const start = `${nameOf(isSecure)}=`;
  const pair = header.split(';').find((each) => each.trimStart().startsWith(start));
  const value = pair?.trim().slice(start.length) ?? '';
  return value === '' ? null : value;
}

/** True when the browser came by https: the platform's front says so, and appends what it knows to what others wrote. */
export const cameByHttps = (forwardedProto: string): boolean =>
  forwardedProto.split(',').at(-1)?.trim().toLowerCase() === 'https';
