// What standbys in a configuration become, and what a site knows of them.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, expectTypeOf, test } from 'vitest';
import { type Config, formatProblems, parseConfig } from '../../functions/config/config.ts';
import type { StandbyRules } from '../../functions/domain/standby/rules.ts';
import { hour, minute } from '../support/site.ts';

const example = readFileSync(join(import.meta.dirname, '../../examples/standbys.yaml'), 'utf8');
const day = 24 * hour;

function parsed(text: string): Config {
  const result = parseConfig(text);
  if (!result.ok) throw new Error(formatProblems(result.problems, 'test'));
  return result.config;
}

const problemsOf = (text: string): string[] => {
  const result = parseConfig(text);
  return result.ok ? [] : result.problems.map(({ path, message }) => `${path}: ${message}`);
};

/** As little of a file as standbys need; `more` goes into them, `policies` beside them. */
function fileWith(given: {
  readonly more?: string;
  readonly nodes?: string;
  readonly policies?: string;
}): string {
  const { more = '', nodes = node('ethereum'), policies = '' } = given;
  const sources = ['ethereum, probe: beacon', 'berachain, probe: cometbft, network: mainnet-beacon-80094']
    .flatMap((kind, index) =>
      ['one', 'two'].map(
        (operator) =>
          `{ id: ${operator}-${index}, role: chain, operator: ${operator}, chain: ${kind}, url: "https://${operator}.example.net" }`,
      ),
    )
    .join(', ');
  const signers = `{ id: eth, chain: ethereum, keys: [7] }, { id: bera, chain: berachain, keys: ["${'ab'.repeat(20)}"] }`;
  return [
    'channels: [{ id: pager, channel: console }]',
    `sites: [{ id: home, targets: [${sources}], signers: [${signers}] }]`,
    policies,
    `standbys: { project: my-standbys, ${more} nodes: { ${nodes} }, prices: { asOf: 2026-11-20, machineHour: { m: 1 }, diskGibMonth: { d: 0 } } }`,
    '',
  ].join('\n');
}

function node(chain: string): string {
  return `${chain}: { machine: m, disk: { type: d, gib: 10 }, places: [{ region: eu-1, zones: [eu-1-a], template: t }] }`;
}

describe('standbys', () => {
  test('of the example are the rules that domain takes, with every field that was written', () => {
    expectTypeOf<Config['standbys']>().toEqualTypeOf<StandbyRules | null>();
    const rules: StandbyRules = {
      project: 'my-standbys',
      prefix: 'bw',
      isDryRun: false,
      maxStandbys: 2,
      monthlyCap: 200,
      witness: 'required',
      expireAfterMs: 7 * day,
      orphanGraceMs: day,
      stuckAfterMs: 45 * minute,
      drill: {
        mode: 'sync',
        syncWithinMs: 36 * 60 * minute,
        snapshots: { keep: 2, monthlyCost: 80, acceptedBy: 'Maria' },
      },
      nodes: {
        ethereum: {
          machine: 'n2-standard-8',
          disk: { type: 'pd-ssd', gib: 1030 },
          egressGibPerDay: 20,
          snapshotGib: 700,
          places: [
            {
              region: 'europe-west3',
              zones: ['europe-west3-a', 'europe-west3-b', 'europe-west3-c'],
              template: 'bw-ethereum-europe-west3',
              drillTemplate: 'bw-ethereum-drill-europe-west3',
            },
            {
              region: 'europe-west1',
              zones: ['europe-west1-b', 'europe-west1-c', 'europe-west1-d'],
              template: 'bw-ethereum-europe-west1',
              drillTemplate: null,
            },
          ],
        },
      },
      prices: {
        asOf: '2026-11-20',
        currency: 'USD',
        machineHour: { 'n2-standard-8': 0.43 },
        diskGibMonth: { 'pd-ssd': 0.2 },
        addressHour: 0.005,
        egressGib: 0.12,
        snapshotGibMonth: 0.06,
      },
    };
    expect(parsed(example).standbys).toEqual(rules);
  });

  test('need only a project, nodes and prices', () => {
    const { nodes, prices, ...rest } = parsed(fileWith({})).standbys ?? {};
    expect(rest).toEqual({
      project: 'my-standbys',
      prefix: 'bw',
      isDryRun: false,
      maxStandbys: 2,
      monthlyCap: 200,
      witness: 'required',
      expireAfterMs: 7 * day,
      orphanGraceMs: day,
      stuckAfterMs: 45 * minute,
      drill: { mode: 'boot', syncWithinMs: 48 * 60 * minute, snapshots: null },
    });
    expect(nodes?.ethereum).toMatchObject({ egressGibPerDay: 20, snapshotGib: 0 });
    expect(Object.keys(nodes ?? {})).toEqual(['ethereum']);
    expect(prices).toMatchObject({
      currency: 'USD',
      addressHour: 0.005,
      egressGib: 0.12,
      snapshotGibMonth: 0.05,
    });
  });

  test('are as they are written where that is not the default', () => {
    const more =
      'prefix: w2, dryRun: true, maxStandbys: 50, monthlyCap: 0, witness: none, expireAfter: 60d, orphanGrace: 1h, stuckAfter: 10m,';
    expect(parsed(fileWith({ more })).standbys).toMatchObject({
      prefix: 'w2',
      isDryRun: true,
      maxStandbys: 50,
      monthlyCap: 0,
      witness: 'none',
      expireAfterMs: 60 * day,
      orphanGraceMs: hour,
      stuckAfterMs: 10 * minute,
    });
  });

  test('are none when none are written', () => {
    const config = parsed(example.slice(0, example.indexOf('standbys:\n')));
    expect(config.standbys).toBeNull();
    expect(config.sites[0]?.rules.standby).toBeNull();
    expect(config.sites[0]?.rules.drills).toBeNull();
  });

  test('have drills where a place has a template for them, and the first site tells of those of all', () => {
    const drillsOf = (text: string) => parsed(text).sites.map(({ rules }) => rules.drills);
    expect(drillsOf(fileWith({}))).toEqual([{ mode: 'boot', chains: [], tells: [] }]);
    const drilled = node('ethereum').replace('template: t', 'template: t, drillTemplate: d');
    const nodes = `${drilled}, ${node('berachain')}`;
    expect(drillsOf(fileWith({ nodes, more: 'drill: { mode: off },' }))).toEqual([
      { mode: 'off', chains: ['ethereum'], tells: ['eth'] },
    ]);
    const withCabin = fileWith({ nodes }).replace(/^sites: \[(.*)\]$/m, (_, home: string) => {
      const cabin = home
        .replace('id: home', 'id: cabin')
        .replace('id: eth, chain: ethereum, keys: [7]', 'id: eth-2, chain: ethereum, keys: [8]')
        .replace('id: bera', 'id: bera-2')
        .replace('ab'.repeat(20), 'cd'.repeat(20));
      return `sites: [${home}, ${cabin}]`;
    });
    expect(drillsOf(withCabin)).toEqual([
      { mode: 'boot', chains: ['ethereum'], tells: ['eth', 'eth-2'] },
      { mode: 'boot', chains: ['ethereum'], tells: [] },
    ]);
  });

  test.each(['', '-', 'Bw', '1bw', `a${'b'.repeat(20)}`, 'a.b'])('take no prefix %j', (prefix) => {
    expect(problemsOf(fileWith({ more: `prefix: "${prefix}",` }))).toEqual([
      expect.stringContaining('is not a prefix'),
    ]);
  });

  test('tell of a chain that nobody signs on only when no chain is signed on', () => {
    expect(problemsOf(fileWith({ nodes: `${node('cometbft')}, ${node('berachain')}` }))).toEqual([]);
    expect(problemsOf(fileWith({ nodes: node('cometbft') }))).toEqual([
      'standbys.nodes: has no chain of any signer; write one of ethereum, berachain',
    ]);
    const unreadable = fileWith({ nodes: node('cometbft') }).replace('bera, chain: berachain', 'bera');
    expect(problemsOf(unreadable), 'that may be the one').toEqual([
      expect.stringMatching(/chain: is missing/),
    ]);
  });

  test('tell of places without a region only that', () => {
    const place = '{ region: eu-1, zones: [eu-1-a], template: t }';
    const without = '{ zones: [eu-1-a], template: t }';
    const text = fileWith({}).replace(place, `${without}, ${without}`);
    expect(problemsOf(text)).toEqual(
      [0, 1].map((index) => `standbys.nodes.ethereum.places[${index}].region: is missing; it must be text`),
    );
  });

  test('may name a region once for each chain', () => {
    expect(problemsOf(fileWith({ nodes: `${node('ethereum')}, ${node('berachain')}` }))).toEqual([]);
  });
});

describe('a site', () => {
  test('knows of which chains it may have standbys, and for how long', () => {
    const nodes = `${node('berachain')}, ${node('ethereum')}`;
    expect(parsed(fileWith({ nodes, more: 'expireAfter: 1h,' })).sites[0]?.rules.standby).toEqual({
      chains: ['ethereum', 'berachain'],
      expireAfterMs: hour,
    });
    expect(parsed(fileWith({})).sites[0]?.rules.standby?.chains).toEqual(['ethereum']);
  });

  const standbyOf = (policies: string, name = 'default') =>
    parsed(fileWith({ policies }).replace('id: home', `id: home, policy: ${name}`)).sites[0]?.rules.policy
      .standby;
  const otherwise = {
    darkMs: 3 * minute,
    vpnDownMs: 10 * minute,
    notSigningMs: 15 * minute,
    releaseMs: 30 * minute,
  };

  test('waits as its policy says, and for ever where it says never', () => {
    expect(standbyOf('')).toEqual(otherwise);
    expect(standbyOf('policies: { default: { standby: { dark: never } } }')).toEqual({
      ...otherwise,
      darkMs: null,
    });
    const all =
      'policies: { default: { standby: { dark: 0s, vpnDown: never, notSigning: never, release: 5m } } }';
    expect(standbyOf(all)).toEqual({
      darkMs: 0,
      vpnDownMs: null,
      notSigningMs: null,
      releaseMs: 5 * minute,
    });
  });

  test('has of a named policy only what differs, and may take a never back', () => {
    const policies =
      'policies: { default: { standby: { dark: never, release: 1h } }, own: { standby: { dark: 1m } } }';
    expect(standbyOf(policies, 'own')).toEqual({ ...otherwise, darkMs: minute, releaseMs: hour });
  });
});
