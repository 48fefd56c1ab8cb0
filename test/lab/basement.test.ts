// The pretend house: what can be reached in which state, over real sockets, and when its heartbeats get out.
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { parseConfig } from '../../functions/config/config.ts';
import { systemClock } from '../../functions/kit/clock.ts';
import { bindProbes } from '../../functions/probes/run.ts';
import { openMemoryStore } from '../../functions/stores/memory.ts';
import { startBasement, type Basement } from '../../lab/basement/basement.ts';
import { labConfig } from '../../lab/basement/config.ts';
import { canSend, healthy, places, type View } from '../../lab/basement/world.ts';

let basement: Basement;
// The chains of the pretend world begin shortly before now.
const startAt = Math.floor(Date.now() / 12_000) * 12_000;

beforeEach(async () => {
  basement = await startBasement(systemClock, startAt);
});
afterEach(() => basement.close());

const everything = places.map(({ id }) => id);
const forwards = places.filter(({ kind }) => kind === 'forward').map(({ id }) => id);
const references = ['cloudflare', 'quad9'];
const rpcs = places.filter(({ kind }) => kind === 'public').map(({ id }) => id);

/** The ids that the product's own probes reach, by the lab's configuration. */
async function reached(from: View = 'watchdog'): Promise<string[]> {
  const parsed = parseConfig(labConfig(startAt, 8788));
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

  test('tells of its power before it goes, and when it is back', async () => {
    const store = openMemoryStore();
    basement.connect({ site: 'home', source: 'ups', store, onBeat: () => undefined });
    await basement.cutPower();
    expect((await store.loadHeard('home'))?.power['ups']?.state).toBe('on-battery');
    await basement.restorePower();
    expect((await store.loadHeard('home'))?.power['ups']?.state).toBe('online');
  });

  test('that nobody hears cannot tell of its power', async () => {
    const store = openMemoryStore();
    basement.connect({ site: 'home', source: 'ups', store, onBeat: () => undefined });
    await basement.dropVpn();
    await basement.cutPower();
    expect(await store.loadHeard('home')).toBe(null);
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
