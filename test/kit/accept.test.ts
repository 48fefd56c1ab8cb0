// Who is shown a page and who is told JSON: by what they say they would rather have.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { prefersHtml } from '../../functions/kit/accept.ts';

test.each([
  ['', false],
  ['*/*', false],
  ['application/json', false],
  ['text/html', true],
  ['TEXT/HTML', true],
  ['text/*', true],
  ['text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8', true],
  ['text/html;q=0.5, application/json', false],
  ['text/html;q=0.5, application/json;q=0.4', true],
  ['text/html, application/json', false],
  ['text/html;q=0', false],
  ['text/html;q=0, */*', false],
  ['*/*;q=0.1, application/json;q=0', true],
  ['application/*, text/html;q=0.9', false],
  ['text/html; level=1; q=0.3, application/json; q=0.2', true],
  ['text/html;q=2, application/json', false],
  ['image/svg+xml', false],
  [',;,;q=', false],
  [`text/html${' '.repeat(1_000)}`, false],
])('%j', (header, is) => {
  expect(prefersHtml(header)).toBe(is);
});

test('whatever is sent is never an exception', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (header) => {
      expect(typeof prefersHtml(header)).toBe('boolean');
    }),
  );
});
