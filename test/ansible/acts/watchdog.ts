// The first word to the watchdog: it is heard from the exit's address, and a run in which it is refused says so.
import { describe, expect, test } from 'vitest';
import { until } from '../../live/nets/wait.ts';
import type { House, Visit } from '../house.ts';
import { places } from '../house/networks.ts';
import { complaintOf } from '../recap.ts';

export function watchdog(house: () => House): void {
  describe('the word to the watchdog', () => {
    const heard = (): readonly Visit[] =>
      house()
        .visits()
        .filter(({ kind }) => kind === 'watchdog');
    const pathOf = (id: string): string => `/home/node-${id}/report`;
    const play = (...args: readonly string[]): ReturnType<House['play']> =>
      house().play('playbooks/site.yml', '--tags', 'watchdog', ...args);

    test('every machine is heard from the address of the exit, and keeps on', async () => {
      const before = heard().length;
      const visits = await Promise.all(
        house().minis.map(async ({ id }) =>
          until(
            `the next heartbeat of ${id}`,
            async () =>
              heard()
                .slice(before)
                .find(({ path }) => path === pathOf(id)) ?? null,
            { limitMs: 180_000 },
          ),
        ),
      );
      expect(visits.map(({ from, status }) => ({ from, status }))).toEqual(
        house().minis.map(() => ({ from: places.hub, status: 200 })),
      );
    });

    test('its tokens can be read by root alone, and are in no argument', async () => {
      const modes = await house()
        .machine('mini1')
        .run('find', '/etc/basement/tokens', '-type', 'f', '-printf', '%m %u\\n');
      expect(new Set(modes.split('\n'))).toEqual(new Set(['600 root']));
    });

    test('a run ends with what the watchdog answered', async () => {
      const ran = await play();
      expect(complaintOf(ran)).toBe('ok');
      for (const { id } of house().minis) {
        expect(ran.text.replaceAll(/\s+/g, ' ')).toContain(
          `${id}: the watchdog took the heartbeat of node-${id}, and it proves that the house lives.`,
        );
      }
    });

    test('a wrong token, and a sender that the watchdog does not know: the run fails and says what to do', async () => {
      const wrong = 'another-token-0123456789abcdef';
      const refused = await play(
        '--limit',
        'mini1',
        '--extra-vars',
        JSON.stringify({ watchdog_tokens: { 'node-mini1': wrong } }),
      );
      expect(refused.code).not.toBe(0);
      const said = refused.text.replaceAll(/\s+/g, ' ');
      expect(said).toContain('The watchdog did not take the heartbeat of mini1: 401');
      expect(said).toContain('what `watchdog secrets show . NODE_MINI1_TOKEN` prints');
      expect(refused.text).not.toContain(wrong);

      const unknown = await play(
        '--limit',
        'mini1',
        '--extra-vars',
        JSON.stringify({ watchdog_heartbeat_source: 'cellar' }),
      );
      expect(unknown.code).not.toBe(0);
      expect(unknown.text.replaceAll(/\s+/g, ' ')).toContain(
        'knows no sender cellar: add it to the heartbeats of the site in watchdog.yaml',
      );

      expect(complaintOf(await play('--limit', 'mini1'))).toBe('ok');
    });
  });
}
