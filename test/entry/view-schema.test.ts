// What the real function answers holds for the documented schema: of a house that is well, of one in the dark, and of a store that fails.
import { request } from 'undici';
import { afterEach, expect, test } from 'vitest';
import { dayForm, historyForm, nothingForm, overviewForm } from '../../cli/overview-form.ts';
import { localHouse, startAt, type LocalHouse } from '../support/local.ts';

const token = 'the-token-of-the-status-of-this-house';
let home: LocalHouse;
afterEach(() => home.close());

async function house(status: object): Promise<void> {
  home = await localHouse({ config: { status }, variables: { STATUS_TOKEN: token } });
}

async function answer(
  path: string,
  headers: Record<string, string>,
): Promise<{ code: number; body: unknown }> {
  const { statusCode, body } = await request(`${home.watchdog.urls.status}${path}`, { headers });
  return { code: statusCode, body: await body.json() };
}

const today = new Date(startAt).toISOString().slice(0, 10);
const operator = { authorization: `Bearer ${token}` };

test.each([
  ['the operator', { access: 'token', token: { env: 'STATUS_TOKEN' } }, operator],
  ['everybody', { access: 'public', show: ['incidents', 'targets', 'signers', 'history'] }, {}],
])('to %s the overview and the history are as their forms say', async (_who, status, headers) => {
  await house(status);
  expect(overviewForm.parse((await answer('/overview', headers)).body).sites[0]?.watched).toBe('unwatched');
  await home.tick();
  expect(historyForm.parse((await answer('/history?site=home', headers)).body).days).toHaveLength(1);
  expect(dayForm.parse((await answer(`/history/home/${today}`, headers)).body).row?.day).toBe(today);
});

test('while nothing can be read that is said in the form of nothing', async () => {
  await house({ access: 'token', token: { env: 'STATUS_TOKEN' } });
  home.watchdog.firestore.faults.set(() => ({ code: 'PERMISSION_DENIED' }));
  const { code, body } = await answer('/overview', operator);
  home.watchdog.firestore.faults.clear();
  expect(code).toBe(503);
  expect(nothingForm.parse(body).why).toContain('PERMISSION_DENIED');
});
