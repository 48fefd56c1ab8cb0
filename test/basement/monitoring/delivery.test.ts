// The real Alertmanager with the configuration of the public chart's values, and the real function `heartbeat`: what arrives, and what is hidden.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parse, stringify } from 'yaml';
import { z } from 'zod';
import { openStore } from '../../../functions/stores/open.ts';
import { startAlertmanager } from '../../live/nets/alertmanager.ts';
import { flags, freePorts, net, type Closable } from '../../live/nets/net.ts';
import { read as answerOf, until } from '../../live/nets/wait.ts';
import { localHouse, startAt } from '../../support/local.ts';
import { lacks, tool } from '../../support/tools.ts';
import { allRules, names, pathOf, read } from './monitoring.ts';

const token = 'a-token-of-the-cluster-0123456789';
const minute = 60_000;
const heartbeats = [
  {
    source: 'alertmanager',
    token: { env: 'HEARTBEAT_TOKEN' },
    every: '60s',
    grace: '60s',
    silence: 'warning',
  },
];
const { config } = z
  .object({ alertmanager: z.object({ config: z.unknown() }) })
  .parse(parse(read('basement/monitoring/kube-prometheus-stack.values.yaml'))).alertmanager;

describe.skipIf(lacks('alertmanager'))('Alertmanager of kube-prometheus-stack', () => {
  test('beats each minute, hides what a machine that is down entails, and never what a fence says', async () => {
    const home = await localHouse({ site: { heartbeats }, variables: { HEARTBEAT_TOKEN: token } });
    // A minute takes three seconds.
    const alertmanager = await startAlertmanager({
      url: home.watchdog.urls.heartbeat,
      token,
      faster: 20,
      config: stringify(config, { lineWidth: 0 }),
    });
    const store = openStore({ FIRESTORE_EMULATOR_HOST: home.watchdog.firestore.host });
    const told = async (): Promise<string[]> => {
      const heard = await store.loadHeard('home');
      return (heard?.alerts ?? [])
        .map(({ id, labels }) => `${id.replace(/-[0-9a-f]+$/, '')} ${labels}`.trim())
        .toSorted();
    };
    const untilTold = async (expected: readonly string[]): Promise<void> => {
      await until(`to be told of ${expected.join('; ')}`, async () => {
        const now = await told();
        return expected.every((each) => now.includes(each)) ? true : null;
      });
    };
    const critical = { severity: 'critical' };
    const nodeDown = { alertname: 'NodeDown', node: 'mini1', ...critical };
    try {
      await alertmanager.alert({ alertname: 'Watchdog', severity: 'none' });
      for (const at of [startAt, startAt + minute, startAt + 2 * minute, startAt + 3 * minute]) {
        home.moveTo(at);
        await until(`the beat of ${new Date(at).toISOString()}`, async () => {
          const heard = await store.loadHeard('home');
          return heard?.beats['alertmanager']?.heardAt === at ? true : null;
        });
      }

      await alertmanager.alert(nodeDown);
      await untilTold(['NodeDown node=mini1']);
      const geth = { alertname: 'GethDown', pod: 'eth-geth-0', ...critical };
      await alertmanager.alert({ ...geth, node: 'mini1' });
      await alertmanager.alert({
        alertname: 'PodNotReady',
        node: 'mini1',
        pod: 'eth-geth-0',
        severity: 'warning',
      });
      await until('what ran on mini1 to be hidden', async () => {
        const hidden = await alertmanager.hidden();
        return hidden.length === 2 ? true : null;
      });
      expect(await alertmanager.hidden()).toEqual(['GethDown mini1', 'PodNotReady mini1']);
      // The same on another machine, without a machine, and of the fence on the very machine that is down.
      await alertmanager.alert({ ...geth, node: 'mini2' });
      await alertmanager.alert({ alertname: 'AddressHeldByNobody', address: '192.0.2.9', ...critical });
      await alertmanager.alert({ alertname: 'FenceDown', node: 'mini1', class: 'safety', ...critical });
      await alertmanager.alert({
        alertname: 'FenceTwoInstances',
        signer: 'eth-1',
        class: 'safety',
        ...critical,
      });
      const others = [
        'AddressHeldByNobody address=192.0.2.9',
        'FenceDown class=safety, node=mini1',
        'FenceTwoInstances class=safety, signer=eth-1',
        'GethDown node=mini2, pod=eth-geth-0',
      ];
      await untilTold(others);
      expect(await told()).toEqual([...others, 'NodeDown node=mini1']);

      // Whatever is still wrong once the machine is back is told of.
      await alertmanager.alert(nodeDown, 'over');
      await untilTold(['GethDown node=mini1, pod=eth-geth-0', 'PodNotReady node=mini1, pod=eth-geth-0']);
      await until('the machine to be told of as back', async () => {
        const now = await told();
        return now.includes('NodeDown node=mini1') ? null : true;
      });
    } finally {
      await alertmanager.close();
      await home.close();
    }
  });
});

const ruleStates = z.object({
  data: z.object({
    groups: z.array(
      z.object({ rules: z.array(z.object({ name: z.string(), health: z.string(), state: z.string() })) }),
    ),
  }),
});

type PrometheusNet = Closable & {
  /** Each rule with its health and whether it fires. */
  readonly rules: () => Promise<z.output<typeof ruleStates>['data']['groups'][number]['rules']>;
};

/** Prometheus with all rules of a basement, which asks nobody for numbers. */
const startPrometheus = (alertmanager: string): Promise<PrometheusNet> =>
  net('prometheus', async (site) => {
    const file = join(site.folder, 'prometheus.yml');
    writeFileSync(
      file,
      stringify({
        global: { evaluation_interval: '1s' },
        rule_files: [pathOf('basement/monitoring/rules/*.yml')],
        alerting: { alertmanagers: [{ static_configs: [{ targets: [alertmanager] }] }] },
      }),
    );
    const [port = 0] = await freePorts(1);
    const process = site.launch({
      name: 'prometheus',
      path: join(tool('prometheus').folder, 'bin/prometheus'),
      args: flags({
        'config.file': file,
        'storage.tsdb.path': join(site.folder, 'data'),
        'web.listen-address': `127.0.0.1:${port}`,
        // What it says before it has found Alertmanager is lost, and said again only after this.
        'rules.alert.resend-delay': '1s',
      }),
    });
    const rules: PrometheusNet['rules'] = async () => {
      const { data } = await answerOf(`http://127.0.0.1:${port}/api/v1/rules`, ruleStates);
      return data.groups.flatMap((group) => group.rules);
    };
    await until(
      'every rule to be evaluated',
      async () => ((await rules()).every(({ health }) => health !== 'unknown') ? true : null),
      { processes: [process] },
    );
    return { rules };
  });

describe.skipIf(lacks('alertmanager', 'prometheus'))('Prometheus with all rules', () => {
  test('can evaluate each, and the beat that comes of them reaches heartbeat by itself', async () => {
    const home = await localHouse({ site: { heartbeats }, variables: { HEARTBEAT_TOKEN: token } });
    const alertmanager = await startAlertmanager({ url: home.watchdog.urls.heartbeat, token });
    const prometheus = await startPrometheus(alertmanager.address);
    const store = openStore({ FIRESTORE_EMULATOR_HOST: home.watchdog.firestore.host });
    try {
      const rules = await prometheus.rules();
      expect(rules.map(({ name }) => name).toSorted()).toEqual(names(allRules).toSorted());
      expect(rules.filter(({ health }) => health !== 'ok')).toEqual([]);
      expect(rules.filter(({ state }) => state === 'firing').map(({ name }) => name)).toEqual(['Watchdog']);
      const beat = await until('the beat', async () => {
        const heard = await store.loadHeard('home');
        return heard?.beats['alertmanager'] ?? null;
      });
      expect(beat).toMatchObject({ okAt: startAt, failure: null });
    } finally {
      await prometheus.close();
      await alertmanager.close();
      await home.close();
    }
  });
});
