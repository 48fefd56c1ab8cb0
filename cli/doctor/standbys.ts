// Are the templates of standbys there, without a limit on their life and without anything that could be a key; and is there room for their machines?
import { z } from 'zod';
import type { Outputs } from '../deploy/outputs.ts';
import { allOr, apply, type Check, type DoctorWorld, look, type Looked } from './check.ts';

type Standbys = NonNullable<Outputs['standbys']>;

// https://cloud.google.com/compute/docs/reference/rest/v1/regionInstanceTemplates
const templateForm = z.object({
  properties: z.object({
    machineType: z.string(),
    scheduling: z
      .object({
        maxRunDuration: z.unknown().optional(),
        terminationTime: z.string().nullish(),
        instanceTerminationAction: z.string().nullish(),
        provisioningModel: z.string().nullish(),
        preemptible: z.boolean().nullish(),
      })
      .nullish(),
    serviceAccounts: z.array(z.object({ email: z.string().nullish() })).nullish(),
    resourcePolicies: z.array(z.string()).nullish(),
    disks: z
      .array(
        z.object({
          initializeParams: z
            .object({
              resourcePolicies: z.array(z.string()).nullish(),
              diskType: z.string().nullish(),
              diskSizeGb: z.coerce.number().nullish(),
            })
            .nullish(),
        }),
      )
      .nullish(),
    metadata: z
      .object({ items: z.array(z.object({ key: z.string(), value: z.string().nullish() })).nullish() })
      .nullish(),
  }),
});
type Template = z.output<typeof templateForm>['properties'];

/** Of a region, or of a project: quotas that all regions share. */
const quotasForm = z.object({
  quotas: z
    .array(
      z.object({ metric: z.string().nullish(), limit: z.number().nullish(), usage: z.number().nullish() }),
    )
    .nullish(),
});

/** What only a person may put on a machine, and what a key looks like in text. */
const keyMetadata = ['ssh-keys', 'sshKeys'];
const keyText =
  /-----BEGIN [A-Z ]*PRIVATE KEY-----|"crypto"\s*:\s*\{\s*"(kdf|cipher)"|priv_validator_key"\s*:/;

function limitProblems({ scheduling }: Template, isDrill: boolean): string[] {
  const hasLimit =
    (scheduling?.maxRunDuration !== undefined && scheduling.maxRunDuration !== null) ||
    (scheduling?.terminationTime ?? '') !== '';
  const model = scheduling?.provisioningModel ?? 'STANDARD';
  const problems: string[] = [];
  if (model !== 'STANDARD' || scheduling?.preemptible === true) {
    problems.push('its machines can be taken away at any time (Spot)');
  }
  if (!isDrill && hasLimit) problems.push('its machines are ended after a time, with whatever they hold');
  if (isDrill && (!hasLimit || scheduling?.instanceTerminationAction !== 'DELETE')) {
    problems.push('machines of a drill are not deleted by themselves');
  }
  return problems;
}

function keyProblems({ metadata, resourcePolicies, disks }: Template): string[] {
  const items = metadata?.items ?? [];
  const problems: string[] = [];
  const keys = items.filter(({ key }) => keyMetadata.includes(key)).map(({ key }) => key);
  if (keys.length > 0)
    problems.push(`gives machines ${keys.join(', ')}: whoever has that key is root on them`);
  const holding = items.filter(({ value }) => keyText.test(value ?? '')).map(({ key }) => key);
  if (holding.length > 0) problems.push(`holds what looks like a private key, in ${holding.join(', ')}`);
  const policies = [
    ...(resourcePolicies ?? []),
    ...(disks ?? []).flatMap(({ initializeParams }) => initializeParams?.resourcePolicies ?? []),
  ];
  if (policies.length > 0) problems.push('has a schedule of snapshots, which would keep copies of keys');
  if (items.find(({ key }) => key === 'enable-guest-attributes')?.value?.toUpperCase() !== 'TRUE') {
    problems.push('its machines can report nothing (enable-guest-attributes)');
  }
  return problems;
}

/** What one machine takes; null is not known. */
type Node = {
  readonly machine: string;
  /** By the type of the disk, GB. */
  readonly disks: ReadonlyMap<string, number | null>;
};

function nodeOf({ machineType, disks }: Template): Node {
  const sums = new Map<string, number | null>();
  for (const { initializeParams } of disks ?? []) {
    const type = initializeParams?.diskType?.split('/').at(-1) ?? 'pd-standard';
    const [size, before] = [initializeParams?.diskSizeGb ?? null, sums.get(type) ?? 0];
    sums.set(type, size === null || sums.get(type) === null ? null : before + size);
  }
  return { machine: machineType, disks: sums };
}

async function templateChecks(
  template: Standbys['templates'][number],
  standbys: Standbys,
  { google }: DoctorWorld,
): Promise<{ readonly checks: readonly Check[]; readonly node: Node | null }> {
  const { ok, broken, unread } = look('standbys', template.name);
  const { project } = standbys;
  const seen = await google.ask({
    api: 'compute',
    path: `compute/v1/projects/${project}/regions/${template.region}/instanceTemplates/${template.name}`,
    form: templateForm,
    what: `the template ${template.name} in ${template.region}`,
    role: 'roles/compute.viewer',
    project,
  });
  if (!seen.ok) return { checks: [unread(seen)], node: null };
  const { properties } = seen.value;
  const emails = (properties.serviceAccounts ?? []).flatMap(({ email }) => email ?? []);
  const node = standbys.node_service_account ?? null;
  const foreign = emails.filter((email) => email !== node);
  const problems = [
    ...limitProblems(properties, template.is_drill),
    ...keyProblems(properties),
    ...(foreign.length > 0 ? [`its machines run as ${foreign.join(', ')}`] : []),
  ].map((says) => broken(says, `${apply} with the module standby of this version`));
  const kind = template.is_drill ? 'for drills, deleted by itself' : 'without a limit on its life';
  return {
    checks: allOr(problems, ok(`${properties.machineType}, ${kind}, without a key`)),
    node: template.is_drill ? null : nodeOf(properties),
  };
}

/** Machine families that Compute counts by themselves; the others share `CPUS`. */
const counted = new Set([
  'n2',
  'n2d',
  'c2',
  'c2d',
  'c3',
  'c3d',
  'm1',
  'm2',
  'm3',
  't2d',
  't2a',
  'n4',
  'c4',
  'c4a',
  'c4d',
]);
const metricOf = (machine: string): string => {
  const family = machine.split('-')[0] ?? '';
  return counted.has(family) ? `${family.toUpperCase()}_CPUS` : 'CPUS';
};
/** The number at the end of a machine type, e.g. of `e2-standard-4`. */
const cpusOf = (machine: string): number => Number(/-(\d+)(?:-[a-z]+)?$/.exec(machine)?.[1] ?? '0');

/** Where Compute counts disks of a type. */
const diskMetrics: Readonly<Record<string, string>> = {
  'pd-ssd': 'SSD_TOTAL_GB',
  'pd-balanced': 'SSD_TOTAL_GB',
  'hyperdisk-balanced': 'HDB_TOTAL_GB',
  'pd-standard': 'DISKS_TOTAL_GB',
  'local-ssd': 'LOCAL_SSD_TOTAL_GB',
};

type Take = { readonly metric: string | null; readonly amount: number | null; readonly what: string };

function takesOf({ machine, disks }: Node, count: number): readonly Take[] {
  const sums = new Map<string, Take>();
  for (const [type, size] of disks) {
    const metric = diskMetrics[type] ?? null;
    const before = sums.get(metric ?? type);
    const known = before === undefined ? 0 : before.amount;
    sums.set(metric ?? type, {
      metric,
      amount: size === null || known === null ? null : known + size * count,
      what: before === undefined ? type : `${before.what} and ${type}`,
    });
  }
  const cpus = cpusOf(machine);
  return [
    { metric: metricOf(machine), amount: cpus === 0 ? null : cpus * count, what: 'its processors' },
    ...[...sums.values()].map((take) => ({ ...take, what: `its disks of ${take.what}` })),
  ];
}

type Room = {
  readonly where: string;
  readonly project: string;
  readonly quotas: z.output<typeof quotasForm>['quotas'];
};

function takeChecks(
  { broken, unknown }: Looked,
  take: Take,
  { who, room: { where, project, quotas } }: { readonly who: string; readonly room: Room },
): Check[] {
  const { metric, amount, what } = take;
  if (metric === null || amount === null) {
    return [
      unknown(`whether there is room for ${who} is not known: ${what} are counted nowhere that is known`),
    ];
  }
  const quota = quotas?.find((each) => each.metric === metric);
  if (quota === undefined) {
    return [unknown(`Compute says nothing of ${metric}, so nobody knows whether ${who} has room`)];
  }
  const free = (quota.limit ?? 0) - (quota.usage ?? 0);
  return free >= amount
    ? []
    : [
        broken(
          `${who} has no room: it takes ${amount}, and ${free} of ${quota.limit ?? 0} ${metric} are free`,
          `ask for more ${metric} in ${where} under IAM & Admin, Quotas, in ${project}`,
        ),
      ];
}

const whoOf = ({ machine }: Node, count: number): string =>
  count === 1 ? `a ${machine}` : `${count} times a ${machine}`;

async function roomChecks(
  region: string,
  nodes: readonly Node[],
  {
    standbys: { project },
    world: { google, prepared },
  }: { readonly standbys: Standbys; readonly world: DoctorWorld },
): Promise<readonly Check[]> {
  const looked = look('standbys', `room in ${region}`);
  const seen = await google.ask({
    api: 'compute',
    path: `compute/v1/projects/${project}/regions/${region}`,
    form: quotasForm,
    what: `the quotas of ${region}`,
    role: 'roles/compute.viewer',
    project,
  });
  if (!seen.ok) return [looked.unread(seen, `is there a region ${region}?`)];
  const count = prepared?.maxStandbys ?? 1;
  const room = { where: region, project, quotas: seen.value.quotas };
  const short = nodes.flatMap((node) =>
    takesOf(node, count).flatMap((take) => takeChecks(looked, take, { who: whoOf(node, count), room })),
  );
  const all = [...new Set(nodes.map((node) => whoOf(node, count)))];
  return allOr(short, looked.ok(`for ${all.join(', or for ')}, with its disks`));
}

/** Beside the quotas of a region there is one of processors that all regions share. */
async function wholeRoomChecks(
  nodes: readonly Node[],
  {
    standbys: { project },
    world: { google, prepared },
  }: { readonly standbys: Standbys; readonly world: DoctorWorld },
): Promise<readonly Check[]> {
  if (nodes.length === 0) return [];
  const looked = look('standbys', 'room in all regions together');
  const seen = await google.ask({
    api: 'compute',
    path: `compute/v1/projects/${project}`,
    form: quotasForm,
    what: `the quotas of ${project}`,
    role: 'roles/compute.viewer',
    project,
  });
  if (!seen.ok) return [looked.unread(seen)];
  const count = prepared?.maxStandbys ?? 1;
  const room = { where: 'all regions', project, quotas: seen.value.quotas };
  const [largest] = nodes.toSorted((a, b) => cpusOf(b.machine) - cpusOf(a.machine));
  if (largest === undefined) return [];
  const amount = cpusOf(largest.machine) * count;
  const take = { metric: 'CPUS_ALL_REGIONS', amount: amount === 0 ? null : amount, what: 'its processors' };
  const who = whoOf(largest, count);
  return allOr(takeChecks(looked, take, { who, room }), looked.ok(`for ${who}`));
}

export async function examineStandbys(world: DoctorWorld): Promise<readonly Check[]> {
  const { standbys, functions } = world.outputs;
  if (standbys === null || standbys === undefined) {
    return functions['provision'] === undefined
      ? []
      : [
          look('standbys', 'all').broken(
            'provision is deployed, and there is no template to make a node from',
            'use the module standby in the root module (see the examples), and run terraform apply',
          ),
        ];
  }
  const found = await Promise.all(
    standbys.templates.map(async (template) => ({
      region: template.region,
      ...(await templateChecks(template, standbys, world)),
    })),
  );
  const regions = new Map<string, Node[]>();
  for (const { region, node } of found) {
    if (node !== null) regions.set(region, [...(regions.get(region) ?? []), node]);
  }
  const rooms = await Promise.all([
    ...[...regions].map(([region, nodes]) => roomChecks(region, nodes, { standbys, world })),
    wholeRoomChecks([...regions.values()].flat(), { standbys, world }),
  ]);
  return [...found.flatMap(({ checks }) => checks), ...rooms.flat()];
}
