// Is each function there as it was deployed: with its own account, its room, its pinned secrets, and the callers it should have?
import { z } from 'zod';
import type { DeployedFunction } from '../deploy/outputs.ts';
import { listVersions } from '../google/secret-manager.ts';
import { callerChecks } from './callers.ts';
import { allOr, apply, type Check, type DoctorWorld, look } from './check.ts';

// https://cloud.google.com/functions/docs/reference/rest/v2/projects.locations.functions
const form = z.object({
  state: z.string(),
  stateMessages: z.array(z.object({ message: z.string().default('') })).nullish(),
  buildConfig: z
    .object({
      runtime: z.string().nullish(),
      entryPoint: z.string().nullish(),
      source: z.object({ storageSource: z.object({ object: z.string().nullish() }).nullish() }).nullish(),
    })
    .nullish(),
  serviceConfig: z
    .object({
      serviceAccountEmail: z.string().nullish(),
      availableMemory: z.string().nullish(),
      timeoutSeconds: z.number().nullish(),
      minInstanceCount: z.number().nullish(),
      environmentVariables: z.record(z.string(), z.string()).nullish(),
      secretEnvironmentVariables: z
        .array(z.object({ key: z.string(), secret: z.string(), version: z.string().nullish() }))
        .nullish(),
      secretVolumes: z
        .array(
          z.object({
            mountPath: z.string(),
            versions: z.array(z.object({ path: z.string(), version: z.string().nullish() })).nullish(),
          }),
        )
        .nullish(),
    })
    .nullish(),
});
type Seen = z.output<typeof form>;

const units: Readonly<Record<string, number>> = { '': 2 ** -20, K: 2 ** -10, M: 1, G: 2 ** 10 };

/** `512M` and `512Mi` are the same to Cloud Functions. */
function mebibytes(text: string): number {
  const [, number = '0', unit = ''] = /^(\d+(?:\.\d+)?)([KMG]?)i?$/i.exec(text) ?? [];
  return Math.round(Number(number) * (units[unit.toUpperCase()] ?? 0));
}

const variables = ['WATCHDOG_CONFIG', 'GOOGLE_CLOUD_PROJECT'];

function shapeProblems(name: string, deployed: DeployedFunction, seen: Seen, world: DoctorWorld): Check[] {
  const { broken } = look('functions', name);
  const config = seen.serviceConfig ?? {};
  const problems: Check[] = [];
  const account = config.serviceAccountEmail ?? 'none';
  if (account !== deployed.service_account) {
    problems.push(broken(`runs as ${account} and not as ${deployed.service_account}`, apply));
  }
  if (mebibytes(config.availableMemory ?? '') !== mebibytes(deployed.memory)) {
    problems.push(broken(`has ${config.availableMemory ?? 'no'} memory and not ${deployed.memory}`, apply));
  }
  if (config.timeoutSeconds !== deployed.timeout_seconds) {
    problems.push(
      broken(`may run for ${config.timeoutSeconds ?? 0} s and not for ${deployed.timeout_seconds} s`, apply),
    );
  }
  if ((config.minInstanceCount ?? 0) > 0) {
    problems.push(
      broken(`keeps ${config.minInstanceCount} instances running, which costs all the time`, apply),
    );
  }
  if (seen.buildConfig?.entryPoint !== name) {
    problems.push(broken(`starts ${seen.buildConfig?.entryPoint ?? 'nothing'} and not ${name}`, apply));
  }
  if (world.prepared !== null) {
    const bundle = seen.buildConfig?.source?.storageSource?.object ?? '';
    if (!bundle.includes(world.prepared.sha256)) {
      problems.push(
        broken(
          'runs another bundle than was prepared',
          `${apply}; when it was prepared on another machine, watchdog deploy prepare first`,
        ),
      );
    }
  }
  const plain = Object.keys(config.environmentVariables ?? {});
  const missing = variables.filter((each) => !plain.includes(each));
  if (missing.length > 0) problems.push(broken(`lacks the variables ${missing.join(', ')}`, apply));
  const open = plain.filter(
    (each) => each === 'WATCHDOG_SECRETS' || world.prepared?.secrets.includes(each) === true,
  );
  if (open.length > 0) {
    problems.push(
      broken(
        `has ${open.join(', ')} in plain text, for everybody to see who may see the function`,
        `${apply}, and then give them new values: watchdog secrets set`,
      ),
    );
  }
  if (config.secretVolumes?.some(({ mountPath }) => mountPath === '/etc/watchdog') !== true) {
    problems.push(broken('has no configuration mounted at /etc/watchdog', apply));
  }
  return problems;
}

/** Pinned is what was tried; the newest is what was set last. */
async function secretChecks(name: string, seen: Seen, { google, outputs }: DoctorWorld): Promise<Check[]> {
  const { ok, broken, unread } = look('functions', name);
  const given = outputs.secrets[name];
  const found = seen.serviceConfig?.secretEnvironmentVariables?.find(({ key }) => key === 'WATCHDOG_SECRETS');
  if (given === undefined) {
    return found === undefined ? [] : [broken('has secrets, and needs none', apply)];
  }
  if (found === undefined) {
    return [broken('has no secrets', 'run watchdog secrets set for what is missing, and terraform apply')];
  }
  const version = found.version ?? '';
  if (!/^\d+$/.test(version)) {
    return [broken(`its secrets are pinned to no version (${version === '' ? 'none' : version})`, apply)];
  }
  if (found.secret.split('/').at(-1) !== given.id) {
    return [broken(`has the secrets of ${found.secret}`, apply)];
  }
  const versions = await listVersions(google, given);
  if (!versions.ok) return [unread(versions)];
  const own = versions.value.find(({ number }) => String(number) === version);
  if (own?.state !== 'ENABLED') {
    return [
      broken(
        `version ${version} of its secrets cannot be read (${own?.state.toLowerCase() ?? 'it is not there'}): the next instance does not start`,
        'run watchdog secrets pull, then watchdog secrets list, set what is missing, and terraform apply',
      ),
    ];
  }
  const newest = versions.value.find(({ state }) => state === 'ENABLED')?.number;
  return newest !== undefined && newest > Number(version)
    ? [
        broken(
          `has version ${version} of its secrets, and ${newest} was set since`,
          'run terraform apply; when the file of versions is not from this machine, watchdog secrets pull first',
        ),
      ]
    : [ok(`has the newest version of its secrets, ${version}`)];
}

/** By project: what was made of the configuration. */
type Configs = ReadonlyMap<string, Awaited<ReturnType<typeof listVersions>>>;

function configChecks(name: string, { project }: DeployedFunction, seen: Seen, configs: Configs): Check[] {
  const { broken, unread } = look('functions', name);
  const volume = seen.serviceConfig?.secretVolumes?.find(({ mountPath }) => mountPath === '/etc/watchdog');
  const versions = configs.get(project);
  // That there is none is said already.
  if (volume === undefined || versions === undefined) return [];
  if (!versions.ok) return [unread(versions)];
  const mounted = volume.versions?.[0]?.version ?? '';
  if (!/^\d+$/.test(mounted)) {
    return [
      broken(`its configuration is pinned to no version (${mounted === '' ? 'none' : mounted})`, apply),
    ];
  }
  const enabled = versions.value.filter(({ state }) => state === 'ENABLED').map(({ number }) => number);
  if (!enabled.includes(Number(mounted))) {
    return [
      broken(
        `version ${mounted} of its configuration cannot be read: the next instance does not start`,
        apply,
      ),
    ];
  }
  const newest = Math.max(...enabled);
  return newest > Number(mounted)
    ? [broken(`has version ${mounted} of the configuration, and there is ${newest}`, apply)]
    : [];
}

async function functionChecks(
  name: string,
  deployed: DeployedFunction,
  { world, configs }: { readonly world: DoctorWorld; readonly configs: Configs },
): Promise<readonly Check[]> {
  const { ok, broken, unknown, unread } = look('functions', name);
  const { project, region } = deployed;
  const seen = await world.google.ask({
    api: 'cloudfunctions',
    path: `v2/projects/${project}/locations/${region}/functions/${deployed.name}`,
    form,
    what: `the function ${deployed.name}`,
    role: 'roles/cloudfunctions.viewer',
    project,
  });
  if (!seen.ok) return [unread(seen)];
  const { state, stateMessages } = seen.value;
  if (state === 'DEPLOYING') return [unknown('is being deployed', 'look again in two minutes')];
  const why = (stateMessages ?? [])
    .map(({ message }) => message)
    .join('; ')
    .slice(0, 300);
  if (state !== 'ACTIVE') {
    return [
      broken(
        `is ${state.toLowerCase()}${why === '' ? '' : `: ${why}`}`,
        `${apply}; the log of its build says more`,
      ),
    ];
  }
  const problems = shapeProblems(name, deployed, seen.value, world);
  return [
    ...allOr(problems, ok(`active in ${region}, ${deployed.memory}, as ${deployed.service_account}`)),
    ...configChecks(name, deployed, seen.value, configs),
    ...(await secretChecks(name, seen.value, world)),
  ];
}

export async function examineFunctions(world: DoctorWorld): Promise<readonly Check[]> {
  const functions = Object.entries(world.outputs.functions);
  if (functions.length === 0) {
    const { broken } = look('functions', 'all');
    return [
      broken(
        'there are none: Terraform makes them once there are secrets',
        'run watchdog secrets set for all that are missing, and terraform apply',
      ),
    ];
  }
  const { google, outputs, prepared } = world;
  const missing = (prepared?.functions ?? [])
    // Whether there is one is for Terraform to say (witness_region).
    .filter((name) => name !== 'witness' && outputs.functions[name] === undefined)
    .map((name) => look('functions', name).broken('was prepared, and is not deployed', apply));
  const projects = [...new Set(functions.map(([, { project }]) => project))];
  const configs = new Map(
    await Promise.all(
      projects.map(
        async (project) =>
          [project, await listVersions(google, { project, id: `${outputs.name}-config` })] as const,
      ),
    ),
  );
  const found = await Promise.all(
    functions.map(async ([name, deployed]) => [
      ...(await functionChecks(name, deployed, { world, configs })),
      ...(await callerChecks(name, deployed, world)),
    ]),
  );
  return [...missing, ...found.flat()];
}
