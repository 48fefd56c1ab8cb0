// Who may write who may sign, or change or be the gate: read from every policy that can be read. What cannot is said, and never taken for good.
import { z } from 'zod';
import type { Answer, Failure } from '../google/google.ts';
import { type Check, type DoctorWorld, look } from './check.ts';
import { type Binding, policyBody, policyForm, policyQuery } from './policy.ts';
import { isOwnAgent, type Place, type Reach, reach, type Source } from './reach.ts';

const projectForm = z.object({
  name: z.string().regex(/^projects\/\d+$/),
  parent: z.string().nullish(),
});
const folderForm = z.object({ parent: z.string().nullish() });
const roleForm = z.object({
  includedPermissions: z.array(z.string()).nullish(),
  deleted: z.boolean().nullish(),
  stage: z.string().nullish(),
});
const keysForm = z.object({
  keys: z.array(z.object({ name: z.string(), disabled: z.boolean().nullish() })).nullish(),
});

const reviewer = 'roles/iam.securityReviewer';
type Policy = Answer<z.output<typeof policyForm>>;

/** `resource` is `projects/p`, `folders/1` or `organizations/1`. */
const policyAbove = ({ google }: DoctorWorld, resource: string, project: string): Promise<Policy> =>
  google.ask({
    api: 'cloudresourcemanager',
    path: `v3/${resource}:getIamPolicy`,
    body: policyBody,
    form: policyForm,
    what: `the policy of ${resource}`,
    role: reviewer,
    project,
    on: resource,
    mayRepeat: true,
  });

type Read = {
  readonly sources: readonly Source[];
  readonly checks: readonly Check[];
  readonly number: string | null;
};

const notKnown = (what: string, { kind, message }: Failure): Check =>
  look('people', what).unknown(
    `who reaches the keys from there is not known: ${message}`,
    kind === 'forbidden' ? `ask somebody who has ${reviewer} there to run this` : undefined,
  );

/** A project and everything above it. */
async function readProject(project: string, covers: Source['covers'], world: DoctorWorld): Promise<Read> {
  const { google } = world;
  const sources: Source[] = [];
  const checks: Check[] = [];
  const own = await policyAbove(world, `projects/${project}`, project);
  if (own.ok) {
    sources.push({
      kind: 'project',
      where: `project ${project}`,
      covers,
      bindings: own.value.bindings,
      remove: (member, role) =>
        `gcloud projects remove-iam-policy-binding ${project} --member=${member} --role=${role} --all`,
    });
  } else checks.push(notKnown(`project ${project}`, own));
  const seen = await google.ask({
    api: 'cloudresourcemanager',
    path: `v3/projects/${project}`,
    form: projectForm,
    what: `the project ${project}`,
    role: 'roles/browser',
    project,
  });
  if (!seen.ok)
    return { sources, checks: [...checks, notKnown(`above project ${project}`, seen)], number: null };
  let above = seen.value.parent ?? null;
  while (above !== null && /^(folders|organizations)\/\d+$/.test(above)) {
    const place = above;
    const isFolder = place.startsWith('folders/');
    const id = place.split('/')[1] ?? '';
    const name = `${isFolder ? 'folder' : 'organization'} ${id}`;
    // oxlint-disable-next-line no-await-in-loop -- each tells what is above it
    const policy = await policyAbove(world, place, project);
    if (policy.ok) {
      sources.push({
        kind: isFolder ? 'folder' : 'organization',
        where: name,
        covers,
        bindings: policy.value.bindings,
        remove: (member, role) =>
          `gcloud ${isFolder ? 'resource-manager folders' : 'organizations'} remove-iam-policy-binding ${id} --member=${member} --role=${role} --all`,
      });
    } else checks.push(notKnown(name, policy));
    if (!isFolder) break;
    // oxlint-disable-next-line no-await-in-loop -- each tells what is above it
    const folder = await google.ask({
      api: 'cloudresourcemanager',
      path: `v3/${place}`,
      form: folderForm,
      what: `the ${name}`,
      role: 'roles/browser',
      project,
      on: place,
    });
    if (!folder.ok) checks.push(notKnown(`above ${name}`, folder));
    above = folder.ok ? (folder.value.parent ?? null) : null;
  }
  return { sources, checks, number: seen.value.name.split('/')[1] ?? null };
}

/** What hangs on the gate itself: its service, its function, its secret. */
async function readGate(world: DoctorWorld): Promise<Pick<Read, 'sources' | 'checks'>> {
  const { google, outputs } = world;
  const { gate } = outputs.functions;
  if (gate === undefined) return { sources: [], checks: [] };
  const { project, region, name } = gate;
  const secret = outputs.secrets['gate'];
  const where = `--project=${project} --region=${region}`;
  const asked: (Pick<Source, 'kind' | 'where' | 'remove'> & {
    readonly api: 'run' | 'cloudfunctions' | 'secretmanager';
    readonly path: string;
  })[] = [
    {
      kind: 'service',
      where: `service ${name}`,
      api: 'run',
      path: `v2/projects/${project}/locations/${region}/services/${name}:getIamPolicy`,
      remove: (member, role) =>
        `gcloud run services remove-iam-policy-binding ${name} ${where} --member=${member} --role=${role}`,
    },
    {
      kind: 'function',
      where: `function ${name}`,
      api: 'cloudfunctions',
      path: `v2/projects/${project}/locations/${region}/functions/${name}:getIamPolicy`,
      remove: (member, role) =>
        `gcloud functions remove-iam-policy-binding ${name} ${where} --member=${member} --role=${role}`,
    },
    ...(secret === undefined
      ? []
      : [
          {
            kind: 'secret' as const,
            where: `secret ${secret.id}`,
            api: 'secretmanager' as const,
            path: `v1/projects/${secret.project}/secrets/${secret.id}:getIamPolicy`,
            remove: (member: string, role: string) =>
              `gcloud secrets remove-iam-policy-binding ${secret.id} --project=${secret.project} --member=${member} --role=${role}`,
          },
        ]),
  ];
  const read = await Promise.all(
    asked.map(async ({ api, path, ...source }) => ({
      source,
      policy: await google.ask({
        api,
        path,
        query: policyQuery,
        form: policyForm,
        what: `the policy of the ${source.where}`,
        role: reviewer,
        project,
      }),
    })),
  );
  return {
    sources: read.flatMap(({ source, policy }) =>
      policy.ok ? [{ ...source, covers: ['gate'] as const, bindings: policy.value.bindings }] : [],
    ),
    checks: read.flatMap(({ source, policy }) => (policy.ok ? [] : [notKnown(source.where, policy)])),
  };
}

const projectOf = (email: string): string | null =>
  /@([a-z0-9-]+)\.iam\.gserviceaccount\.com$/.exec(email)?.[1] ?? null;

/** Who may act as an account: its own policy. */
async function readAccount(email: string, world: DoctorWorld): Promise<Pick<Read, 'sources' | 'checks'>> {
  const project = projectOf(email);
  const { project: own, keys_project } = world.outputs;
  // Google's own accounts have no policy that anybody could read or change.
  if (project === null || ![own, keys_project].includes(project)) return { sources: [], checks: [] };
  const policy = await world.google.ask({
    api: 'iam',
    verb: 'POST',
    path: `v1/projects/${project}/serviceAccounts/${email}:getIamPolicy`,
    query: policyQuery,
    form: policyForm,
    what: `the policy of the account ${email}`,
    role: reviewer,
    project,
  });
  if (!policy.ok) return { sources: [], checks: [notKnown(`account ${email}`, policy)] };
  return {
    sources: [
      {
        kind: 'account',
        where: `account ${email}`,
        covers: ['keys', 'gate'],
        bindings: policy.value.bindings,
        remove: (member, role) =>
          `gcloud iam service-accounts remove-iam-policy-binding ${email} --project=${project} --member=${member} --role=${role}`,
      },
    ],
    checks: [],
  };
}

type Permissions = ReadonlySet<string> | null;

async function readRole(role: string, world: DoctorWorld): Promise<Permissions> {
  if (!/^(roles|projects\/[a-z0-9.:-]+\/roles|organizations\/\d+\/roles)\/[A-Za-z0-9_.]+$/.test(role))
    return null;
  const seen = await world.google.ask({
    api: 'iam',
    path: `v1/${role}`,
    form: roleForm,
    what: `the role ${role}`,
    role: reviewer,
    project: world.outputs.keys_project,
  });
  // A role that is gone gives nothing.
  if (!seen.ok) return null;
  const isOff = seen.value.deleted === true || seen.value.stage === 'DISABLED';
  return new Set(isOff ? [] : (seen.value.includedPermissions ?? []));
}

const rolesIn = (sources: readonly Source[]): string[] => [
  ...new Set(sources.flatMap(({ bindings }) => bindings.map(({ role }: Binding) => role))),
];

const accountsIn = (members: Iterable<string>): string[] =>
  [...members].flatMap((member) => /^serviceAccount:([^?]+)$/.exec(member)?.[1] ?? []);

const mostRounds = 5;

type Gathered = {
  readonly reaches: ReadonlyMap<string, readonly Reach[]>;
  readonly checks: readonly Check[];
  readonly numbers: readonly string[];
};

/** Policies, roles, and the policies of accounts that turn out to reach something, until no new ones turn up. */
async function gather(world: DoctorWorld): Promise<Gathered> {
  const { outputs, at } = world;
  const { gate } = outputs.functions;
  const keysProject = outputs.keys_project;
  const gateProject = gate?.project ?? keysProject;
  const projects: (readonly [string, Source['covers']])[] =
    gateProject === keysProject
      ? [[keysProject, ['keys', 'gate']]]
      : [
          [keysProject, ['keys']],
          [gateProject, ['gate']],
        ];
  const [hanging, ...read] = await Promise.all([
    readGate(world),
    ...projects.map(([project, covers]) => readProject(project, covers, world)),
  ]);
  const sources = [...read.flatMap((each) => each.sources), ...hanging.sources];
  const checks = [...read.flatMap((each) => each.checks), ...hanging.checks];
  const numbers = read.flatMap(({ number }) => number ?? []);
  const gateNumber = read.at(-1)?.number ?? null;
  const secret = outputs.secrets['gate'];
  const place: Place = {
    keysProject,
    gate:
      gate === undefined
        ? null
        : {
            project: gate.project,
            region: gate.region,
            service: gate.name,
            secret:
              gateNumber === null || secret === undefined
                ? null
                : `projects/${gateNumber}/secrets/${secret.id}`,
            version: secret?.version ?? null,
          },
    at,
  };
  const roles = new Map<string, Permissions>();
  const looked = new Set<string>();
  let reaches: ReadonlyMap<string, readonly Reach[]> = new Map();
  for (let round = 0; round < mostRounds; round += 1) {
    const wanted = rolesIn(sources).filter((role) => !roles.has(role));
    // oxlint-disable-next-line no-await-in-loop -- what is read says what to read next
    const permissions = await Promise.all(
      wanted.map(async (role) => [role, await readRole(role, world)] as const),
    );
    for (const [role, each] of permissions) roles.set(role, each);
    reaches = reach(sources, { roles, place });
    // The gate's own account reads its key: whoever is it, is the gate.
    const accounts = [...(gate === undefined ? [] : [gate.service_account]), ...accountsIn(reaches.keys())];
    const fresh = [...new Set(accounts)].filter((email) => !looked.has(email));
    if (fresh.length === 0) break;
    for (const email of fresh) looked.add(email);
    // oxlint-disable-next-line no-await-in-loop -- what is read says what to read next
    const policies = await Promise.all(fresh.map((email) => readAccount(email, world)));
    sources.push(...policies.flatMap((each) => each.sources));
    checks.push(...policies.flatMap((each) => each.checks));
  }
  return { reaches, checks, numbers };
}

const sentence = (reaches: readonly Reach[]): string => {
  const byPower = new Map<string, Set<string>>();
  for (const { power, role, where } of reaches) {
    byPower.set(power, (byPower.get(power) ?? new Set()).add(`${role} of ${where}`));
  }
  return [...byPower].map(([power, by]) => `${power} (${[...by].join(', ')})`).join('; ');
};

function principalCheck(
  member: string,
  reaches: readonly Reach[],
  world: DoctorWorld,
  numbers: readonly string[],
): Check {
  const { ok, broken, unknown } = look('people', member);
  const { keepers, functions } = world.outputs;
  const says = sentence(reaches);
  if (keepers.includes(member)) return ok(`is a keeper: may ${says}`);
  if (isOwnAgent(member, reaches, numbers))
    return ok("is Google's own agent, with the role that Google made for it");
  const isGateItself =
    member === `serviceAccount:${functions['gate']?.service_account ?? ''}` &&
    reaches.every(({ power, where }) => power === "read the gate's secrets" && where.startsWith('secret '));
  if (isGateItself) return ok('is the gate: reads its own secrets');
  const certain = reaches.filter(({ isCertain }) => isCertain);
  const orKeeper = member.startsWith('user:')
    ? ' — or, if that is a person who may move keys, name it in keepers in terraform.tfvars and run terraform apply'
    : '';
  const todo = (of: readonly Reach[]): string =>
    `${[...new Set(of.map(({ remove }) => remove))].join(' ; ')}${orKeeper}`;
  return certain.length > 0
    ? broken(`is no keeper, and may ${sentence(certain)}`, todo(certain))
    : unknown(`may perhaps ${says}: a condition or a role of it could not be read`, todo(reaches));
}

/** Nobody can move keys when no keeper can write. */
function keeperChecks({ reaches, checks }: Gathered, { outputs }: DoctorWorld): Check[] {
  const { broken } = look('people', 'keepers');
  if (outputs.keepers.length === 0) {
    return [
      broken(
        'there are none: nobody may move keys',
        'name yourself in keepers in terraform.tfvars, and run terraform apply',
      ),
    ];
  }
  // A person may have it from a group, or from above where it could not be read.
  if (checks.length > 0) return [];
  const canWrite = outputs.keepers.some((keeper) =>
    reaches.get(keeper)?.some(({ power, isCertain }) => power === 'write the keys' && isCertain),
  );
  return canWrite ? [] : [broken('none of them may write the keys database', 'run terraform apply')];
}

/** A key in a file is an identity that can be copied. */
async function accountKeyChecks({ google, outputs }: DoctorWorld): Promise<Check[]> {
  const emails = new Set([
    ...Object.values(outputs.functions).map((each) => each.service_account),
    outputs.scheduler_service_account,
    ...(outputs.build_service_account === null || outputs.build_service_account === undefined
      ? []
      : [outputs.build_service_account]),
    ...(outputs.standbys?.node_service_account === null ||
    outputs.standbys?.node_service_account === undefined
      ? []
      : [outputs.standbys.node_service_account]),
  ]);
  const found = await Promise.all(
    [...emails].map(async (email) => {
      const project = projectOf(email) ?? outputs.project;
      const { broken, unread } = look('people', `keys of ${email}`);
      const seen = await google.ask({
        api: 'iam',
        path: `v1/projects/${project}/serviceAccounts/${email}/keys`,
        query: { keyTypes: 'USER_MANAGED' },
        form: keysForm,
        what: `the keys of the account ${email}`,
        role: reviewer,
        project,
      });
      if (!seen.ok) return [unread(seen)];
      return (seen.value.keys ?? [])
        .filter(({ disabled }) => disabled !== true)
        .map(({ name }) => {
          const id = name.split('/').at(-1) ?? '';
          return broken(
            `somebody has made a key for it (${id}), which works wherever it is copied to`,
            `gcloud iam service-accounts keys delete ${id} --iam-account=${email} --project=${project}`,
          );
        });
    }),
  );
  const problems = found.flat();
  return problems.length === 0 ? [look('people', 'keys of accounts').ok('there are none')] : problems;
}

export async function examinePeople(world: DoctorWorld): Promise<readonly Check[]> {
  const [gathered, accountKeys] = await Promise.all([gather(world), accountKeyChecks(world)]);
  const principals = [...gathered.reaches]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([member, reaches]) => principalCheck(member, reaches, world, gathered.numbers));
  return [...gathered.checks, ...keeperChecks(gathered, world), ...principals, ...accountKeys];
}
