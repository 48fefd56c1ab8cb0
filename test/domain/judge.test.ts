// The judgement of a site, from facts: each verdict with its reasons and its limits.
import { describe, expect, test } from 'vitest';
import type { Facts, Quality } from '../../functions/domain/facts.ts';
import { judge } from '../../functions/domain/judge.ts';
import { verdictTable } from '../../functions/domain/verdict.ts';
import {
  beat,
  chain,
  defaultPolicy,
  factsOf,
  minute,
  signer,
  start,
  targetFact,
  powerFact,
} from '../support/site.ts';

type House = { references?: Quality[]; inbound?: Quality[]; exit?: Quality[] };

const house = ({
  references = ['good', 'good'],
  inbound = ['good', 'good'],
  exit = ['good'],
}: House): Facts['targets'] => [
  ...references.map((quality, index) => targetFact(`ref-${index}`, 'reference', quality)),
  ...exit.map((quality, index) => targetFact(`exit-${index}`, 'exit', quality)),
  ...inbound.map((quality, index) => targetFact(`in-${index}`, 'inbound', quality)),
];

const up = house({});
const cutOff = house({ inbound: ['bad', 'bad'] });
const blind = house({ references: ['bad', 'bad'], inbound: ['bad', 'bad'] });
const since = { inboundBadSince: start };
const later = { at: start + 2 * minute, inboundBadSince: start };
const laterBeat = [beat(start + minute)];
const gasp = powerFact('on-battery', start - minute);

const table: [string, Partial<Facts>, string][] = [
  ['all is well', { targets: up }, 'ok'],
  ['well, with a quiet signer shown beside it', { targets: up, signers: [signer('quiet', start)] }, 'ok'],
  ['well, with a signer of which nothing is known', { targets: up, signers: [signer('unknown')] }, 'ok'],
  ['well, with an exited signer', { targets: up, signers: [signer('inactive')] }, 'ok'],
  ['well, on battery, as long as all answer', { targets: up, power: gasp, heartbeats: [beat(0)] }, 'ok'],
  [
    'well, without a way in, by a heartbeat',
    { targets: house({ inbound: [] }), heartbeats: [beat(start)] },
    'ok',
  ],
  [
    'well, without a way in, by a signature',
    { targets: house({ inbound: [] }), signers: [signer('signing', start - minute)] },
    'ok',
  ],
  ['no way in and nothing heard is unknown', { targets: house({ inbound: [] }) }, 'unknown'],
  [
    'no way in and an old heartbeat is unknown, for silence is no outage by itself',
    { targets: house({ inbound: [] }), heartbeats: [beat(start - 60 * minute)] },
    'unknown',
  ],
  [
    'no way in, no life, and a silent signer is dark',
    { targets: house({ inbound: [] }), signers: [signer('silent')] },
    'dark',
  ],
  [
    'no way in, a heartbeat, and a silent signer is not signing',
    { targets: house({ inbound: [] }), signers: [signer('silent')], heartbeats: [beat(start)] },
    'not-signing',
  ],
  [
    'no way in, another signer, and a silent one is not signing',
    { targets: house({ inbound: [] }), signers: [signer('silent'), signer('signing', start, 'beta')] },
    'not-signing',
  ],
  [
    'the last signature of the silent signer itself is no life',
    { targets: house({ inbound: [] }), signers: [signer('silent', start - minute)] },
    'dark',
  ],
  ['nothing configured and nothing known', {}, 'unknown'],
  ['nothing answers', { targets: cutOff, ...since }, 'dark'],
  [
    'nothing answers, one second after a heartbeat',
    { targets: cutOff, ...since, heartbeats: [beat(start - 1_000)] },
    'dark',
  ],
  [
    'nothing answers, and Ethereum shows an epoch in which the house lived',
    { targets: cutOff, ...since, signers: [signer('signing', start - 13 * minute)] },
    'dark',
  ],
  ['a later heartbeat', { targets: cutOff, ...later, heartbeats: laterBeat }, 'inbound-lost'],
  [
    'a later signature',
    { targets: cutOff, ...later, signers: [signer('signing', start + minute)] },
    'inbound-lost',
  ],
  [
    'a later heartbeat and a silent signer: a heartbeat proves its source, never a signer',
    { targets: cutOff, ...later, heartbeats: laterBeat, signers: [signer('silent')] },
    'not-signing',
  ],
  [
    'nothing answers, nor does the exit',
    { targets: house({ inbound: ['bad'], exit: ['bad'] }), ...since },
    'vpn-down',
  ],
  [
    'nothing answers, one of two exits does',
    { targets: house({ inbound: ['bad'], exit: ['bad', 'good'] }), ...since },
    'dark',
  ],
  [
    'nothing answers, no exit is configured',
    { targets: house({ inbound: ['bad'], exit: [] }), ...since },
    'dark',
  ],
  [
    'the exit is gone, later life',
    { targets: house({ inbound: ['bad'], exit: ['bad'] }), ...later, heartbeats: laterBeat },
    'inbound-lost',
  ],
  ['a dark house with a silent signer', { targets: cutOff, ...since, signers: [signer('silent')] }, 'dark'],
  ['some answer', { targets: house({ inbound: ['good', 'bad'] }) }, 'degraded'],
  [
    'some answer, and a signer is silent',
    { targets: house({ inbound: ['good', 'bad'] }), signers: [signer('silent')] },
    'not-signing',
  ],
  ['all answer, and a signer is silent', { targets: up, signers: [signer('silent')] }, 'not-signing'],
  ['nothing was seen', { targets: house({ inbound: ['unknown', 'unknown'] }) }, 'unknown'],
  ['half was seen, all bad', { targets: house({ inbound: ['bad', 'unknown'] }) }, 'unknown'],
  ['most was seen, all bad', { targets: house({ inbound: ['bad', 'bad', 'unknown'] }), ...since }, 'dark'],
  ['most was seen, all good', { targets: house({ inbound: ['good', 'good', 'unknown'] }) }, 'unknown'],
  ['references fail, and nothing answers', { targets: blind, ...since }, 'blind'],
  [
    'references fail, and some answer',
    { targets: house({ references: ['bad', 'bad'], inbound: ['good', 'bad'] }) },
    'blind',
  ],
  ['references fail, and all answer', { targets: house({ references: ['bad', 'bad'] }) }, 'ok'],
  [
    'one of two references fails',
    { targets: house({ references: ['bad', 'good'], inbound: ['bad'] }), ...since },
    'dark',
  ],
  [
    'the only reference fails, which is fewer than two',
    { targets: house({ references: ['bad'], inbound: ['bad'] }), ...since },
    'dark',
  ],
  ['no reference at all', { targets: house({ references: [], inbound: ['bad'] }), ...since }, 'dark'],
  [
    'references that nobody asked',
    { targets: house({ references: ['unknown', 'unknown'], inbound: ['bad'] }), ...since },
    'dark',
  ],
  [
    'blind, after a gasp and with missing heartbeats',
    { targets: blind, power: gasp, heartbeats: [beat(0)] },
    'dark',
  ],
  ['blind, after a gasp, still beating', { targets: blind, power: gasp, heartbeats: [beat(start)] }, 'blind'],
  [
    'a silent signer of a chain that stands still',
    { targets: up, signers: [signer('silent')], chains: [chain('stalled')] },
    'ok',
  ],
  [
    'a silent signer while another chain stands still',
    { targets: up, signers: [signer('silent')], chains: [chain('stalled', 'berachain')] },
    'not-signing',
  ],
  [
    'a silent signer of a chain of which nothing is known',
    { targets: up, signers: [signer('silent')], chains: [chain('unknown')] },
    'not-signing',
  ],
];

describe('the verdict of a site', () => {
  test.each(table)('%s', (_, facts, expected) => {
    expect(judge(factsOf(facts), defaultPolicy).verdict).toBe(expected);
  });
});

const hourMs = 60 * minute;
const certain: [string, Partial<Facts>, boolean][] = [
  ['a blackout without news of power', { targets: cutOff, ...since }, false],
  ['a blackout after a gasp', { targets: cutOff, ...since, power: gasp }, true],
  [
    'a blackout after power had come back',
    { targets: cutOff, ...since, power: powerFact('online', start) },
    false,
  ],
  [
    'a gasp half an hour before',
    { targets: cutOff, ...since, power: powerFact('low-battery', start - 30 * minute) },
    true,
  ],
  [
    'a gasp longer ago',
    { targets: cutOff, ...since, power: powerFact('low-battery', start - 30 * minute - 1) },
    false,
  ],
  [
    'hours into the outage the gasp before it still tells',
    { targets: cutOff, at: start + 5 * hourMs, inboundBadSince: start, power: gasp },
    true,
  ],
  ['blind, with a gasp', { targets: blind, power: gasp, heartbeats: [beat(0)] }, true],
  [
    'a gasp, but the exit is what fails',
    { targets: house({ inbound: ['bad'], exit: ['bad'] }), ...since, power: gasp },
    false,
  ],
  ['a gasp, and all is well', { targets: up, power: gasp }, false],
];

describe('an announced blackout', () => {
  test.each(certain)('%s', (_, facts, expected) => {
    expect(judge(factsOf(facts), defaultPolicy).certain).toBe(expected);
  });
});

describe('the states of signers and chains', () => {
  const both = {
    signers: [signer('silent'), signer('signing', null, 'beta', 'berachain')],
    chains: [chain('stalled'), chain('moving', 'berachain')],
  };

  test('signers of a stalled chain are unknown, the others are what they are', () => {
    const judgement = judge(factsOf({ targets: up, ...both }), defaultPolicy);
    expect(judgement.signers).toEqual({ alpha: 'unknown', beta: 'signing' });
    expect(judgement.chains).toEqual({ ethereum: 'stalled', berachain: 'moving' });
  });

  test.each([
    ['while we are blind', { targets: blind, ...both }],
    [
      'while we are blind in a house that a gasp calls dark',
      { targets: blind, power: gasp, heartbeats: [beat(0)], ...both },
    ],
  ])('all are unknown %s', (_, facts) => {
    const judgement = judge(factsOf(facts), defaultPolicy);
    expect(judgement.signers).toEqual({ alpha: 'unknown', beta: 'unknown' });
    expect(judgement.chains).toEqual({ ethereum: 'unknown', berachain: 'unknown' });
  });
});

describe('why', () => {
  test('a judgement names the row that matched and those before it that did not', () => {
    const judgement = judge(factsOf({ targets: cutOff, ...later, heartbeats: laterBeat }), defaultPolicy);
    const place = verdictTable.findIndex((row) => row.verdict === 'inbound-lost');
    expect(judgement.because).toBe(verdictTable[place]?.when);
    expect(judgement.passed.map((row) => row.verdict)).toEqual(['dark', 'blind', 'ok', 'not-signing']);
    expect(judgement.passed.map((row) => row.when)).toEqual(
      verdictTable.slice(0, place).map((row) => row.when),
    );
    expect(judgement.passed.map((row) => row.unmet)).toEqual([
      'references are working',
      'references are working',
      'inbound is all-bad',
      'no signer is silent',
    ]);
    expect(judgement.life).toEqual(['heartbeat cluster']);
    expect(judgement).toMatchObject({ site: 'home', at: later.at });
    expect(judgement.signals).toMatchObject({ inbound: 'all-bad', life: 'seen' });
  });

  test('the first row that matches has none before it', () => {
    const judgement = judge(factsOf({ targets: blind, power: gasp, heartbeats: [beat(0)] }), defaultPolicy);
    expect(judgement.passed).toEqual([]);
  });
});
