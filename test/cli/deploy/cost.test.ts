// What a deployment costs: every line by its price and its free part, nodes as the brake reckons them, and the page that tells it.
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { stringify } from 'yaml';
import { type Bill, type CostLine, costsOf, type Costed } from '../../../cli/deploy/cost.ts';
import { dearRegions, priceNames, prices } from '../../../cli/deploy/prices.ts';
import { costPage } from '../../../docs/generate/cost.ts';
import { parseConfig } from '../../../functions/config/config.ts';
import { costPerHour } from '../../../functions/domain/standby/cost.ts';

const monthHours = 730;
const monthMinutes = monthHours * 60;

const nodes = {
  ethereum: {
    machine: 'e2-standard-4',
    disk: { type: 'pd-balanced', gib: 730 },
    egressGibPerDay: 10,
    places: [
      { region: 'europe-west3', zones: ['europe-west3-a'], template: 'bw', drillTemplate: 'bw-drill' },
    ],
  },
};
const standbys = {
  project: 'my-standbys',
  nodes,
  prices: {
    asOf: '2026-11-20',
    machineHour: { 'e2-standard-4': 0.2 },
    diskGibMonth: { 'pd-balanced': 0.1 },
  },
};

const site = (over: object = {}): object => ({
  id: 'home',
  targets: ['one', 'two'].map((operator) => ({
    id: `chain-${operator}`,
    role: 'chain',
    chain: 'ethereum',
    operator,
    probe: 'beacon',
    url: `https://${operator}.example.com`,
  })),
  signers: [{ id: 'eth-1', chain: 'ethereum', keys: ['1'] }],
  heartbeats: [{ source: 'alertmanager', token: { env: 'HEARTBEAT_TOKEN' } }],
  ...over,
});

function costed(file: object = {}, over: Partial<Costed> = {}): Costed {
  const parsed = parseConfig(
    stringify({
      channels: [{ id: 'pager', channel: 'webhook', url: { env: 'PAGER_URL' } }],
      sites: [site()],
      ...file,
    }),
  );
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
  return {
    config: parsed.config,
    region: 'europe-west1',
    hasWitness: true,
    isMonitored: true,
    hasKeysProject: false,
    ...over,
  };
}

function lineOf({ lines }: Bill, what: string): CostLine {
  const line = lines.find((each) => each.what === what);
  if (line === undefined) throw new Error(`there is no line ${what}`);
  return line;
}

const hasLine = ({ lines }: Bill, what: string): boolean => lines.some((each) => each.what === what);

describe('a month at rest', () => {
  test('has a read and a write of the state a minute, which are free, and what the inbox and the keys cost', () => {
    const { rest } = costsOf(costed());
    expect(lineOf(rest, prices.inboxReads.what)).toMatchObject({ amount: monthMinutes, freeIn: null });
    expect(lineOf(rest, prices.inboxReads.what).cost).toBeCloseTo((monthMinutes / 100_000) * 0.06);
    expect(lineOf(rest, prices.inboxWrites.what).amount).toBeCloseTo(monthMinutes);
    expect(lineOf(rest, prices.keysReads.what).amount).toBeCloseTo(monthMinutes);
    expect(lineOf(rest, prices.reads.what)).toMatchObject({ cost: 0, free: 50_000, freeIn: 'day' });
    expect(lineOf(rest, prices.writes.what).cost).toBe(0);
  });

  test('is under a dollar for one home, and each line of it is told with its price and where that is from', () => {
    const { rest } = costsOf(costed());
    expect(rest.total['USD']).toBeLessThan(1);
    for (const { price, per, source } of rest.lines) {
      expect([price, per]).toEqual([expect.any(Number), expect.any(Number)]);
      expect(source).toMatch(/^https:\/\/cloud\.google\.com\//);
    }
  });

  test('is the sum of its lines', () => {
    const { rest, outage } = costsOf(costed({ standbys }));
    for (const { lines, total } of [rest, outage])
      expect(lines.reduce((sum, { cost }) => sum + cost, 0)).toBeCloseTo(total['USD'] ?? Number.NaN);
  });

  test('has two jobs, and a third with standbys', () => {
    expect(lineOf(costsOf(costed()).rest, prices.jobs.what).amount).toBe(2);
    expect(lineOf(costsOf(costed({ standbys })).rest, prices.jobs.what)).toMatchObject({
      amount: 3,
      cost: 0,
    });
  });

  test('pays for what is over the free part, and only for that', () => {
    // 40 sites read and write more than a day has for nothing.
    const sites = Array.from({ length: 40 }, (_, index) => ({
      id: `site-${index}`,
      targets: [{ id: 'web', probe: 'tcp', address: 'example.net:443' }],
    }));
    const { rest } = costsOf(costed({ sites }));
    const reads = lineOf(rest, prices.reads.what);
    const perDay = reads.amount / (monthHours / 24);
    expect(perDay).toBeGreaterThan(50_000);
    expect(reads.cost).toBeCloseTo(((perDay - 50_000) / 100_000) * 0.06 * (monthHours / 24));
  });

  test('has no alert without monitoring, and no call of a witness that there is not', () => {
    const { rest } = costsOf(costed({}, { isMonitored: false, hasWitness: false }));
    expect(hasLine(rest, prices.conditions.what)).toBe(false);
    expect(hasLine(rest, prices.evaluations.what)).toBe(false);
    const calls = (hasWitness: boolean) =>
      lineOf(costsOf(costed({}, { hasWitness })).rest, prices.calls.what).amount;
    expect(calls(true)).toBeGreaterThan(calls(false));
  });

  test.each([...dearRegions].slice(0, 3))('costs more processor in %s, with less of it free', (region) => {
    const line = (where: string) =>
      lineOf(costsOf(costed({}, { region: where })).rest, prices.processor.what);
    expect(line(region).price).toBeCloseTo(line('europe-west1').price * 1.4);
    expect(line(region).free).toBeCloseTo(180_000 / 1.4);
  });

  test('reads the keys for nothing where they have a project of their own', () => {
    const { rest } = costsOf(costed({}, { hasKeysProject: true }));
    expect(lineOf(rest, prices.keysReads.what)).toMatchObject({ free: 50_000, freeIn: 'day', cost: 0 });
    expect(lineOf(rest, prices.secretVersions.what).amount).toBe(
      lineOf(costsOf(costed()).rest, prices.secretVersions.what).amount + 1,
    );
  });

  test('keeps snapshots, and drills once a week where there is a template for it', () => {
    const kept = { ...standbys, nodes: { ethereum: { ...nodes.ethereum, snapshotGib: 100 } } };
    const { rest } = costsOf(costed({ standbys: kept }));
    expect(lineOf(rest, 'snapshots of ethereum').cost).toBeCloseTo(5);
    expect(lineOf(rest, 'weekly drills of ethereum (boot)').amount).toBeCloseTo((monthHours / 168) * 0.5);
    const off = costsOf(costed({ standbys: { ...standbys, drill: { mode: 'off' } } })).rest;
    expect(off.lines.filter(({ what }) => what.startsWith('weekly'))).toEqual([]);
    const sync = costsOf(
      costed({ standbys: { ...standbys, drill: { mode: 'sync', syncWithin: '10h' } } }),
    ).rest;
    expect(lineOf(sync, 'weekly drills of ethereum (sync, each as long as it may take)').amount).toBeCloseTo(
      (monthHours / 168) * 10,
    );
  });
});

describe('a day of an outage', () => {
  test('costs nothing worth telling without standbys', () => {
    const { outage } = costsOf(costed());
    expect(Math.abs(outage.total['USD'] ?? Number.NaN)).toBeLessThan(0.02);
  });

  test('costs a node for a day, as the brake of provision reckons', () => {
    const deployed = costed({ standbys });
    const { outage } = costsOf(deployed);
    const rules = deployed.config.standbys;
    const node = rules?.nodes.ethereum;
    if (rules === null || node === undefined) throw new Error('there is no node');
    const ofNode = outage.lines.filter(({ what }) => what.startsWith('node of ethereum'));
    expect(ofNode.reduce((sum, { cost }) => sum + cost, 0)).toBeCloseTo(24 * costPerHour(node, rules.prices));
    expect(ofNode.map(({ source }) => source)).toEqual([null, null, null, null]);
  });

  test('has no more nodes than the brake allows', () => {
    const signers = [1, 2, 3].map((n) => ({ id: `eth-${n}`, chain: 'ethereum', keys: [String(n)] }));
    const sites = [site({ signers })];
    const machines = (maxStandbys: number) =>
      costsOf(costed({ sites, standbys: { ...standbys, maxStandbys } })).outage.lines.filter(({ what }) =>
        what.endsWith('e2-standard-4'),
      );
    expect([machines(1).length, machines(2).length, machines(10).length]).toEqual([1, 2, 3]);
  });

  test('keeps the currency of the prices apart', () => {
    const inEuros = { ...standbys, prices: { ...standbys.prices, currency: 'EUR' } };
    const { outage } = costsOf(costed({ standbys: inEuros }));
    expect(Object.keys(outage.total)).toEqual(['USD', 'EUR']);
    expect(outage.total['EUR']).toBeGreaterThan(5);
    expect(Math.abs(outage.total['USD'] ?? Number.NaN)).toBeLessThan(0.02);
  });

  test('lets functions work longer, within what is free', () => {
    const { outage } = costsOf(costed({ standbys }));
    expect(lineOf(outage, prices.processor.what)).toMatchObject({ cost: 0 });
    expect(lineOf(outage, prices.processor.what).amount).toBeGreaterThan(5_000);
    expect(lineOf(outage, prices.inboxWrites.what).amount).toBeLessThan(0);
  });
});

test('every price says where it is to be looked up, and whether anybody did', () => {
  for (const name of priceNames) {
    const { usd, per, source } = prices[name];
    expect(usd > 0 && per > 0, name).toBe(true);
    expect(source, name).toMatch(/^https:\/\//);
  }
});

test('docs/cost.md has what the code reckons; if not: npm run docs', () => {
  const { path, text } = costPage();
  expect(text).toBe(readFileSync(new URL(`../../../${path}`, import.meta.url), 'utf8'));
});
