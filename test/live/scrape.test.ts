// The real Prometheus with the example's configuration: it asks for OpenMetrics with the token, and takes all that it is given.
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { expect, test, describe } from 'vitest';
import { z } from 'zod';
import { metricsOf, openMetricsType } from '../../functions/views/metrics.ts';
import { parseOpenMetrics } from '../support/open-metrics.ts';
import { overviews } from '../support/overviews.ts';
import { listen } from '../support/server.ts';
import { lacks, tool } from '../support/tools.ts';
import { flags, freePorts, net } from './nets/net.ts';
import { read, until } from './nets/wait.ts';

const token = 'a-token-of-the-status-0123456789';
const example = readFileSync(new URL('../../examples/prometheus/prometheus.yml', import.meta.url), 'utf8');

const result = z.object({
  data: z.object({
    result: z.array(
      z.object({ metric: z.record(z.string(), z.string()), value: z.tuple([z.number(), z.string()]) }),
    ),
  }),
});
const targets = z.object({
  data: z.object({ activeTargets: z.array(z.object({ health: z.string(), lastError: z.string() })) }),
});

describe.skipIf(lacks('prometheus'))('Prometheus', () => {
  test.each(['dark', 'hostile texts', '500 targets'] as const)('scrapes %s whole', async (name) => {
    const text = metricsOf(overviews[name]);
    const asked: { readonly accept: string; readonly path: string }[] = [];
    const status = await listen(
      createServer((request, response) => {
        if (request.headers.authorization !== `Bearer ${token}`) {
          response.writeHead(401).end();
          return;
        }
        asked.push({ accept: request.headers.accept ?? '', path: request.url ?? '' });
        response.writeHead(200, { 'content-type': openMetricsType }).end(text);
      }),
    );
    const house = await net('prometheus', async (site) => {
      const file = join(site.folder, 'prometheus.yml');
      const tokenFile = join(site.folder, 'token');
      writeFileSync(tokenFile, `${token}\n`);
      writeFileSync(
        file,
        example
          .replace('rule_files: [rules.yml]\n', '')
          .replace('scheme: https', 'scheme: http')
          .replace('scrape_interval: 60s', 'scrape_interval: 1s')
          .replace('scrape_timeout: 20s', 'scrape_timeout: 1s')
          .replace('/etc/prometheus/watchdog.token', tokenFile)
          .replace('status-abc.run.app', status.address),
      );
      const [port = 0] = await freePorts(1);
      const process = site.launch({
        name: 'prometheus',
        path: join(tool('prometheus').folder, 'bin/prometheus'),
        args: flags({
          'config.file': file,
          'storage.tsdb.path': join(site.folder, 'data'),
          'web.listen-address': `127.0.0.1:${port}`,
        }),
      });
      return { process, api: `http://127.0.0.1:${port}/api/v1` };
    });
    try {
      const patience = { processes: [house.process], limitMs: 60_000 };
      const query = (of: string) => read(`${house.api}/query?query=${encodeURIComponent(of)}`, result);
      const found = await until(
        'a scrape',
        async () => {
          const { data } = await query('watchdog_view_read_timestamp_seconds');
          return data.result.length === 0 ? null : query('{job="basement-watchdog"}');
        },
        patience,
      );
      const scraped = found.data.result.filter(({ metric }) => metric['__name__']?.startsWith('watchdog_'));
      const samples = parseOpenMetrics(text).flatMap((family) => family.samples);
      expect(scraped.length).toBe(samples.length);
      const up = await query('up{job="basement-watchdog"}');
      expect(up.data.result.map(({ value }) => value[1])).toEqual(['1']);
      const bad = await query('count(watchdog_target_up == 0)');
      const down = samples.filter((sample) => sample.name === 'watchdog_target_up' && sample.value === 0);
      expect(bad.data.result.map(({ value }) => value[1])).toEqual([String(down.length)]);
      const active = await read(`${house.api}/targets`, targets);
      expect(active.data.activeTargets).toEqual([expect.objectContaining({ health: 'up', lastError: '' })]);
      expect(asked[0]).toMatchObject({
        path: '/metrics',
        accept: expect.stringContaining('application/openmetrics-text'),
      });
    } finally {
      await house.close();
      await status.close();
    }
  });
});
