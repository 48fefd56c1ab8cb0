// Are the APIs on that the watchdog uses, and is what runs of this version?
import { z } from 'zod';
import manifest from '../../package.json' with { type: 'json' };
import { allOr, type Check, type DoctorWorld, look } from './check.ts';

// https://cloud.google.com/service-usage/docs/reference/rest/v1/services/batchGet
const form = z.object({
  services: z
    .array(z.object({ name: z.string(), state: z.string().nullish() }))
    .nullish()
    .transform((services) => services ?? []),
});

const main = [
  'cloudbuild',
  'cloudfunctions',
  'cloudscheduler',
  'firestore',
  'iam',
  'logging',
  'monitoring',
  'run',
  'secretmanager',
];
const keys = ['cloudfunctions', 'firestore', 'iam', 'run', 'secretmanager'];

async function apiChecks(
  project: string,
  apis: readonly string[],
  { google }: DoctorWorld,
): Promise<readonly Check[]> {
  const { ok, broken, unread } = look('project', project);
  const seen = await google.ask({
    api: 'serviceusage',
    path: `v1/projects/${project}/services:batchGet`,
    query: { names: apis.map((api) => `projects/${project}/services/${api}.googleapis.com`) },
    form,
    what: `the APIs of ${project}`,
    role: 'roles/serviceusage.serviceUsageViewer',
    project,
  });
  if (!seen.ok) return [unread(seen, 'is the name of the project right?')];
  const on = new Set(
    seen.value.services
      .filter(({ state }) => state === 'ENABLED')
      .map(({ name }) => name.split('/').at(-1)?.replace('.googleapis.com', '')),
  );
  const off = apis.filter((api) => !on.has(api));
  return allOr(
    off.map((api) =>
      broken(
        `the API ${api}.googleapis.com is off`,
        `run terraform apply, or: gcloud services enable ${api}.googleapis.com --project=${project}`,
      ),
    ),
    ok('its APIs are on'),
  );
}

export async function examineProject(world: DoctorWorld): Promise<readonly Check[]> {
  const { project, keys_project: keysProject, standbys, version } = world.outputs;
  const { ok, broken } = look('project', 'version');
  const { unprepared } = world;
  const asked = new Map<string, readonly string[]>([[project, main]]);
  if (keysProject !== project) asked.set(keysProject, keys);
  const standbyProject = standbys?.project;
  if (standbyProject !== undefined) {
    asked.set(standbyProject, [...(asked.get(standbyProject) ?? []), 'compute']);
  }
  const found = await Promise.all([...asked].map(([each, apis]) => apiChecks(each, apis, world)));
  return [
    version === manifest.version
      ? ok(`${version}, as this command`)
      : broken(
          `${version} runs, and this command is ${manifest.version}`,
          'use the command of that version, or: watchdog deploy prepare, and terraform apply',
        ),
    ...(unprepared === null
      ? []
      : [look('project', 'prepared').unknown(`what runs was held against nothing: ${unprepared}`)]),
    ...found.flat(),
  ];
}
