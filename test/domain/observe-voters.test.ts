// A node of the house that votes with a key: when that is a page, and who may.
import { describe, expect, test } from 'vitest';
import { observeVoters } from '../../functions/domain/observe-voters.ts';
import { weigh } from '../../functions/domain/signing.ts';
import type { FlagRead, Holder } from '../../functions/domain/standby/key-flag.ts';
import type { Sample } from '../../functions/domain/sample.ts';
import type { Role } from '../../functions/domain/target.ts';
import { badSample, findingsOf, minute, siteRules, start, target } from '../support/site.ts';
import { flagOf, noFlag, unreadable } from '../support/standby-house.ts';
import { reading, sourceReading } from './readings.ts';

const address = 'ab'.repeat(20);
const rulesOf = (role: Role = 'inbound', chain: 'berachain' | 'ethereum' = 'berachain', key = address) =>
  siteRules({
    targets: [target('rpc', role)],
    signers: [{ id: 'bera', chain, keys: ['cd'.repeat(20), key] }],
  });
const node: Holder = { kind: 'node', project: 'p', zone: 'z', name: 'bw-bera-1' };
const flag = (holder: Holder, since = start - 10 * minute): FlagRead => ({
  isReadable: true,
  flag: flagOf({ holder, instance: null, generation: 7, since }),
});
const voter = { signer: 'bera', key: 1, node: 'own' };
const has = (facts: Record<string, string>): Sample => ({ ok: true, latencyMs: { total: 20 }, facts });

const status = (
  read: FlagRead | undefined,
  {
    voters = [voter],
    sample = badSample(),
    rules = rulesOf(),
  }: { voters?: (typeof voter)[]; sample?: Sample; rules?: ReturnType<typeof rulesOf> } = {},
) => {
  const flags = read === undefined ? {} : { bera: read };
  const findings = { ...findingsOf(rules, { flags, voters }), samples: { rpc: sample } };
  return observeVoters(findings, rules).map(({ subject, observation }) => [subject.kind, observation.status]);
};
const good = [['voting-power', 'good']];
const bad = [['voting-power', 'bad']];

describe('a node of the house that votes with a key is', () => {
  test.each<[string, FlagRead | undefined, unknown]>([
    ['as it should be while the house holds', flag({ kind: 'basement', site: 'home' }), good],
    ['a page while a node in the cloud holds', flag(node), bad],
    ['a page while another house holds', flag({ kind: 'basement', site: 'hut' }), bad],
    ['a page while nobody holds', flag({ kind: 'none' }), bad],
    ['none in the first minute', flag({ kind: 'none' }, start - minute), good],
    ['one after it', flag({ kind: 'none' }, start - minute - 1), bad],
    ['none where nothing was ever handed over', noFlag, good],
    ['not known while the flag cannot be read', unreadable, [['voting-power', 'unknown']]],
    ['not known while it was not read', undefined, [['voting-power', 'unknown']]],
  ])('%s', (_, read, expected) => {
    expect(status(read)).toEqual(expected);
  });

  test('told of with the node and the key', () => {
    const rules = rulesOf();
    const findings = { ...findingsOf(rules, { flags: { bera: flag(node) }, voters: [voter] }), samples: {} };
    expect(observeVoters(findings, rules)[0]?.observation).toMatchObject({
      problem: {
        kind: 'foreign-voting-power',
        severity: 'critical',
        summary: expect.stringContaining('stop it NOW (kubectl scale statefulset bera --replicas=0)'),
        evidence: ['node/p/z/bw-bera-1 holds it, generation 7', 'own has ababababab…, with voting power'],
      },
    });
  });
});

describe('a target that is probed', () => {
  const short = 'ef'.repeat(48);
  test.each<[string, Sample, ReturnType<typeof rulesOf>, unknown]>([
    ['and has the key by its address is one', has({ validator: address }), rulesOf(), bad],
    [
      'and has it by its public key is one',
      has({ validator: 'x', validatorKey: short }),
      rulesOf('inbound', 'berachain', short),
      bad,
    ],
    ['and has another key is none', has({ validator: 'cc'.repeat(20) }), rulesOf(), good],
    ['and has none is none', has({}), rulesOf(), good],
    ['and does not answer is none', badSample(), rulesOf(), good],
    ['and is not of the house is none', has({ validator: address }), rulesOf('reference'), good],
    ['of a signer of Ethereum is none', has({ validator: address }), rulesOf('inbound', 'ethereum'), good],
  ])('%s', (_, sample, rules, expected) => {
    expect(status(flag(node), { voters: [], sample, rules })).toEqual(expected);
  });
});

test('only sources of the house are its nodes', () => {
  const rules = siteRules();
  const votesWith = [{ signer: 'alpha', key: 0 }];
  const { voters } = weigh({}, rules, {
    readings: [
      sourceReading('own', [reading()], { isOwn: true, votesWith }),
      sourceReading('foreign', [reading()], { votesWith }),
      sourceReading('stale', [], { isOwn: true, votesWith, trouble: { reason: 'stale', detail: 'old' } }),
    ],
    at: start,
    lastDarkAt: null,
  });
  expect(voters).toEqual([
    { signer: 'alpha', key: 0, node: 'own' },
    { signer: 'alpha', key: 0, node: 'stale' },
  ]);
});
