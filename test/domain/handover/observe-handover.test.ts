// What a flag gives to tell: keys that were taken past the guard, until a person has stated the cause.
import { describe, expect, test } from 'vitest';
import { observeHandovers } from '../../../functions/domain/handover/observe-handover.ts';
import type { FlagRead } from '../../../functions/domain/standby/key-flag.ts';
import { step } from '../../../functions/domain/step.ts';
import { findingsOf, minute, signer, siteRules, start } from '../../support/site.ts';
import { flagOf, noFlag, unreadable } from '../../support/standby-house.ts';

const readOf = (over: Parameters<typeof flagOf>[0]): FlagRead => ({ isReadable: true, flag: flagOf(over) });
const override = { skipped: ['silence 12'], why: 'the cellar burns' };
const taken = readOf({ override, since: start });

const observed = (read: FlagRead | undefined, cleared: number | null = null) =>
  observeHandovers({
    signers: [{ id: 'alpha' }],
    flags: read === undefined ? {} : { alpha: read },
    clearedAt: () => cleared,
  }).map(({ subject, observation }) => [subject.kind, subject.id, observation.status]);

describe('keys that were taken', () => {
  test.each<[string, FlagRead | undefined, number | null, string]>([
    ['past the guard are a page', taken, null, 'bad'],
    ['past the guard are a page until the cause was stated', taken, start + 1, 'good'],
    ['past the guard are a page again when it was stated before', taken, start, 'bad'],
    ['by the guard are none', readOf({}), null, 'good'],
    ['never are none', noFlag, null, 'good'],
    ['as nobody can read say nothing', unreadable, null, 'unknown'],
    ['as nobody has read say nothing', undefined, null, 'unknown'],
  ])('%s', (_, read, cleared, status) => {
    expect(observed(read, cleared)).toEqual([['handover', 'alpha', status]]);
  });
});

const rules = siteRules({ signers: [{ id: 'alpha', chain: 'ethereum', keys: ['7'] }] });
const tick = (memory: Parameters<typeof step>[0], at: number, found: Parameters<typeof findingsOf>[1]) =>
  step(memory, { rules, findings: findingsOf(rules, { at, ...found }), scheduledAt: at });

test('a tick pages at once, critically, and goes on until the flag says otherwise', () => {
  const one = tick(null, start, { flags: { alpha: taken } });
  expect(one.touched).toMatchObject([
    { kind: 'override-used', severity: 'critical', subject: { kind: 'handover', id: 'alpha' } },
  ]);
  const two = tick(one.memory, start + minute, { flags: { alpha: unreadable } });
  expect(Object.keys(two.memory.incidents)).toHaveLength(1);
});

describe('a signer that nobody holds', () => {
  const silent = { ...signer('silent'), chain: 'ethereum' as const };
  const none = (since: number): FlagRead => readOf({ holder: { kind: 'none' }, instance: null, since });
  const after = (since: number) => {
    let memory = null as Parameters<typeof step>[0];
    let opened: readonly unknown[] = [];
    for (let count = 0; count < 5; count += 1) {
      const result = tick(memory, start + count * minute, {
        beats: { alertmanager: start + count * minute },
        signers: [silent],
        flags: { alpha: none(since) },
      });
      memory = result.memory;
      opened = [...opened, ...result.touched];
    }
    return opened;
  };

  test('is silent on purpose: no page', () => {
    expect(after(start - 30 * minute)).toEqual([]);
  });

  test('is told of when that takes too long', () => {
    expect(after(start - 180 * minute)).toMatchObject([
      { kind: 'not-signing', severity: 'warning', subject: { kind: 'signer', id: 'alpha' } },
    ]);
  });
});

test.each<[string, FlagRead | undefined, string]>([
  ['nothing was ever handed over', noFlag, 'seen'],
  ['the flag cannot be read', unreadable, 'seen'],
  ['the flag was not read', undefined, 'seen'],
  ['this house holds the keys', readOf({ holder: { kind: 'basement', site: rules.id } }), 'seen'],
  ['another house holds the keys', readOf({ holder: { kind: 'basement', site: 'elsewhere' } }), 'none'],
  ['a node holds the keys', readOf({ holder: { kind: 'node', project: 'p', zone: 'z', name: 'n' } }), 'none'],
  ['nobody holds the keys', readOf({ holder: { kind: 'none' } }), 'none'],
])('a signature is life of this house or not: %s', (_, read, life) => {
  const { memory } = tick(null, start, {
    signers: [signer('signing', start - 10_000)],
    flags: read === undefined ? {} : { alpha: read },
  });
  expect(memory.state.judgement.signals.life).toBe(life);
});
