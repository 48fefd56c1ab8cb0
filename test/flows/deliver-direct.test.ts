// What is said past the store: to every channel of the site, a few times, and without asking any store.
import { describe, expect, test } from 'vitest';
import type { Delivery, Message, Send } from '../../functions/channels/channel.ts';
import type { Direct } from '../../functions/domain/direct.ts';
import { deliverDirect, type DirectSummary } from '../../functions/flows/deliver-direct.ts';
import { siteRules, start } from '../support/site.ts';

const direct: Direct = {
  site: 'home',
  problem: 'dark',
  at: start,
  summary: 'dark or cut off: nothing answers and nothing shows life',
  evidence: ['inbound 0/3 good'],
};
const sent: Delivery = { sent: true, detail: 'HTTP 200' };
const busy: Delivery = { sent: false, again: true, reason: 'server-error', detail: 'HTTP 503' };
const final: Delivery = { sent: false, again: false, reason: 'auth', detail: 'HTTP 401' };

/** The phone answers as told, one answer for each try; the mail accepts everything. */
async function run(
  answers: readonly Delivery[],
  budgetMs = 50_000,
): Promise<{ readonly summary: DirectSummary; readonly messages: Message[]; readonly slept: number[] }> {
  const messages: Message[] = [];
  const slept: number[] = [];
  let now = start;
  let tries = 0;
  const phone: Send = async (message) => {
    messages.push(message);
    return answers[tries++] ?? sent;
  };
  const summary = await deliverDirect(
    {
      clock: {
        now: () => now,
        sleep: async (ms) => {
          slept.push(ms);
          now += ms;
        },
      },
      channels: new Map([
        ['phone', phone],
        ['mail', async () => sent],
      ]),
      secret: () => 'none',
      linksOf: () => ({ links: {}, code: null, problem: null }),
      print: () => {},
    },
    { direct, rules: siteRules() },
    { signal: new AbortController().signal, budgetMs },
  );
  return { summary, messages, slept };
}

const all = { direct: 'dark', site: 'home', sent: ['phone', 'mail'], errors: [] };
const onlyMail = { ...all, sent: ['mail'] };

describe('a message past the store', () => {
  test('goes to every channel of the site, as critical as can be', async () => {
    const { summary, messages } = await run([]);
    expect(summary).toEqual(all);
    expect(messages).toMatchObject([
      {
        id: 'home.direct.dark.20261123T020000Z.0.phone',
        kind: 'direct',
        severity: 'critical',
        thread: 'home.direct.dark',
        title: 'UNCONFIRMED CRITICAL Home: dark or cut off',
      },
    ]);
  });

  test('is tried again with the same id', async () => {
    const { summary, messages, slept } = await run([busy, busy]);
    expect(summary).toEqual(all);
    expect(new Set(messages.map(({ id }) => id)).size).toBe(1);
    expect(slept).toEqual([5_000, 10_000]);
  });

  test.each([
    ['four times at most', [busy, busy, busy, busy, busy], 100_000, 4, 'phone: server-error: HTTP 503'],
    ['no longer than there is time', [busy, busy, busy], 8_000, 2, 'phone: server-error: HTTP 503'],
    ['not when that makes no sense', [final], 50_000, 1, 'phone: auth: HTTP 401'],
    [
      'not after a wait that is too long',
      [{ ...busy, afterMs: 600_000 }],
      50_000,
      1,
      'phone: server-error: HTTP 503',
    ],
  ] as const)(
    'is tried %s, and the other channel has it all the same',
    async (_, answers, budgetMs, tries, error) => {
      const { summary, messages } = await run(answers, budgetMs);
      expect(messages).toHaveLength(tries);
      expect(summary).toEqual({ ...onlyMail, errors: [error] });
    },
  );
});
