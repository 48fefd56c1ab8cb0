// Each error code of Compute has one meaning, and those that nobody has heard of stop.
import { describe, expect, test } from 'vitest';
import { classOf, troubleOf } from '../../../functions/domain/standby/code.ts';

describe('a code', () => {
  test.each([
    ['ZONE_RESOURCE_POOL_EXHAUSTED', 'next-zone'],
    ['ZONE_RESOURCE_POOL_EXHAUSTED_WITH_DETAILS', 'next-zone'],
    ['insufficientCapacity', 'next-zone'],
    ['UNSUPPORTED_OPERATION', 'next-zone'],
    ['RESOURCE_NOT_READY', 'next-zone'],
    ['RESOURCE_OPERATION_RATE_EXCEEDED', 'next-zone'],
    ['RESOURCE_NOT_FOUND', 'next-zone'],
    ['QUOTA_EXCEEDED', 'next-region'],
    ['quotaExceeded', 'next-region'],
    ['REGION_RESOURCE_POOL_EXHAUSTED', 'next-region'],
    ['rateLimitExceeded', 'wait'],
    ['backendError', 'wait'],
    ['HTTP_503', 'wait'],
    ['ABORTED', 'wait'],
    ['alreadyExists', 'exists'],
    ['RESOURCE_ALREADY_EXISTS', 'exists'],
    ['IAM_PERMISSION_DENIED', 'stop'],
    ['forbidden', 'stop'],
    ['VPC_NOT_FOUND', 'stop'],
    ['notFound', 'stop'],
    ['NEVER_HEARD_OF', 'stop'],
    ['', 'stop'],
    ['toString', 'stop'],
    ['VANISHED', 'again'],
  ] as const)('%s means %s', (code, meaning) => {
    expect(classOf({ code, text: 'something' })).toBe(meaning);
  });

  test('of a quota over all regions stops, for no other region would help', () => {
    expect(classOf({ code: 'QUOTA_EXCEEDED', text: "Quota 'CPUS_ALL_REGIONS' exceeded" })).toBe('stop');
  });

  test('that came with 401 waits, whatever it is', () => {
    expect(classOf({ code: 'required', text: '', status: 401 })).toBe('wait');
  });
});

describe('the trouble of a code', () => {
  const again = 'ask for the standby again: watchdog standby create alpha --why "…"';
  const context = { project: 'my-project', doing: 'the creation of the node', again };

  test.each([
    [{ code: 'forbidden', permission: 'compute.instances.create', text: 'no' }, 'compute.instances.create'],
    [
      { code: 'IAM_PERMISSION_DENIED', text: "Required 'compute.disks.create' permission for 'x'" },
      'compute.disks.create',
    ],
    [
      { code: 'SERVICE_ACCOUNT_ACCESS_DENIED', permission: 'iam.serviceAccounts.actAs', text: 'no' },
      'iam.serviceAccounts.actAs',
    ],
    [{ code: 'HTTP_403', text: 'no' }, 'does not name'],
  ])('of %j names the permission and where it is given', (failure, named) => {
    const { kind, text } = troubleOf(failure, context);
    expect(kind).toBe('permission');
    expect(text).toContain(named);
    expect(text).toContain(`IAM of project my-project, then ${again}`);
    expect(troubleOf(failure, { ...context, again: null }).text).not.toContain('create alpha');
  });

  test.each([
    ['VPC_NOT_FOUND', 'rejected'],
    ['QUOTA_EXCEEDED', 'rejected'],
    ['NEVER_HEARD_OF', 'unknown-error'],
  ])('of %s is %s and names it', (code, kind) => {
    const failure = { code, text: 'so it is' };
    const found = troubleOf(failure, context);
    expect(found).toEqual({ kind, text: expect.stringContaining(code) });
    expect(found.text).toContain(`put that right, then ${again}`);
    expect(troubleOf(failure, { ...context, again: null }).text).not.toContain('put that right');
  });
});
