// Signed texts for links and sessions: anybody can read them, only the keys can write them, and one made for one purpose never passes for another.
import { createHmac, type Hmac } from 'node:crypto';
import { WatchdogError } from './error.ts';
import { isSameSecret } from './same-secret.ts';

/** What `previous` signed still holds, so that a key can be changed. */
export type LinkKeys = { readonly current: string; readonly previous: string | null };

export type Purpose =
  | 'ack link'
  | 'ack code'
  | 'view link'
  | 'view session by link'
  | 'view session by token';

export type Opened =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly reason: 'malformed' | 'forged' };

const shortestKey = 32;
const longestText = 1024;
const shape = /^([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]{43})$/;

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

export const keysOf = ({ current, previous }: LinkKeys): string[] =>
  previous === null ? [current] : [current, previous];

// What one kind of text was signed for must never pass for the other.
export const macOf = (key: string, purpose: Purpose, text: string): Hmac =>
  createHmac('sha256', key).update(`basement-watchdog ${purpose} v1\0${text}`);

/** `payload.signature`, both base64url. It is no secret what it says, only who may say it. */
export function signValue(purpose: Purpose, value: unknown, keys: LinkKeys): string {
  const payload = Buffer.from(JSON.stringify(value)).toString('base64url');
  return `${payload}.${macOf(keys.current, purpose, payload).digest('base64url')}`;
}

function read(payload: string): Opened {
  try {
    return { ok: true, value: JSON.parse(Buffer.from(payload, 'base64url').toString('utf8')) };
  } catch {
    return { ok: false, reason: 'malformed' };
  }
}

/** The signature is compared as it is written, with every key: there is no second spelling of a text, and the time tells nothing. */
export function openValue(purpose: Purpose, text: string, keys: LinkKeys): Opened {
  const [, payload, signature] = (text.length <= longestText ? shape.exec(text) : null) ?? [];
  if (payload === undefined || signature === undefined) return { ok: false, reason: 'malformed' };
  const isOurs = keysOf(keys)
    .map((key) => isSameSecret(signature, macOf(key, purpose, payload).digest('base64url')))
    .includes(true);
  return isOurs ? read(payload) : { ok: false, reason: 'forged' };
}
