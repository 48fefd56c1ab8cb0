// Codes are what callers and people match on: each has a row in the docs, and no row is left over.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { describeError, errorCodes, WatchdogError } from '../../functions/kit/error.ts';

test('docs/errors.md has a row for each code and for nothing else', () => {
  const text = readFileSync(join(import.meta.dirname, '../../docs/errors.md'), 'utf8');
  const documented = [...text.matchAll(/^\| `(ERR_\w+)` \|/gm)].map((match) => String(match[1]));
  expect(new Set(documented)).toEqual(new Set(errorCodes));
  expect(documented).toHaveLength(errorCodes.length);
});

test('an error is described in one line, whatever was thrown', () => {
  expect(describeError(new WatchdogError('ERR_STORE', 'away'))).toBe('ERR_STORE: away');
  expect(describeError(new Error('plain'))).toBe('plain');
  expect(describeError('text')).toBe('text');
});
