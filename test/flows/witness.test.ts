// The witness in a tick: when it is asked and about what, what its silence and its lies can do, and how it looks itself.
import { describe, expect, test } from 'vitest';
import type { AskWitness, WitnessAnswer } from '../../functions/cloud/cloud.ts';
import type { Quality, TargetFact } from '../../functions/domain/facts.ts';
import { answerWitness, type WitnessWorld } from '../../functions/flows/answer-witness.ts';
import type { BoundProbe } from '../../functions/probes/probe.ts';
import { openMemoryStore } from '../../functions/stores/memory.ts';
import { explain } from '../../functions/views/explain.ts';
import { house, type House } from '../support/house.ts';
import {
  badSample,
  goodSample,
  leasedTarget,
  minute,
  siteRules,
  start,
  target,
  withPolicy,
} from '../support/site.ts';

type Told = { readonly asked: string[][]; readonly ask: AskWitness };

/** A witness that says of each target what it is told to say; a quality for all, or an answer as it is. */
function witness(says: (target: string) => Quality | null, whole?: WitnessAnswer): Told {
  const asked: string[][] = [];
  return {
    asked,
    ask: (targets) => {
      asked.push(targets.map(({ target }) => target));
      if (whole !== undefined) return Promise.resolve(whole);
      const qualities: Record<string, Quality> = {};
      for (const { target } of targets) {
        const quality = says(target);
        if (quality !== null) qualities[target] = quality;
      }
      return Promise.resolve({ answered: true, isBlind: false, qualities: { home: qualities } });
    },
  };
}

const honest = (home: House): Told => witness((id) => (home.broken.has(id) ? 'bad' : 'good'));
const targetOf = async (home: House, id: string): Promise<TargetFact | undefined> =>
  (await openMemoryStore(home.shelf).readSites(['home']))
    .get('home')
    ?.state.facts.targets.find((target) => target.id === id);
const messages = async (home: House): Promise<readonly string[]> =>
  (await openMemoryStore(home.shelf).dueRows(Number.MAX_SAFE_INTEGER, 100)).rows
    .filter((row) => row.channel === 'phone')
    .map(({ notice }) => `${notice.kind} ${notice.severity} ${notice.items[0]?.problem}`);
const inbound = ['eth', 'rpc', 'ssh'];

/** Ticks until the given one, a minute apart, counted from 0. */
function playing(home: House, told: Told): (tick: number) => Promise<string | null> {
  return async (tick) => {
    home.moveTo(start + tick * minute);
    const summary = await home.tick({ witnesses: [told.ask] });
    expect(summary.sites[0]?.outcome).toBe('done');
    return summary.sites[0]?.verdict ?? null;
  };
}

describe('a witness', () => {
  test('is asked once about all that is new, bad or well again, and not about what is steady', async () => {
    const home = house([siteRules()]);
    const told = honest(home);
    const tick = playing(home, told);
    await tick(0);
    await tick(1);
    expect(told.asked, 'all is well').toEqual([]);
    home.broken.add('eth');
    home.broken.add('ssh');
    await tick(2);
    expect(told.asked).toEqual([['eth', 'ssh']]);
    expect(await targetOf(home, 'eth')).toMatchObject({ quality: 'bad', witness: { word: 'agreed' } });
    await tick(3);
    expect(told.asked, 'suspected: it is asked as often as it is looked at again').toHaveLength(2);
    await tick(4);
    await tick(5);
    expect(told.asked, 'their incidents are open').toHaveLength(2);
    home.broken.delete('eth');
    await tick(6);
    expect(told.asked.slice(2)).toEqual([['eth']]);
    for (const later of [7, 8, 9, 10, 11]) await tick(later);
    expect(told.asked).toHaveLength(3);
    expect(await targetOf(home, 'eth')).toMatchObject({ quality: 'good', witness: { word: 'agreed' } });
  });

  test('that agrees changes nothing: a blackout is one page at its first tick', async () => {
    const home = house([siteRules()]);
    const tick = playing(home, honest(home));
    await tick(0);
    for (const id of inbound) home.broken.add(id);
    expect(await tick(1)).toBe('dark');
    expect(await messages(home)).toEqual(['opened critical dark']);
  });

  test.each<[string, Told, RegExp]>([
    [
      'does not answer',
      witness(() => null, { answered: false, reason: 'timeout', detail: 'TIMEOUT' }),
      /timeout TIMEOUT/,
    ],
    [
      'is blind itself',
      witness(() => 'good', { answered: true, isBlind: true, qualities: { home: { eth: 'good' } } }),
      /blind/,
    ],
    ['knows none of the targets', witness(() => null), /^$/],
    ['did not find out', witness(() => 'unknown'), /^$/],
    [
      'speaks of another house',
      witness(() => null, { answered: true, isBlind: false, qualities: { cellar: { eth: 'good' } } }),
      /^$/,
    ],
    [
      'breaks its promise and throws',
      { asked: [], ask: () => Promise.reject(new Error('at https://w.example/x')) },
      /bug at/,
    ],
  ])('that %s is silent: what we saw counts, and it is shown', async (_what, told, why) => {
    const home = house([siteRules()]);
    const tick = playing(home, told);
    await tick(0);
    for (const id of inbound) home.broken.add(id);
    expect(await tick(1)).toBe('dark');
    expect(await targetOf(home, 'eth')).toMatchObject({ quality: 'bad', witness: { word: 'silent' } });
    expect(home.silences.join()).toMatch(why);
    expect(home.silences.join()).not.toContain('w.example/x');
    expect(await messages(home)).toEqual(['opened critical dark']);
  });

  test('is not asked while our own references fail', async () => {
    const home = house([siteRules()]);
    const told = honest(home);
    const tick = playing(home, told);
    await tick(0);
    for (const id of [...inbound, 'ref-a', 'ref-b']) home.broken.add(id);
    expect(await tick(1)).toBe('blind');
    expect(told.asked).toEqual([]);
    home.broken.delete('ref-b');
    expect(await tick(2), 'one reference is enough').toBe('dark');
    expect(told.asked).toEqual([['eth', 'rpc', 'ssh']]);
  });

  test('is asked beside others, and the majority counts', async () => {
    const home = house([siteRules()]);
    const sees = witness(() => 'good');
    await home.tick({ witnesses: [sees.ask] });
    home.broken.add('eth');
    home.moveTo(start + minute);
    await home.tick({ witnesses: [sees.ask, witness(() => 'bad').ask] });
    expect(await targetOf(home, 'eth')).toMatchObject({ quality: 'bad', witness: { word: 'disputed' } });
  });

  test('does not keep a tick waiting for a target that could not be probed, nor for a site without any', async () => {
    const home = house([siteRules({ targets: [] })]);
    expect(await playing(home, honest(home))(0)).toBe('unknown');
  });
});

describe('a dispute', () => {
  test('is told as an information, not as a failure, and ends when both see the same', async () => {
    const home = house([siteRules()]);
    const told = witness(() => 'good');
    const tick = playing(home, told);
    await tick(0);
    home.broken.add('eth');
    expect(await tick(1), 'the other ways in answer everybody').toBe('degraded');
    expect(await targetOf(home, 'eth')).toMatchObject({ quality: 'unknown', witness: { word: 'disputed' } });
    expect(await messages(home)).toEqual([]);
    await tick(2);
    expect(await messages(home)).toEqual(['opened info disputed']);
    home.broken.delete('eth');
    for (const later of [3, 4, 5, 6, 7]) expect(await tick(later)).toBe('ok');
    expect(told.asked, 'twice bad, and once well again').toHaveLength(3);
    expect(await messages(home)).toEqual(['opened info disputed', 'resolved info disputed']);
  });

  test('becomes the failure that it is when the witness sees it as well', async () => {
    const home = house([siteRules()]);
    let isHere = true;
    const tick = playing(
      home,
      witness(() => (isHere ? 'good' : 'bad')),
    );
    await tick(0);
    home.broken.add('eth');
    await tick(1);
    await tick(2);
    isHere = false;
    expect(await tick(3)).toBe('degraded');
    expect(await messages(home)).toEqual(['opened info disputed', 'raised warning unreachable']);
  });

  test('is shown by explain', async () => {
    const home = house([siteRules()]);
    const tick = playing(
      home,
      witness((id) => (id === 'eth' ? 'good' : 'bad')),
    );
    await tick(0);
    for (const id of ['eth', 'rpc']) home.broken.add(id);
    await tick(1);
    const state = (await openMemoryStore(home.shelf).readSites(['home'])).get('home')?.state;
    if (state === undefined) throw new Error('nothing is remembered');
    const lines = explain(state.facts, state.judgement, 'UTC').join('\n');
    expect(lines).toMatch(/eth .*; disputed by the witness since 2026-11-23 02:01/);
    expect(lines).toMatch(/rpc .*; the witness agreed/);
    expect(lines).not.toMatch(/ssh .*witness/);
  });
});

describe('a witness that lies', () => {
  test('delays a blackout by the length of a dispute, in which it is told that there is one, and not longer', async () => {
    const home = house([siteRules()]);
    const tick = playing(
      home,
      witness(() => 'good'),
    );
    await tick(0);
    for (const id of inbound) home.broken.add(id);
    const verdicts: (string | null)[] = [];
    for (const later of [1, 2, 3, 4, 5, 6, 7, 8]) verdicts.push(await tick(later));
    expect(verdicts).toEqual([...Array.from({ length: 5 }, () => 'unknown'), 'dark', 'dark', 'dark']);
    expect(await messages(home)).toEqual(['opened info disputed', 'opened critical dark']);
  });

  test('that answers in every second tick gains nothing: without its word ours counts', async () => {
    const home = house([siteRules()]);
    let tick = 0;
    const flaky: AskWitness = (targets, needs) =>
      tick % 2 === 1
        ? witness(() => 'good').ask(targets, needs)
        : Promise.resolve({ answered: false, reason: 'refused', detail: 'ECONNREFUSED' });
    for (tick = 0; tick <= 2; tick += 1) {
      home.moveTo(start + tick * minute);
      await home.tick({ witnesses: [flaky] });
      if (tick === 0) for (const id of inbound) home.broken.add(id);
    }
    expect(await messages(home)).toContain('opened critical dark');
  });

  test('delays an end by as much, and cannot keep an outage alive for good', async () => {
    const home = house([siteRules()]);
    const tick = playing(
      home,
      witness(() => 'bad'),
    );
    await tick(0);
    for (const id of inbound) home.broken.add(id);
    await tick(1);
    for (const id of inbound) home.broken.delete(id);
    for (let later = 2; later <= 6; later += 1) expect(await tick(later)).toBe('unknown');
    for (let later = 7; later <= 10; later += 1) expect(await tick(later)).toBe('ok');
    expect(await messages(home)).toEqual(['opened critical dark', 'resolved critical dark']);
    expect(await targetOf(home, 'eth'), 'and is seen to disagree for as long as it does').toMatchObject({
      quality: 'good',
      witness: { word: 'disputed' },
    });
  });

  test('can page by itself where the policy says `any`', async () => {
    const home = house([withPolicy({ witness: { agree: 'any', disputedMs: 5 * minute } })]);
    const tick = playing(
      home,
      witness(() => 'bad'),
    );
    await tick(0);
    home.broken.add('eth');
    await tick(1);
    home.broken.delete('eth');
    await tick(2);
    expect(await messages(home)).toEqual(['opened warning unreachable']);
    const rows = (await openMemoryStore(home.shelf).dueRows(Number.MAX_SAFE_INTEGER, 100)).rows;
    expect(rows[0]?.notice.items[0]?.evidence).toEqual(['eth: it answers us, and not the witness']);
  });
});

describe('a question to the witness', () => {
  const sleep = (): Promise<void> => Promise.resolve();
  /** A world in which each target has its answers, the last of which it gives for ever. */
  function world(
    answers: Readonly<Record<string, readonly Quality[]>>,
    references: readonly string[],
  ): WitnessWorld {
    const asked = new Map<string, number>();
    const probe = (id: string): BoundProbe => ({
      id,
      run: () => {
        const count = asked.get(id) ?? 0;
        asked.set(id, count + 1);
        const quality = answers[id]?.[count] ?? answers[id]?.at(-1) ?? 'good';
        if (quality === 'good') return Promise.resolve(goodSample);
        return Promise.resolve(badSample(quality === 'bad' ? 'refused' : 'aborted'));
      },
    });
    return {
      sites: [{ rules: siteRules(), probes: ['eth', 'rpc', 'ssh', 'vpn'].map(probe) }],
      references: references.map(probe),
      clock: { now: () => start, sleep },
      concurrency: 10,
      deadlineMs: 5_000,
    };
  }
  const ask = (of: WitnessWorld, ...targets: string[]): Promise<unknown> =>
    answerWitness(of, {
      body: { targets: targets.map((target) => ({ site: 'home', target })) },
      signal: new AbortController().signal,
    });
  const both = ['ref-a', 'ref-b'];

  test('is answered by target, bad only after two looks, and unknown for what it does not know', async () => {
    const of = world({ eth: ['bad'], rpc: ['bad', 'good'], ssh: ['unknown'] }, both);
    expect(await ask(of, 'eth', 'rpc', 'ssh', 'vpn', 'attic', 'ref-a')).toEqual({
      isBlind: false,
      qualities: {
        home: { eth: 'bad', rpc: 'good', ssh: 'unknown', vpn: 'good', attic: 'unknown', 'ref-a': 'unknown' },
      },
    });
  });

  test('of a leased target goes to the port that it names, within the range alone; of no other target it names any', async () => {
    const ports: (number | undefined)[] = [];
    const probe = (id: string): BoundProbe => ({
      id,
      run: ({ port }) => {
        ports.push(port);
        return Promise.resolve(goodSample);
      },
    });
    const rules = siteRules({
      targets: [leasedTarget('p2p'), leasedTarget('other', { fallback: 30_303 }), target('ssh', 'inbound')],
    });
    const of: WitnessWorld = {
      ...world({}, both),
      sites: [{ rules, probes: ['p2p', 'other', 'ssh'].map(probe) }],
    };
    const looks = async (name: string, port?: number): Promise<unknown> => {
      ports.length = 0;
      const named = { site: 'home', target: name, ...(port === undefined ? {} : { port }) };
      const call = { body: { targets: [named] }, signal: new AbortController().signal };
      const { qualities } = await answerWitness(of, call);
      return [qualities['home']?.[name], ...new Set(ports)];
    };
    expect(await looks('p2p', 41_000)).toEqual(['good', 41_000]);
    expect(await looks('p2p', 22)).toEqual(['unknown']);
    expect(await looks('p2p', 30_303)).toEqual(['unknown']);
    expect(await looks('p2p')).toEqual(['unknown']);
    expect(await looks('other', 30_303)).toEqual(['good', 30_303]);
    expect(await looks('ssh', 41_000)).toEqual(['unknown']);
    expect(await looks('ssh')).toEqual(['good', undefined]);
  });

  test('of another house, and with names that JavaScript knows, is unknown', async () => {
    const targets = [
      { site: 'cellar', target: 'eth' },
      { site: '__proto__', target: 'eth' },
      { site: 'home', target: '__proto__' },
    ];
    const answer = await answerWitness(world({}, both), {
      body: { targets },
      signal: new AbortController().signal,
    });
    expect(JSON.stringify(answer.qualities)).toBe(
      '{"cellar":{"eth":"unknown"},"__proto__":{"eth":"unknown"},"home":{"__proto__":"unknown"}}',
    );
  });

  test('is not answered by one that is blind, before or after its looks', async () => {
    const blind = { isBlind: true, qualities: { home: { eth: 'unknown' } } };
    expect(await ask(world({ 'ref-a': ['bad'], 'ref-b': ['bad'] }, both), 'eth')).toEqual(blind);
    const later = world(
      { eth: ['bad'], 'ref-a': ['good', 'good', 'bad'], 'ref-b': ['good', 'good', 'bad'] },
      both,
    );
    expect(await ask(later, 'eth')).toEqual(blind);
    const half = world({ 'ref-a': ['bad'], eth: ['bad'] }, both);
    expect(await ask(half, 'eth')).toEqual({ isBlind: false, qualities: { home: { eth: 'bad' } } });
    const single = world({ 'ref-a': ['bad'], eth: ['bad'] }, ['ref-a']);
    expect(await ask(single, 'eth')).toMatchObject({ isBlind: false });
  });

  test('is answered with unknown by a run that is over', async () => {
    const over = new AbortController();
    over.abort();
    const cut: BoundProbe = {
      id: 'eth',
      run: ({ signal }) => Promise.resolve(signal.aborted ? badSample('aborted') : badSample()),
    };
    const of: WitnessWorld = { ...world({}, []), sites: [{ rules: siteRules(), probes: [cut] }] };
    const body = { targets: [{ site: 'home', target: 'eth' }] };
    expect(await answerWitness(of, { body, signal: over.signal })).toEqual({
      isBlind: false,
      qualities: { home: { eth: 'unknown' } },
    });
  });

  test.each([
    [null, 'JSON object'],
    [[], 'field targets'],
    [{}, 'field targets'],
    [{ targets: 'eth' }, 'list of 1 to 400'],
    [{ targets: [] }, 'list of 1 to 400'],
    [{ targets: Array.from({ length: 401 }, () => ({ site: 'home', target: 'eth' })) }, 'list of 1 to 400'],
    [{ targets: [{ site: 'home', target: 'eth' }], shard: '0/2' }, 'no other'],
    [{ targets: ['eth'] }, 'each target'],
    [{ targets: [{ site: 'home' }] }, 'each target'],
    [{ targets: [{ site: 'home', target: 7 }] }, 'each target'],
    [{ targets: [{ site: 'home', target: 'eth', address: '10.0.0.1:22' }] }, 'nothing else'],
    [{ targets: [{ site: 'home', target: 'eth', port: 0 }] }, '1 to 65535'],
    [{ targets: [{ site: 'home', target: 'eth', port: 65_536 }] }, '1 to 65535'],
    [{ targets: [{ site: 'home', target: 'eth', port: '22' }] }, '1 to 65535'],
    [{ targets: [{ site: 'home', target: 'eth', port: 22, address: 'x' }] }, 'nothing else'],
  ])('%j is refused with what would be right', async (body, words) => {
    await expect(
      answerWitness(world({}, both), { body, signal: new AbortController().signal }),
    ).rejects.toThrow(
      expect.objectContaining({ code: 'ERR_REQUEST', message: expect.stringContaining(words) }),
    );
  });
});
