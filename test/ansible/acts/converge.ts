// From bare machines to the basement: what would be done, doing it, and doing it again.
import { describe, expect, test } from 'vitest';
import type { House } from '../house.ts';
import { tokenOf, senders } from '../house/inventory.ts';
import { changedTasksOf, changesOf, complaintOf, recapOf } from '../recap.ts';

const site = 'playbooks/site.yml';

/** What a run must not leave on a machine that it only looks at. */
const traces = [
  '/etc/basement/tunnel.conf',
  '/etc/rancher',
  '/etc/wireguard/wg-exit.conf',
  '/etc/keepalived/keepalived.conf',
  '/usr/local/bin/rke2',
];

export const converge = (house: () => House): void => {
  describe('from bare', () => {
    const said: string[] = [];

    test('a check of what would be done ends well and does nothing', async () => {
      const ran = await house().play(site, '--check', '--diff');
      said.push(ran.text);
      expect(complaintOf(ran)).toBe('ok');
      const left = await Promise.all(
        house().minis.flatMap((mini) =>
          traces.map(async (path) =>
            (await mini.attempt('test', '-e', path)).code === 0 ? [`${mini.id}: ${path}`] : [],
          ),
        ),
      );
      expect(left.flat()).toEqual([]);
    });

    test('one run makes the basement', async () => {
      const begun = performance.now();
      const ran = await house().play(site);
      said.push(ran.text);
      expect(complaintOf(ran)).toBe('ok');
      expect(Object.values(recapOf(ran)).every(({ failed, unreachable }) => failed + unreachable === 0)).toBe(
        true,
      );
      process.stdout.write(`converged in ${Math.round((performance.now() - begun) / 1000)} s\n`);
    });

    test('a second run changes nothing', async () => {
      const begun = performance.now();
      const ran = await house().play(site);
      said.push(ran.text);
      expect(complaintOf(ran)).toBe('ok');
      expect(changedTasksOf(ran)).toEqual([]);
      expect(changesOf(ran)).toEqual({ localhost: 0, mini1: 0, mini2: 0, mini3: 0, vps: 0 });
      process.stdout.write(`again in ${Math.round((performance.now() - begun) / 1000)} s\n`);
    });

    test('no secret is in anything that was printed', async () => {
      const secrets = senders.map(({ source }) => tokenOf(source));
      const found = await house().laptop(
        'sh',
        '-c',
        `cat "$0"/inventory/secrets/* 2>/dev/null || true`,
        house().folder,
      );
      const generated = found.split('\n').filter((line) => line.length >= 12);
      expect(generated.length).toBeGreaterThan(0);
      const printed = said.join('\n');
      expect([...secrets, ...generated].filter((secret) => printed.includes(secret))).toEqual([]);
    });
  });
};
