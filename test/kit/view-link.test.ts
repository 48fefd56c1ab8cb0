// Links and sessions of the view: nobody but the keys makes one, each ends at its time, and with the secret that it came from.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { linkKeys, signLink, verifyLink } from '../../functions/kit/signed-link.ts';
import { signViewLink, verifyViewLink, viewKeys, type ViewKeys } from '../../functions/kit/view-link.ts';
import {
  cameByHttps,
  cookieIn,
  endedCookie,
  sessionCookie,
  signSession,
  verifySession,
  type Session,
} from '../../functions/kit/view-session.ts';

const token = 't'.repeat(32);
const linkKey = 'k'.repeat(32);
const secrets = { token, linkKey: null, previousLinkKey: null };
const keys = viewKeys(secrets);
const until = Date.UTC(2026, 11, 4);

const signed = (time: number, by: ViewKeys = keys): string => {
  if (by.link === null) throw new Error('there must be a key of links');
  return signViewLink(time, by.link);
};
const sessionOf = (session: Session, by: ViewKeys = keys): string => {
  const text = signSession(session, by);
  if (text === null) throw new Error('there must be a key of sessions');
  return text;
};

const ways = fc.constantFrom('token' as const, 'link' as const);
const character = fc.constantFrom(
  ...Array.from('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.=+/ '),
);
const change = (text: string, { at, put, how }: { at: number; put: string; how: number }): string => {
  const place = at % text.length;
  const rest = text.slice(how === 2 ? place : place + 1);
  return text.slice(0, place) + (how === 1 ? '' : put) + rest;
};
const changes = fc.record({ at: fc.nat({ max: 500 }), put: character, how: fc.constantFrom(0, 1, 2) });

describe('a link', () => {
  test('opens the view until its very last millisecond', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 9e15 }), (time) => {
        expect(verifyViewLink(signed(time), keys, time - 1)).toEqual({ ok: true, until: time });
        expect(verifyViewLink(signed(time), keys, time)).toEqual({ ok: false, reason: 'expired' });
      }),
    );
  });

  test('of which anything was changed, dropped or added is refused', () => {
    const text = signed(until);
    fc.assert(
      fc.property(changes, (how) => {
        const other = change(text, how);
        fc.pre(other !== text);
        expect(verifyViewLink(other, keys, 0)).toMatchObject({ ok: false });
      }),
      { numRuns: 2_000 },
    );
  });

  test('whatever it is, is never an exception', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(verifyViewLink(text, keys, 0).ok).toBe(false);
        expect(verifySession(text, keys, 0).ok).toBe(false);
      }),
    );
  });

  test.each([
    ['', 'malformed'],
    ['a.b', 'malformed'],
    ['x'.repeat(5_000), 'malformed'],
    [`${'x'.repeat(2_000)}.${'x'.repeat(43)}`, 'malformed'],
    [`WzFd.${'x'.repeat(43)}`, 'forged'],
  ])('that is none says what it is: %.20s', (text, reason) => {
    expect(verifyViewLink(text, keys, 0)).toEqual({ ok: false, reason });
    expect(verifySession(text, keys, 0)).toEqual({ ok: false, reason });
  });

  test('of a key of its own does not end with the token, and still holds for the former key', () => {
    const own = viewKeys({ token, linkKey, previousLinkKey: null });
    const text = signed(until, own);
    const later = viewKeys({ token: 'u'.repeat(32), linkKey, previousLinkKey: null });
    expect(verifyViewLink(text, later, 0)).toEqual({ ok: true, until });
    const changed = { token, linkKey: 'n'.repeat(32) };
    expect(verifyViewLink(text, viewKeys({ ...changed, previousLinkKey: linkKey }), 0).ok).toBe(true);
    expect(verifyViewLink(text, viewKeys({ ...changed, previousLinkKey: null }), 0)).toEqual({
      ok: false,
      reason: 'forged',
    });
  });

  test('is never signed by a token that somebody could guess from it', () => {
    const weak = viewKeys({ ...secrets, token: 'hunter2' });
    expect(weak.link).toBeNull();
    expect(verifyViewLink(signed(until), weak, 0)).toEqual({ ok: false, reason: 'forged' });
    expect(viewKeys({ token: 'hunter2', linkKey, previousLinkKey: null }).link).not.toBeNull();
  });

  test('opens nothing where nothing signs', () => {
    const none = viewKeys({ token: null, linkKey: null, previousLinkKey: null });
    expect(none).toEqual({ token: null, link: null });
    expect(verifyViewLink(signed(until), none, 0)).toEqual({ ok: false, reason: 'forged' });
    expect(verifySession(sessionOf({ by: 'token', until }), none, 0).ok).toBe(false);
    expect(signSession({ by: 'link', until }, none)).toBeNull();
  });
});

describe('a session', () => {
  test('says how it was begun, and lasts until its very last millisecond', () => {
    const all = [keys, viewKeys({ token, linkKey, previousLinkKey: null })];
    fc.assert(
      fc.property(ways, fc.integer({ min: 1, max: 9e15 }), fc.constantFrom(...all), (by, time, of) => {
        const session = { by, until: time };
        expect(verifySession(sessionOf(session, of), of, time - 1)).toEqual({ ok: true, session });
        expect(verifySession(sessionOf(session, of), of, time)).toEqual({ ok: false, reason: 'expired' });
      }),
    );
  });

  test('of which anything was changed, dropped or added is refused', () => {
    fc.assert(
      fc.property(ways, changes, (by, how) => {
        const text = sessionOf({ by, until });
        const other = change(text, how);
        fc.pre(other !== text);
        expect(verifySession(other, keys, 0)).toMatchObject({ ok: false });
      }),
      { numRuns: 2_000 },
    );
  });

  test('ends with the secret that it came from, and with no other', () => {
    const own = viewKeys({ token, linkKey, previousLinkKey: null });
    const [byToken, byLink] = [sessionOf({ by: 'token', until }, own), sessionOf({ by: 'link', until }, own)];
    const newToken = viewKeys({ token: 'u'.repeat(32), linkKey, previousLinkKey: null });
    expect([byToken, byLink].map((text) => verifySession(text, newToken, 0).ok)).toEqual([false, true]);
    const newKey = viewKeys({ token, linkKey: 'n'.repeat(32), previousLinkKey: null });
    expect([byToken, byLink].map((text) => verifySession(text, newKey, 0).ok)).toEqual([true, false]);
  });

  test('passes for no link, nor a link for it, nor either for one of a message, although one key signs all', () => {
    const one = { token: linkKeys(linkKey, null), link: linkKeys(linkKey, null) };
    const message = signLink({ incident: 'home', severity: 'info', until }, linkKeys(linkKey, null));
    const texts = [signed(until, one), sessionOf({ by: 'link', until }, one), message];
    expect(texts.map((text) => verifyViewLink(text, one, 0).ok)).toEqual([true, false, false]);
    expect(texts.map((text) => verifySession(text, one, 0).ok)).toEqual([false, true, false]);
    expect(texts.map((text) => verifyLink(text, linkKeys(linkKey, null), 0).ok)).toEqual([
      false,
      false,
      true,
    ]);
  });
});

describe('its cookie', () => {
  test('goes to this host only and to no script, and by https never in plain text', () => {
    expect(sessionCookie('a.b', { isSecure: true, forMs: 60_001 })).toBe(
      '__Host-watchdog=a.b; Max-Age=61; Path=/; HttpOnly; SameSite=Lax; Secure',
    );
    expect(sessionCookie('a.b', { isSecure: false, forMs: 0 })).toBe(
      'watchdog=a.b; Max-Age=1; Path=/; HttpOnly; SameSite=Lax',
    );
    expect(endedCookie(true)).toBe('__Host-watchdog=; Max-Age=0; Path=/; HttpOnly; SameSite=Lax; Secure');
  });

  test.each([
    ['', true, null],
    ['__Host-watchdog=a.b', true, 'a.b'],
    ['__Host-watchdog=a.b', false, null],
    ['watchdog=a.b', true, null],
    ['other=1; watchdog=a.b; watchdog=c.d', false, 'a.b'],
    ['my-watchdog=a.b', false, null],
    ['watchdog=', false, null],
    ['watchdog', false, null],
    [';;;=;watchdog = a', false, null],
  ])('in %j is found', (header, isSecure, value) => {
    expect(cookieIn(header, isSecure)).toBe(value);
  });

  test('whatever a browser sends is never an exception', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.boolean(), (header, isSecure) => {
        const found = cookieIn(header, isSecure);
        expect(found === null || header.includes(found)).toBe(true);
      }),
    );
  });

  test.each([
    ['https', true],
    ['HTTPS', true],
    ['http, https', true],
    ['https, http', false],
    ['http', false],
    ['', false],
  ])('is that of https when the front says so: %j', (header, is) => {
    expect(cameByHttps(header)).toBe(is);
  });
});
