// That a drill is wanted, taken in with a step: one wish of each signer, whoever asked and however often it is heard.
import { describe, expect, test } from 'vitest';
import { drillsTaken } from '../../../functions/domain/drill/ask.ts';
import { ackEvent, someTime } from '../../support/documents.ts';
import { drillEvent, drillWish } from '../../support/drills.ts';
import { hour, minute, siteRules } from '../../support/site.ts';
import { deepFreeze, storyOf } from '../../support/story.ts';

const rules = siteRules({
  signers: [
    { id: 'eth', chain: 'ethereum', keys: ['7'] },
    { id: 'eth-2', chain: 'ethereum', keys: ['8'] },
    { id: 'bera', chain: 'berachain', keys: ['ab'] },
  ],
  standby: { chains: ['ethereum'], expireAfterMs: 7 * 24 * hour },
  drills: { mode: 'boot', chains: ['ethereum'], tells: ['eth', 'eth-2'] },
});
const weekly = { isWeekly: true, by: 'the weekly drill', why: 'each week' };

describe('the wishes among events', () => {
  test('keep id, time and words, and get the chain of the signer', () => {
    const events = deepFreeze([ackEvent(), drillEvent({ mode: 'sync' })]);
    expect(drillsTaken(events, rules)).toEqual([drillWish()]);
    expect(drillsTaken(events, rules), 'and again the same').toEqual([drillWish()]);
  });

  test('nobody has asked for the weekly one', () => {
    expect(drillsTaken([drillEvent(weekly)], rules)).toEqual([
      drillWish({ mode: 'boot', by: null, why: 'each week' }),
    ]);
  });

  test('are one of each signer, the latest, in whatever order they come', () => {
    const events = [
      drillEvent({ id: 'later', at: someTime + 1 }),
      drillEvent({ id: 'first' }),
      drillEvent({ id: 'other', signer: 'eth-2' }),
    ];
    expect(
      drillsTaken(events, rules)
        .map(({ id }) => id)
        .toSorted(),
    ).toEqual(['later', 'other']);
  });

  test('of a person come before the weekly one, whichever is later', () => {
    const person = drillEvent({ id: 'person' });
    for (const at of [someTime - 1, someTime + 1]) {
      expect(drillsTaken([person, drillEvent({ ...weekly, id: 'weekly', at })], rules)).toMatchObject([
        { id: 'person', by: 'anna' },
      ]);
    }
  });

  const dropped = [
    ['a signer that is not configured any more', drillEvent({ signer: 'gone' }), rules],
    ['a signer whose chain has no node', drillEvent({ signer: 'bera' }), rules],
    ['a configuration without standbys', drillEvent(), { ...rules, standby: null, drills: null }],
  ] as const;
  test.each(dropped)('for %s are none', (_, event, given) => {
    expect(drillsTaken([event], given)).toEqual([]);
  });
});

describe('a step', () => {
  test('hands the wish on and wakes provision, between two ticks and with one, and says nothing to anybody', () => {
    const story = storyOf(rules);
    story.tick();
    const between = story.hear([drillEvent()]);
    expect(between).toMatchObject({
      drills: [{ id: 'drill-1' }],
      wakesProvision: true,
      rows: [],
      wanted: [],
    });
    const tick = story.tick({ events: [drillEvent({ id: 'drill-2' })] });
    expect(tick).toMatchObject({ drills: [{ id: 'drill-2' }], wakesProvision: true, rows: [], wanted: [] });
    expect(story.tick()).toMatchObject({ drills: [], wakesProvision: false });
  });

  test('that heard it before changes nothing of the site', () => {
    const story = storyOf(rules);
    story.tick();
    const first = story.hear([drillEvent()], story.nextAt() - minute / 2);
    const again = story.hear([drillEvent()], story.nextAt() - minute / 2);
    expect(again.memory).toEqual(first.memory);
    expect(again.drills).toEqual(first.drills);
    expect(first.memory.state.wanted).toEqual({});
  });

  test('of the very first tick takes it in as well', () => {
    const story = storyOf(rules);
    expect(story.tick({ events: [drillEvent()] }).drills).toMatchObject([{ id: 'drill-1' }]);
  });
});
