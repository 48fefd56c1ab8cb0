// Writes the tables of docs/cost.md between its marks: what is measured, what is assumed, and what follows for four homes.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { type Bill, type Costs, costsOf } from '../../cli/deploy/cost.ts';
import { priceNames, prices, pricesAsOf } from '../../cli/deploy/prices.ts';
import { functionNames } from '../../cli/deploy/reads.ts';
import { sizes } from '../../cli/deploy/sizes.ts';
import { assumed, counts, type Usage } from '../../cli/deploy/usage.ts';
import { type Config, parseConfig } from '../../functions/config/config.ts';

const path = 'docs/cost.md';

type Chain = 'ethereum' | 'berachain';

const kinds = {
  ethereum: { probe: 'beacon', keys: ['123456'], more: {} },
  berachain: {
    probe: 'cometbft',
    keys: ['A1B2C3D4E5F60718293A4B5C6D7E8F9001122334'],
    more: { network: 'mainnet-beacon-80094' },
  },
} as const;

/** A home as most will be: three ports and the exit, the chain by two operators, one signer behind one fence, Alertmanager and a UPS. */
const siteOf = (chain: Chain, fences: number): object => ({
  id: chain,
  targets: [
    ...[30303, 9000, 443].map((port) => ({
      id: `port-${port}`,
      probe: 'tcp',
      address: `${chain}.example.net:${port}`,
    })),
    { id: 'exit', role: 'exit', probe: 'tcp', address: `${chain}.example.net:22` },
    ...['one', 'two'].map((operator) => ({
      id: `chain-${operator}`,
      role: 'chain',
      chain,
      operator,
      probe: kinds[chain].probe,
      url: `https://${chain}.${operator}.example.com`,
      ...kinds[chain].more,
    })),
  ],
  signers: [
    {
      id: `${chain}-1`,
      chain,
      keys: kinds[chain].keys,
      fences: Array.from({ length: fences }, (_, index) => ({
        id: `mini${index + 1}`,
        token: { env: `FENCE_TOKEN_${index + 1}` },
      })),
    },
  ],
  heartbeats: ['alertmanager', 'ups'].map((source) => ({ source, token: { env: 'HEARTBEAT_TOKEN' } })),
});

/** What the module `standby` makes by default, by the prices of the examples of Terraform. */
const node = { machine: 'n2-standard-8', disk: { type: 'pd-ssd', gib: 1030 } } as const;

const standbysOf = (chains: readonly Chain[]): object => ({
  project: 'my-standbys',
  nodes: Object.fromEntries(
    chains.map((chain) => [
      chain,
      {
        ...node,
        places: [
          {
            region: 'europe-west3',
            zones: ['europe-west3-a'],
            template: `bw-${chain}-europe-west3`,
            drillTemplate: `bw-${chain}-drill-europe-west3`,
          },
        ],
      },
    ]),
  ),
  prices: {
    asOf: '2026-11-20',
    machineHour: { 'n2-standard-8': 0.43 },
    diskGibMonth: { 'pd-ssd': 0.2 },
  },
});

function configOf(chains: readonly Chain[], hasStandbys: boolean, fences: number): Config {
  const file = {
    channels: [
      { id: 'pager', channel: 'webhook', url: { env: 'PAGER_URL' } },
      {
        id: 'mail',
        channel: 'email',
        host: 'smtp.example.net',
        from: 'watchdog@example.net',
        to: ['maria@example.com'],
      },
    ],
    status: { access: 'token', token: { env: 'STATUS_TOKEN' } },
    acknowledge: { url: 'https://ack.example.net', key: { env: 'LINK_KEY' } },
    gate: {
      url: 'https://gate.example.net',
      key: { env: 'GATE_KEY' },
      publicKeys: [Buffer.alloc(32, 1).toString('base64')],
    },
    selfWatch: { ping: { env: 'DEADMAN_URL' } },
    sites: chains.map((chain) => siteOf(chain, fences)),
    ...(hasStandbys ? { standbys: standbysOf(chains) } : {}),
  };
  const parsed = parseConfig(stringify(file));
  if (!parsed.ok)
    throw new Error(parsed.problems.map(({ path: at, message }) => `${at} ${message}`).join('\n'));
  return parsed.config;
}

const homes = [
  ['Ethereum home', ['ethereum']],
  ['Berachain home', ['berachain']],
  ['two homes', ['ethereum', 'berachain']],
] as const satisfies readonly (readonly [string, readonly Chain[]])[];

const costs = (chains: readonly Chain[], hasStandbys: boolean, fences = 1): Costs =>
  costsOf({
    config: configOf(chains, hasStandbys, fences),
    region: 'europe-west1',
    hasWitness: true,
    isMonitored: true,
    hasKeysProject: false,
  });

/** With a comma every three digits, and as few behind the point as tell something. */
function number(value: number): string {
  const digits = Math.abs(value) >= 10 || Number.isInteger(value) ? 0 : 2;
  return value.toLocaleString('en-GB', { minimumFractionDigits: digits, maximumFractionDigits: digits });
}

function dollars(value: number): string {
  if (value !== 0 && Math.abs(value) < 0.005) return value < 0 ? '-0.00' : '0.00';
  return value.toLocaleString('en-GB', { minimumFractionDigits: 2, maximumFractionDigits: 2 });
}

const rows = (head: readonly string[], body: readonly (readonly string[])[]): string =>
  [head, head.map(() => '---'), ...body].map((cells) => `| ${cells.join(' | ')} |`).join('\n');

const total = ({ total: all }: Bill): number => all['USD'] ?? 0;

/** What it would be if nothing were free. */
const whole = ({ lines }: Bill): number =>
  lines.reduce((sum, { amount, price, per }) => sum + (amount * price) / per, 0);

function summary(): string {
  const body = homes.flatMap(([name, chains]) =>
    [false, true].map((hasStandbys) => {
      const { rest, outage } = costs(chains, hasStandbys);
      return [
        `${name}${hasStandbys ? ', with standbys' : ''}`,
        dollars(total(rest)),
        dollars(whole(rest)),
        dollars(Math.max(0, total(outage))),
      ];
    }),
  );
  return rows(['US dollars', 'a month at rest', 'if nothing were free', 'a day of an outage, on top'], body);
}

const secondsOf = ({ rest }: Costs): number =>
  rest.lines.find(({ what }) => what === prices.processor.what)?.amount ?? 0;

/** One signer has no more. */
const mostFences = 5;

/** Fences are what asks most often: how many there can be before functions cost something, and what one more costs then. */
function fences(): string {
  const [, chains] = homes[0];
  const most = Array.from({ length: mostFences }, (_, index) => index + 1).filter(
    (count) => secondsOf(costs(chains, true, count)) <= prices.processor.free,
  ).length;
  const [fewer, more] = [mostFences - 1, mostFences].map((count) => total(costs(chains, true, count).rest));
  const part = (count: number): string =>
    `${Math.round((secondsOf(costs(chains, true, count)) / prices.processor.free) * 100)} %`;
  const [, , twoHomes] = homes;
  const both = Math.round((secondsOf(costs(twoHomes[1], true)) / prices.processor.free) * 100);
  return [
    `- One home with one fence takes ${part(1)} of the free seconds of a month, with two ${part(2)}; two homes with one each ${both} %.`,
    `- Up to ${most} fences in one home the seconds are free; beyond, each costs ${dollars((more ?? 0) - (fewer ?? 0))} US dollars a month, reads of the keys database included.`,
  ].join('\n');
}

function billTable({ lines }: Bill, when: string): string {
  const body = lines.map(({ what, amount, unit, free, freeIn, price, per, cost }) => [
    what,
    `${number(amount)} ${unit}`,
    freeIn === null ? '' : `${number(free)} a ${freeIn}`,
    `${Number(price.toPrecision(4))}${per === 1 ? '' : ` for ${number(per)}`}`,
    dollars(cost),
  ]);
  const all = lines.reduce((sum, { cost }) => sum + cost, 0);
  return rows(
    ['what', when, 'free', 'price', 'US dollars'],
    [...body, ['**all**', '', '', '', `**${dollars(all)}**`]],
  );
}

const countWords = {
  tick: 'a tick, for each site',
  tickSigner: 'a tick, for each signer',
  tickDark: 'a tick of a dark site whose messages wait, at most, with `deliver`',
  heartbeat: 'a heartbeat, or a report of a fence',
  gate: 'a question of a fence',
  provision: 'a run of `provision` at rest',
  provisionList: 'its list of all nodes, each half hour, on top',
  provisionWork: 'a run of `provision` while nodes are there',
  provisionNode: 'the same, for each node, on top',
  message: 'a message, found and sent',
  midnight: 'the end of a day, for each site, on top of its tick',
  sweep: 'what `daily` looks through, for each site',
  look: 'a refresh of the view, for each site, at most',
  dayRead: 'a day that is looked up',
} as const satisfies Readonly<Record<keyof typeof counts, string>>;

const columns = ['reads', 'writes', 'inboxReads', 'inboxWrites', 'keysReads'] as const;

function countTable(): string {
  const all: readonly (readonly [string, Usage])[] = [
    [countWords.tick, counts.tick],
    [countWords.tickSigner, counts.tickSigner],
    [countWords.tickDark, counts.tickDark],
    [countWords.heartbeat, counts.heartbeat],
    [countWords.gate, counts.gate],
    [countWords.provision, counts.provision],
    [countWords.provisionList, counts.provisionList],
    [countWords.provisionWork, counts.provisionWork],
    [countWords.provisionNode, counts.provisionNode],
    [countWords.message, counts.message],
    [countWords.midnight, counts.midnight],
    [countWords.sweep, counts.sweep],
    [countWords.look, counts.look],
    [countWords.dayRead, counts.dayRead],
  ];
  return rows(
    ['documents of', '(default) read', 'written', 'inbox read', 'written', 'keys read'],
    all.map(([words, usage]) => [words, ...columns.map((name) => usage[name]?.toString() ?? '')]),
  );
}

const secondsTable = (): string =>
  rows(
    ['function', 'seconds of a call', 'when a house is dark'],
    functionNames.map((name) => [
      `\`${name}\``,
      assumed.seconds[name].toString(),
      name === 'watch' || name === 'provision' ? assumed.darkSeconds[name].toString() : '',
    ]),
  );

const sizeTable = (): string =>
  rows(
    ['function', 'measured MiB', 'memory MiB', 'vCPU', 'timeout s', 'at once', 'instances', 'why so long'],
    functionNames.map((name) => {
      const { measuredMib, memoryMib, cpu, timeoutSeconds, concurrency, maxInstances, why } = sizes[name];
      return [
        `\`${name}\``,
        ...[measuredMib, memoryMib, cpu, timeoutSeconds, concurrency, maxInstances].map(String),
        why,
      ];
    }),
  );

function priceTable(): string {
  const body = priceNames.map((name) => {
    const { what, usd, per, unit, free, freeIn, source, isLookedUp } = prices[name];
    return [
      what,
      `${usd} for ${number(per)} ${unit}`,
      free === 0 ? '' : `${number(free)} a ${freeIn}`,
      `${isLookedUp ? '' : 'from memory: check at '}<${source}>`,
    ];
  });
  return `As of ${pricesAsOf}, in US dollars, before tax.\n\n${rows(['what', 'price', 'free', 'where'], body)}`;
}

/** Answers of a whole processor in a second: `npm run bench -- functions` saw 6 to 12 ms for one. */
const answersPerSecond = 150;
const publicFunctions = ['heartbeat', 'gate', 'ack', 'status'] as const;

function attack(): string {
  const day = 86_400;
  const body = publicFunctions.map((name) => {
    const { maxInstances, cpu, memoryMib } = sizes[name];
    const seconds = maxInstances * day;
    const time = seconds * (cpu * prices.processor.usd + (memoryMib / 1024) * prices.memory.usd);
    const calls = ((seconds * answersPerSecond) / prices.calls.per) * prices.calls.usd;
    return { name, time, calls };
  });
  const sum = body.reduce((all, { time, calls }) => all + time + calls, 0);
  return rows(
    ['function', 'time of its instances', 'calls', 'US dollars a day, at most'],
    [
      ...body.map(({ name, time, calls }) => [
        `\`${name}\``,
        dollars(time),
        dollars(calls),
        dollars(time + calls),
      ]),
      ['all four', '', '', dollars(sum)],
    ],
  );
}

function parts(): Readonly<Record<string, string>> {
  const [, ethereum] = homes[0];
  const home = costs(ethereum, true);
  return {
    summary: summary(),
    rest: billTable(home.rest, 'a month'),
    outage: billTable(home.outage, 'more on that day'),
    counts: countTable(),
    seconds: secondsTable(),
    fences: fences(),
    sizes: sizeTable(),
    prices: priceTable(),
    attack: attack(),
  };
}

/** The page as it is, with what is between its marks written anew. */
export function costPage(): { readonly path: string; readonly text: string } {
  const page = readFileSync(join(import.meta.dirname, '..', '..', path), 'utf8');
  const text = Object.entries(parts()).reduce((before, [name, part]) => {
    const marks = new RegExp(`(<!-- ${name}, by docs/generate/cost.ts -->\\n)[\\s\\S]*?(<!-- end -->)`);
    if (!marks.test(before)) throw new Error(`${path} has no place for ${name}`);
    return before.replace(marks, (_whole, begin: string, end: string) => `${begin}\n${part}\n\n${end}`);
  }, page);
  return { path, text };
}
