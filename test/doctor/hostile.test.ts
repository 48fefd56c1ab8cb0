// Whatever Google answers or does not, nothing of it is ever taken for good.
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { outputsOf } from '../support/deployed.ts';
import { putHealthy } from '../support/healthy-google.ts';
import {
  disabled,
  type Fault,
  forbidden,
  pretendGoogle,
  type PretendGoogle,
} from '../support/pretend-google.ts';
import { at, examineIn, parts } from './world.ts';

const outputs = outputsOf();
let google: PretendGoogle;
beforeAll(async () => {
  google = await pretendGoogle();
});
afterAll(async () => {
  await google.close();
});
beforeEach(() => {
  google.reset();
  putHealthy(google, outputs, at);
});

const hostile: readonly (readonly [name: string, fault: Fault, state: 'broken' | 'unknown'])[] = [
  ['forbidden', forbidden('x.y.z'), 'unknown'],
  ['disabled', disabled('x.googleapis.com'), 'broken'],
  ['missing', { kind: 'status', status: 404 }, 'broken'],
  ['a web page', { kind: 'page' }, 'unknown'],
  ['huge', { kind: 'huge' }, 'unknown'],
  ['silent', { kind: 'silent' }, 'unknown'],
  ['reset', { kind: 'reset' }, 'unknown'],
  ['another shape', { kind: 'status', status: 200, body: [] }, 'unknown'],
];
describe.each(hostile)('when Google answers every question with: %s', (_name, fault, state) => {
  test.each(Object.entries(parts))('%s is never good', async (part, look) => {
    google.fault(/./, fault);
    const checks = await examineIn(google, look, { outputs, deadlineMs: 150 });
    const good = checks.filter((check) => check.state === 'ok' && check.name !== 'version');
    expect(good).toEqual([]);
    expect(checks.some((check) => check.state === state || (part === 'people' && check.state !== 'ok'))).toBe(
      true,
    );
  });
});
