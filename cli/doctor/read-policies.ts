// The policies of whatever leads to the keys: of projects and all above them, of the gate and what hangs on it, of accounts; and what roles may.
import { z } from 'zod';
import type { Answer, Failure } from '../google/google.ts';
import { type Check, type DoctorWorld, look } from './check.ts';
import { policyBody, policyForm, policyQuery } from './policy.ts';
import type { Source } from './reach.ts';

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

export const reviewer = 'roles/iam.securityReviewer';
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
export async function readProject(
  project: string,
  covers: Source['covers'],
  world: DoctorWorld,
): Promise<Read> {
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
export async function readGate(world: DoctorWorld): Promise<Pick<Read, 'sources' | 'checks'>> {
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

export const projectOf = (email: string): string | null =>
  /@([a-z0-9-]+)\.iam\.gserviceaccount\.com$/.exec(email)?.[1] ?? null;

/** Who may act as an account: its own policy. */
export async function readAccount(
  email: string,
  world: DoctorWorld,
): Promise<Pick<Read, 'sources' | 'checks'>> {
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

/** Null when the role cannot be read. */
export type Permissions = ReadonlySet<string> | null;

export async function readRole(role: string, world: DoctorWorld): Promise<Permissions> {
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
