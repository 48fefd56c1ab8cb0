// How facts become signals: what counts as all, as life, and as dying.
import { describe, expect, test } from 'vitest';
import type { Facts, Quality } from '../../functions/domain/facts.ts';
import { lifeSigns, reachability, signalsOf, type Signals } from '../../functions/domain/signals.ts';
import type { Role } from '../../functions/domain/target.ts';
import {
  beat,
  defaultPolicy,
  factsOf,
  heartbeatFreshMs,
  minute,
  signer,
  start,
  targetFact,
  powerFact,
} from '../support/site.ts';

const targets = (role: Role, qualities: string): Facts['targets'] => {
  const names: Readonly<Record<string, Quality>> = { g: 'good', b: 'bad', u: 'unknown' };
  return Array.from(qualities, (letter, index) => ({
    ...targetFact(`t${index}`, role, names[letter] ?? 'unknown'),
    ...(letter === 'l' ? { reason: 'lease' as const } : {}),
  }));
};

// One letter a target: g good, b bad, u unknown.
const inbound: [string, Signals['inbound']][] = [
  ['', 'none'],
  ['g', 'all-good'],
  ['ggg', 'all-good'],
  ['ggu', 'unknown'],
  ['gb', 'some-bad'],
  ['gbu', 'some-bad'],
  ['b', 'all-bad'],
  ['bbb', 'all-bad'],
  ['bbu', 'all-bad'],
  ['bu', 'unknown'],
  ['bbuu', 'unknown'],
  ['buu', 'unknown'],
  ['u', 'unknown'],
  ['uuu', 'unknown'],
];

// The same, and l for one of whose port no lease holds.
const leasedInbound: [string, Signals['inbound']][] = [
  ['l', 'unknown'],
  ['ll', 'unknown'],
  ['gl', 'unknown'],
  ['gbl', 'some-bad'],
  ['bl', 'all-bad'],
  ['bll', 'all-bad'],
  ['bul', 'unknown'],
  ['bbul', 'all-bad'],
];

const exit: [string, Signals['exit']][] = [
  ['', 'none'],
  ['g', 'reachable'],
  ['gb', 'reachable'],
  ['gu', 'reachable'],
  ['b', 'unreachable'],
  ['bb', 'unreachable'],
  ['bu', 'unknown'],
  ['u', 'unknown'],
];

const references: [string, Signals['references']][] = [
  ['', 'unknown'],
  ['g', 'working'],
  ['b', 'unknown'],
  ['bb', 'failing'],
  ['bbb', 'failing'],
  ['bbg', 'working'],
  ['bu', 'unknown'],
  ['bbu', 'unknown'],
  ['gu', 'working'],
  ['uu', 'unknown'],
];

describe('reachability', () => {
  test.each([...inbound, ...leasedInbound])('inbound targets %j are %s', (qualities, expected) => {
    expect(reachability(targets('inbound', qualities)).inbound).toBe(expected);
  });
  test.each(exit)('exit targets %j are %s', (qualities, expected) => {
    expect(reachability(targets('exit', qualities)).exit).toBe(expected);
  });
  test.each(references)('reference targets %j are %s', (qualities, expected) => {
    expect(reachability(targets('reference', qualities)).references).toBe(expected);
  });
  test('chain targets say nothing of the way in, the exit, or our own network', () => {
    expect(reachability(targets('chain', 'bbb'))).toEqual({
      inbound: 'none',
      exit: 'none',
      references: 'unknown',
    });
  });
});

const badFor = (ms: number): Partial<Facts> => ({ inboundBadSince: start - ms });
const margin = defaultPolicy.life.marginMs;
const fresh = defaultPolicy.life.signatureFreshMs;

const life: [string, Partial<Facts>, string[]][] = [
  ['nothing was heard', {}, []],
  ['a beat now is life', { heartbeats: [beat(start)] }, ['heartbeat cluster']],
  ['a beat just fresh is life', { heartbeats: [beat(start - heartbeatFreshMs)] }, ['heartbeat cluster']],
  ['a beat just too old is none', { heartbeats: [beat(start - heartbeatFreshMs - 1)] }, []],
  [
    'a beat ahead by the margin is a slow clock of ours',
    { heartbeats: [beat(start + margin)] },
    ['heartbeat cluster'],
  ],
  ['a beat further ahead is not believed', { heartbeats: [beat(start + margin + 1)] }, []],
  ['a fresh signature is life', { signers: [signer('signing', start - fresh)] }, ['signer alpha']],
  ['an old signature is none', { signers: [signer('signing', start - fresh - 1)] }, []],
  ['a signer that is only quiet lives', { signers: [signer('quiet', start)] }, ['signer alpha']],
  ['a signer without a known act is none', { signers: [signer('signing', null)] }, []],
  ['what a silent signer did before is none', { signers: [signer('silent', start - minute)] }, []],
  [
    'a beat at the first bad tick is from before the trouble',
    { ...badFor(2 * minute), heartbeats: [beat(start - 2 * minute)] },
    [],
  ],
  [
    'a beat at the margin is still from before',
    { ...badFor(minute), heartbeats: [beat(start - minute + margin)] },
    [],
  ],
  [
    'a beat just after the margin is later life',
    { ...badFor(minute), heartbeats: [beat(start - minute + margin + 1)] },
    ['heartbeat cluster'],
  ],
  [
    'a signature of before the trouble is none, a later one is life',
    {
      ...badFor(5 * minute),
      signers: [signer('signing', start - 6 * minute, 'alpha'), signer('signing', start - minute, 'beta')],
    },
    ['signer beta'],
  ],
];

describe('life signs', () => {
  test.each(life)('%s', (_, facts, expected) => {
    expect(lifeSigns(factsOf(facts), defaultPolicy).map((act) => act.source)).toEqual(expected);
  });
});

const gasp = defaultPolicy.gaspMs;
const old = start - heartbeatFreshMs - 1;

const power: [string, Partial<Facts>, Signals['power']][] = [
  ['no UPS was ever heard', { heartbeats: [beat(old)] }, 'no-news'],
  [
    'on battery, and the beats stopped',
    { power: powerFact('on-battery', start), heartbeats: [beat(old)] },
    'dying',
  ],
  [
    'the same with a low battery',
    { power: powerFact('low-battery', start), heartbeats: [beat(old)] },
    'dying',
  ],
  ['the same at shutdown', { power: powerFact('shutting-down', start), heartbeats: [beat(old)] }, 'dying'],
  ['power is back', { power: powerFact('online', start), heartbeats: [beat(old)] }, 'no-news'],
  [
    'on battery, and still beating',
    { power: powerFact('on-battery', start), heartbeats: [beat(old + 1)] },
    'no-news',
  ],
  [
    'on battery, and one of two still beats',
    { power: powerFact('on-battery', start), heartbeats: [beat(old), beat(start, 'ups')] },
    'no-news',
  ],
  ['on battery, and no beat was ever heard', { power: powerFact('on-battery', start) }, 'no-news'],
  ['a gasp just fresh', { power: powerFact('on-battery', start - gasp), heartbeats: [beat(old)] }, 'dying'],
  [
    'a gasp too old',
    { power: powerFact('on-battery', start - gasp - 1), heartbeats: [beat(old)] },
    'no-news',
  ],
];

describe('power', () => {
  test.each(power)('%s', (_, facts, expected) => {
    expect(signalsOf(factsOf(facts), defaultPolicy).power).toBe(expected);
  });
});

describe('signers', () => {
  test.each([
    ['no signer', [], 'none-silent'],
    ['all sign', [signer('signing')], 'none-silent'],
    [
      'quiet, inactive and unknown are not silent',
      [signer('quiet'), signer('inactive'), signer('unknown')],
      'none-silent',
    ],
    ['one of two is silent', [signer('signing', start, 'beta'), signer('silent')], 'some-silent'],
  ] as const)('%s', (_, signers, expected) => {
    expect(signalsOf(factsOf({ signers }), defaultPolicy).signers).toBe(expected);
  });
});
