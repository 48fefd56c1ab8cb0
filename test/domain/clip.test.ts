// Texts of a bounded size, cut between characters.
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { clip } from '../../functions/domain/clip.ts';

const bytes = (text: string): number => new TextEncoder().encode(text).length;

test.each([
  ['', 10, ''],
  ['short', 10, 'short'],
  ['just ten b', 10, 'just ten b'],
  ['eleven byte', 10, 'eleven …'],
  ['äöüäö', 10, 'äöüäö'],
  ['äöüäöü', 10, 'äöü…'],
  ['日本語で', 10, '日本…'],
  ['😀😀😀', 10, '😀…'],
])('%j in %i bytes is %j', (text, most, clipped) => {
  expect(clip(text, most)).toBe(clipped);
});

test('no text is longer than it may, none is changed that is not, and no character is cut', () => {
  const text = fc.string({ unit: 'binary', maxLength: 80 });
  fc.assert(
    fc.property(text, fc.integer({ min: 3, max: 60 }), (given, most) => {
      const clipped = clip(given, most);
      expect(bytes(clipped)).toBeLessThanOrEqual(Math.max(most, 3));
      if (bytes(given) <= most) return clipped === given;
      const kept = clipped.slice(0, -1);
      return (
        clipped.endsWith('…') &&
        given.startsWith(kept) &&
        kept.isWellFormed() === given.slice(0, kept.length).isWellFormed()
      );
    }),
  );
});
