// What the world is told of a node: the command lines of the charts, by way of the real `start`, with the file that a basement writes.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { buildFence, lacksFence } from '../../support/fence-program.ts';
import { listen } from '../../support/server.ts';
import { lacks, lacksPrograms } from '../../support/tools.ts';
import { pathWith, runDash, writeProgram, type Ran } from '../dash.ts';
import { containerIn, render } from './container.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'advertised-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

type Asked = { readonly chart: string; readonly container: string; readonly values: object };

const path = '/etc/basement/advertised.json';
const geth: Asked = {
  chart: 'geth',
  container: 'geth',
  values: { network: 'hoodi', jwt: { existingSecret: 'engine' }, p2p: { advertised: { file: { path } } } },
};
const beacon = (file: object): Asked => ({
  chart: 'lighthouse-beacon',
  container: 'lighthouse',
  values: {
    network: 'hoodi',
    execution: { url: 'http://eth-geth-engine:8551', jwt: { existingSecret: 'engine' } },
    checkpointSync: { existingDatabase: true },
    p2p: { quic: { advertisedPort: 41_001 }, advertised: { file: { path, ...file } } },
  },
});

const forward = (name: string, port: number | null, protocols: readonly string[]) => ({
  name,
  target: name,
  node: 'mini2',
  protocols,
  port,
  validUntil: null,
});

/** Starts the container's command line; the client writes its arguments, one a line. */
async function started({ chart, container, values }: Asked, advertised: object): Promise<Ran> {
  const { command, args, env } = containerIn(
    await render(chart, { ...values, podSecurity: 'privileged' }),
    `-${chart}`,
    container,
  );
  const file = join(folder, 'advertised.json');
  writeFileSync(file, JSON.stringify(advertised));
  writeProgram(join(folder, container), 'printf "%s\\n" "$@"');
  const start = await buildFence('start');
  // As Kubernetes fills in the variables that it knows, before anything runs.
  const known = new Map(env.map(({ name, value }) => [name, value ?? '']));
  const line = [...command, ...args].map((each) =>
    each
      .replaceAll(/\$\(([A-Z0-9_]+)\)/g, (whole, name: string) => known.get(name) ?? whole)
      .replace(/^\/tools\/start$/, start)
      .replace(/^\/advertised\/advertised\.json$/, file),
  );
  return runDash(['-c', 'exec "$@"', 'container', ...line], {
    PATH: pathWith(folder),
    ...Object.fromEntries(known),
  });
}

describe.skipIf(lacks('helm') || lacksFence() || lacksPrograms('dash'))('from the file of the node', () => {
  test('Lighthouse announces the address and ports of the exit', async () => {
    const names = { tcpName: 'lighthouse', udpName: 'lighthouse', quicName: 'quic' };
    const { code, stdout, stderr } = await started(beacon(names), {
      address: '203.0.113.7',
      address6: null,
      ports: [forward('lighthouse', 40_111, ['tcp', 'udp']), forward('quic', 40_112, ['udp'])],
    });
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout.split('\n')).toEqual(
      expect.arrayContaining([
        'beacon_node',
        '--port=9000',
        '--quic-port=9001',
        '--enr-address=203.0.113.7',
        '--enr-tcp-port=40111',
        '--enr-udp-port=40111',
        '--enr-quic-port=40112',
      ]),
    );
    expect(stdout).not.toContain('$(');
  });

  test('ports that the file does not name are those of the values', async () => {
    const { code, stdout } = await started(beacon({ tcpName: 'lighthouse' }), {
      address: '203.0.113.7',
      address6: null,
      ports: [forward('lighthouse', 40_111, ['tcp'])],
    });
    expect(code).toBe(0);
    expect(stdout).toContain('--enr-tcp-port=40111\n--enr-udp-port=9000\n--enr-quic-port=41001\n');
  });

  test('without the lease of its port it starts, and announces neither the address nor anybody else’s port', async () => {
    const { code, stdout, stderr } = await started(beacon({ tcpName: 'lighthouse' }), {
      address: '203.0.113.7',
      address6: null,
      ports: [forward('lighthouse', null, ['tcp'])],
    });
    expect(code).toBe(0);
    expect(stdout).toContain('beacon_node\n');
    expect(stdout).not.toMatch(/--enr-address|--enr-tcp-port|\$\(/);
    expect(stderr).toContain('the forward lighthouse has no port now');
  });

  test('without an address geth starts, announces none and asks no router for one', async () => {
    const { code, stdout } = await started(geth, { address: null, address6: null, ports: [] });
    expect(code).toBe(0);
    expect(stdout.split('\n').filter((each) => each.startsWith('--nat'))).toEqual(['--nat=none']);
  });

  test('geth announces the address, and the port on which it listens', async () => {
    const { code, stdout } = await started(geth, { address: '203.0.113.7', address6: null, ports: [] });
    expect(code).toBe(0);
    expect(stdout).toContain('--port=30303\n--discovery.port=30303\n--nat=none\n--nat=extip:203.0.113.7\n');
  });
});

describe.skipIf(lacksPrograms('dash', 'curl', 'jq'))('helm test of a beacon node', () => {
  const script = fileURLToPath(
    new URL('../../../basement/helm/lighthouse-beacon/files/chain-id.sh', import.meta.url),
  );

  test('is content with the chain of the values, and with no other', async () => {
    const server = createServer((_, response) =>
      response.end('{"data":{"chain_id":"560048","address":"0x0"}}'),
    );
    const { address, close } = await listen(server);
    const env = { PATH: process.env['PATH'], BEACON_URL: `http://${address}` };
    const right = await runDash([script], { ...env, CHAIN_ID: '560048' });
    const wrong = await runDash([script], { ...env, CHAIN_ID: '1' });
    await close();
    expect(right).toMatchObject({ code: 0, stdout: 'chain id 560048, as it should be\n' });
    expect(wrong).toMatchObject({
      code: 1,
      stdout: `the node at ${env.BEACON_URL} says chain id 560048, and 1 was expected\n`,
    });
  });
});
