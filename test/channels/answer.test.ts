// What statuses, headers and failures of an HTTP service mean for a message.
import { describe, expect, test } from 'vitest';
import { deliveryOf, retryAfterMs } from '../../functions/channels/answer.ts';
import { at } from './message.ts';

const answered = (status: number, retryAfter: string | null = null) =>
  deliveryOf({ answered: true, status, retryAfter }, at);

describe('every status', () => {
  const reasons: Readonly<Record<number, readonly [boolean, string]>> = {
    401: [true, 'auth'],
    403: [true, 'auth'],
    407: [true, 'auth'],
    408: [true, 'server-error'],
    425: [true, 'server-error'],
    429: [true, 'rate-limited'],
  };
  test.each(Array.from({ length: 400 }, (_, index) => index + 200))('%i has one meaning', (status) => {
    const delivery = answered(status);
    expect(delivery.detail).toBe(`HTTP ${status}`);
    expect(delivery.sent).toBe(status < 300);
    if (delivery.sent) return;
    const [again, reason] =
      reasons[status] ?? (status >= 500 ? [true, 'server-error'] : [false, 'client-error']);
    expect(delivery).toMatchObject({ again, reason });
    expect(delivery.afterMs).toBe(reason === 'auth' ? 60_000 : undefined);
  });
});

test.each([404, 410])('%i of a service whose token is in the path is a refused token', (status) => {
  const delivery = deliveryOf({ answered: true, status, retryAfter: null }, at, { hasSecretPath: true });
  const detail = `HTTP ${status}`;
  expect(delivery).toEqual({ sent: false, again: true, reason: 'auth', detail, afterMs: 60_000 });
  expect(answered(status)).toMatchObject({ again: false, reason: 'client-error' });
});

describe('Retry-After', () => {
  const inTwoMinutes = new Date(at + 120_000).toUTCString();
  test.each([
    ['seconds', '120', 120_000],
    ['seconds with blanks', ' 7 ', 7_000],
    ['zero', '0', 0],
    ['a date', inTwoMinutes, Math.floor((at + 120_000) / 1000) * 1000 - at],
    ['a date of the old form', 'Tuesday, 01-Dec-26 02:16:07 GMT', 119_750],
    ['a date that has passed', 'Tue, 01 Dec 2026 02:00:00 GMT', 0],
    ['a negative number', '-5', null],
    ['a fraction', '1.5', null],
    ['words', 'soon', null],
    ['words before GMT', 'Some, time GMT', null],
    ['a number without end', '9'.repeat(30), null],
    ['nothing', '', null],
    ['no header', null, null],
  ])('with %s', (_, header, expected) => {
    expect(retryAfterMs(header, at)).toBe(expected);
  });

  test.each([429, 503, 500, 408, 425])('is heeded after %i', (status) => {
    expect(answered(status, '90')).toMatchObject({ again: true, afterMs: 90_000 });
    expect(answered(status, 'soon')).not.toHaveProperty('afterMs');
    expect(answered(status, '0')).not.toHaveProperty('afterMs');
  });

  test('makes a refused token wait longer, never shorter', () => {
    expect(answered(401, '600')).toMatchObject({ afterMs: 600_000 });
    expect(answered(403, '1')).toMatchObject({ afterMs: 60_000 });
  });

  test('does not revive what is final', () => {
    expect(answered(404, '90')).toEqual({
      sent: false,
      again: false,
      reason: 'client-error',
      detail: 'HTTP 404',
    });
    expect(answered(302, '90')).toEqual({
      sent: false,
      again: false,
      reason: 'client-error',
      detail: 'HTTP 302',
    });
  });
});

test.each([
  ['timeout', 'TIMEOUT', 'no answer in time'],
  ['aborted', 'ABORTED', 'the run ended first'],
  ['network', 'ECONNREFUSED', 'no connection (ECONNREFUSED)'],
] as const)('no answer because of %s is tried again', (reason, code, detail) => {
  const delivery = deliveryOf({ answered: false, reason, code }, at);
  expect(delivery).toEqual({ sent: false, again: true, reason, detail });
});
