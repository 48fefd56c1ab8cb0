// Standbys to test with: one that syncs in its second zone, changed where a test says so.
import type { Fleet, NodeReport, Orphan, Seen } from '../../functions/domain/standby/standby.ts';
import { emptyFleet } from '../../functions/domain/standby/standby.ts';
import type { Wanted } from '../../functions/domain/standby/want.ts';
import { someTime } from './documents.ts';

const minute = 60_000;

/** Of the signer `eth`, whose house has been dark for twenty minutes. */
export function wanted(over: Partial<Wanted> = {}): Wanted {
  const signer = over.signer ?? 'eth';
  return {
    id: `${signer}.20261201T021707Z`,
    signer,
    site: 'home',
    chain: 'ethereum',
    reason: 'dark',
    incident: 'home.site.home.20261201T021407Z',
    why: 'the house is dark or cut off for 3 min',
    by: null,
    since: someTime,
    decidedAt: someTime + 3 * minute,
    witness: 'agreed',
    lifeAt: null,
    expiresAt: someTime + 7 * 1440 * minute,
    keep: null,
    holds: true,
    stableSince: null,
    release: null,
    ...over,
  };
}

export function nodeReport(over: Partial<NodeReport> = {}): NodeReport {
  return {
    at: someTime + 20 * minute,
    keys: 'absent',
    state: 'syncing',
    percent: 41.2,
    etaMs: 130 * minute,
    peers: 34,
    head: 1_234,
    version: 'geth 1.16.9, lighthouse 7.1',
    usedGib: null,
    text: null,
    ...over,
  };
}

/** What `provision` has seen of it; the first zone was sold out. */
export function seen(over: Partial<Seen> = {}): Seen {
  return {
    revision: 7,
    wantedId: 'eth.20261201T021707Z',
    phase: 'syncing',
    phaseSince: someTime + 6 * minute,
    attempt: {
      n: 2,
      name: 'bw-eth-2-0a1b2c3d',
      region: 'europe-west3',
      zone: 'europe-west3-b',
      template: 'bw-ethereum-europe-west3',
      snapshot: null,
      requestId: '7f8d5c1e-0d5c-4a51-9d44-0c51f3c0a3b2',
      at: someTime + 4 * minute,
      operation: 'operation-2',
      acceptedAt: someTime + 4 * minute,
      lostAt: null,
      refused: null,
    },
    tried: [
      {
        zone: 'europe-west3-a',
        region: 'europe-west3',
        code: 'ZONE_RESOURCE_POOL_EXHAUSTED',
        at: someTime + 4 * minute,
      },
    ],
    node: {
      zone: 'europe-west3-b',
      name: 'bw-eth-2-0a1b2c3d',
      id: '4211896120137412345',
      status: 'RUNNING',
      createdAt: someTime + 4 * minute,
      labels: { 'basement-watchdog': 'bw', 'watchdog-signer': 'eth' },
      isProtected: false,
      hasFuse: false,
    },
    missingSince: null,
    report: nodeReport(),
    progressAt: someTime + 20 * minute,
    doubt: null,
    hasHeldKeys: false,
    refusal: null,
    trouble: null,
    deletion: null,
    cost: { perHour: 0.5, spent: 0, currency: 'USD' },
    nextLookAt: someTime + 21 * minute,
    ...over,
  };
}

export function orphan(over: Partial<Orphan> = {}): Orphan {
  return {
    kind: 'instance',
    name: 'bw-old-1-0a1b2c3d',
    zone: 'europe-west3-c',
    signer: 'old',
    firstSeenAt: someTime,
    deletesAt: someTime + 1440 * minute,
    text: 'nobody wants it',
    requestId: null,
    ...over,
  };
}

export const fleet = (over: Partial<Fleet> = {}): Fleet => ({ ...emptyFleet, ...over });

/** `standbys` of a configuration: nodes for Ethereum, in one region. */
export const standbysConfig = {
  project: 'my-project',
  nodes: {
    ethereum: {
      machine: 'n2-standard-8',
      disk: { type: 'pd-balanced', gib: 1_500 },
      places: [
        {
          region: 'europe-west3',
          zones: ['europe-west3-a', 'europe-west3-b'],
          template: 'bw-ethereum-europe-west3',
        },
      ],
    },
  },
  prices: {
    asOf: '2026-11-20',
    machineHour: { 'n2-standard-8': 0.4 },
    diskGibMonth: { 'pd-balanced': 0.1 },
  },
};

const source = (chain: string, operator: string, probe: object): object => ({
  id: `${chain}-${operator}`,
  role: 'chain',
  chain,
  operator,
  ...probe,
});

/** Targets and signers of a site: `eth` can have a standby of `standbysConfig`, `bera` cannot. */
export const standbySite = {
  targets: [
    { id: 'rpc', probe: 'tcp', address: 'home.example:8545' },
    source('ethereum', 'one', { probe: 'beacon', url: 'https://beacon.one.example.com' }),
    source('ethereum', 'two', { probe: 'beacon', url: 'https://beacon.two.example.org' }),
    ...['one', 'two'].map((name) =>
      source('berachain', name, {
        probe: 'cometbft',
        url: `https://comet.${name}.example.com`,
        network: 'mainnet-beacon-80094',
      }),
    ),
  ],
  signers: [
    { id: 'eth', chain: 'ethereum', keys: [7] },
    { id: 'bera', chain: 'berachain', keys: ['A1B2C3D4E5F60718293A4B5C6D7E8F9001122334'] },
  ],
};
