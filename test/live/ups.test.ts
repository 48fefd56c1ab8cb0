// A cut as NUT sees it: real upsd, dummy-ups and upsmon with the basement's configuration tell a watchdog that cannot be looked up any more.
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { watchdogHost, type Heard } from '../basement/watchdog-server.ts';
import { lacks, lacksPrograms } from '../support/tools.ts';
import { startUps, upsToken } from './nets/ups.ts';
import { until } from './nets/wait.ts';

const news = z.strictObject({
  state: z.string(),
  ups: z.literal('apc'),
  charge: z.int(),
  runtime: z.int(),
  at: z.int(),
});

const told = ({ path, body }: Heard): string =>
  path === '/home/ups/power' ? news.parse(JSON.parse(body)).state : `${path} ${body}`;

describe.skipIf(lacks('nut') || lacksPrograms('curl'))('upsd, dummy-ups and upsmon', () => {
  test('a blip, then a cut until the machines go down, then power again: the watchdog hears each state', async () => {
    const net = await startUps();
    try {
      const { heard } = net.server;
      const hears = async (what: string, state: string, after = 0): Promise<void> => {
        await until(
          `the watchdog to hear ${what}`,
          async () => (heard.slice(after).map(told).includes(state) ? true : null),
          { limitMs: 60_000, processes: net.processes },
        );
      };

      const mini2 = net.feed('mini2', 'secondary');
      await until('upsmon to log in', async () => (mini2.upsmon.log().includes('Init SSL') ? true : null), {
        processes: [mini2.upsmon],
      });
      await net.set({ 'battery.charge': '96', 'battery.runtime': '1800', 'ups.status': 'OB DISCHRG' });
      await hears('of the cut', 'on-battery');
      await net.set({ 'ups.status': 'OL CHRG' });
      await hears('that it was a blip', 'online');
      expect(heard.map(told)).toEqual(['on-battery', 'online']);
      expect(heard[0]).toMatchObject({
        method: 'POST',
        headers: {
          host: `${watchdogHost}:${net.server.port}`,
          authorization: `Bearer ${upsToken}`,
          'content-type': 'application/json',
        },
      });
      expect(news.parse(JSON.parse(heard[0]?.body ?? ''))).toMatchObject({ charge: 96, runtime: 1800 });

      await net.set({ 'ups.status': 'OB DISCHRG' });
      await hears('of the second cut', 'on-battery', 2);
      await net.set({ 'battery.charge': '9', 'battery.runtime': '120', 'ups.status': 'OB DISCHRG LB' });
      await hears('that the battery is low', 'low-battery');
      expect(mini2.isDown()).toBe(false);

      // The machine at the UPS's cable decides for all, and waits for the others.
      const mini1 = net.feed('mini1', 'primary');
      await hears('that they shut down', 'shutting-down');
      await until('both machines to go down', async () => (mini1.isDown() && mini2.isDown() ? true : null));
      const states = heard.map(told);
      expect(states.slice(2, 4)).toEqual(['on-battery', 'low-battery']);
      // The first word of mini1, about the low battery, may be true still.
      expect(['low-battery', 'shutting-down']).toEqual(expect.arrayContaining(states.slice(4)));
      expect(states.at(-1)).toBe('shutting-down');

      const before = heard.length;
      await net.boot('OL');
      const again = net.feed('mini3', 'primary');
      await net.refresh();
      expect(heard.slice(before).map(({ path }) => path)).toEqual(['/home/ups/report']);
      expect(JSON.parse(heard[before]?.body ?? '')).toMatchObject({ power: { state: 'online', ups: 'apc' } });
      expect(again.upsmon.isRunning).toBe(true);
      expect(readFileSync(net.addressFile, 'utf8')).toBe(`${watchdogHost} 127.0.0.1\n`);
    } finally {
      await net.close();
      await net.server.close();
    }
  });
});
