// `watchdog probe` and `watchdog explain --config` against real sockets.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { house, watchdog, type House } from './command.ts';

let home: House;
beforeAll(async () => {
  home = await house();
});
afterAll(async () => {
  await home.close();
});

describe('probe', () => {
  test('shows verdict, latencies and what was learned of a house that is well', async () => {
    const { code, out, err } = await watchdog(['probe', home.config, ...home.up]);
    expect(out).toContain('home (The basement): ok, all inbound good');
    expect(out).toMatch(/probed \d{4}-\d\d-\d\d \d\d:\d\d:\d\d Europe\/Berlin \(\d\d:\d\d:\d\d UTC\)/);
    expect(out).toMatch(/^ {2}role +target +answer +total +connect +first byte +probe +found$/m);
    expect(out).toMatch(
      /^ {2}inbound +rpc +good +\d+ ms +\d+ ms +\d+ ms +GET http:\/\/home\.example:8545 +status 200, 11 bytes$/m,
    );
    expect(out).toMatch(/^ {2}reference +ref-a +good +\d+ ms/m);
    expect({ code, err }).toEqual({ code: 0, err: '' });
  });

  test('ends with 1 and says why when a port is closed', async () => {
    const { code, out } = await watchdog(['probe', home.config, ...home.without('home.example:30303')]);
    expect(out).toContain('home (The basement): degraded, some inbound bad');
    expect(out).toMatch(/^ {2}inbound +p2p +refused .* refused the connection$/m);
    expect(code).toBe(1);
  });

  test('gives scripts the same as JSON', async () => {
    const { code, out } = await watchdog([
      'probe',
      home.config,
      '--json',
      ...home.without('home.example:8545', 'home.example:30303'),
    ]);
    expect(JSON.parse(out)).toMatchObject({
      sites: [
        {
          site: 'home',
          verdict: 'dark',
          targets: [
            { id: 'p2p', quality: 'bad', reason: 'refused', latencyMs: { total: expect.any(Number) } },
            { id: 'rpc', quality: 'bad', reason: 'refused' },
            { id: 'ref-a', role: 'reference', quality: 'good', reason: null },
            { id: 'ref-b', role: 'reference', quality: 'good' },
          ],
        },
      ],
    });
    expect(code).toBe(1);
  });

  test('of one target looks at that alone and gives no verdict', async () => {
    const { code, out } = await watchdog([
      'probe',
      home.config,
      '--target',
      'rpc',
      ...home.without('home.example:30303'),
    ]);
    expect(out).toContain('no verdict, because only one target was probed');
    expect(out).not.toMatch(/p2p|ref-a/);
    expect(code).toBe(0);
  });

  test('of a target or site that is not there names those that are', async () => {
    const target = await watchdog(['probe', home.config, '--target', 'p3p']);
    expect(target).toMatchObject({
      code: 2,
      err: 'there is no target p3p; there are p2p, rpc, ref-a, ref-b\n',
    });
    const site = await watchdog(['probe', home.config, '--site', 'hom']);
    expect(site).toMatchObject({ code: 2, err: 'there is no site hom; there are home\n' });
  });
});

describe('explain --config', () => {
  test('shows facts, the rule that matched and those that did not', async () => {
    const down = home.without('home.example:30303', 'home.example:8545');
    const { code, out } = await watchdog(['explain', 'home', '--config', home.config, ...down]);
    expect(out).toMatch(/^home: dark$/m);
    expect(out).toMatch(/inbound +p2p +bad \(refused\)/);
    expect(out).toMatch(/^ {2}no {3}blind /m);
    expect(out).toMatch(/^ {2}YES {2}dark +all inbound bad, no later life sign/m);
    expect(out).toContain('judged without memory');
    expect(code).toBe(1);
  });

  test('ends with 0 when all is well, and with 2 for a site that is not there', async () => {
    const well = await watchdog(['explain', 'home', '--config', home.config, '--json', ...home.up]);
    expect(well.code).toBe(0);
    expect(JSON.parse(well.out)).toMatchObject({ facts: { site: 'home' }, judgement: { verdict: 'ok' } });
    const none = await watchdog(['explain', 'cellar', '--config', home.config, ...home.up]);
    expect(none).toMatchObject({ code: 2, err: 'there is no site cellar; there are home\n' });
  });
});
