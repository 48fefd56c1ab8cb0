// What a deployment costs in a month at rest and in a day of an outage: what it uses, by the list prices, line by line.
import type { Config } from '../../functions/config/config.ts';
import { costPerHour } from '../../functions/domain/standby/cost.ts';
import type { NodeRules, StandbyRules } from '../../functions/domain/standby/rules.ts';
import { dearer, dearRegions, type Price, type PriceName, priceNames, prices } from './prices.ts';
import { darkDay, daysPerMonth, type Deployed, nodesOf, restingDay } from './usage.ts';

export type CostLine = {
  readonly what: string;
  readonly amount: number;
  readonly unit: string;
  /** So much of it costs nothing, and in which time. */
  readonly free: number;
  readonly freeIn: 'day' | 'month' | null;
  /** For `per` of `unit`. */
  readonly price: number;
  readonly per: number;
  readonly cost: number;
  readonly currency: string;
  /** Where the price is to be looked up; null when the configuration has it. */
  readonly source: string | null;
  readonly isLookedUp: boolean;
};

export type Bill = {
  readonly lines: readonly CostLine[];
  /** By currency: nodes have the one of the configuration, all else US dollars. */
  readonly total: Readonly<Record<string, number>>;
};

export type Costs = {
  /** A month at rest. */
  readonly rest: Bill;
  /** What a day on which all houses are dark adds to it. */
  readonly outage: Bill;
};

export type Costed = Deployed & {
  /** Of the functions. */
  readonly region: string;
};

const functionPrices: ReadonlySet<PriceName> = new Set(['processor', 'memory']);

/** The free tier of functions is so much money off, by the prices of the cheaper regions; that of Firestore is of one database of each project. */
function priceIn(name: PriceName, { region, hasKeysProject }: Costed): Price {
  const price = prices[name];
  if (name === 'keysReads' && hasKeysProject) return { ...price, free: prices.reads.free };
  if (!functionPrices.has(name) || !dearRegions.has(region)) return price;
  return { ...price, usd: price.usd * dearer, free: price.free / dearer };
}

/** What an amount of a month costs, with one day of it that is another. */
function costOf({ kind, usd, per, free, freeIn }: Price, daily: number, other: number | null): number {
  const paid = (amount: number): number => (Math.max(0, amount - free) / per) * usd;
  if (kind === 'stock') return paid(daily);
  const days = other === null ? daysPerMonth : daysPerMonth - 1;
  if (freeIn === 'day') return paid(daily) * days + (other === null ? 0 : paid(other));
  return paid(daily * days + (other ?? 0));
}

function lineOf(price: Price, amount: number, cost: number): CostLine {
  const { what, unit, usd, per, free, freeIn, source, isLookedUp } = price;
  return {
    what,
    amount,
    unit,
    free,
    freeIn: free === 0 ? null : freeIn,
    price: usd,
    per,
    cost,
    currency: 'USD',
    source,
    isLookedUp,
  };
}

function billOf(lines: readonly CostLine[]): Bill {
  const total: Record<string, number> = {};
  for (const { currency, cost } of lines) total[currency] = (total[currency] ?? 0) + cost;
  return { lines, total };
}

type Part = { readonly what: string; readonly amount: number; readonly unit: string; readonly price: number };

const byConfig = ({ what, amount, unit, price }: Part, currency: string): CostLine => ({
  what,
  amount,
  unit,
  free: 0,
  freeIn: null,
  price,
  per: 1,
  cost: amount * price,
  currency,
  source: null,
  isLookedUp: true,
});

const hoursPerMonth = 730;

/** What a node costs in so many hours, as the brake of `provision` reckons, in its parts. */
function nodeParts(
  chain: string,
  { machine, disk, egressGibPerDay }: NodeRules,
  { prices: table }: StandbyRules,
): Part[] {
  const hours = 24;
  const of = (what: string): string => `node of ${chain}: ${what}`;
  return [
    { what: of(machine), amount: hours, unit: 'hours', price: table.machineHour[machine] ?? 0 },
    {
      what: of(`${disk.type} of ${disk.gib} GiB`),
      amount: (disk.gib * hours) / hoursPerMonth,
      unit: 'GiB-months',
      price: table.diskGibMonth[disk.type] ?? 0,
    },
    { what: of('address'), amount: hours, unit: 'hours', price: table.addressHour },
    { what: of('sent'), amount: egressGibPerDay, unit: 'GiB', price: table.egressGib },
  ];
}

/** Snapshots are kept whether a node runs or not; a drill makes a node once a week. */
function restingParts({ sites }: Config, rules: StandbyRules): Part[] {
  const { nodes, prices: table, drill } = rules;
  const weeks = daysPerMonth / 7;
  return Object.entries(nodes).flatMap(([chain, node]): Part[] => {
    const signers = sites.flatMap((site) =>
      site.rules.signers.filter((signer) => signer.chain === chain),
    ).length;
    const isDrilled = drill.mode !== 'off' && node.places.some(({ drillTemplate }) => drillTemplate !== null);
    return [
      ...(node.snapshotGib === 0
        ? []
        : [
            {
              what: `snapshots of ${chain}`,
              amount: node.snapshotGib,
              unit: 'GiB-months',
              price: table.snapshotGibMonth,
            },
          ]),
      ...(isDrilled && signers > 0
        ? [
            {
              what: `weekly drills of ${chain} (${drill.mode}${drill.mode === 'sync' ? ', each as long as it may take' : ''})`,
              amount: weeks * signers * drillHours(rules),
              unit: 'hours',
              price: costPerHour(node, table),
            },
          ]
        : []),
    ];
  });
}

/** A drill that only boots is over in less than half an hour. */
const drillHours = ({ drill }: StandbyRules): number =>
  drill.mode === 'sync' ? drill.syncWithinMs / 3_600_000 : 0.5;

export function costsOf(costed: Costed): Costs {
  const { config } = costed;
  const { standbys } = config;
  const [rest, dark] = [restingDay(costed), darkDay(costed)];
  const resting = priceNames.flatMap((name) => {
    const price = priceIn(name, costed);
    const daily = rest[name] ?? 0;
    const amount = price.kind === 'stock' ? daily : daily * daysPerMonth;
    return amount === 0 ? [] : [lineOf(price, amount, costOf(price, daily, null))];
  });
  const added = priceNames.flatMap((name) => {
    const price = priceIn(name, costed);
    const [daily, other] = [rest[name] ?? 0, dark[name] ?? 0];
    if (price.kind === 'stock' || Math.abs(other - daily) < 1e-9) return [];
    return [lineOf(price, other - daily, costOf(price, daily, other) - costOf(price, daily, null))];
  });
  if (standbys === null) return { rest: billOf(resting), outage: billOf(added) };
  const { currency } = standbys.prices;
  const nodes = nodesOf(config, standbys).flatMap((chain) => {
    const node = standbys.nodes[chain];
    return node === undefined ? [] : nodeParts(chain, node, standbys);
  });
  return {
    rest: billOf([...resting, ...restingParts(config, standbys).map((part) => byConfig(part, currency))]),
    outage: billOf([...added, ...nodes.map((part) => byConfig(part, currency))]),
  };
}
