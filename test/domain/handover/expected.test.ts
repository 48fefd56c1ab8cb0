// Whether a signer is expected to sign, by who holds its keys and since when.
import { expect, test } from 'vitest';
import { isExpected } from '../../../functions/domain/handover/expected.ts';
import { minute, start } from '../../support/site.ts';

test.each<[string, string | null, number | null, boolean]>([
  ['nothing was ever handed over', null, null, true],
  ['the house holds its keys for long', 'basement/home', start - 30 * minute, true],
  ['a node holds its keys for long', 'node/p/z/n', start - 30 * minute, true],
  ['a node has just got its keys', 'node/p/z/n', start - 30 * minute + 1, false],
  ['the house has just got its keys back', 'basement/home', start, false],
  ['nobody holds its keys', 'none', start - 600 * minute, false],
  ['it is not known since when', 'basement/home', null, true],
])('%s', (_, holder, heldSince, expected) => {
  expect(isExpected({ holder, heldSince }, start)).toBe(expected);
});
