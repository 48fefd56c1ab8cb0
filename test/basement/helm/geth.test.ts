// The real geth with the command line of its chart: it starts, and offers what it should and nothing else. It reaches nobody but this machine.
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { buildFence, lacksFence } from '../../support/fence-program.ts';
import { closedPort } from '../../support/server.ts';
import { lacks, lacksPrograms, tool } from '../../support/tools.ts';
import { runDash } from '../dash.ts';
import { containerIn, render, type Container } from './container.ts';

const probe = z.object({ exec: z.object({ command: z.array(z.string()) }) });
const probed = z.object({ livenessProbe: probe, readinessProbe: probe, startupProbe: probe });
const pod = z.object({
  kind: z.literal('StatefulSet'),
  spec: z.object({ template: z.object({ spec: z.object({ containers: z.tuple([probed]) }) }) }),
});

const skip = lacks('helm', 'geth') || lacksFence() || lacksPrograms('dash', 'curl', 'jq');

describe.skipIf(skip)('geth as its chart starts it', () => {
  const folder = mkdtempSync(join(tmpdir(), 'geth-'));
  let documents: readonly unknown[] = [];
  let container: Container;
  let ports = { rpc: 0, engine: 0, metrics: 0, p2p: 0 };
  let output = '';
  let stop: () => Promise<void> = () => Promise.resolve();

  beforeAll(async () => {
    ports = {
      rpc: await closedPort(createServer()),
      engine: await closedPort(createServer()),
      metrics: await closedPort(createServer()),
      p2p: await closedPort(createServer()),
    };
    documents = await render('geth', {
      network: 'hoodi',
      podSecurity: 'privileged',
      jwt: { existingSecret: 'engine' },
      http: { port: ports.rpc },
      engine: { port: ports.engine },
      metrics: { port: ports.metrics },
      p2p: {
        tcp: { containerPort: ports.p2p },
        udp: { containerPort: ports.p2p },
        // With the address of a file there are two --nat, of which the last counts.
        advertised: { file: { path: '/etc/basement/advertised.json' } },
      },
      extraArgs: ['--nodiscover', '--netrestrict=127.0.0.0/8'],
    });
    container = containerIn(documents, '-geth', 'geth');
    mkdirSync(join(folder, 'jwt'));
    writeFileSync(join(folder, 'jwt', 'jwt.hex'), 'ab'.repeat(32));
    const args = container.args.map((each) =>
      each
        .replace(/=\/(data|jwt)/, (_, name: string) => `=${folder}/${name}`)
        .replace('0.0.0.0', '127.0.0.1')
        .replace('$(P2P_ADDRESS)', '203.0.113.7'),
    );
    const child = spawn(tool('geth').path, args, { cwd: folder, env: {}, stdio: ['ignore', 'pipe', 'pipe'] });
    const started = Promise.withResolvers<void>();
    const hear = (chunk: Buffer): void => {
      output += chunk.toString();
      if (/HTTP server started.*auth=true/.test(output)) started.resolve();
    };
    child.stdout.on('data', hear);
    child.stderr.on('data', hear);
    child.once('exit', (code) => {
      started.reject(new Error(`geth ended with ${code}: ${output}`));
    });
    stop = async () => {
      if (child.exitCode !== null) return;
      child.kill('SIGTERM');
      await once(child, 'exit');
    };
    await started.promise;
  });
  afterAll(async () => {
    await stop();
    rmSync(folder, { recursive: true });
  });

  /** The status and text of one call by JSON-RPC, under this name of the host. */
  const call = async (port: number, method: string, host: string): Promise<string> => {
    const { promise, resolve, reject } = Promise.withResolvers<string>();
    const asking = request({
      host: '127.0.0.1',
      port,
      method: 'POST',
      headers: { 'content-type': 'application/json', host },
    });
    asking.once('error', reject);
    asking.once('response', (response) => {
      text(response).then((body) => {
        resolve(`${response.statusCode} ${body.trim()}`);
      }, reject);
    });
    asking.end(JSON.stringify({ jsonrpc: '2.0', id: 1, method, params: [] }));
    return promise;
  };

  test('every flag of it is one that geth has', async () => {
    const { stdout } = await promisify(execFile)(tool('geth').path, ['--help']);
    const known = new Set(stdout.match(/--[a-z0-9.-]+/g));
    for (const each of container.args) {
      const flag = each.split('=', 1)[0] ?? '';
      expect(known.has(flag), flag).toBe(true);
    }
  });

  test('it announces the address that it is given, and the port on which it listens', () => {
    expect(output).toMatch(new RegExp(`Started P2P networking .*@203\\.0\\.113\\.7:${ports.p2p}\\b`));
  });

  test('it answers eth, net and web3, by its own names, and no method of an admin', async () => {
    const name = 'eth-geth-headless.val.svc.cluster.local';
    expect(await call(ports.rpc, 'eth_chainId', name)).toContain(
      '200 {"jsonrpc":"2.0","id":1,"result":"0x88bb0"}',
    );
    expect(await call(ports.rpc, 'net_version', name)).toContain('"result":"560048"');
    expect(await call(ports.rpc, 'web3_clientVersion', name)).toContain('"result":"Geth/');
    for (const method of [
      'admin_nodeInfo',
      'debug_gcStats',
      'personal_listAccounts',
      'txpool_status',
      'miner_setEtherbase',
    ]) {
      expect(await call(ports.rpc, method, name), method).toContain('does not exist/is not available');
    }
    expect(await call(ports.rpc, 'eth_chainId', 'rebound.example')).toContain('403 invalid host specified');
    expect(await call(ports.rpc, 'eth_chainId', 'eth-geth-engine')).toContain('403 invalid host specified');
  });

  test('its engine answers nobody without the JWT', async () => {
    expect(await call(ports.engine, 'eth_chainId', 'eth-geth-engine')).toContain('401 missing token');
    expect(await call(ports.engine, 'engine_exchangeCapabilities', 'eth-geth-engine')).toContain(
      '401 missing token',
    );
  });

  test('it is alive and not ready, as the probes of the chart see it', async () => {
    const synced = await buildFence('synced');
    const { startupProbe, livenessProbe, readinessProbe } = documents
      .flatMap((each) => pod.safeParse(each).data?.spec.template.spec.containers ?? [])
      .reduce((_, each) => each);
    const see = async (command: readonly string[]) => {
      expect(command[0]).toBe('/tools/synced');
      return runDash(['-c', 'exec "$@"', 'probe', synced, ...command.slice(1)], {});
    };
    expect(await see(startupProbe.exec.command)).toMatchObject({ code: 0, stdout: '' });
    expect(await see(livenessProbe.exec.command)).toMatchObject({ code: 0, stdout: '' });
    expect(await see(readinessProbe.exec.command)).toMatchObject({ code: 1 });
  });

  test('helm test is content with the chain of the values, and with no other', async () => {
    const script = fileURLToPath(new URL('../../../basement/helm/geth/files/chain-id.sh', import.meta.url));
    const env = { PATH: process.env['PATH'], RPC_URL: `http://127.0.0.1:${ports.rpc}` };
    expect(await runDash([script], { ...env, CHAIN_ID: '560048' })).toMatchObject({
      code: 0,
      stdout: 'chain id 0x88bb0, as it should be\n',
    });
    expect(await runDash([script], { ...env, CHAIN_ID: '1' })).toMatchObject({
      code: 1,
      stdout: `the node at ${env.RPC_URL} says chain id 0x88bb0, and 0x1 was expected\n`,
    });
  });

  test('it has metrics for Prometheus, and ends by itself when it is told to', async () => {
    const metrics = await promisify(execFile)('curl', [
      '--silent',
      `http://127.0.0.1:${ports.metrics}/debug/metrics/prometheus`,
    ]);
    expect(metrics.stdout).toContain('chain_head_block');
    await stop();
    expect(output).toContain('Blockchain stopped');
  });
});
