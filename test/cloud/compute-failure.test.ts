// What a refusal of Compute comes to: a code, whether it may have been done, the permission that is missing, and one line for a person.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { ComputeFailure } from '../../functions/cloud/cloud.ts';
import { computeFailure, computeText } from '../../functions/cloud/compute-failure.ts';
import { CallFailed, type CallOutcome } from '../../functions/cloud/compute-transport.ts';

const wrapped = (outcome: CallOutcome): Error =>
  new Error('14 UNAVAILABLE', { cause: new Error('outer', { cause: new CallFailed(outcome) }) });
const status = (code: number, body: unknown, isMutating = true): ComputeFailure =>
  computeFailure(
    wrapped({ kind: 'status', status: code, body: typeof body === 'string' ? body : JSON.stringify(body) }),
    isMutating,
  );
const said = (message: string, reason?: string, more: object = {}): object => ({
  error: {
    code: 403,
    message,
    errors: [{ message, domain: 'global', ...(reason === undefined ? {} : { reason }) }],
    ...more,
  },
});
const info = (reason: string, metadata: object = {}): object => ({
  details: [
    {
      '@type': 'type.googleapis.com/google.rpc.ErrorInfo',
      reason,
      domain: 'compute.googleapis.com',
      metadata,
    },
  ],
});

describe('a refusal', () => {
  test.each<[string, number, unknown, Partial<ComputeFailure>]>([
    ['a reason', 403, said('no', 'quotaExceeded'), { code: 'quotaExceeded', isLost: false }],
    [
      'a reason in its details',
      503,
      said('no', 'backendError', info('ZONE_RESOURCE_POOL_EXHAUSTED')),
      { code: 'ZONE_RESOURCE_POOL_EXHAUSTED' },
    ],
    [
      'a reason twice',
      403,
      said('no', 'rateLimitExceeded', info('RATE_LIMIT_EXCEEDED')),
      { code: 'rateLimitExceeded' },
    ],
    ['only a vague reason', 503, said('no', 'backendError'), { code: 'backendError' }],
    [
      'only a status',
      403,
      { error: { message: 'no', status: 'PERMISSION_DENIED' } },
      { code: 'PERMISSION_DENIED' },
    ],
    ['a reason that is none', 403, said('no', 'Drop table; --'), { code: 'HTTP_403' }],
    ['details that are none', 403, said('no', 'forbidden', { details: 'none' }), { code: 'forbidden' }],
    ['nothing', 403, '', { code: 'HTTP_403', text: 'HTTP 403', permission: null }],
    ['a page', 502, '<html>Bad Gateway</html>', { code: 'HTTP_502', text: 'HTTP 502' }],
    ['another object', 400, { errors: [] }, { code: 'HTTP_400', text: 'HTTP 400' }],
    ['null', 400, 'null', { code: 'HTTP_400' }],
    ['a list', 400, [said('no', 'invalid')], { code: 'HTTP_400' }],
  ])('with %s', (_what, code, body, wanted) => {
    expect(status(code, body)).toMatchObject({ status: code, ...wanted });
  });

  test('that was too long to read is known by its status', () => {
    const failure = computeFailure(wrapped({ kind: 'status', status: 500, body: null }), true);
    expect(failure).toEqual({
      code: 'HTTP_500',
      status: 500,
      isLost: true,
      permission: null,
      text: 'HTTP 500',
    });
  });

  test('is definite below 500; above, what changes something may have been done', () => {
    for (const code of [301, 400, 401, 403, 404, 409, 412, 429]) {
      expect(status(code, '').isLost, String(code)).toBe(false);
    }
    for (const code of [500, 502, 503, 504]) {
      expect(status(code, '').isLost, String(code)).toBe(true);
      expect(status(code, '', false).isLost, String(code)).toBe(false);
    }
  });

  test.each<[string, unknown, string | null]>([
    [
      "Required 'compute.instances.create' permission for 'projects/p/zones/z/instances/i'",
      undefined,
      'compute.instances.create',
    ],
    [
      "Required 'compute.subnetworks.useExternalIp' permission for 'x'",
      undefined,
      'compute.subnetworks.useExternalIp',
    ],
    ["Permission 'iam.serviceAccounts.actAs' denied on resource", undefined, 'iam.serviceAccounts.actAs'],
    ['denied', info('IAM_PERMISSION_DENIED', { permission: 'compute.disks.create' }), 'compute.disks.create'],
    ["The user does not have access to service account 'a@b.c'.", undefined, 'iam.serviceAccounts.actAs'],
    ['denied', info('SERVICE_ACCOUNT_ACCESS_DENIED'), 'iam.serviceAccounts.actAs'],
    ["Required 'everything' permission for 'x'", undefined, null],
    ["Required 'a.b.c.d' permission for 'x'", undefined, null],
    ["Required '<b>.x.y' permission for 'x'", undefined, null],
    ['Compute Engine API has not been used in project 12 before or it is disabled.', undefined, null],
  ])('%s names its permission', (message, more, permission) => {
    const body = said(message, 'forbidden', typeof more === 'object' && more !== null ? more : {});
    expect(status(403, body).permission).toBe(permission);
    expect(status(409, body).permission).toBe(null);
  });
});

describe('what is no answer', () => {
  test.each<[CallOutcome, Partial<ComputeFailure>]>([
    [
      { kind: 'network', code: 'ECONNRESET' },
      { code: 'ECONNRESET', isLost: true, text: 'no answer: ECONNRESET' },
    ],
    [{ kind: 'too-long' }, { code: 'TOO_LONG', isLost: true }],
    [{ kind: 'no-identity' }, { code: 'NO_IDENTITY', isLost: false }],
    [{ kind: 'not-ours' }, { code: 'NOT_OURS', isLost: false }],
  ])('%j', (outcome, wanted) => {
    expect(computeFailure(wrapped(outcome), true)).toMatchObject({
      status: null,
      permission: null,
      ...wanted,
    });
    expect(computeFailure(new CallFailed(outcome), true)).toMatchObject(wanted);
  });

  test('whatever else is thrown may have been done, and says nothing of itself', () => {
    const cyclic = new Error('ya29.secret');
    cyclic.cause = cyclic;
    for (const thrown of [
      new Error('ya29.secret'),
      cyclic,
      'ya29.secret',
      null,
      undefined,
      { code: 'ya29.secret' },
    ]) {
      const failure = computeFailure(thrown, true);
      expect(failure).toMatchObject({ code: 'MALFORMED', isLost: true, status: null });
      expect(JSON.stringify(failure)).not.toContain('ya29');
    }
    expect(computeFailure(Object.assign(new Error('x'), { code: 'ERR_X' }), false).code).toBe('ERR_X');
  });
});

describe('the line for a person', () => {
  test.each([
    [
      "The resource 'projects/my-project/zones/europe-west3-a/instances/bw' already exists",
      "The resource 'zones/europe-west3-a/instances/bw' already exists",
    ],
    ['See https://console.cloud.google.com/x?project=123 now', 'See … now'],
    ["account 'node@my-project.iam.gserviceaccount.com' is", 'account … is'],
    ['Bearer ya29.a0AfH6SMBx-abcdefghijklmnopqrstuvwxyz0123456789', 'Bearer …'],
    ['two\nlines\u0000 and\u001B[31m colour', 'two lines and[31m colour'],
    ['', ''],
  ])('%j becomes %j', (given, line) => {
    expect(computeText(given)).toBe(line);
  });

  test('that is cut ends before the word that is', () => {
    const text = computeText(`https://a.example/${'a'.repeat(4_050)} ${'s'.repeat(80)}`);
    expect(text).not.toContain('s');
  });

  test('is one short line without control characters, addresses or accounts, whatever was said', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary', maxLength: 600 }),
        fc.webUrl(),
        fc.emailAddress(),
        (noise, url, email) => {
          const line = computeText(`${noise} ${url} ${noise} ${email}`);
          expect(line.length).toBeLessThanOrEqual(200);
          expect(line).not.toMatch(/[\p{Cc}\n\r]/u);
          expect(line).not.toContain(url);
          expect(line).not.toContain(email);
        },
      ),
    );
  });
});
