// What the house says of itself, from its message to the person: power, senders, alerts, leaks and fences.
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { hear, type Word } from '../../functions/domain/hear.ts';
import { type Pulse, silence } from '../../functions/domain/pulse.ts';
import type { HeartbeatRules, SiteRules } from '../../functions/domain/policy.ts';
import { step } from '../../functions/domain/step.ts';
import type { ClearEvent } from '../../functions/domain/event.ts';
import { ackEvent } from '../support/documents.ts';
import { fenceWord } from '../support/fence.ts';
import {
  all,
  atOnce,
  findingsOf,
  hour,
  minute,
  second,
  sender,
  siteRules,
  start,
  withPolicy,
} from '../support/site.ts';
import { said, storyOf, type Story } from '../support/story.ts';
import { alertWord, fromStranger, powerWord, word } from '../support/word.ts';

const pager = { notify: atOnce('pager'), signers: [] };
const rules = siteRules(pager);
const down = (given: SiteRules = rules): Record<string, 'bad'> =>
  Object.fromEntries(Object.keys(all(given, 'inbound', 'bad')).map((id) => [id, 'bad' as const]));

/** A house whose messages are heard as they come: each tick and each word sees all words so far. */
function houseOf(given: SiteRules = rules): {
  readonly story: Story;
  readonly pulse: () => Pulse;
  /** Between two ticks; the watchdog is woken for it. */
  readonly says: (words: Word) => string[];
  /** Heard, but nobody is woken for it. */
  readonly hears: (words: Word) => void;
  readonly tick: (found?: Parameters<Story['tick']>[0]) => string[];
} {
  const story = storyOf(given);
  let pulse = silence;
  const hears = (words: Word): void => {
    pulse = hear(pulse, words);
  };
  return {
    story,
    pulse: () => pulse,
    hears,
    says: (words) => {
      hears(words);
      return said(story.hear([], words.at, pulse).rows);
    },
    tick: (found = {}) => said(story.tick({ ...found, pulse }).rows),
  };
}

describe('power', () => {
  test('that is lost is told at once, with what is left of the battery, and nothing is looked at for it', () => {
    const house = houseOf();
    house.tick();
    expect(house.says(powerWord('on-battery', { at: start + 20 * second }))).toEqual([
      'opened warning to pager about power/home on-battery',
    ]);
    const [incident] = house.story.incidents();
    expect(incident?.summary).toBe('the house has lost power, 12 minutes of battery');
    expect(house.story.memory()?.state.tick.count, 'no tick was taken').toBe(1);
  });

  test('that comes back is over once it stayed for a while; said again it tells nobody', () => {
    const house = houseOf();
    house.tick();
    house.says(powerWord('on-battery', { at: start + 20 * second }));
    expect(house.says(powerWord('on-battery', { at: start + 25 * second }))).toEqual([]);
    expect(house.says(powerWord('low-battery', { at: start + 30 * second }))).toEqual([]);
    house.says(powerWord('online', { at: start + 40 * second }));
    for (let ticks = 0; ticks < 3; ticks += 1) expect(house.tick()).toEqual([]);
    expect(house.tick()).toEqual(['resolved warning to pager about power/home on-battery']);
  });

  test('and a blackout after it: dark at the first tick and for certain, and the battery is no second page', () => {
    const house = houseOf(withPolicy({ dark: { confirmTicks: 5 } }, pager));
    house.tick();
    house.hears(powerWord('on-battery', { at: start + 50 * second }));
    expect(house.tick({ qualities: down() })).toEqual(['opened critical to pager about site/home dark']);
    expect(house.tick({ qualities: down() })).toEqual([]);
    expect(house.story.incidents()[0]?.summary).toContain('the UPS told of power going');
  });

  test('is surely back in a house that lives on long after its battery was nearly empty', () => {
    const house = houseOf();
    house.hears(powerWord('low-battery', { at: start }));
    expect(house.tick()).toEqual(['opened warning to pager about power/home on-battery']);
    house.hears(word({ at: start + 10 * minute }));
    for (let ticks = 0; ticks < 3; ticks += 1) house.tick();
    expect(house.tick()).toEqual(['resolved warning to pager about power/home on-battery']);
  });
});

const strict: HeartbeatRules = { ...sender('cluster'), lateMs: 2 * minute, silence: 'warning' };

describe('a sender', () => {
  const given = siteRules({ ...pager, heartbeats: [strict] });

  test('that is silent is evidence only, unless the configuration says otherwise', () => {
    const lenient = houseOf();
    lenient.hears(word());
    for (let ticks = 0; ticks < 10; ticks += 1) expect(lenient.tick()).toEqual([]);
    const house = houseOf(given);
    house.hears(word());
    for (let ticks = 0; ticks < 3; ticks += 1) expect(house.tick()).toEqual([]);
    expect(house.tick()).toEqual(['opened warning to pager about source/cluster heartbeat-missed']);
  });

  test('that was never heard is unknown, and so is one that speaks from elsewhere', () => {
    const house = houseOf(given);
    for (let ticks = 0; ticks < 5; ticks += 1) expect(house.tick()).toEqual([]);
    house.hears(word());
    for (let ticks = 0; ticks < 8; ticks += 1) {
      house.hears(word({ at: house.story.nextAt(), ...fromStranger('192.0.2.0/24', true) }));
      expect(
        said(house.story.rows().filter(({ notice }) => notice.items[0]?.subject.kind === 'source')),
      ).toEqual([]);
      house.tick();
    }
  });

  test('is not told of while the site itself is down, nor while it comes back', () => {
    const house = houseOf(given);
    house.hears(word());
    house.tick();
    expect(house.tick({ qualities: down(given) })).toEqual(['opened critical to pager about site/home dark']);
    for (let ticks = 0; ticks < 10; ticks += 1) expect(house.tick({ qualities: down(given) })).toEqual([]);
    for (let ticks = 0; ticks < 3; ticks += 1) expect(house.tick()).toEqual([]);
    expect(house.tick(), 'everything else came back, and this one did not').toEqual([
      'resolved critical to pager about site/home dark',
      'opened warning to pager about source/cluster heartbeat-missed',
    ]);
  });

  test('that we refuse is not silent: that is told once it lasts, with its reason', () => {
    const story = storyOf(given);
    let memory = story.tick({ pulse: hear(silence, word()) }).memory;
    const rows: string[] = [];
    for (let ticks = 1; ticks <= 20; ticks += 1) {
      const at = start + ticks * minute;
      const findings = { ...findingsOf(given, { at, pulse: hear(silence, word()) }), refused: ['cluster'] };
      const result = step(memory, { rules: given, findings, scheduledAt: at });
      memory = result.memory;
      rows.push(...said(result.rows));
    }
    expect(rows).toEqual(['opened warning to pager about source/cluster heartbeat-refused']);
    expect(memory.state.facts.heartbeats).toMatchObject([{ source: 'cluster', isDoubtful: true }]);
  });

  test('that says that its work failed is told with its last words, until it is well', () => {
    const house = houseOf(
      siteRules({ ...pager, heartbeats: [{ ...sender('backup'), severity: 'critical' }] }),
    );
    house.tick();
    const failure = { code: 3, text: 'no space left on device' };
    const fails = word({ source: 'backup', says: 'fails', failure, at: start + 30 * second });
    expect(house.says(fails)).toEqual(['opened critical to pager about source/backup job-failed']);
    const [incident] = house.story.incidents();
    expect(incident).toMatchObject({
      summary: 'backup says that it failed with exit code 3',
      evidence: ['no space left on device'],
    });
    house.hears(word({ source: 'backup', at: start + minute }));
    for (let ticks = 0; ticks < 3; ticks += 1) house.tick();
    expect(house.tick()).toEqual(['resolved critical to pager about source/backup job-failed']);
  });

  test('whose clock is wrong is told of once that lasts, for what it sends shows no life', () => {
    const house = houseOf();
    const ticks = Array.from({ length: 8 }, () => {
      const at = house.story.nextAt();
      house.hears(word({ at, sentAt: at - 5 * minute }));
      return house.tick();
    });
    expect(ticks.flat()).toEqual(['opened warning to pager about source/cluster clock-off']);
    expect(house.story.incidents()[0]?.evidence).toEqual(['5 minutes behind of ours']);
    expect(house.story.memory()?.state.judgement.life).toEqual([]);
  });
});

describe('alerts of the house', () => {
  const fires = (at: number, ...alerts: Word['alerts']): Word => word({ says: 'lives', at, alerts });

  test('become incidents, told together, and end when their sender says so', () => {
    const house = houseOf();
    house.tick();
    const [disk, node] = [alertWord('DiskFull'), alertWord('NodeDown')];
    expect(house.says(fires(start + 10 * second, disk, node))).toEqual([
      `opened warning to pager about alert/${disk.id} alert, alert/${node.id} alert`,
    ]);
    expect(house.says(fires(start + 20 * second, disk, node))).toEqual([]);
    house.says(fires(start + 30 * second, { ...disk, isFiring: false }));
    const rows = Array.from({ length: 6 }, () => house.tick()).flat();
    expect(rows).toEqual([`resolved warning to pager about alert/${disk.id} alert`]);
  });

  test('stay as they are while the inbox cannot be read', () => {
    const house = houseOf();
    house.hears(fires(start, alertWord('DiskFull')));
    house.tick();
    let memory = house.story.memory();
    for (let ticks = 1; ticks <= 10; ticks += 1) {
      const at = start + ticks * minute;
      const findings = { ...findingsOf(rules, { at }), pulse: null };
      const result = step(memory, { rules, findings, scheduledAt: at });
      memory = result.memory;
      expect(result.rows).toEqual([]);
    }
    expect(Object.values(memory?.incidents ?? {})).toMatchObject([{ kind: 'alert', resolvedAt: null }]);
  });

  test('that are too many to know are not over because they are not among those that are kept', () => {
    const house = houseOf();
    house.hears(fires(start, alertWord('Small', { severity: 'info' })));
    house.tick();
    const many = Array.from({ length: 50 }, (_, index) => alertWord(`Big${index}`, { severity: 'critical' }));
    house.hears(fires(start + 10 * second, ...many));
    const rows = Array.from({ length: 8 }, () => house.tick()).flat();
    expect(rows.filter((row) => row.startsWith('resolved'))).toEqual([]);
  });
});

const clearEvent = (incident: string, at: number): ClearEvent => ({
  kind: 'clear',
  id: `clear-${at}`,
  site: 'home',
  at,
  by: 'Maria',
  incident,
  why: 'the kill switch was off',
});

describe('a leak of the VPN', () => {
  const leak = (at: number, network?: string): Word => word({ at, ...fromStranger(network) });

  test('is the second message within ten minutes from one network', () => {
    const house = houseOf();
    house.tick();
    expect(house.says(leak(start + 10 * second))).toEqual([]);
    expect(house.says(leak(start + 11 * second, '192.0.2.0/24'))).toEqual([]);
    expect(house.says(leak(start + 20 * second))).toEqual([
      'opened critical to pager about address/home vpn-leak',
    ]);
    expect(house.story.incidents()[0]?.evidence).toEqual([
      'twice within ten minutes from 198.51.100.0/24, which is no exit',
    ]);
  });

  test('is none when the second comes later than that', () => {
    const house = houseOf();
    house.tick();
    house.says(leak(start + second));
    expect(house.says(leak(start + 12 * minute))).toEqual([]);
  });

  test('is told in maintenance, in quiet hours and in spite of an acknowledgement, until its cause is stated', () => {
    const quiet = { from: '00:00', to: '23:59' };
    const window = { subject: null, from: start - hour, until: start + 48 * hour, why: 'works' };
    const house = houseOf(withPolicy({ quietHours: quiet }, { ...pager, maintenance: [window] }));
    house.tick();
    house.hears(leak(start + second));
    expect(house.says(leak(start + 2 * second))).toEqual([
      'opened critical to pager about address/home vpn-leak',
    ]);
    const [incident] = house.story.incidents();
    const id = incident?.id ?? '';
    house.story.hear(
      [ackEvent({ incident: id, at: start + 10 * second })],
      start + 10 * second,
      house.pulse(),
    );
    const rows = Array.from({ length: 120 }, () => house.tick()).flat();
    expect(rows.length, 'every quarter of an hour').toBeGreaterThanOrEqual(7);
    expect(new Set(rows)).toEqual(new Set(['reminder critical to pager about address/home vpn-leak']));
    const at = house.story.nextAt() - 30 * second;
    const { rows: cleared } = house.story.hear([clearEvent(id, at)], at, house.pulse());
    expect(said(cleared)).toEqual(['resolved critical to pager about address/home vpn-leak']);
    expect(house.story.incidents()[0]?.timeline.map(({ event }) => event)).toContain('cleared');
    expect(Array.from({ length: 10 }, () => house.tick()).flat(), 'what was seen before is answered').toEqual(
      [],
    );
  });

  test('that is seen again after its cause was stated is told again', () => {
    const house = houseOf();
    house.tick();
    house.hears(leak(start + second));
    house.says(leak(start + 2 * second));
    const id = house.story.incidents()[0]?.id ?? '';
    house.story.hear([clearEvent(id, start + 3 * second)], start + 3 * second, house.pulse());
    house.says(leak(start + 4 * second));
    expect(house.says(leak(start + 5 * second))).toEqual([
      'opened critical to pager about address/home vpn-leak',
    ]);
  });

  test('from another address of the provider is a question', () => {
    const house = houseOf();
    house.tick();
    const other = word({ at: start + 10 * second, ...fromStranger('203.0.113.0/24', true) });
    expect(house.says(other)).toEqual(['opened warning to pager about address/home new-exit']);
    house.hears(word({ at: start + 11 * second, ...fromStranger('203.0.113.0/24', true) }));
    const rows = Array.from({ length: 70 }, () => house.tick()).flat();
    expect(rows).toEqual(['resolved warning to pager about address/home new-exit']);
  });
});

test('two instances that run with the keys of one signer are a doubt about safety that only a person ends', () => {
  const house = houseOf(siteRules({ notify: atOnce('pager') }));
  const fence = (instance: string, isRunning = true) => fenceWord({ instance, isRunning });
  house.tick();
  expect(house.says(word({ at: start + second, fences: [fence('a')] }))).toEqual([]);
  expect(house.says(word({ at: start + 2 * second, fences: [fence('b')] }))).toEqual([
    'opened critical to pager about fence/alpha two-fences',
  ]);
  house.hears(word({ at: start + 3 * second, fences: [fence('b', false)] }));
  const rows = Array.from({ length: 20 }, () => house.tick()).flat();
  expect(
    rows.every((row) => row.startsWith('reminder critical')),
    rows.join(),
  ).toBe(true);
});

test('a client that was started past the gate is told of at once, and a report that says so no more ends nothing', () => {
  const house = houseOf(siteRules({ notify: atOnce('pager') }));
  house.tick();
  const glass = fenceWord({ breakGlass: true });
  expect(house.says(word({ at: start + second, fences: [glass] }))).toEqual([
    'opened critical to pager about break-glass/alpha break-glass-used',
  ]);
  expect(house.says(word({ at: start + 2 * second, fences: [fenceWord()] }))).toEqual([]);
  const rows = Array.from({ length: 20 }, () => house.tick()).flat();
  expect(rows).toEqual(['reminder critical to pager about break-glass/alpha break-glass-used']);
  const id = house.story.incidents()[0]?.id ?? '';
  const at = house.story.nextAt() - 30 * second;
  const { rows: cleared } = house.story.hear([clearEvent(id, at)], at, house.pulse());
  expect(said(cleared)).toEqual(['resolved critical to pager about break-glass/alpha break-glass-used']);
});

const worstCase: fc.Arbitrary<Word[]> = fc.array(
  fc.record({
    source: fc.constantFrom('cluster', 'ups'),
    at: fc.integer({ min: 0, max: 20 * minute }).map((ms) => start + ms),
    sentAt: fc.option(fc.integer({ min: -hour, max: hour }).map((ms) => start + ms)),
    origin: fc.constantFrom({ kind: 'exit' as const }, fromStranger().origin),
    says: fc.constantFrom('well', 'begins', 'fails', 'lives'),
    failure: fc.constant(null),
    power: fc.array(
      fc.record({
        ups: fc.constant('ups'),
        state: fc.constantFrom('online', 'on-battery', 'low-battery', 'shutting-down'),
        charge: fc.constant(null),
        runtimeMs: fc.constant(null),
      }),
      { maxLength: 2 },
    ),
    alerts: fc.constant([]),
    fences: fc.constant([]),
    ports: fc.constant([]),
  }),
  { maxLength: 12 },
);

test('whatever is sent, nothing ends an outage that looking shows, and nothing hides that it was paged', () => {
  fc.assert(
    fc.property(worstCase, (words) => {
      const house = houseOf();
      house.tick();
      const before = house.tick({ qualities: down() });
      expect(before).toEqual(['opened critical to pager about site/home dark']);
      for (const each of words.toSorted((a, b) => a.at - b.at)) {
        house.says({ ...each, at: Math.max(each.at, start + 2 * minute) });
      }
      for (let ticks = 0; ticks < 20; ticks += 1) house.tick({ qualities: down() });
      const site = house.story.incidents().find(({ subject }) => subject.kind === 'site');
      expect(site?.resolvedAt).toBeNull();
      expect(['dark', 'vpn-down', 'inbound-lost']).toContain(site?.kind);
    }),
    { numRuns: 60 },
  );
});
