// `watchdog clear`: the cause of a doubt about safety, from the command line to the end of the incident.
import { afterEach, describe, expect, test } from 'vitest';
import { request } from 'undici';
import { localHouse, startAt, type LocalHouse } from '../support/local.ts';
import { answering, watchdog, type Ended } from './command.ts';

const token = 'a-token-of-twenty-four-characters';
const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  await Promise.all(closing.splice(0).map((close) => close()));
});

const why = ['--why', 'the kill switch was off'];

async function leaking(): Promise<{ home: LocalHouse; run: (args: readonly string[]) => Promise<Ended> }> {
  const acknowledge = {
    url: 'https://ack.example/ack',
    key: { env: 'ACK_KEY' },
    token: { env: 'ACK_TOKEN' },
  };
  const home = await localHouse({
    config: { acknowledge },
    site: { exits: { addresses: ['203.0.113.7'] } },
    variables: { ACK_KEY: 'k'.repeat(32), ACK_TOKEN: 'the-token', HEARTBEAT_TOKEN: token },
  });
  closing.push(home.close);
  await home.tick();
  for (let times = 1; times <= 2; times += 1) {
    home.moveTo(startAt + times * 1_000);
    // oxlint-disable-next-line no-await-in-loop -- the second is the leak
    const answer = await request(`${home.watchdog.urls.heartbeat}/home/cluster`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'x-forwarded-for': '198.51.100.23' },
    });
    // oxlint-disable-next-line no-await-in-loop -- as above
    await answer.body.dump();
  }
  await home.pagedAtLeast(1);
  const env = { WATCHDOG_ACK_URL: home.watchdog.urls.ack ?? '', WATCHDOG_ACK_TOKEN: 'the-token' };
  return { home, run: (args) => watchdog(['clear', ...args], { env }) };
}

describe('clear', () => {
  test('ends a leak that is not seen any more, and says so to whoever was told', async () => {
    const { home, run } = await leaking();
    const id = 'home.address.home.20261123T020002Z';
    expect(home.paged[0]?.body).toContain(`watchdog clear ${id} --why "…"`);
    expect(await run([id, ...why, '--by', 'Maria'])).toEqual({
      code: 0,
      out: `cause stated for ${id}: it ends with the first look that does not show it any more, and begins anew if it is seen again\n`,
      err: '',
    });
    await home.pagedAtLeast(2);
    expect(home.paged[1]).toMatchObject({ kind: 'resolved' });
    expect(home.paged[1]?.body).toContain('somebody has stated its cause');
    const again = await run([id, ...why, '--json']);
    expect(JSON.parse(again.out)).toMatchObject({ cleared: id, isOver: true });
  });

  test('of what ends by itself, and of what is not there, is refused', async () => {
    const { home, run } = await leaking();
    await Promise.all([home.endpoints.geth.down(), home.endpoints.lighthouse.down()]);
    home.moveTo(startAt + 60_000);
    await home.tick();
    const dark = await run(['home.site.home.20261123T020100Z', ...why]);
    expect(dark).toMatchObject({ code: 2, err: expect.stringContaining('ends by itself') });
    const nothing = await run(['home.site.home.20200101T000000Z', ...why]);
    expect(nothing).toMatchObject({ code: 2, err: expect.stringContaining('no such incident') });
  });

  test('without a cause is a wrong call', async () => {
    const { url, close } = await answering('{}', 200);
    closing.push(close);
    const env = { WATCHDOG_ACK_URL: url, WATCHDOG_ACK_TOKEN: 't' };
    expect(await watchdog(['clear', 'home.address.home.1'], { env })).toMatchObject({
      code: 2,
      err: expect.stringContaining('--why'),
    });
  });
});
