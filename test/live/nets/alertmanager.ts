// Alertmanager with the basement's own configuration, in which only the address and the place of the token are others.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { tool } from '../../support/tools.ts';
import { execTool, flags, freePorts, net, type Closable } from './net.ts';
import type { Running } from './process.ts';
import { read, until } from './wait.ts';

export type AlertmanagerNet = Closable & {
  readonly process: Running;
  /** Where Prometheus finds it, as `127.0.0.1:12345`. */
  readonly address: string;
  /** As Prometheus would: labels, and whether it is over. */
  readonly alert: (labels: Readonly<Record<string, string>>, state?: 'firing' | 'over') => Promise<void>;
  /** Names of the alerts that are hidden behind others, each with its node. */
  readonly hidden: () => Promise<string[]>;
};

export type AlertmanagerOptions = {
  /** Where the function `heartbeat` is, without a slash at its end. */
  readonly url: string;
  readonly token: string;
  /** Its times are divided by this; 1 when absent. */
  readonly faster?: number;
  /** Another configuration than alertmanager.yml. */
  readonly config?: string;
};

const standAlone = readFileSync(
  new URL('../../../basement/monitoring/alertmanager.yml', import.meta.url),
  'utf8',
);
const status = z.object({ cluster: z.object({ status: z.string() }) });
const alerts = z.array(
  z.object({
    labels: z.record(z.string(), z.string()),
    status: z.object({ inhibitedBy: z.array(z.string()) }),
  }),
);
const unitMs = new Map([
  ['s', 1000],
  ['m', 60_000],
  ['h', 3_600_000],
]);

const hurry = (text: string, faster: number): string =>
  text.replace(
    /((?:wait|interval): )(\d+)([smh])$/gm,
    (_, name: string, count: string, unit: string) =>
      `${name}${Math.round((Number(count) * (unitMs.get(unit) ?? 0)) / faster)}ms`,
  );

export async function startAlertmanager(options: AlertmanagerOptions): Promise<AlertmanagerNet> {
  const { url, token, faster = 1, config = standAlone } = options;
  return net('alertmanager', async (site) => {
    const file = join(site.folder, 'alertmanager.yml');
    const tokenFile = join(site.folder, 'token');
    writeFileSync(tokenFile, `${token}\n`);
    const own = config
      .replaceAll('https://heartbeat.example.net', url)
      .replaceAll(/\/etc\/alertmanager\/(heartbeat\.token|secrets\/heartbeat\/token)/g, tokenFile);
    writeFileSync(file, faster === 1 ? own : hurry(own, faster));
    const [port = 0] = await freePorts(1);
    const api = `http://127.0.0.1:${port}`;
    const process = site.launch({
      name: 'alertmanager',
      path: tool('alertmanager').path,
      args: flags({
        'config.file': file,
        'storage.path': join(site.folder, 'data'),
        'web.listen-address': `127.0.0.1:${port}`,
        'cluster.listen-address': '',
      }),
    });
    await until('Alertmanager to be ready', () => read(`${api}/api/v2/status`, status), {
      processes: [process],
      limitMs: 60_000,
    });
    const amtool = join(tool('alertmanager').folder, 'bin/amtool');
    return {
      process,
      address: `127.0.0.1:${port}`,
      alert: async (labels, state = 'firing') => {
        const pairs = Object.entries(labels).map(([name, value]) => `${name}=${value}`);
        const end = state === 'over' ? [`--end=${new Date().toISOString()}`] : [];
        await execTool(amtool, ['alert', 'add', `--alertmanager.url=${api}`, ...end, ...pairs], {
          folder: site.folder,
        });
      },
      hidden: async () => {
        const listed = await read(`${api}/api/v2/alerts`, alerts);
        return listed
          .filter((each) => each.status.inhibitedBy.length > 0)
          .map(({ labels }) => `${labels['alertname']} ${labels['node']}`)
          .toSorted();
      },
    };
  });
}
