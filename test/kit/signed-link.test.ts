// Links and codes: nobody but the keys makes one, and each is good for one incident, one severity, and its time.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  linkKeys,
  readCode,
  shortCode,
  signLink,
  subjectOfCode,
  verifyLink,
  type LinkClaim,
} from '../../functions/kit/signed-link.ts';

const key = 'k'.repeat(32);
const other = 'o'.repeat(32);
const keys = linkKeys(key, null);
const until = Date.UTC(2026, 11, 4);
const claim: LinkClaim = { incident: 'home.site.home.20261201T021407Z', severity: 'critical', until };

const anyClaim = fc.record({
  incident: fc.string({ maxLength: 80 }),
  severity: fc.constantFrom('info', 'warning', 'critical'),
  until: fc.integer({ min: 1, max: 9e15 }),
});

describe('a link', () => {
  test('says what was signed, until its very last millisecond', () => {
    fc.assert(
      fc.property(anyClaim, (given) => {
        const token = signLink(given, keys);
        expect(token).toMatch(/^[\w-]+\.[\w-]{43}$/);
        expect(verifyLink(token, keys, given.until - 1)).toEqual({ ok: true, claim: given });
        expect(verifyLink(token, keys, given.until)).toEqual({ ok: false, reason: 'expired' });
      }),
    );
  });

  test('of which any character was changed, dropped or added is refused', () => {
    const token = signLink(claim, keys);
    const character = fc.constantFrom(
      ...Array.from('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.=+/ '),
    );
    fc.assert(
      fc.property(fc.nat({ max: token.length - 1 }), character, fc.constantFrom(0, 1, 2), (at, put, how) => {
        const changed =
          how === 0
            ? token.slice(0, at) + put + token.slice(at + 1)
            : how === 1
              ? token.slice(0, at) + token.slice(at + 1)
              : token.slice(0, at) + put + token.slice(at);
        fc.pre(changed !== token);
        expect(verifyLink(changed, keys, until - 1)).toMatchObject({ ok: false });
      }),
      { numRuns: 2_000 },
    );
  });

  test('does not lend its signature to another incident, severity or time', () => {
    const [, signature = ''] = signLink(claim, keys).split('.');
    for (const change of [{ incident: 'home.self.home.1' }, { severity: 'info' }, { until: until + 1 }]) {
      const [payload = ''] = signLink({ ...claim, ...change }, linkKeys(other, null)).split('.');
      expect(verifyLink(`${payload}.${signature}`, keys, 0)).toEqual({ ok: false, reason: 'forged' });
    }
  });

  test('of the former key still holds, and one of a key that is gone does not', () => {
    const token = signLink(claim, keys);
    expect(verifyLink(token, linkKeys(other, key), 0)).toEqual({ ok: true, claim });
    expect(verifyLink(signLink(claim, linkKeys(other, key)), linkKeys(other, null), 0)).toMatchObject({
      ok: true,
    });
    expect(verifyLink(token, linkKeys(other, null), 0)).toEqual({ ok: false, reason: 'forged' });
  });

  test.each(['', '.', 'a.b', 'x'.repeat(5_000), `${'x'.repeat(2_000)}.${'x'.repeat(43)}`, '{"a":1}'])(
    'that has not even the shape of one is malformed: %.20s',
    (text) => {
      expect(verifyLink(text, keys, 0)).toEqual({ ok: false, reason: 'malformed' });
    },
  );

  test('whatever it is, is never an exception', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(verifyLink(text, keys, 0).ok).toBe(false);
      }),
    );
  });
});

describe('a code', () => {
  test('is ten characters that can be read aloud, and belongs to one incident and severity', () => {
    const code = shortCode(claim, keys);
    expect(code).toMatch(/^[0-9A-HJKMNP-TV-Z]{5}-[0-9A-HJKMNP-TV-Z]{5}$/);
    const others = [
      shortCode({ ...claim, severity: 'warning' }, keys),
      shortCode({ ...claim, incident: 'home.self.home.1' }, keys),
      shortCode(claim, linkKeys(other, null)),
    ];
    expect(new Set([code, ...others]).size).toBe(4);
    expect(signLink(claim, keys)).not.toContain(code.replace('-', ''));
  });

  test('is found however it was typed, by either key, and only among what is open', () => {
    fc.assert(
      fc.property(anyClaim, fc.boolean(), (subject, isLower) => {
        const printed = shortCode(subject, keys);
        const typed = printed.replaceAll('0', 'O').replaceAll('1', 'l').replace('-', ' ');
        const code = readCode(isLower ? typed.toLowerCase() : typed);
        expect(code).toBe(printed.replace('-', ''));
        const open = [{ incident: 'another', severity: 'info' }, subject];
        expect(subjectOfCode(code ?? '', open, keys)).toBe(subject);
        expect(subjectOfCode(code ?? '', open, linkKeys(other, key))).toBe(subject);
        expect(subjectOfCode(code ?? '', open.slice(0, 1), keys)).toBeNull();
        expect(subjectOfCode(code ?? '', open, linkKeys(other, null))).toBeNull();
      }),
    );
  });

  test.each(['', 'ABCDE', 'ABCDE-FGHJ', 'ABCDE-FGHJKM', 'UUUUU-UUUUU', 'ABCDE_FGHJK', '-'.repeat(99)])(
    'that is none is not read: %s',
    (text) => {
      expect(readCode(text)).toBeNull();
    },
  );
});

test('a key that could be guessed is refused, without a word of it', () => {
  const short = 'hunter2'.repeat(4);
  for (const make of [() => linkKeys(short, null), () => linkKeys(key, short)]) {
    expect(make).toThrow(expect.objectContaining({ code: 'ERR_SECRET' }));
    expect(make).not.toThrow(/hunter2/);
  }
});
