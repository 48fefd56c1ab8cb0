// The real Alertmanager with the basement's configuration: what arrives outside, how evenly, and what the watchdog makes of its silence.
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { incidentList } from '../../cli/incident-forms.ts';
import { openStore } from '../../functions/stores/open.ts';
import { receiver, type Received } from '../channels/receiver.ts';
import { localHouse, startAt } from '../support/local.ts';
import { lacks } from '../support/tools.ts';
import { startAlertmanager } from './nets/alertmanager.ts';
import { until } from './nets/wait.ts';

const token = 'a-token-of-the-cluster-0123456789';
const minute = 60_000;

const payload = z.object({
  version: z.literal('4'),
  status: z.string(),
  receiver: z.string(),
  truncatedAlerts: z.number(),
  alerts: z.array(z.object({ status: z.string(), labels: z.record(z.string(), z.string()) })),
});

/** `pulse firing: Watchdog none` */
function told({ body }: Received): string {
  const { receiver: by, status, alerts } = payload.parse(JSON.parse(body));
  const names = alerts.map(({ labels }) => `${labels['alertname']} ${labels['severity']}`).toSorted();
  return `${by} ${status}: ${names.join(', ')}`;
}

const watchdogAlert = { alertname: 'Watchdog', severity: 'none' };

describe.skipIf(lacks('alertmanager'))('Alertmanager', () => {
  test('sends the first beat at once, and everything with the token', async () => {
    const { api, received } = await receiver(() => 200);
    const alertmanager = await startAlertmanager({ url: api, token });
    try {
      const begun = performance.now();
      await alertmanager.alert(watchdogAlert);
      await until('the first beat', async () => received[0] ?? null, { limitMs: 30_000 });
      // Other alerts wait for 10 seconds for more of their kind.
      expect(performance.now() - begun).toBeLessThan(8000);
      expect(received[0]).toMatchObject({
        method: 'POST',
        url: '/home/alertmanager/alertmanager',
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      });
      expect(received.map(told)).toEqual(['pulse firing: Watchdog none']);
    } finally {
      await alertmanager.close();
    }
  });

  test('leaves out no beat, never says that the pulse is over, and tells the end of everything else', async () => {
    const { api, received } = await receiver(() => 200);
    // A minute takes three seconds.
    const alertmanager = await startAlertmanager({ url: api, token, faster: 20 });
    const arrived: number[] = [];
    const beats = (): number =>
      received.filter((each) => told(each) === 'pulse firing: Watchdog none').length;
    const untilTold = async (what: string): Promise<void> => {
      await until(what, async () => (received.map(told).includes(what) ? true : null), { limitMs: 60_000 });
    };
    try {
      const disk = { alertname: 'DiskFull', instance: 'mini1' };
      await alertmanager.alert(watchdogAlert);
      await alertmanager.alert({ ...disk, severity: 'warning' });
      await alertmanager.alert({ ...disk, severity: 'critical' });
      await alertmanager.alert({ ...disk, instance: 'mini2', severity: 'warning' });
      await untilTold('watchdog firing: DiskFull critical');
      await untilTold('watchdog firing: DiskFull warning');
      // The same trouble of the same machine is told once, as what is graver.
      const warnings = received.filter((each) => told(each) === 'watchdog firing: DiskFull warning');
      expect(
        warnings.map(({ body }) => payload.parse(JSON.parse(body)).alerts[0]?.labels['instance']),
      ).toEqual(['mini2']);
      await alertmanager.alert({ ...disk, severity: 'critical' }, 'over');
      await untilTold('watchdog resolved: DiskFull critical');

      await until('six beats', async () => {
        while (arrived.length < beats()) arrived.push(performance.now());
        return arrived.length >= 6 ? true : null;
      });
      const gaps = arrived
        .slice(-4)
        .map((at, index, all) => at - (all[index - 1] ?? at))
        .slice(1);
      // One that is left out would make two minutes.
      expect(Math.max(...gaps)).toBeLessThan(5000);

      await alertmanager.alert(watchdogAlert, 'over');
      // Whatever there is to say of the pulse is said before this other alert comes and goes.
      const later = { ...disk, alertname: 'Later', severity: 'info' };
      await alertmanager.alert(later);
      await untilTold('watchdog firing: Later info');
      await alertmanager.alert(later, 'over');
      await untilTold('watchdog resolved: Later info');
      expect(received.map(told).filter((each) => each.startsWith('pulse'))).toEqual(
        Array.from({ length: beats() }, () => 'pulse firing: Watchdog none'),
      );
    } finally {
      await alertmanager.close();
    }
  });

  test('its beat is kept by the function heartbeat, and once it is killed the next tick after the grace says so', async () => {
    const home = await localHouse({
      site: {
        heartbeats: [
          {
            source: 'alertmanager',
            token: { env: 'HEARTBEAT_TOKEN' },
            every: '60s',
            grace: '60s',
            silence: 'warning',
          },
        ],
      },
      variables: { HEARTBEAT_TOKEN: token },
    });
    const alertmanager = await startAlertmanager({ url: home.watchdog.urls.heartbeat, token });
    const store = openStore({ FIRESTORE_EMULATOR_HOST: home.watchdog.firestore.host });
    const incidents = async (): Promise<string[]> => {
      const answer = await fetch(`${home.watchdog.urls.status}/incidents?open=1`, {
        headers: { authorization: 'Bearer status-token' },
      });
      const body: unknown = await answer.json();
      return incidentList.parse(body).incidents.map(({ kind, severity }) => `${kind} ${severity}`);
    };
    try {
      await alertmanager.alert(watchdogAlert);
      const beat = await until('the beat to be kept', async () => {
        const heard = await store.loadHeard('home');
        return heard?.beats['alertmanager'] ?? null;
      });
      expect(beat).toMatchObject({ heardAt: startAt, okAt: startAt, failure: null });
      // The heart beats on while it is looked at, and the test's clock stands.
      await home.tick();
      expect(await incidents()).toEqual([]);

      await alertmanager.process.kill();
      home.moveTo(startAt + 2 * minute);
      await home.tick();
      expect(await incidents()).toEqual([]);
      home.moveTo(startAt + 3 * minute);
      await home.tick();
      expect(await incidents()).toEqual(['heartbeat-missed warning']);
      await home.pagedAtLeast(1);
      expect(home.paged.map(({ title, body }) => `${title} ${body}`)).toEqual([
        expect.stringMatching(/alertmanager/),
      ]);
      expect(home.paged[0]).toMatchObject({ kind: 'opened' });
    } finally {
      await alertmanager.close();
      await home.close();
    }
  });
});
