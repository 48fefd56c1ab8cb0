// Signed links and typed codes: whoever holds one may speak for one incident at one severity, and for nothing else.
import { isSameSecret } from './same-secret.ts';
import { keysOf, type LinkKeys, macOf, openValue, signValue } from './signed-text.ts';

export { linkKeys, type LinkKeys } from './signed-text.ts';

/** What a link or a code stands for; `severity` is what people were told that it is. */
export type LinkSubject = { readonly incident: string; readonly severity: string };

/** `until` is epoch ms: from that moment on the link is worth nothing. */
export type LinkClaim = LinkSubject & { readonly until: number };

export type Verified =
  | { readonly ok: true; readonly claim: LinkClaim }
  | { readonly ok: false; readonly reason: 'malformed' | 'forged' | 'expired' };

const alphabet = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const codeLength = 10;

/** The token of a link: `payload.signature`, both base64url. It is no secret what it says, only who may say it. */
export function signLink({ incident, severity, until }: LinkClaim, keys: LinkKeys): string {
  return signValue('ack link', [incident, severity, until], keys);
}

function claimOf(value: unknown): LinkClaim | null {
  if (!Array.isArray(value) || value.length !== 3) return null;
  const [incident, severity, until]: unknown[] = value;
  return typeof incident === 'string' && typeof severity === 'string' && Number.isSafeInteger(until)
    ? { incident, severity, until: Number(until) }
    : null;
}

export function verifyLink(token: string, keys: LinkKeys, at: number): Verified {
  const opened = openValue('ack link', token, keys);
  if (!opened.ok) return opened;
  const claim = claimOf(opened.value);
  if (claim === null) return { ok: false, reason: 'malformed' };
  return at < claim.until ? { ok: true, claim } : { ok: false, reason: 'expired' };
}

function codeBy(key: string, { incident, severity }: LinkSubject): string {
  const bytes = macOf(key, 'ack code', `${incident}\0${severity}`).digest();
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
