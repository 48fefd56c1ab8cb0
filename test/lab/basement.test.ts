// The pretend house: what can be reached in which state, over real sockets, and when its heartbeats get out.
import { createServer } from 'node:http';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { parseConfig } from '../../functions/config/config.ts';
import { systemClock } from '../../functions/kit/clock.ts';
import { bindProbes } from '../../functions/probes/run.ts';
import { startBasement, type Basement } from '../../lab/basement/basement.ts';
import { labConfig } from '../../lab/basement/config.ts';
import { canSend, healthy, places, type View } from '../../lab/basement/world.ts';
import { listen } from '../support/server.ts';

let basement: Basement;
// The chains of the pretend world begin shortly before now.
const startAt = Math.floor(Date.now() / 12_000) * 12_000;

beforeEach(async () => {
  basement = await startBasement(systemClock, startAt);
});
const servers: (() => Promise<void>)[] = [];
afterEach(async () => {
  await basement.close();
  await Promise.all(servers.splice(0).map((close) => close()));
});

const everything = places.map(({ id }) => id);
const forwards = places.filter(({ kind }) => kind === 'forward').map(({ id }) => id);
const references = ['cloudflare', 'quad9'];
const rpcs = places.filter(({ kind }) => kind === 'public').map(({ id }) => id);

/** The ids that the product's own probes reach, by the lab's configuration. */
async function reached(from: View = 'watchdog'): Promise<string[]> {
  const parsed = parseConfig(
    labConfig(startAt, { ackPort: 8788, statusPort: 8789, gateKey: Buffer.alloc(32).toString('base64') }),
  );
  if (!parsed.ok) throw new Error(parsed.problems.map(({ message }) => message).join('\n'));
  const { references: known, sites } = parsed.config;
  const network = { allow: [], hosts: basement.hosts[from] };
  const sources = (sites[0]?.sources ?? []).map(({ source }) => source);
  const targets = [...(sites[0]?.targets ?? []), ...sources, ...known];
  const probes = bindProbes(targets, { network, secret: () => '', allow: [] });
  const signal = new AbortController().signal;
  const samples = await Promise.all(
    probes.map(async ({ id, run }) => ({
      id,
      sample: await run({ signal, timeoutMs: 3000, at: Date.now() }),
    })),
  );
  return samples.flatMap(({ id, sample }) => (sample.ok ? [id] : []));
}

describe('the pretend house', () => {
  test.each<[string, () => Promise<void>, readonly string[]]>([
    ['is whole at first', async () => {}, everything],
    ['without power has no ports', () => basement.cutPower(), ['vpn', ...references, ...rpcs]],
    ['behind a dead VPN exit has no ports', () => basement.dropVpn(), [...references, ...rpcs]],
    ['loses one forward alone', () => basement.breakForward('web'), everything.filter((id) => id !== 'web')],
    ['is out of sight while our own network is cut', () => basement.cutOurNetwork(), []],
  ])('%s, and heals', async (_name, act, expected) => {
    await act();
    expect((await reached()).toSorted()).toEqual([...expected].toSorted());
    await basement.heal();
    expect((await reached()).toSorted()).toEqual(everything.toSorted());
  });

  test('has a place that our region does not reach, and the witness does', async () => {
    await basement.change({ hidden: new Set(['web']) });
    expect((await reached()).toSorted()).toEqual(everything.filter((id) => id !== 'web').toSorted());
    expect((await reached('witness')).toSorted()).toEqual(everything.toSorted());
    await basement.breakForward('web');
    expect(await reached('witness')).not.toContain('web');
    await basement.change({ isWitnessLying: true });
    expect(await reached('witness')).toContain('web');
    await basement.cutOurNetwork();
    expect(await reached()).toEqual([]);
    await basement.heal();
    expect((await reached()).toSorted()).toEqual(everything.toSorted());
  });

  test('still lacks what else is broken when the power comes back', async () => {
    await basement.breakForward('web');
    await basement.cutPower();
    await basement.restorePower();
    expect(await reached()).toEqual(expect.not.arrayContaining(['web']));
    expect(await reached()).toEqual(expect.arrayContaining(forwards.filter((id) => id !== 'web')));
  });

  /** What the house sends, as its receiver gets it: path, last address and state of the power. */
  async function listening(): Promise<string[]> {
    const came: string[] = [];
    const server = createServer((incoming, answer) => {
      const chunks: Buffer[] = [];
      incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
      incoming.on('end', () => {
        const { state } = z.object({ state: z.string() }).parse(JSON.parse(Buffer.concat(chunks).toString()));
        const from = String(incoming.headers['x-forwarded-for']).split(', ').at(-1);
        came.push(`${incoming.url} ${from} ${state} ${incoming.headers.authorization}`);
        answer.end('{}');
      });
    });
    const { address, close } = await listen(server);
    servers.push(close);
    basement.connect({ url: `http://${address}`, site: 'home', token: 'secret', onBeat: () => undefined });
    return came;
  }

  test('tells of its power before it goes, and when it is back, from the address of its exit', async () => {
    const came = await listening();
    await basement.cutPower();
    await basement.restorePower();
    expect(came).toEqual([
      '/home/ups/power 203.0.113.7 on-battery Bearer secret',
      '/home/ups/power 203.0.113.7 online Bearer secret',
    ]);
  });

  test('that nobody hears cannot tell of its power', async () => {
    const came = await listening();
    await basement.dropVpn();
    await basement.cutPower();
    expect(came).toEqual([]);
  });

  test('shows its own address once it leaks, with or without its VPN', async () => {
    const came = await listening();
    await basement.change({ isLeaking: true, hasExit: false });
    await basement.loseMains();
    expect(came).toEqual(['/home/ups/power 198.51.100.23 on-battery Bearer secret']);
  });
});

test.each([
  ['a healthy house', {}, true],
  ['without power', { hasPower: false, hasSecondWay: true }, false],
  ['without its VPN', { hasExit: false }, false],
  ['without its VPN, over a mobile router', { hasExit: false, hasSecondWay: true }, true],
  ['while the watchdog cannot get out', { hasOurNetwork: false }, true],
])('a heartbeat from %s gets out: %s', (_name, change, expected) => {
  expect(canSend({ ...healthy, ...change })).toBe(expected);
});
