// `watchdog probe` of chain clients and certificates: what was learned, in words and for scripts.
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { createServer as createTls } from 'node:tls';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { authority } from '../support/certificates.ts';
import { apiServer } from '../support/api-server.ts';
import { beaconNode, blockResult, cometNode, executionNode, rpcResult } from '../support/node-answers.ts';
import { listen, type Listening } from '../support/server.ts';
import { folder, watchdog } from './command.ts';

const { path, remove } = folder();
const config = join(path, 'watchdog.yaml');
const started: Listening[] = [];
const resolved: string[] = [];

beforeAll(async () => {
  const now = Date.now();
  const own = authority().issue({ name: 'home.test' });
  const stale = rpcResult(blockResult(7, now - 9_000_000));
  const servers = {
    'ref-a.example:53': createServer(),
    'ref-b.example:53': createServer(),
    'el.example:8545': apiServer(executionNode(now)).server,
    'old.example:8545': apiServer({ ...executionNode(now), eth_getBlockByNumber: stale }).server,
    'cl.example:5052': apiServer(beaconNode(now)).server,
    'bera.example:26657': apiServer(cometNode(now)).server,
    'web.example:443': createTls({ cert: own.cert, key: own.key }),
  };
  writeFileSync(
    config,
    `
references:
  - { id: ref-a, probe: tcp, address: "ref-a.example:53" }
  - { id: ref-b, probe: tcp, address: "ref-b.example:53" }
channels:
  - { id: here, channel: console }
sites:
  - id: home
    targets:
      - { id: el, probe: jsonrpc, url: "http://el.example:8545", chainId: 1 }
      - { id: old, probe: jsonrpc, url: "http://old.example:8545", chainId: 1 }
      - { id: cl, probe: beacon, url: "http://cl.example:5052", network: mainnet }
      - { id: bera, probe: cometbft, url: "http://bera.example:26657", network: mainnet-beacon-80094 }
      - { id: web, probe: tls, address: "web.example:443", fingerprint: "${own.fingerprint}" }
`,
  );
  for (const [name, server] of Object.entries(servers)) {
    // oxlint-disable-next-line no-await-in-loop -- in the order of their names
    const listening = await listen(server);
    started.push(listening);
    resolved.push('--resolve', `${name}:127.0.0.1:${listening.port}`);
  }
});
afterAll(async () => {
  await Promise.all(started.map(({ close }) => close()));
  remove();
});

describe('probe of nodes', () => {
  test('tells what was learned in words', async () => {
    const { code, out, err } = await watchdog(['probe', config, ...resolved]);
    expect(err).toBe('');
    const age = /head \d+ (s|min) old/.source;
    const found = (id: string, what: string, words: string): RegExp =>
      new RegExp(`^ {2}inbound +${id} +good .* ${what} +${words}$`, 'm');
    expect(out).toMatch(
      found('el', 'JSON-RPC at el.example:8545', `chain 1, height 23900000, ${age}, 50 peers`),
    );
    expect(out).toMatch(
      found('cl', 'beacon API at cl.example:5052', `slot \\d+, ${age}, 61 peers, fork 0x06000000`),
    );
    expect(out).toMatch(
      found('bera', 'CometBFT RPC at .*', `height 11000000, ${age}, 12 peers, no voting power`),
    );
    expect(out).toMatch(found('web', 'TLS web.example:443', 'TLSv1.3, certificate good for \\d+ days'));
    expect(out).toMatch(/^ {2}inbound +old +stale .* its newest block, 7, is \d+ s old$/m);
    expect(code).toBe(1);
  });

  test('gives scripts the facts as they are', async () => {
    const { out } = await watchdog(['probe', config, '--json', ...resolved]);
    expect(JSON.parse(out)).toMatchObject({
      sites: [
        {
          targets: [
            { id: 'el', quality: 'good', facts: { chainId: 1, height: 23_900_000, peers: 50 } },
            { id: 'old', reason: 'stale', facts: {} },
            { id: 'cl', facts: { peers: 61, fork: '0x06000000', syncDistance: 0 } },
            { id: 'bera', facts: { height: 11_000_000, votingPower: 0 } },
            { id: 'web', facts: { protocol: 'TLSv1.3' } },
            { id: 'ref-a' },
            { id: 'ref-b' },
          ],
        },
      ],
    });
  });
});
