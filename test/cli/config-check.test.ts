// `watchdog config check`: all problems with their places, or a summary; secrets on demand.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { folder, repository, watchdog } from './command.ts';

const { path, remove } = folder();
afterAll(remove);

const twoMistakes = `channels:
  - { id: pager, channel: webhook, url: { env: PAGER_URL } }
sites:
  - id: Home
    targets:
      - { id: p2p, probe: tpc, address: "vpn.example.net:30303" }
`;
const good = `channels:
  - { id: pager, channel: webhook, url: { env: PAGER_URL } }
sites:
  - id: home
    targets:
      - id: rpc
        probe: http
        url: https://vpn.example.net/health
        headers: { file: a-header-of-that-name, x-key: { env: RPC_KEY } }
        expect: { json: { env: mainnet } }
`;

function file(name: string, text: string): string {
  const where = join(path, name);
  writeFileSync(where, text);
  return where;
}

describe('config check', () => {
  test('tells every problem in a form that editors follow, and ends with 2', async () => {
    const name = file('bad.yaml', twoMistakes);
    const { code, out, err } = await watchdog(['config', 'check', name]);
    expect(err).toContain(`${name} has 2 problems:`);
    expect(err).toMatch(/bad\.yaml:4: sites\[0\]\.id: is not an id/);
    expect(err).toMatch(
      /bad\.yaml:6: sites\[0\]\.targets\[0\]\.probe: is "tpc"; write one of tcp, tls, http/,
    );
    expect({ code, out }).toEqual({ code: 2, out: '' });
  });

  test('tells them to scripts with path, line and message', async () => {
    const { code, out } = await watchdog(['config', 'check', file('bad.yaml', twoMistakes), '--json']);
    expect(code).toBe(2);
    expect(JSON.parse(out)).toMatchObject({
      ok: false,
      problems: [
        { path: 'sites[0].id', line: 4 },
        { path: 'sites[0].targets[0].probe', line: 6 },
      ],
    });
  });

  test('says what a good configuration comes to, and ends with 0', async () => {
    const { code, out, err } = await watchdog(['config', 'check', file('good.yaml', good)]);
    expect(out).toMatch(/^good .*good\.yaml$/m);
    expect(out).toContain('site home: 1 target, 0 signers, 0 heartbeats; tells pager');
    expect(out).toContain('channels: pager (webhook)');
    expect(out).toContain(
      'policy: a blackout pages after 1 bad tick, all clear after 3 min well, no quiet hours',
    );
    expect(out).toContain('standbys: none, no node is ever made');
    expect(out).toContain('fences: none, and nothing to fence');
    expect({ code, err }).toEqual({ code: 0, err: '' });
  });

  test('says whose ports are leased, who tells them and what is believed', async () => {
    const leased = `channels:
  - { id: pager, channel: webhook, url: { env: PAGER_URL } }
sites:
  - id: home
    exits: { addresses: [203.0.113.7] }
    heartbeats:
      - { source: ports, token: { env: PORTS_TOKEN }, silence: critical }
    targets:
      - id: geth-p2p
        probe: tcp
        address: "vpn.example.net:30303"
        leasedPort: { heartbeat: ports, from: 40000, to: 49999 }
      - id: reth-p2p
        probe: tcp
        address: "vpn.example.net:30304"
        leasedPort: { heartbeat: ports, from: 40000, to: 49999, fallback: true }
`;
    const { code, out, err } = await watchdog(['config', 'check', file('leased.yaml', leased)]);
    expect(out).toContain(
      'leased port: geth-p2p, 40000 to 49999 as heartbeat ports tells it through an exit; until then unknown',
    );
    expect(out).toContain(
      'leased port: reth-p2p, 40000 to 49999 as heartbeat ports tells it through an exit; until then port 30304',
    );
    expect({ code, err }).toEqual({ code: 0, err: '' });
  });

  test('says which signers are fenced, and what it means when none is', async () => {
    const fenced = await watchdog(['config', 'check', 'examples/fence.yaml']);
    expect(fenced.out).toContain('fences: eth-1 (mini3)');
    const bare = await watchdog(['config', 'check', 'examples/ethereum.yaml']);
    expect(bare.out).toContain('fences: none: nothing but you keeps two clients from running with one key');
    const secrets = await watchdog(['config', 'check', 'examples/fence.yaml', '--secrets']);
    expect(secrets.code).toBe(1);
    expect(secrets.err).toMatch(/gate.*GATE_KEY/);
    expect(secrets.err).toMatch(/eth-1\/mini3.*FENCE_MINI3_TOKEN/);
  });

  test('says what standbys may be made, for how much, and that a dry run makes none', async () => {
    const example = 'examples/standbys.yaml';
    const made =
      'standbys: ethereum in my-standbys, at most 2 at once and 200.00 USD a month by prices of 2026-11-20';
    const { code, out } = await watchdog(['config', 'check', example]);
    expect(out).toContain(`${made}\n`);
    expect(code).toBe(0);
    const dry = readFileSync(join(repository, example), 'utf8').replace('dryRun: false', 'dryRun: true');
    expect((await watchdog(['config', 'check', file('dry.yaml', dry)])).out).toContain(
      `${made}; dry run, nothing is made\n`,
    );
  });

  test('with --secrets warns of each that is missing here, without taking a header for one', async () => {
    const name = file('good.yaml', good);
    const { code, err } = await watchdog(['config', 'check', name, '--secrets'], {
      env: { RPC_KEY: 'hidden' },
    });
    expect(err.trim().split('\n')).toEqual([
      expect.stringMatching(/^warning channel pager: .*PAGER_URL is missing or empty$/),
      expect.stringMatching(/^warning status: .*STATUS_TOKEN is missing or empty$/),
    ]);
    expect(code).toBe(1);
    const env = { RPC_KEY: 'hidden', PAGER_URL: 'https://hidden.example', STATUS_TOKEN: 'hidden' };
    const all = await watchdog(['config', 'check', name, '--secrets', '--json'], { env });
    expect(all.code).toBe(0);
    expect(JSON.parse(all.out)).toMatchObject({ ok: true, warnings: [] });
    expect(all.out).not.toContain('hidden');
  });
});
