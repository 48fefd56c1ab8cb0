// Signed links and typed codes: whoever holds one may speak for one incident at one severity, and for nothing else.
import { createHmac } from 'node:crypto';
import { WatchdogError } from './error.ts';
import { isSameSecret } from './same-secret.ts';

/** What a link or a code stands for; `severity` is what people were told that it is. */
export type LinkSubject = { readonly incident: string; readonly severity: string };

/** `until` is epoch ms: from that moment on the link is worth nothing. */
export type LinkClaim = LinkSubject & { readonly until: number };

/** What `previous` signed still holds, so that a key can be changed. */
export type LinkKeys = { readonly current: string; readonly previous: string | null };

export type Verified =
  | { readonly ok: true; readonly claim: LinkClaim }
  | { readonly ok: false; readonly reason: 'malformed' | 'forged' | 'expired' };

const shortestKey = 32;
const longestToken = 1024;
const shape = /^([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]{43})$/;
const alphabet = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const codeLength = 10;

function usable(key: string, name: string): string {
  if (key.length >= shortestKey) return key;
  throw new WatchdogError(
    'ERR_SECRET',
    `${name} is shorter than ${shortestKey} characters; make one with: openssl rand -hex 32`,
  );
}

/** Throws ERR_SECRET for a key that somebody could guess. */
export function linkKeys(current: string, previous: string | null): LinkKeys {
  return {
    current: usable(current, 'the key that signs links'),
    previous: previous === null ? null : usable(previous, 'the former key that signed links'),
  };
}

const keysOf = ({ current, previous }: LinkKeys): string[] =>
  previous === null ? [current] : [current, previous];

// What one kind of text was signed for must never pass for the other.
const mac = (key: string, purpose: 'link' | 'code', text: string) =>
  createHmac('sha256', key).update(`basement-watchdog ack ${purpose} v1\0${text}`);

/** The token of a link: `payload.signature`, both base64url. It is no secret what it says, only who may say it. */
export function signLink({ incident, severity, until }: LinkClaim, keys: LinkKeys): string {
  const payload = Buffer.from(JSON.stringify([incident, severity, until])).toString('base64url');
  return `${payload}.${mac(keys.current, 'link', payload).digest('base64url')}`;
}

function claimOf(payload: string): LinkClaim | null {
  let value: unknown;
  try {
    value = JSON.parse(Buffer.from(payload, 'base64url').toString('utf8'));
  } catch {
    return null;
  }
  if (!Array.isArray(value) || value.length !== 3) return null;
  const [incident, severity, until]: unknown[] = value;
  return typeof incident === 'string' && typeof severity === 'string' && Number.isSafeInteger(until)
    ? { incident, severity, until: Number(until) }
    : null;
}

/** The signature is compared as it is written: there is no second spelling of a token. */
export function verifyLink(token: string, keys: LinkKeys, at: number): Verified {
  const [, payload, signature] = (token.length <= longestToken ? shape.exec(token) : null) ?? [];
  if (payload === undefined || signature === undefined) return { ok: false, reason: 'malformed' };
  const isOurs = keysOf(keys)
    .map((key) => isSameSecret(signature, mac(key, 'link', payload).digest('base64url')))
    .includes(true);
  if (!isOurs) return { ok: false, reason: 'forged' };
  const claim = claimOf(payload);
  if (claim === null) return { ok: false, reason: 'malformed' };
  return at < claim.until ? { ok: true, claim } : { ok: false, reason: 'expired' };
}

function codeBy(key: string, { incident, severity }: LinkSubject): string {
  const bytes = mac(key, 'code', `${incident}\0${severity}`).digest();
  let bits = bytes.readBigUInt64BE() >> 14n;
  let code = '';
  for (let place = 0; place < codeLength; place += 1) {
    code = `${alphabet[Number(bits & 31n)] ?? ''}${code}`;
    bits >>= 5n;
  }
  return code;
}

/** What somebody types who cannot follow a link: 50 bits as `XXXXX-XXXXX`. It holds no time, and ends with its incident. */
export function shortCode(subject: LinkSubject, keys: LinkKeys): string {
  const code = codeBy(keys.current, subject);
  return `${code.slice(0, 5)}-${code.slice(5)}`;
}

/** The ten characters of a code however it was typed; null when it is none. */
export function readCode(text: string): string | null {
  if (text.length > 40) return null;
  const code = text.toUpperCase().replace(/[\s-]/g, '').replaceAll('O', '0').replace(/[IL]/g, '1');
  return /^[0-9A-HJKMNP-TV-Z]{10}$/.test(code) ? code : null;
}

/** The one of `subjects` that the code (as `readCode` gives it) stands for. All are compared, so that the time tells nothing. */
export function subjectOfCode<Subject extends LinkSubject>(
  code: string,
  subjects: readonly Subject[],
  keys: LinkKeys,
): Subject | null {
  let found: Subject | null = null;
  for (const subject of subjects) {
    for (const key of keysOf(keys)) if (isSameSecret(code, codeBy(key, subject))) found = subject;
  }
  return found;
}
