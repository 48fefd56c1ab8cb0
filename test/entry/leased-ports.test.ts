// Leased ports over real sockets: the house tells where it is, and is looked at there, by the watchdog and by its witness.
import { createServer } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { request } from 'undici';
import { z } from 'zod';
import { type LocalHouse, localHouse, startAt } from '../support/local.ts';
import { listen, type Listening } from '../support/server.ts';

const token = 'a-token-of-twenty-four-characters';
const minute = 60_000;
const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  await Promise.all(closing.splice(0).map((close) => close()));
});

const exit = { 'x-forwarded-for': '203.0.113.7' };
const elsewhere = { 'x-forwarded-for': '198.51.100.9' };

async function open(): Promise<LocalHouse> {
  const home = await localHouse({
    variables: { HEARTBEAT_TOKEN: token },
    site: {
      exits: { addresses: ['203.0.113.7'] },
      heartbeats: [{ source: 'ports', token: { env: 'HEARTBEAT_TOKEN' }, silence: 'critical' }],
      targets: [
        {
          id: 'p2p',
          probe: 'tcp',
          address: '127.0.0.1:1',
          hold: '0ms',
          leasedPort: { heartbeat: 'ports', from: 1024, to: 65_535 },
        },
      ],
    },
  });
  closing.push(home.close);
  return home;
}

/** A way in. */
async function door(): Promise<Listening> {
  const opened = await listen(createServer());
  closing.push(opened.close);
  return opened;
}

const answered = z.object({
  provesLife: z.boolean(),
  portsNotUsed: z.array(z.object({ target: z.string(), port: z.number(), why: z.string() })).default([]),
});

async function tell(
  { watchdog }: LocalHouse,
  { port, validUntil, from = exit }: { port: number; validUntil: number; from?: Record<string, string> },
): Promise<z.output<typeof answered>> {
  const answer = await request(`${watchdog.urls.heartbeat}/home/ports/report`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json', ...from },
    body: JSON.stringify({ ports: [{ target: 'p2p', port, validUntil: validUntil / 1000 }] }),
  });
  return answered.parse(await answer.body.json());
}

const told = z.object({
  sites: z.tuple([
    z.object({
      verdict: z.string(),
      facts: z.object({
        targets: z.array(
          z.object({
            id: z.string(),
            quality: z.string(),
            reason: z.string().nullable(),
            lease: z
              .object({ port: z.number().nullable(), validUntil: z.number().nullable() })
              .loose()
              .nullable(),
          }),
        ),
      }),
    }),
  ]),
});

/** After a look: the verdict, and how and where the leased target is. */
async function look(home: LocalHouse, at: number): Promise<readonly unknown[]> {
  home.moveTo(at);
  await home.tick();
  const answer = await request(home.watchdog.urls.status, {
    headers: { authorization: 'Bearer status-token' },
  });
  const { sites } = told.parse(await answer.body.json());
  const [{ verdict, facts }] = sites;
  const p2p = facts.targets.find(({ id }) => id === 'p2p');
  return [verdict, p2p?.quality, p2p?.reason, p2p?.lease?.port];
}

describe('a house whose port is leased', () => {
  test('is looked at where it says, there alone, and only while its lease holds', async () => {
    const home = await open();
    expect(await look(home, startAt)).toEqual(['unknown', 'unknown', 'lease', null]);
    const [first, second] = [await door(), await door()];
    expect(await tell(home, { port: first.port, validUntil: startAt + 10 * minute })).toEqual({
      provesLife: true,
      portsNotUsed: [],
    });
    expect(await look(home, startAt + minute)).toEqual(['ok', 'good', null, first.port]);

    home.watchdog.firestore.resetCounts();
    expect(await look(home, startAt + 2 * minute)).toEqual(['ok', 'good', null, first.port]);
    const steady = home.watchdog.firestore.counts();

    // The status that is read after the look costs one read.
    expect(steady).toMatchObject({ reads: 3, writes: 1 });
    await first.close();
    home.moveTo(startAt + 2 * minute + 30_000);
    await tell(home, { port: second.port, validUntil: startAt + 4 * minute });
    expect(await look(home, startAt + 3 * minute)).toEqual(['ok', 'good', null, second.port]);
    expect(await look(home, startAt + 4 * minute)).toEqual(['unknown', 'unknown', 'lease', second.port]);
    expect(home.paged).toEqual([]);
  });

  test('is led nowhere by a message from elsewhere, which is said to its sender and in the log', async () => {
    const home = await open();
    const [own, other] = [await door(), await door()];
    await tell(home, { port: own.port, validUntil: startAt + 10 * minute });
    expect(
      await tell(home, { port: other.port, validUntil: startAt + 10 * minute, from: elsewhere }),
    ).toEqual({
      provesLife: false,
      portsNotUsed: [{ target: 'p2p', port: other.port, why: 'it did not come from an exit' }],
    });
    expect(await look(home, startAt)).toEqual(['ok', 'good', null, own.port]);
    expect(home.logs.join('\n')).toContain('ports were told that are not used');
  });
});
