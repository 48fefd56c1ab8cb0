// What a deployment uses in a day at rest and in a day on which every house is dark: measured counts times how often, and what is assumed.
import type { Config } from '../../functions/config/config.ts';
import type { StandbyRules } from '../../functions/domain/standby/rules.ts';
import { type PriceName, priceNames } from './prices.ts';
import { type FunctionName, functionNames, readsOf } from './reads.ts';
import { sizes } from './sizes.ts';

/** By price; flows are of a day, stocks are there all the time. */
export type Usage = Readonly<Partial<Record<PriceName, number>>>;

/** Documents that are read and written; a test asks the functions themselves. */
export const counts = {
  /** A tick, of each site, at rest. */
  tick: { reads: 1, writes: 1, inboxReads: 1 },
  /** A tick, of each signer. */
  tickSigner: { keysReads: 1 },
  /** A tick of a site that is dark and has messages waiting, at most: beside the above the incident, what waits, what channels did, and `deliver`, which each tick wakes. */
  tickDark: { reads: 10, writes: 2, inboxReads: 2 },
  heartbeat: { inboxWrites: 1 },
  gate: { keysReads: 1 },
  provision: { reads: 1 },
  /** The list of all nodes, once in half an hour, beside what each run costs: the lease, taken and given back. */
  provisionList: { reads: 2, writes: 2 },
  /** A run while nodes are there: all documents, the lease, and of each node its document and its flag. */
  provisionWork: { reads: 3, writes: 2 },
  provisionNode: { reads: 1, keysReads: 1 },
  /** One message: found, claimed, settled. */
  message: { reads: 5, writes: 2 },
  /** The first tick after midnight UTC, of each site, beside what each costs: the day that is over, and its line in the long view. */
  midnight: { writes: 2 },
  /** What `daily` looks through of each site. */
  sweep: { reads: 2 },
  /** A refresh of the view, of each site, at most: its document, and the long view, which is kept until something of it has changed. */
  look: { reads: 2 },
  /** A day of a site that somebody looks up. */
  dayRead: { reads: 1 },
} as const satisfies Readonly<Record<string, Usage>>;

/** What nobody can measure here; each is a guess that is rather too high. */
export const assumed = {
  /** Seconds until a call is answered, in the cloud. What the benchmarks measured is less: no network was in between. */
  seconds: {
    watch: 1.5,
    witness: 4,
    deliver: 3,
    provision: 0.2,
    heartbeat: 0.1,
    gate: 0.1,
    ack: 1,
    status: 0.5,
    daily: 5,
  },
  /** Of a tick while packets to a house are swallowed, and of a run while nodes are there. */
  darkSeconds: { watch: 6, provision: 4 },
  /** A start of an instance, and how many of one that is called each minute there are in a day. */
  startSeconds: 3,
  startsPerDay: 24,
  /** Calls a day that nothing but the days themselves decides. */
  witnessPerDay: 5,
  messagesPerDay: 2,
  /** Refreshes of the view; those who look at the same time share one. */
  looksPerDay: 200,
  /** Days that are looked up: all that are kept, once. */
  daysReadPerDay: 400,
  acksPerDay: 2,
  darkMessagesPerDay: 60,
  /** Bytes that leave Google: of a tick for each target, for each source of a chain, and for the ping; of one message. */
  targetBytes: 3_000,
  sourceBytes: 7_000,
  pingBytes: 3_000,
  messageBytes: 10_000,
  /** What a call leaves in the logs, with the platform's own line; a dark tick leaves several. */
  callLogBytes: 1_500,
  /** Of a release: the images of one function, and how many releases are kept; deployments a month. */
  imageGb: 0.05,
  releasesKept: 2,
  deploymentsPerMonth: 2,
  buildMinutes: 2,
  /** Databases, backups and what point-in-time recovery keeps. */
  storedGib: 0.05,
  /** The condition on ticks is evaluated each 30 s, and looks at one series. */
  evaluationsPerDay: 2_880,
  metricMibPerDay: 0.02,
} as const;

export const daysPerMonth = 730 / 24;
const minutesPerDay = 1_440;
/** A fence asks four times a minute, and reports once. */
const gateAsksPerDay = 4 * minutesPerDay;
const gib = 2 ** 30;

export type Deployed = {
  readonly config: Config;
  /** False when no second region looks as well. */
  readonly hasWitness: boolean;
  /** False when Cloud Monitoring is not set up. */
  readonly isMonitored: boolean;
  /** True when the keys database and `gate` have a project of their own. */
  readonly hasKeysProject: boolean;
};

/** Nodes that there can be at the same time, dearest first; the brake allows no more. */
export function nodesOf({ sites }: Config, rules: StandbyRules): readonly (keyof StandbyRules['nodes'])[] {
  return sites
    .flatMap(({ rules: { signers } }) => signers.map(({ chain }) => chain))
    .filter((chain) => rules.nodes[chain] !== undefined)
    .slice(0, rules.maxStandbys);
}

export function sumOf(parts: readonly Usage[]): Usage {
  const sum: Partial<Record<PriceName, number>> = {};
  for (const name of priceNames) sum[name] = parts.reduce((total, part) => total + (part[name] ?? 0), 0);
  return sum;
}

const times = (usage: Usage, count: number): Usage =>
  Object.fromEntries(
    priceNames.flatMap((name) => (usage[name] === undefined ? [] : [[name, usage[name] * count]])),
  );

/** Calls of a function: its time, rounded up to a tenth of a second as Google does, its memory, and its lines in the logs. */
function callsOf(name: FunctionName, count: number, seconds: number): Usage {
  const { cpu, memoryMib } = sizes[name];
  const billed = (count * Math.ceil(seconds * 10)) / 10;
  return {
    calls: count,
    processor: billed * cpu,
    memory: (billed * memoryMib) / 1024,
    logs: (count * assumed.callLogBytes) / gib,
  };
}

/** What starts cost: time, and a read of its secrets and of the configuration. */
function startsOf(name: FunctionName, count: number): Usage {
  const { cpu, memoryMib } = sizes[name];
  const seconds = count * assumed.startSeconds;
  return { processor: seconds * cpu, memory: (seconds * memoryMib) / 1024, secretReads: count * 2 };
}

type Day = Readonly<Record<FunctionName, number>>;

function callsPerDay({ config, hasWitness }: Deployed): Day {
  const fences = config.sites.reduce((sum, site) => sum + site.fences.length, 0);
  const senders = config.sites.reduce((sum, site) => sum + site.senders.length, 0);
  return {
    watch: minutesPerDay,
    witness: hasWitness ? assumed.witnessPerDay : 0,
    deliver: assumed.messagesPerDay,
    provision: config.standbys === null ? 0 : minutesPerDay,
    // A fence reports as often as a sender of the house.
    heartbeat: (senders + fences) * minutesPerDay,
    gate: config.gate === null ? 0 : fences * gateAsksPerDay,
    ack: config.acknowledge === null ? 0 : assumed.acksPerDay,
    status: assumed.looksPerDay,
    daily: 1,
  };
}

const startsPerDay = (calls: number): number => Math.min(calls, assumed.startsPerDay);

function sentBy({ config }: Deployed): number {
  const perTick = config.sites.reduce(
    (sum, { targets, sources }) =>
      sum + targets.length * assumed.targetBytes + sources.length * assumed.sourceBytes,
    config.references.length * assumed.targetBytes + (config.selfWatch === null ? 0 : assumed.pingBytes),
  );
  return (perTick * minutesPerDay + assumed.messagesPerDay * assumed.messageBytes) / gib;
}

/** What is there all the time. */
function stocksOf({ config, hasWitness, isMonitored, hasKeysProject }: Deployed): Usage {
  const functions = Object.entries(readsOf(config)).filter(([name]) => hasWitness || name !== 'witness');
  const withSecrets = functions.filter(([, { secrets }]) => secrets.length > 0).length;
  return {
    jobs: config.standbys === null ? 2 : 3,
    // And the configuration, in each project.
    secretVersions: withSecrets + (hasKeysProject ? 2 : 1),
    stored: assumed.storedGib,
    conditions: isMonitored ? 1 : 0,
    images: functions.length * assumed.imageGb * assumed.releasesKept,
    builds: (functions.length * assumed.buildMinutes * assumed.deploymentsPerMonth) / daysPerMonth,
  };
}

/** A day on which nothing happens. */
export function restingDay(deployed: Deployed): Usage {
  const { config, isMonitored } = deployed;
  const perDay = callsPerDay(deployed);
  const sites = config.sites.length;
  const signers = config.sites.reduce((sum, { rules }) => sum + rules.signers.length, 0);
  return sumOf([
    stocksOf(deployed),
    ...functionNames.flatMap((name) => [
      callsOf(name, perDay[name], assumed.seconds[name]),
      startsOf(name, startsPerDay(perDay[name])),
    ]),
    times(counts.tick, sites * minutesPerDay),
    times(counts.tickSigner, signers * minutesPerDay),
    times(counts.heartbeat, perDay.heartbeat),
    times(counts.gate, perDay.gate),
    times(counts.provision, perDay.provision),
    times(counts.provisionList, perDay.provision / 30),
    times(counts.message, assumed.messagesPerDay),
    times(counts.midnight, sites),
    times(counts.sweep, sites * perDay.daily),
    times(counts.look, sites * perDay.status),
    times(counts.dayRead, assumed.daysReadPerDay),
    { sent: sentBy(deployed) },
    isMonitored ? { evaluations: assumed.evaluationsPerDay, metrics: assumed.metricMibPerDay } : {},
  ]);
}

/** A day on which all houses are dark, nodes of theirs run, and nobody takes the incident on. */
export function darkDay(deployed: Deployed): Usage {
  const { config } = deployed;
  const rest = callsPerDay(deployed);
  const sites = config.sites.length;
  const nodes = config.standbys === null ? 0 : nodesOf(config, config.standbys).length;
  const messages = assumed.darkMessagesPerDay * sites;
  const more = (name: 'watch' | 'provision', count: number): Usage => {
    const [dark, usual] = [
      callsOf(name, count, assumed.darkSeconds[name]),
      callsOf(name, count, assumed.seconds[name]),
    ];
    return sumOf([dark, times(usual, -1)]);
  };
  return sumOf([
    restingDay(deployed),
    more('watch', rest.watch),
    times(counts.tickDark, sites * minutesPerDay),
    times(counts.tick, -sites * minutesPerDay),
    // Nobody in the house sends or asks.
    times(callsOf('heartbeat', rest.heartbeat, assumed.seconds.heartbeat), -1),
    times(counts.heartbeat, -rest.heartbeat),
    times(callsOf('gate', rest.gate, assumed.seconds.gate), -1),
    times(counts.gate, -rest.gate),
    callsOf('deliver', messages, assumed.seconds.deliver),
    times(counts.message, messages),
    { sent: (messages * assumed.messageBytes) / gib },
    ...(nodes === 0
      ? []
      : [
          more('provision', rest.provision),
          times(counts.provision, -rest.provision),
          times(counts.provisionWork, rest.provision),
          times(counts.provisionNode, rest.provision * nodes),
        ]),
  ]);
}
