// Acknowledging dies at any call and is tried again: one acknowledgement, told once; and the chat in which people answer.
import { describe, expect, test } from 'vitest';
import type { Incident } from '../../functions/domain/incident.ts';
import { fold } from '../../functions/domain/fold.ts';
import { acknowledgeBy, lookLately, type LinkWorld } from '../../functions/flows/acknowledge.ts';
import { cleanName } from '../../functions/flows/inbox.ts';
import { takeFromPagerDuty } from '../../functions/flows/pagerduty-hook.ts';
import { answerChat } from '../../functions/flows/telegram-hook.ts';
import { chatOf } from '../../functions/config/telegram-chat.ts';
import { silentLog } from '../../functions/kit/log.ts';
import { linkKeys, shortCode, signLink } from '../../functions/kit/signed-link.ts';
import { openMemoryStore, type Shelf } from '../../functions/stores/memory.ts';
import type { Store } from '../../functions/stores/store.ts';
import { mortal, type Moment } from '../support/crash.ts';
import { commit, incident, someTime, stateWith } from '../support/documents.ts';
import { defaultPolicy, siteRules } from '../support/site.ts';

const keys = linkKeys('k'.repeat(32), null);
const rules = siteRules();

type Room = {
  readonly world: LinkWorld;
  readonly store: Store;
  readonly shelf: Shelf;
  readonly poked: object[];
  readonly events: () => Promise<unknown[]>;
};

async function room(
  open: readonly Incident[],
  life = mortal(Number.POSITIVE_INFINITY, 'before'),
): Promise<Room> {
  const shelf: Shelf = new Map();
  const store = openMemoryStore(shelf);
  await commit(store, { state: stateWith(open), touched: open });
  const poked: object[] = [];
  const inbox = {
    sites: [rules],
    store: life.door(store),
    clock: { now: () => someTime, sleep: () => Promise.resolve() },
    pokeWatch: life.door(async (_signal: AbortSignal, body: object = {}) => {
      poked.push(body);
      return { accepted: true as const };
    }),
    log: silentLog,
  };
  const world = { ...inbox, keys: () => keys, openLately: lookLately(inbox) };
  return { world, store, shelf, poked, events: async () => [...(await store.loadEvents('home')).events] };
}

const target = (id: string, over: Partial<Incident> = {}): Incident =>
  incident({
    id: `home.target.${id}.20261201T021407Z`,
    subject: { kind: 'target', id },
    kind: 'unreachable',
    severity: 'warning',
    summary: `${id} does not answer`,
    thread: `home.target.${id}.20261201T021407Z`,
    ...over,
  });

describe('dying', () => {
  test.each(
    (['before', 'after'] as const).flatMap((moment: Moment) => [1, 2, 3].map((k) => [moment, k] as const)),
  )('%s call %i and trying again is one event', async (moment, k) => {
    const dark = incident();
    const token = signLink({ incident: dark.id, severity: 'critical', until: someTime + 1 }, keys);
    const first = await room([dark], mortal(k, moment));
    await acknowledgeBy(first.world, { token }, 'Ada').catch(() => undefined);
    const world = { ...first.world, store: first.store, pokeWatch: null };
    expect(await acknowledgeBy(world, { token }, 'Ada')).toMatchObject({ ok: true, outcome: 'taken' });
    const events = await first.events();
    expect(events).toEqual([
      expect.objectContaining({ kind: 'ack', incident: dark.id, severity: 'critical', by: 'Ada' }),
    ]);
    expect(JSON.stringify([...first.shelf])).not.toContain(token);
  });

  test('a store that cannot say what is open still keeps the acknowledgement', async () => {
    const dark = incident();
    const { world, store, events } = await room([dark]);
    const token = signLink({ incident: dark.id, severity: 'critical', until: someTime + 1 }, keys);
    const blind = { ...store, readSites: () => Promise.reject(new Error('away')) };
    const given = await acknowledgeBy({ ...world, store: blind }, { token }, null);
    expect(given).toMatchObject({ ok: true, outcome: 'taken' });
    expect(await events()).toHaveLength(1);
  });
});

describe('one page for several', () => {
  test('is acknowledged as a whole, although its first incident is over', async () => {
    const thread = 'home.target.a.20261201T021407Z';
    const b = target('b', { thread });
    const { world, store, events, poked } = await room([b]);
    const code = shortCode({ incident: thread, severity: 'warning' }, keys);
    expect(await acknowledgeBy(world, { code }, 'Ada')).toMatchObject({ ok: true, incident: thread });
    expect(poked).toEqual([{ events: 'home' }]);
    expect(await events()).toHaveLength(1);
    const { memory } = await store.loadSite('home');
    const taken = await store.loadEvents('home');
    if (memory === null) throw new Error('the site is there');
    const { touched } = fold(memory, taken.events, { at: someTime, policy: defaultPolicy });
    expect(touched.map((each) => [each.id, each.ack?.by])).toEqual([[b.id, 'Ada']]);
  });

  test('is acknowledged by PagerDuty as the gravest of it', async () => {
    const thread = 'home.target.a.20261201T021407Z';
    const { world, events } = await room([target('a'), target('b', { thread, severity: 'critical' })]);
    const hook = {
      event: { event_type: 'incident.acknowledged', agent: null, data: { incident_key: thread } },
    };
    expect(await takeFromPagerDuty(world, hook)).toBe(thread);
    expect(await events()).toEqual([
      expect.objectContaining({ severity: 'critical', by: 'somebody (PagerDuty)' }),
    ]);
  });
});

describe('in the chat', () => {
  const chat = '-100200300';
  const said = (text: string, over: object = {}): object => ({
    update_id: 1,
    message: {
      message_id: 5,
      date: 1,
      chat: { id: Number(chat), type: 'supergroup', title: 'pages' },
      from: { id: 7, is_bot: false, first_name: 'Ada', last_name: 'L.' },
      text,
      ...over,
    },
  });
  const dark = incident();
  const eth = target('eth');
  const codeOf = (each: Incident): string => shortCode({ incident: each.id, severity: each.severity }, keys);

  async function say(
    open: readonly Incident[],
    update: object,
    ourChat = chat,
  ): Promise<{ answer: string | null; taken: unknown[] }> {
    const { world, events } = await room(open);
    const answer = await answerChat(world, ourChat, update);
    const heading = answer === null || (answer.method === 'sendMessage' && answer.chat_id === Number(chat));
    expect(heading).toBe(true);
    return { answer: answer?.text ?? null, taken: await events() };
  }

  test.each(['ack', 'Ack', '/ack', '/ack@basement_bot', ' ACK '])(
    '%s takes the only one that is open',
    async (text) => {
      const { answer, taken } = await say([dark], said(text));
      expect(answer).toMatch(/^Ada L\. has it: Home, critical: dark or cut off/);
      expect(taken).toEqual([
        expect.objectContaining({ incident: dark.id, severity: 'critical', by: 'Ada L. (Telegram)' }),
      ]);
    },
  );

  test('with several open it asks which one, with a command for each', async () => {
    const { answer, taken } = await say([dark, eth], said('ack'));
    expect(answer).toMatch(/^Which one\?\n\n\/ack [\w-]{11}\nHome, critical: dark/);
    for (const each of [dark, eth]) expect(answer).toContain(`/ack ${codeOf(each)}`);
    expect(taken).toEqual([]);
  });

  test('what somebody has already is not asked for', async () => {
    const ack = { by: 'Bob', at: someTime, severity: 'critical', until: null, isTold: true } as const;
    const { taken } = await say([{ ...dark, ack }, eth], said('ack'));
    expect(taken).toEqual([expect.objectContaining({ incident: eth.id })]);
    expect(await say([{ ...dark, ack }], said('ack'))).toEqual({
      answer: 'There is nothing to acknowledge.',
      taken: [],
    });
  });

  test('a code says which one, typed or in the message that is answered', async () => {
    const lower = codeOf(eth).toLowerCase();
    expect((await say([dark, eth], said(`/ack ${lower}`))).taken).toMatchObject([{ incident: eth.id }]);
    expect((await say([dark, eth], said(`ack ${lower}`))).taken).toMatchObject([{ incident: eth.id }]);
    const reply = { reply_to_message: { text: `WARNING Home\nCode: ${codeOf(eth)}\nMore` } };
    expect((await say([dark, eth], said('ack', reply))).taken).toMatchObject([{ incident: eth.id }]);
    const byId = { reply_to_message: { text: `WARNING Home\nIncident: ${eth.id}` } };
    expect((await say([dark, eth], said('ack', byId))).taken).toMatchObject([{ incident: eth.id }]);
  });

  test('an answer to a message of something that is over takes nothing else instead', async () => {
    for (const text of [`Code: ${codeOf(eth)}`, `Incident: ${eth.id} and 1 more`]) {
      const { answer, taken } = await say([dark], said('ack', { reply_to_message: { text } }));
      expect([answer, taken]).toEqual(['This is over already.', []]);
    }
  });

  test('a code of less than what it has become does not count', async () => {
    const code = shortCode({ incident: dark.id, severity: 'warning' }, keys);
    expect((await say([dark], said(`/ack ${code}`))).answer).toMatch(/has become critical since/);
  });

  test('/status says how the sites are', async () => {
    const ack = { by: 'Bob', at: someTime, severity: 'critical', until: null, isTold: true } as const;
    const { answer, taken } = await say([{ ...dark, ack }, eth], said('/status'));
    expect(answer).toMatch(
      /^Home: dark, nothing answers, nothing shows life, for 0 s; looked 0 s ago\n- critical: /,
    );
    expect(answer).toMatch(/; acknowledged by Bob\n- warning: eth does not answer, for 1 min$/);
    expect(taken).toEqual([]);
  });

  test.each([
    said('status'),
    said('hello'),
    said('ack, but who drives?'),
    said('ack but who drives'),
    said('/start'),
    said('ack', { chat: { id: 1 } }),
    { update_id: 1, edited_message: { text: 'ack' } },
    { update_id: 1, message: { chat: { id: Number(chat) } } },
    {},
  ])('%j is not for us', async (update) => {
    expect(await say([dark], update)).toEqual({ answer: null, taken: [] });
  });

  test('a public chat may be named instead of numbered', async () => {
    const there = said('ack', { chat: { id: Number(chat), username: 'Pages' } });
    expect((await say([dark], there, '@pages')).taken).toHaveLength(1);
    expect((await say([dark], said('ack'), '@pages')).taken).toHaveLength(0);
  });
});

test('the chat of a channel is found whether it is written as number or text', () => {
  const channels = [
    { id: 'a', channel: 'telegram', chat: -1001 },
    { id: 'b', chat: '@pages' },
    { id: 'c', chat: { env: 'CHAT' } },
    { id: 'd' },
  ];
  expect(['a', 'b', 'c', 'd', 'e'].map((id) => chatOf(channels, id))).toEqual([
    '-1001',
    '@pages',
    null,
    null,
    null,
  ]);
});

test.each([
  [' Ada\n\tLovelace ', 'Ada Lovelace'],
  ['a\u0000\u202eb', 'ab'],
  ['\u200b', null],
  ['', null],
  ['🦆'.repeat(50), '🦆'.repeat(40)],
])('a name %j becomes %j', (text, name) => {
  expect(cleanName(text)).toBe(name);
});
