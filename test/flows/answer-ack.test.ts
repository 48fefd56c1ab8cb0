// The webhook of Telegram over a real socket: its secret comes first, and what it is answered with is a call of the bot.
import { request } from 'undici';
import { afterEach, expect, test } from 'vitest';
import { lookLately } from '../../functions/flows/acknowledge.ts';
import { answerAck } from '../../functions/flows/answer-ack.ts';
import { answering } from '../../functions/kit/answering.ts';
import { silentLog } from '../../functions/kit/log.ts';
import { linkKeys } from '../../functions/kit/signed-link.ts';
import { openMemoryStore } from '../../functions/stores/memory.ts';
import { serveFunction, type ServedFunction } from '../../local/functions/serve.ts';
import { commit, incident, someTime, stateWith } from '../support/documents.ts';
import { siteRules } from '../support/site.ts';

let served: ServedFunction | undefined;
afterEach(() => served?.close());

const store = openMemoryStore();
const inbox = {
  sites: [siteRules()],
  store,
  clock: { now: () => someTime, sleep: () => Promise.resolve() },
  pokeWatch: null,
  log: silentLog,
};
const world = {
  ...inbox,
  keys: () => linkKeys('k'.repeat(32), null),
  openLately: lookLately(inbox),
  basePath: '/ack/',
  operatorToken: null,
  telegram: { chat: '7', secret: () => 'the-telegram-secret' },
  pagerDutySecret: null,
};

async function say(secret: string, body: string, type = 'application/json'): Promise<[number, unknown]> {
  served = await serveFunction(answering(silentLog, ['POST'], (asked) => answerAck(world, asked)));
  const answer = await request(`${served.url}/ack/telegram/`, {
    method: 'POST',
    headers: { 'content-type': type, 'x-telegram-bot-api-secret-token': secret },
    body,
  });
  return [answer.statusCode, await answer.body.json()];
}

const ack = (chat: number): string =>
  JSON.stringify({ message: { chat: { id: chat }, from: { first_name: 'Ada' }, text: 'ack' } });

test('ack in our chat is answered by the bot, and one event', async () => {
  await commit(store, { state: stateWith([incident()]), touched: [incident()] });
  const text = expect.stringContaining('Ada has it');
  expect(await say('the-telegram-secret', ack(7))).toEqual([
    200,
    { method: 'sendMessage', chat_id: 7, text },
  ]);
  expect((await store.loadEvents('home')).events).toHaveLength(1);
});

test('in another chat it is taken and nothing happens, so that Telegram does not send it again', async () => {
  expect(await say('the-telegram-secret', ack(8))).toEqual([200, {}]);
});

test.each(['', 'the-telegram-secreT', 'x'.repeat(100_000)])(
  'a wrong secret %.20s is a 401',
  async (secret) => {
    // Node refuses headers over 16 KB itself.
    const [status] = await say(secret.slice(0, 10_000), '<not json', 'text/plain');
    expect(status).toBe(401);
  },
);

test('the other routes are not there when they are not configured', async () => {
  const { url } = (served = await serveFunction(
    answering(silentLog, ['POST'], (asked) => answerAck(world, asked)),
  ));
  const codes = await Promise.all(
    ['/events', '/pagerduty', '/ack/events', '/ackevents'].map(async (path) => {
      const answer = await request(url + path, { method: 'POST' });
      await answer.body.dump();
      return answer.statusCode;
    }),
  );
  expect(codes).toEqual([404, 404, 404, 404]);
});
