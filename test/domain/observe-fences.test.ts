// Fences that run although they are not the holder, and a broken glass: which report is a page, and which is not yet.
import { describe, expect, test } from 'vitest';
import { observeFences, observeZombies } from '../../functions/domain/observe-fences.ts';
import { silence, type FenceReport } from '../../functions/domain/pulse.ts';
import type { FlagRead, Holder } from '../../functions/domain/standby/key-flag.ts';
import { fenceReport } from '../support/fence.ts';
import { minute, second, siteRules, start } from '../support/site.ts';
import { flagOf, noFlag, unreadable } from '../support/standby-house.ts';

const rules = siteRules();
const home: Holder = { kind: 'basement', site: 'home' };
const hut: Holder = { kind: 'basement', site: 'hut' };
const node: Holder = { kind: 'node', project: 'p', zone: 'z', name: 'bw-alpha-1' };
const nobody: Holder = { kind: 'none' };
const house: Holder = { kind: 'basement', site: 'home' };

/** Given an hour ago to whom the fence `a` at home does not belong, unless something else is said. */
const flag = (holder: Holder, over: Parameters<typeof flagOf>[0] = {}): FlagRead => ({
  isReadable: true,
  flag: flagOf({ holder, instance: null, generation: 4, since: start - 60 * minute, ...over }),
});

const zombie = (
  reports: readonly FenceReport[] | null,
  read: FlagRead | undefined,
  { cleared = null }: { cleared?: number | null } = {},
) => {
  const observed = observeZombies(
    reports === null ? null : { ...silence, fences: reports },
    read === undefined ? {} : { alpha: read },
    { rules, at: start, clearedAt: () => cleared },
  );
  return observed.map(({ subject, observation }) => [`${subject.kind}/${subject.id}`, observation.status]);
};

const now = fenceReport({ at: start - 10 * second });

describe('a fence that runs', () => {
  test.each<[string, FenceReport, FlagRead | undefined, string]>([
    ['in the house that holds', now, flag(home), 'good'],
    ['as the instance that holds', now, flag(home, { instance: 'a' }), 'good'],
    ['as the instance of the node that holds', now, flag(node, { instance: 'a' }), 'good'],
    ['as another instance than the one that holds', now, flag(home, { instance: 'b' }), 'bad'],
    ['while another house holds', now, flag(hut), 'bad'],
    ['while another house holds, by the same instance', now, flag(hut, { instance: 'a' }), 'bad'],
    ['while a node holds', now, flag(node, { instance: '42' }), 'bad'],
    ['while a node holds whose instance nobody knows', now, flag(node), 'bad'],
    ['while nobody holds', now, flag(nobody), 'bad'],
    [
      'of an older generation in the house that holds',
      fenceReport({ generation: 1, at: start }),
      flag(home, { instance: 'a' }),
      'good',
    ],
    ['of a signer that was never handed over', now, noFlag, 'good'],
    ['while the flag cannot be read', now, unreadable, 'unknown'],
    ['while the flag was not read', now, undefined, 'unknown'],
  ])('%s', (_, report, read, status) => {
    expect(zombie([report], read)).toEqual([['zombie/alpha', status]]);
  });

  const taken = (ago: number, generation = 5): FlagRead => flag(nobody, { since: start - ago, generation });
  test.each<[string, Partial<FenceReport>, FlagRead, string]>([
    ['said so before the keys were taken away', { at: start - 2 * minute }, taken(2 * minute), 'good'],
    ['had no time yet to ask again', { at: start - minute }, taken(2 * minute), 'good'],
    ['should have asked again', { at: start - minute + 1 }, taken(2 * minute), 'bad'],
    ['knows the generation already', { at: start - 110 * second, generation: 5 }, taken(2 * minute), 'bad'],
    ['is of a generation that was never given', { at: start, generation: 9 }, taken(second), 'bad'],
    ['has stopped', { at: start, isRunning: false }, taken(10 * minute), 'good'],
    ['was heard too long ago to say what is', { at: start - 3 * minute - 1 }, taken(9 * minute), 'unknown'],
    ['is of another signer', { signer: 'beta', at: start }, taken(10 * minute), 'unknown'],
    ['was heard three minutes ago', { at: start - 3 * minute }, taken(9 * minute), 'bad'],
    ['was heard as it was written', { at: start - minute, generation: 5 }, taken(minute), 'good'],
  ])('while nobody holds, and %s', (_, over, read, status) => {
    expect(zombie([fenceReport(over)], read)).toEqual([['zombie/alpha', status]]);
  });

  const sworn = ['fenced: powered-off, says Ada, since 2026-11-23T01:00:00.000Z', 'flag: met, generation 3'];
  const asks = fenceReport({ at: start, isRunning: false });
  test.each<[string, FenceReport, FlagRead, string]>([
    ['was said to be off', asks, flag(node, { instance: '42', evidence: sworn }), 'bad'],
    ['was said to be cut off', asks, flag(node, { evidence: ['fenced: cut, says Ada, since'] }), 'good'],
    ['while nobody holds', asks, flag(nobody, { evidence: sworn }), 'good'],
    ['that holds the keys itself', asks, flag(house, { instance: 'a', evidence: sworn }), 'good'],
    ['beside another one of the house', asks, flag(house, { instance: 'b', evidence: sworn }), 'bad'],
    ['just when they were taken', asks, flag(node, { since: start - minute, evidence: sworn }), 'good'],
    ['long ago', { ...asks, at: start - 4 * minute }, flag(node, { evidence: sworn }), 'unknown'],
  ])('is on again and held back: %s', (_, report, read, status) => {
    expect(zombie([report], read)).toEqual([['zombie/alpha', status]]);
  });

  test('counts again only when it is heard after its cause was stated', () => {
    expect(zombie([now], flag(nobody), { cleared: now.at })).toEqual([['zombie/alpha', 'good']]);
    expect(zombie([now], flag(nobody), { cleared: now.at - 1 })).toEqual([['zombie/alpha', 'bad']]);
  });

  test('is not looked for while the inbox cannot be read', () => {
    expect(zombie(null, flag(nobody))).toEqual([]);
  });

  test('is told with what to do, and with who holds', () => {
    const [observed] = observeZombies(
      { ...silence, fences: [now] },
      { alpha: flag(node, { instance: '42' }) },
      { rules, at: start, clearedAt: () => null },
    );
    expect(observed?.observation).toMatchObject({
      problem: {
        kind: 'zombie',
        severity: 'critical',
        confirmTicks: 1,
        confirmMs: 0,
        summary: expect.stringContaining('stop it NOW (kubectl scale statefulset alpha --replicas=0)'),
        evidence: ['node/p/z/bw-alpha-1 holds them, generation 4', 'runs: instance a, generation 4'],
      },
    });
  });
});

describe('a broken glass', () => {
  const glass = (reports: readonly FenceReport[], cleared: number | null = null) =>
    observeFences({ ...silence, fences: reports }, { rules, at: start, clearedAt: () => cleared })
      .filter(({ subject }) => subject.kind === 'break-glass')
      .map(({ subject, observation }) => [subject.id, observation.status]);
  const broken = fenceReport({ breakGlass: true, brokeGlassAt: start - minute });

  test.each<[string, readonly FenceReport[], number | null, string]>([
    ['is a page', [broken], null, 'bad'],
    ['is a page when it is whole again', [{ ...broken, breakGlass: false }], null, 'bad'],
    ['is a page when its client does not run', [{ ...broken, isRunning: false }], null, 'bad'],
    ['is a page however old the word is', [{ ...broken, at: start - 600 * minute }], null, 'bad'],
    ['of one of two instances is a page', [fenceReport({ instance: 'b' }), broken], null, 'bad'],
    ['is answered by its cause', [broken], start - minute, 'good'],
    ['is a page when it was broken after that', [broken], start - minute - 1, 'bad'],
    ['of another signer is none', [{ ...broken, signer: 'beta' }], null, 'unknown'],
    ['that is whole is none', [fenceReport()], null, 'good'],
  ])('%s', (_, reports, cleared, status) => {
    expect(glass(reports, cleared)).toEqual([['alpha', status]]);
  });
});
