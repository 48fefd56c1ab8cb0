// Are the templates of standbys there, without a limit on their life and without anything that could be a key; and is there room for their machines?
import { z } from 'zod';
import type { Outputs } from '../deploy/outputs.ts';
import { allOr, type Check, type DoctorWorld, look } from './check.ts';

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
          initializeParams: z.object({ resourcePolicies: z.array(z.string()).nullish() }).nullish(),
        }),
      )
      .nullish(),
    metadata: z
      .object({ items: z.array(z.object({ key: z.string(), value: z.string().nullish() })).nullish() })
      .nullish(),
  }),
});
type Template = z.output<typeof templateForm>['properties'];

const regionForm = z.object({
  quotas: z
    .array(
      z.object({ metric: z.string().nullish(), limit: z.number().nullish(), usage: z.number().nullish() }),
    )
    .nullish(),
});

const apply = 'run terraform apply';
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

async function templateChecks(
  template: Standbys['templates'][number],
  standbys: Standbys,
  { google }: DoctorWorld,
): Promise<{ readonly checks: readonly Check[]; readonly machine: string | null }> {
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
  if (!seen.ok) return { checks: [unread(seen)], machine: null };
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
    machine: template.is_drill ? null : properties.machineType,
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

async function roomChecks(
  region: string,
  machines: readonly string[],
  { project }: Standbys,
  { google }: DoctorWorld,
): Promise<readonly Check[]> {
  const { ok, broken, unknown, unread } = look('standbys', `room in ${region}`);
  const seen = await google.ask({
    api: 'compute',
    path: `compute/v1/projects/${project}/regions/${region}`,
    form: regionForm,
    what: `the quotas of ${region}`,
    role: 'roles/compute.viewer',
    project,
  });
  if (!seen.ok) return [unread(seen, `is there a region ${region}?`)];
  const short = machines.flatMap((machine) => {
    const metric = metricOf(machine);
    const quota = seen.value.quotas?.find((each) => each.metric === metric);
    if (quota === undefined)
      return [unknown(`Compute says nothing of ${metric}, so nobody knows whether a ${machine} has room`)];
    const free = (quota.limit ?? 0) - (quota.usage ?? 0);
    return free >= cpusOf(machine)
      ? []
      : [
          broken(
            `a ${machine} has no room: ${free} of ${quota.limit ?? 0} ${metric} are free`,
            `ask for more ${metric} in ${region} under IAM & Admin, Quotas, in ${project}`,
          ),
        ];
  });
  return allOr(short, ok(`for a ${machines.join(' and a ')}`));
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
  const regions = new Map<string, Set<string>>();
  for (const { region, machine } of found) {
    if (machine !== null) regions.set(region, (regions.get(region) ?? new Set()).add(machine));
  }
  const rooms = await Promise.all(
    [...regions].map(([region, machines]) => roomChecks(region, [...machines], standbys, world)),
  );
  return [...found.flatMap(({ checks }) => checks), ...rooms.flat()];
}
