// `npm start` as whoever types it: the story, the commands after it, and the watch over real endpoints.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { request } from 'undici';
import { afterAll, describe, expect, test } from 'vitest';
import { systemClock } from '../../functions/kit/clock.ts';
import { startListener, type Listener } from '../../lab/basement/listener.ts';
import { startPager, type Pager } from '../../lab/pager/pager.ts';
import { killAll, startChild, type Child } from './child.ts';

const folders: string[] = [];
afterAll(() => {
  killAll();
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'watchdog-start-'));
  folders.push(folder);
  return folder;
}

describe.concurrent('the lab', () => {
  test('npm start -- --once tells the story, sums it up, and exits 0 within 240 seconds', async () => {
    const begun = performance.now();
    const child = startChild(['--once'], { viaNpm: true });
    expect(await child.ended(), child.output()).toBe(0);
    expect(performance.now() - begun).toBeLessThan(240_000);
    const output = child.output();
    expect(output).toContain('All went as told.');
    expect(output).not.toContain('✗');
    // Colour is for terminals.
    expect(output).not.toContain('\u001b');
    // Name, when, verdict, paged after, pages, resolved, as told.
    const row = (name: string, verdict: string, pages: number | string = 1): RegExp =>
      new RegExp(String.raw`^${name} +\d\d:\d\d:\d\d  ${verdict} +\d+ .* ${pages} +\d\d:\d\d:\d\d  ✓$`, 'm');
    expect(output).toMatch(/^all is well +\d\d:\d\d:\d\d {2}ok +– +0 +– +✓$/m);
    expect(output).toMatch(row('one forward broke', 'degraded'));
    expect(output).toMatch(row('only our region failed', 'degraded', 2));
    // It is dark for as long as nodes take to sync, and people are reminded of that after a quarter of an hour.
    expect(output).toMatch(row('the power went', 'dark', '[4-8]'));
    expect(output).toMatch(row('only the VPN exit failed', 'vpn-down → inbound-lost'));
    expect(output).toMatch(row('our own network failed', 'blind'));
    expect(output).toMatch(row('nobody called it', 'ok'));
    expect(output).toMatch(row('nobody reacted', 'dark', 5));
    expect(output).toMatch(/^a drill was run +\d\d:\d\d:\d\d {2}ok +– +0 +– +✓$/m);
    expect(output).toMatch(
      /✓ time to recover: created in .*, booted in .*, clients up after .*, synced after .*; in all \d+ min/,
    );
    expect(output).toMatch(row('a signer stopped', 'not-signing'));
    expect(output).toMatch(row('a chain stood still', 'degraded'));
    expect(output).toContain(' 0 came twice, 0 without a good signature.');
    expect(output).toMatch(
      /^In the cloud: 3 nodes made in 5 tries, 0 left; they have cost \d\.\d\d USD at the lab's prices\.$/m,
    );
  });

  test('signers, chains, clients and operators can be broken by hand, and explain says what the chains show', async () => {
    const child = startChild(['--no-story']);
    await child.says('verdict ok');
    child.type('stop');
    await child.says('stop what? One of lighthouse, beacond.');
    child.type('freeze bera-reth');
    await child.says('bera-reth is dead.');
    await child.says(/bera-reth: stale, its newest block/);
    child.type('thaw bera-reth');
    await child.says('bera-reth is alive again.');
    child.type('stop beacond');
    await child.says('beacond signs nothing more.');
    await child.says('CRITICAL Basement, Berlin: signer bera-1 is not signing');
    child.type('explain');
    await child.says(/signer bera-1 \(berachain, 1 key, 1 silent\): silent, .* \(orchard, harbour\)/);
    child.type('start beacond');
    child.type('lie orchard');
    await child.says('orchard lies.');
    child.type('stall ethereum');
    await child.says('ethereum stands still.');
    child.type('heal');
    await child.says('Everything works again');
    child.type('quit');
    expect(await child.ended()).toBe(0);
  });

  test('the cloud can be broken by hand: a right that is missing is said with its name', async () => {
    const child = startChild(['--no-story']);
    await child.says('verdict ok');
    child.type('empty nowhere');
    await child.says('empty what? One of europe-west3-a');
    child.type('forbid');
    await child.says('The permission compute.instances.create is taken away.');
    child.type('cut power');
    await child.says('CRITICAL Basement, Berlin: dark or cut off');
    await child.says('CRITICAL Basement, Berlin: 2 standbys need you: ');
    await child.says(/compute\.instances\.create/);
    child.type('status');
    // Given up once Compute has shown that there is none.
    await child.says(/standby {3}eth-1: (?:creating|failed), .*compute\.instances\.create/);
    child.type('quit');
    expect(await child.ended(), child.output()).toBe(0);
  });

  test('the failover can be tried by hand', async () => {
    const child = startChild(['--no-story']);
    await child.says('verdict ok');
    child.type('drill nobody');
    await child.says('drill what? One of eth-1, bera-1.');
    child.type('drill eth-1 keys');
    await child.says('drill eth-1 how? One of boot, sync.');
    child.type('drill bera-1 boot');
    await child.says('A drill of bera-1 is asked for, mode boot');
    child.type('status');
    await child.says(/drill {5}bera-1: (?:asked for|waiting|creating|booting|starting)/);
    child.type('quit');
    expect(await child.ended(), child.output()).toBe(0);
  });

  test('what nodes say is shown, and keys on one are a matter of safety', async () => {
    const child = startChild(['--no-story']);
    await child.says('verdict ok');
    child.type('cut power');
    await child.says(/standby of \S+ is syncing/);
    child.type('put keys');
    await child.says(/CRITICAL Basement, Berlin: KEYS ON THE STANDBY of \S+/);
    child.type('quit');
    expect(await child.ended(), child.output()).toBe(0);
  });

  test('stays up for commands: what is broken is paged, explained, shown and healed', async () => {
    const child = startChild(['--no-story']);
    await child.says('verdict ok');
    child.type('drop vpn');
    await child.says('The VPN exit is down.');
    await child.says('CRITICAL Basement, Berlin: dark or cut off, the VPN exit is unreachable');
    child.type('explain');
    await child.says(/YES {2}vpn-down/);
    child.type('beat on');
    await child.says('LOWERED TO WARNING');
    child.type('status');
    await child.says(/inbound-lost: .* the house lives, since/);
    const url = /http:\/\/127\.0\.0\.1:\d+/.exec(child.output())?.[0] ?? '';
    const refused = await request(url);
    expect(refused.statusCode).toBe(401);
    await refused.body.dump();
    const answer = await request(url, { headers: { authorization: 'Bearer lab' } });
    expect(await answer.body.json()).toMatchObject({
      summary: 'trouble',
      sites: [{ verdict: 'inbound-lost', incidents: [{ severity: 'warning' }] }],
    });
    child.type('view');
    await child.says(/See it: http:\/\/127\.0\.0\.1:\d+\/\S*#\S+/);
    child.type('break nothing');
    await child.says('Break what? One of geth-p2p');
    child.type('dance');
    await child.says('There is no command "dance"');
    child.type('heal');
    await child.says('RESOLVED Basement, Berlin');
    child.type('quit');
    expect(await child.ended(), child.output()).toBe(0);
  });

  test('ends cleanly when it is interrupted in the middle of the story', async () => {
    const child = startChild(['--once']);
    await child.says('two looks in a row');
    child.signal('SIGINT');
    expect(await child.ended(), child.output()).toBe(130);
    expect(child.output()).not.toMatch(/Summary|Error/);
  });
});

type Home = {
  readonly targets: readonly Listener[];
  readonly pager: Pager;
  readonly start: (variables?: Record<string, string>) => Child;
};

const config = `
policies: { default: { recover: 30s } }
channels: [{ id: pager, channel: webhook, url: { env: PAGER_URL }, secret: { env: PAGER_SECRET } }]
sites:
  - id: home
    targets:
      - { id: geth-p2p, probe: tcp, address: "vpn.example.net:30303" }
      - { id: lighthouse-p2p, probe: tcp, address: "vpn.example.net:9000" }
      - { id: vpn, role: exit, probe: tcp, address: "vpn.example.net:22" }
`;

/** Endpoints as an operator names them, the default references among them, on ports of this machine. */
async function home(): Promise<Home> {
  const names = [
    'vpn.example.net:30303',
    'vpn.example.net:9000',
    'vpn.example.net:22',
    '1.1.1.1:53',
    '9.9.9.9:53',
  ];
  const listeners = await Promise.all(names.map(() => startListener('tcp')));
  const pager = await startPager({ clock: systemClock, key: 'key', onMessage: () => undefined });
  const folder = newFolder();
  writeFileSync(join(folder, 'home.yaml'), config);
  const resolved = names.flatMap((name, at) => [
    '--resolve',
    `${name}:127.0.0.1:${listeners[at]?.port ?? 0}`,
  ]);
  const files = ['--config', join(folder, 'home.yaml'), '--data', join(folder, 'data')];
  const args = [...files, '--every', '2s', ...resolved];
  const own = { PAGER_URL: pager.urls.pager, PAGER_SECRET: 'key', STATUS_TOKEN: '' };
  return {
    targets: listeners.slice(0, 2),
    pager,
    start: (variables = {}) => startChild(args, { variables: { ...own, ...variables } }),
  };
}

describe.concurrent('with --config', () => {
  test('it is killed in mid-outage and started again: no second page, and the resolution comes', async () => {
    const { targets, pager, start } = await home();
    const first = start();
    await first.says('Nothing is remembered yet');
    await first.says('home ok');
    await Promise.all(targets.map((target) => target.setUp(false)));
    await first.says('opened incident home.site.home.');
    // By the second dark tick the page is out and written down as sent.
    await first.says('home dark');
    expect(pager.messages.map(({ message }) => message.kind)).toEqual(['opened']);
    first.signal('SIGKILL');
    expect(await first.ended()).toBe(null);

    const second = start();
    await second.says('Goes on where it stopped');
    await second.says('1 incident is open');
    await second.says('home dark');
    await second.says('home dark');
    await Promise.all(targets.map((target) => target.setUp(true)));
    await second.says('home ok');
    await second.says('resolved incident home.site.home.', 120_000);
    await second.says('home ok');
    const [opened, resolved, ...more] = pager.messages.map(({ message }) => message);
    expect(more).toEqual([]);
    expect(opened).toMatchObject({ kind: 'opened', severity: 'critical' });
    expect(resolved).toMatchObject({ kind: 'resolved', incidents: opened?.incidents });
    expect(pager.counts()).toEqual({ doubles: 0, forged: 0 });

    second.signal('SIGTERM');
    expect(await second.ended(), second.output()).toBe(0);
    expect(second.output()).toContain('The same command goes on from here.');
  });

  test('a second one on the same folder is refused, and the first goes on', async () => {
    const { start } = await home();
    const first = start();
    await first.says('home ok');
    const second = start();
    expect(await second.ended()).toBe(1);
    expect(second.output()).toMatch(/another watchdog is using \S+data: stop it first/);
    await first.says('home ok');
    const [, header = '', url = ''] = /curl -H "Authorization: ([^"]+)" (\S+)/.exec(first.output()) ?? [];
    const answer = await request(url, { headers: { authorization: header } });
    expect(await answer.body.json()).toMatchObject({ summary: 'well' });
    first.signal('SIGINT');
    expect(await first.ended(), first.output()).toBe(0);
  });

  test('every problem of a configuration is told, and nothing is watched', async () => {
    const file = join(newFolder(), 'bad.yaml');
    writeFileSync(file, config.replace('webhook', 'webhok').replace('vpn.example.net:22', '127.0.0.1:22'));
    const child = startChild(['--config', file]);
    expect(await child.ended()).toBe(2);
    expect(child.output()).toContain('bad.yaml has 2 problems');
    expect(child.output()).toContain('channels[0].channel: is "webhok"');
    expect(child.output()).toContain(
      'sites[0].targets[2].address: must not be connected to (loopback address)',
    );
  });

  test('a channel whose secret is missing is named before it is needed', async () => {
    const { start } = await home();
    const child = start({ PAGER_URL: '' });
    await child.says('home ok');
    expect(child.output()).toMatch(
      /channel pager: the secret in environment variable PAGER_URL is missing .* nobody can be told/,
    );
    child.signal('SIGINT');
    expect(await child.ended()).toBe(0);
  });
});
