// Which secrets each function of a deployment reads: what its entry binds, part by part of the configuration.
import type { Config } from '../../functions/config/config.ts';
import { referencesIn } from '../../local/secrets.ts';

/** As functions/index.ts registers them. */
export const functionNames = [
  'watch',
  'witness',
  'deliver',
  'provision',
  'heartbeat',
  'gate',
  'ack',
  'status',
  'daily',
] as const;

export type FunctionName = (typeof functionNames)[number];

type Acknowledge = NonNullable<Config['acknowledge']>;

const linkKeys = ({ key, previousKey }: Acknowledge): unknown => [key, previousKey];

/** The parts whose secrets a function reads. */
const partsOf: Readonly<Record<FunctionName, (config: Config) => unknown>> = {
  watch: ({ sites, references, selfWatch }) => [
    sites.map(({ targets, sources }) => [targets, sources]),
    references,
    selfWatch,
  ],
  witness: ({ sites, references }) => [sites.map(({ targets }) => targets), references],
  deliver: ({ channels, acknowledge, links, status }) => [
    channels,
    acknowledge === null ? [] : linkKeys(acknowledge),
    links.status === undefined ? [] : status.linkKey,
  ],
  provision: () => [],
  heartbeat: ({ sites }) => sites.map(({ senders }) => senders),
  gate: ({ sites, gate }) => [sites.map(({ fences }) => fences), gate],
  ack: ({ acknowledge }) => acknowledge,
  status: ({ status }) => status,
  daily: () => [],
};

/** The functions that a configuration needs; the others would have nothing to do, or would not start. */
function isNeeded(name: FunctionName, { sites, acknowledge, gate, standbys }: Config): boolean {
  if (name === 'provision') return standbys !== null;
  if (name === 'heartbeat') return sites.some(({ senders }) => senders.length > 0);
  if (name === 'ack') return acknowledge !== null;
  return name !== 'gate' || gate !== null;
}

/** By function, in the order of `functionNames`: the sorted names of the environment variables that it reads secrets from. */
export function readsOf(config: Config): Partial<Record<FunctionName, { readonly secrets: string[] }>> {
  return Object.fromEntries(
    functionNames
      .filter((name) => isNeeded(name, config))
      .map((name) => {
        const named = referencesIn(partsOf[name](config)).flatMap((each) => ('env' in each ? each.env : []));
        return [name, { secrets: [...new Set(named)].toSorted() }];
      }),
  );
}
