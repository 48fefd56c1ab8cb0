// The way to Google's APIs: what is asked goes out once and right, and whatever comes back or does not is said in words that help.
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { openGoogle, type Google, type GoogleOptions } from '../../cli/google/google.ts';
import { systemClock } from '../../functions/kit/clock.ts';
import { WatchdogError } from '../../functions/kit/error.ts';
import {
  disabled,
  type Fault,
  forbidden,
  pretendGoogle,
  type PretendGoogle,
} from '../support/pretend-google.ts';

let pretended: PretendGoogle;
beforeAll(async () => {
  pretended = await pretendGoogle();
});
afterAll(async () => {
  await pretended.close();
});
afterEach(() => {
  pretended.reset();
});

const open = (options: Partial<GoogleOptions> = {}): Google =>
  openGoogle({
    clock: { ...systemClock, sleep: () => Promise.resolve() },
    endpoint: pretended.endpoint,
    ...options,
  });

const question = {
  api: 'iam',
  path: 'v1/roles/viewer',
  form: z.object({ name: z.string() }),
  what: 'the role viewer',
  role: 'roles/iam.roleViewer',
  project: 'my-watchdog',
} as const;

test('an answer is read, and what else is in it dropped', async () => {
  pretended.put('iam.googleapis.com/v1/roles/viewer', { name: 'roles/viewer', title: 'Viewer' });
  expect(await open().ask(question)).toEqual({ ok: true, value: { name: 'roles/viewer' } });
  expect(pretended.strangers).toEqual([]);
});

test('a call counts for the project that it is about, and as an account for none', async () => {
  pretended.put('iam.googleapis.com/v1/roles/viewer', { name: 'roles/viewer' });
  await open().ask(question);
  await open({ isCounted: false }).ask(question);
  expect(pretended.calls.map(({ countedFor }) => countedFor)).toEqual(['my-watchdog', null]);
});

describe('what goes wrong is said with what to do', () => {
  test.each<readonly [name: string, fault: Fault, kind: string, says: RegExp]>([
    ['not known', { kind: 'status', status: 401 }, 'not-logged-in', /gcloud auth application-default login/],
    [
      'not allowed',
      forbidden('iam.roles.get'),
      'forbidden',
      /the role viewer: you may not; you need roles\/iam.roleViewer in my-watchdog \(permission iam\.roles\.get\)/,
    ],
    [
      'not enabled',
      disabled('iam.googleapis.com'),
      'disabled',
      /the API iam\.googleapis\.com is not enabled in my-watchdog; .*gcloud services enable iam\.googleapis\.com --project=my-watchdog \(the call counted for projects\/1; if that is another project: gcloud auth application-default set-quota-project my-watchdog\)/,
    ],
    ['not there', { kind: 'status', status: 404 }, 'missing', /there is no such thing in my-watchdog/],
    ['busy', { kind: 'status', status: 503 }, 'busy', /Google answered with 503; try again/],
    ['nobody there', { kind: 'reset' }, 'unreached', /the connection failed/],
    ['silent', { kind: 'silent' }, 'unreached', /no whole answer within 0\.3 s/],
    ['huge', { kind: 'huge' }, 'broken', /is over 100000 bytes/],
    ['a web page', { kind: 'page' }, 'broken', /is none that this version knows/],
    ['another shape', { kind: 'status', status: 200, body: { name: 7 } }, 'broken', /\(name\)/],
    ['a redirect', { kind: 'status', status: 302 }, 'refused', /Google answered with 302/],
    [
      'no billing',
      {
        kind: 'status',
        status: 403,
        body: { error: { message: 'This API requires billing to be enabled.' } },
      },
      'refused',
      /has no billing account/,
    ],
    [
      'a project whose name has billing in it',
      {
        kind: 'status',
        status: 403,
        body: { error: { message: "Permission 'x' denied on resource projects/our-billing account." } },
      },
      'forbidden',
      /you may not/,
    ],
    [
      'no quota project',
      { kind: 'status', status: 403, body: { error: { details: [{ reason: 'USER_PROJECT_DENIED' }] } } },
      'refused',
      /roles\/serviceusage\.serviceUsageConsumer/,
    ],
    [
      'words that steer a terminal',
      { kind: 'status', status: 400, body: { error: { message: 'see\u001b[2J https://x.example/secret' } } },
      'refused',
      /: see\[2J https:\/\/x\.example\/…$/,
    ],
  ])('%s', async (_name, fault, kind, says) => {
    pretended.fault(/./, fault);
    const answer = await open({ deadlineMs: 300, mostBytes: 100_000 }).ask(question);
    expect(answer).toMatchObject({ ok: false, kind });
    expect(answer.ok ? '' : answer.message).toMatch(says);
  });

  test('nobody is logged in', async () => {
    const identify = (): Promise<never> =>
      Promise.reject(new Error('Could not load the default credentials.'));
    const answer = await open({ identify }).ask(question);
    expect(answer).toEqual({
      ok: false,
      kind: 'not-logged-in',
      message: 'you are not logged in at Google: run gcloud auth application-default login',
    });
    expect(pretended.calls).toEqual([]);
  });

  test('a token that does not come in time', async () => {
    const identify = (): Promise<never> => new Promise(() => undefined);
    const answer = await open({ identify, deadlineMs: 50 }).ask(question);
    expect(answer).toMatchObject({ ok: false, kind: 'not-logged-in' });
  });
});

test('what may be asked twice is asked again; what may not is not', async () => {
  pretended.put('iam.googleapis.com/v1/roles/viewer', { name: 'roles/viewer' });
  pretended.fault(/./, { kind: 'status', status: 503 }, 2);
  expect(await open().ask(question)).toMatchObject({ ok: true });
  expect(pretended.calls).toHaveLength(3);
  pretended.fault(/addVersion/, { kind: 'status', status: 503 });
  const path = 'v1/projects/p/secrets/s:addVersion';
  const answer = await open().ask({
    ...question,
    api: 'secretmanager',
    path,
    body: { payload: { data: '' } },
  });
  expect(answer).toMatchObject({ ok: false, kind: 'busy' });
  expect(pretended.calls).toHaveLength(4);
});

describe('a list', () => {
  const accounts = {
    ...question,
    path: 'v1/projects/my-watchdog/serviceAccounts',
    items: 'accounts',
    item: z.object({ email: z.string() }),
  };

  test('is read to its end', async () => {
    const all = ['a', 'b', 'c', 'd', 'e'].map((email) => ({ email }));
    pretended.put('iam.googleapis.com/v1/projects/my-watchdog/serviceAccounts', { accounts: all });
    expect(await open().list(accounts)).toEqual({ ok: true, value: all });
    expect(pretended.calls).toHaveLength(3);
  });

  test('that is empty has no items', async () => {
    pretended.put('iam.googleapis.com/v1/projects/my-watchdog/serviceAccounts', {});
    expect(await open().list(accounts)).toEqual({ ok: true, value: [] });
  });

  test('that goes round in circles is no list', async () => {
    pretended.fault(/./, { kind: 'status', status: 200, body: { accounts: [], nextPageToken: 'again' } });
    const answer = await open().list(accounts);
    expect(answer.ok ? '' : answer.message).toMatch(/does not come to an end/);
    expect(pretended.calls.length).toBeLessThan(5);
  });

  test('with an item that is none is refused by its place', async () => {
    pretended.fault(/./, { kind: 'status', status: 200, body: { accounts: [{ email: 'a' }, {}] } });
    const answer = await open().list(accounts);
    expect(answer.ok ? '' : answer.message).toMatch(/accounts\.1\.email/);
  });
});

test('a pretended Google is on this machine or nowhere', async () => {
  const asked = open({ endpoint: 'https://evil.example' }).ask(question);
  await expect(asked).rejects.toThrow(/WATCHDOG_GOOGLE_ENDPOINT is no address of this machine/);
  await expect(asked).rejects.toBeInstanceOf(WatchdogError);
});
