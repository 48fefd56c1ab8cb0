// How attempts become the health of a channel.
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { type ChannelAttempt, type Channels, noteAttempts } from '../../functions/domain/delivery.ts';

const attempt = (channel: string, at: number, isSent: boolean): ChannelAttempt => ({
  channel,
  at,
  isSent,
  outcome: isSent ? 'HTTP 200' : 'server-error: HTTP 503',
});

test('failures count from the first on, and one success ends them', () => {
  const twice = noteAttempts({}, [attempt('a', 1, false), attempt('b', 2, true), attempt('a', 3, false)]);
  expect(twice).toEqual({ a: { failures: 2, failingSince: 1, outcome: 'server-error: HTTP 503' } });
  expect(noteAttempts(twice, [attempt('a', 4, true)])).toEqual({
    a: { failures: 0, failingSince: null, outcome: 'HTTP 200' },
  });
});

test('a success after no failure is nothing new: the very same value', () => {
  const before: Channels = { a: { failures: 0, failingSince: null, outcome: 'HTTP 200' } };
  expect(noteAttempts(before, [attempt('a', 1, true), attempt('b', 2, true)])).toBe(before);
  expect(noteAttempts(before, [])).toBe(before);
});

test('attempts in two steps come to the same as in one', () => {
  const any = fc.array(
    fc.tuple(fc.constantFrom('a', 'b'), fc.nat(100), fc.boolean()).map((each) => attempt(...each)),
  );
  fc.assert(
    fc.property(any, any, (first, second) => {
      expect(noteAttempts(noteAttempts({}, first), second)).toEqual(noteAttempts({}, [...first, ...second]));
    }),
  );
});
