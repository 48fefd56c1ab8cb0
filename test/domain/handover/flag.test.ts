// The life of a flag, step by step and in any order: the generation only grows, and nobody gets keys that somebody else holds.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  abortHandover,
  afterRestored,
  beginHandover,
  type Changing,
  type FlagChange,
  initFlag,
  initLostFlag,
  nameMachine,
  takeKeys,
  withKeys,
} from '../../../functions/domain/handover/flag.ts';
import type { FlagRead, KeyFlag } from '../../../functions/domain/standby/key-flag.ts';
import { hour, start } from '../../support/site.ts';
import { flagOf, noFlag, unreadable } from '../../support/standby-house.ts';

const signer = { id: 'alpha', site: 'home', keys: ['0x07'] };
const given: Changing = { signer, at: start, by: 'Ada', reason: 'the cellar is wet' };
const backup = { isTested: true, at: start, by: 'Ada' };
const cloud = { kind: 'node', project: 'p', zone: 'z', name: 'n' } as const;
const taking = {
  ...given,
  holder: cloud,
  instance: '42',
  minHeight: null,
  evidence: ['silent'],
  override: null,
};
const readOf = (flag: KeyFlag): FlagRead => ({ isReadable: true, flag });
const house = flagOf();
const none = flagOf({
  holder: { kind: 'none' },
  instance: null,
  generation: 2,
  former: { holder: house.holder, instance: 'random' },
});
const inCloud = flagOf({ holder: cloud, instance: '42', generation: 3 });

const nextOf = (change: FlagChange): KeyFlag => {
  if (!change.ok) throw new Error(change.text);
  return change.next;
};

const changes = {
  init: (read: FlagRead) => initFlag(read, { ...given, backup, instance: 'i' }),
  lost: (read: FlagRead) => initLostFlag(read, { ...given, backup, instance: 'i' }),
  name: (read: FlagRead) => nameMachine(read, { ...given, instance: 'i' }),
  keys: (read: FlagRead) => withKeys(read, { ...given, backup: null }),
  begin: (read: FlagRead) => beginHandover(read, given),
  abort: (read: FlagRead) => abortHandover(read, given),
  take: (read: FlagRead) => takeKeys(read, taking),
  restored: (read: FlagRead) => afterRestored(read, given),
} as const;
type Change = keyof typeof changes;

describe('what is done to a flag', () => {
  const ok = 'ok';
  test.each<[Change, string, FlagRead, string]>([
    ['init', 'none yet', noFlag, ok],
    ['init', 'one of the house', readOf(house), 'there-already'],
    ['init', 'one that nobody holds', readOf(none), 'there-already'],
    ['init', 'an unreadable one', unreadable, 'unreadable'],
    ['lost', 'none yet', noFlag, ok],
    ['lost', 'one of the house', readOf(house), 'there-already'],
    ['keys', 'none yet', noFlag, 'no-flag'],
    ['keys', 'one of the house', readOf(house), ok],
    ['keys', 'one that nobody holds', readOf(none), 'not-held'],
    ['keys', 'an unreadable one', unreadable, 'unreadable'],
    ['name', 'none yet', noFlag, 'no-flag'],
    ['name', 'one of the house without a machine', readOf({ ...house, instance: null }), ok],
    ['name', 'one of the house with another machine', readOf(house), 'there-already'],
    ['name', 'one of the house with that machine', readOf({ ...house, instance: 'i' }), 'there-already'],
    [
      'name',
      'one of another house',
      readOf(flagOf({ holder: { kind: 'basement', site: 'cabin' }, instance: null })),
      'not-held',
    ],
    ['name', 'one that nobody holds', readOf(none), 'not-held'],
    ['name', 'one of the cloud', readOf(inCloud), 'not-held'],
    ['name', 'one of other keys', readOf(flagOf({ publicKeys: ['0x08'] })), 'other-keys'],
    ['name', 'an unreadable one', unreadable, 'unreadable'],
    ['begin', 'none yet', noFlag, 'no-flag'],
    ['begin', 'one of the house', readOf(house), ok],
    ['begin', 'one that nobody holds', readOf(none), ok],
    ['begin', 'one of the cloud', readOf(inCloud), ok],
    ['begin', 'one of other keys', readOf(flagOf({ publicKeys: ['0x08'] })), 'other-keys'],
    ['begin', 'an unreadable one', unreadable, 'unreadable'],
    ['abort', 'none yet', noFlag, 'no-flag'],
    ['abort', 'one of the house', readOf(house), 'held'],
    ['abort', 'one of the cloud', readOf(inCloud), 'held'],
    ['abort', 'one that nobody holds', readOf(none), ok],
    ['abort', 'one that nobody ever held', readOf({ ...none, former: null }), 'nothing-to-give-back'],
    ['abort', 'an unreadable one', unreadable, 'unreadable'],
    ['take', 'none yet', noFlag, 'no-flag'],
    ['take', 'one of the house', readOf(house), 'held'],
    ['take', 'one of the cloud', readOf(inCloud), 'held'],
    ['take', 'one that nobody holds', readOf(none), ok],
    ['take', 'one of other keys', readOf({ ...none, publicKeys: [] }), 'other-keys'],
    ['take', 'an unreadable one', unreadable, 'unreadable'],
    ['restored', 'none yet', noFlag, 'no-flag'],
    ['restored', 'one of the cloud', readOf(inCloud), ok],
    ['restored', 'an unreadable one', unreadable, 'unreadable'],
  ])('%s, %s', (name, _, read, expected) => {
    const change = changes[name](read);
    expect(change.ok ? ok : change.reason).toBe(expected);
  });

  test('init gives the keys to the house, with what was said of a backup', () => {
    expect(nextOf(changes.init(noFlag))).toEqual({
      ...house,
      instance: 'i',
      since: start,
      by: 'Ada',
      reason: 'the cellar is wet',
      backup,
    });
  });

  test('the machine that is named is a change as any other, and nothing else changes', () => {
    const nameless = { ...house, instance: null, backup };
    expect(nextOf(changes.name(readOf(nameless)))).toEqual({
      ...nameless,
      instance: 'i',
      generation: 2,
      since: start,
      by: 'Ada',
      reason: 'the cellar is wet',
    });
  });

  test('after a loss nobody holds, with a generation above all that were ever given', () => {
    expect(nextOf(changes.lost(noFlag))).toMatchObject({
      holder: { kind: 'none' },
      instance: null,
      generation: Math.floor(start / 1000),
      former: null,
    });
  });

  test('begin takes them from whoever holds them, and remembers who it was however often it is begun', () => {
    const begun = nextOf(changes.begin(readOf(inCloud)));
    expect(begun).toMatchObject({
      holder: { kind: 'none' },
      instance: null,
      generation: 4,
      since: start,
      former: { holder: cloud, instance: '42' },
    });
    const again = nextOf(beginHandover(readOf(begun), { ...given, at: start + hour }));
    expect(again).toMatchObject({ generation: 5, since: start + hour, former: begun.former });
  });

  test('abort gives them back to the very one', () => {
    expect(nextOf(changes.abort(readOf(none)))).toMatchObject({
      holder: house.holder,
      instance: 'random',
      generation: 3,
      former: null,
    });
  });

  test('take keeps the greatest height, the evidence in short lines, and what was skipped', () => {
    const long = 'word  '.repeat(200);
    const taken = nextOf(
      takeKeys(readOf({ ...none, minHeight: 70 }), {
        ...taking,
        minHeight: 60,
        evidence: Array.from({ length: 60 }, () => long),
        override: { skipped: [long], why: 'a\nb' },
      }),
    );
    expect(taken).toMatchObject({
      holder: cloud,
      instance: '42',
      generation: 3,
      minHeight: 70,
      former: null,
    });
    expect(taken.evidence).toHaveLength(40);
    expect(taken.evidence[0]).toHaveLength(300);
    expect(taken.override).toEqual({ skipped: [expect.stringMatching(/^(word )+/)], why: 'a b' });
    const { next } = { next: nextOf(takeKeys(readOf(none), { ...taking, minHeight: 60 })) };
    expect(next.minHeight).toBe(60);
    expect(nextOf(takeKeys(readOf(none), taking))).toMatchObject({ minHeight: null, override: null });
  });

  test('after a restore nobody holds and nobody can have them back', () => {
    expect(nextOf(changes.restored(readOf(inCloud)))).toMatchObject({
      holder: { kind: 'none' },
      generation: 1_003,
      former: null,
    });
  });

  test('new keys are told of without a change of hands', () => {
    const moved = withKeys(readOf(house), {
      ...given,
      signer: { ...signer, keys: ['0x08', '0x09'] },
      backup,
    });
    expect(nextOf(moved)).toMatchObject({
      holder: house.holder,
      publicKeys: ['0x08', '0x09'],
      generation: 2,
      backup,
    });
  });
});

test('in any order the generation grows with each step, and nobody gets keys that somebody holds', () => {
  const names: readonly Change[] = ['init', 'lost', 'keys', 'begin', 'abort', 'take', 'restored'];
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...names), { maxLength: 30 }), (steps) => {
      let before: KeyFlag | null = null;
      const trail: { readonly before: KeyFlag | null; readonly next: KeyFlag }[] = [];
      for (const name of steps) {
        const change: FlagChange = changes[name]({ isReadable: true, flag: before });
        if (!change.ok) continue;
        trail.push({ before, next: change.next });
        before = change.next;
      }
      const shrank = trail.filter((each) => each.next.generation <= (each.before?.generation ?? 0));
      expect(shrank).toEqual([]);
      // From one holder to another there is no way but by nobody.
      const held = trail.filter(
        (each) =>
          each.before !== null && each.before.holder.kind !== 'none' && each.next.holder.kind !== 'none',
      );
      expect(held.map(({ next }) => [next.holder, next.instance])).toEqual(
        held.map((each) => [each.before?.holder, each.before?.instance]),
      );
      const both = trail.filter(({ next }) => next.holder.kind !== 'none' && next.former !== null);
      expect(both).toEqual([]);
    }),
  );
});
