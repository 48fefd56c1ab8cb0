// Secret Manager as a person uses it. Source: https://cloud.google.com/secret-manager/docs/reference/rest/v1/projects.secrets.versions
import { z } from 'zod';
import type { Answer, Google } from './google.ts';

export type Place = { readonly project: string; readonly id: string };
export const versionStates = ['ENABLED', 'DISABLED', 'DESTROYED'] as const;
export type Version = { readonly number: number; readonly state: (typeof versionStates)[number] };

const version = z
  .object({
    name: z.string().regex(/\/versions\/[1-9]\d{0,9}$/),
    state: z.enum(versionStates),
  })
  .transform(({ name, state }): Version => ({ number: Number(name.split('/').at(-1)), state }));

const payload = z.object({ payload: z.object({ data: z.base64() }) });

const pathOf = ({ project, id }: Place): string => `v1/projects/${project}/secrets/${id}`;
const common = { api: 'secretmanager', role: 'roles/secretmanager.admin' } as const;

/** Newest first. */
export async function listVersions(google: Google, place: Place): Promise<Answer<readonly Version[]>> {
  const found = await google.list({
    ...common,
    path: `${pathOf(place)}/versions`,
    query: { pageSize: '100' },
    items: 'versions',
    item: version,
    what: `the versions of the secret ${place.id}`,
    project: place.project,
  });
  if (!found.ok) return found;
  return { ok: true, value: found.value.toSorted((a, b) => b.number - a.number) };
}

/** What a version holds, as text. */
export async function accessVersion(google: Google, place: Place, number: number): Promise<Answer<string>> {
  const found = await google.ask({
    ...common,
    path: `${pathOf(place)}/versions/${number}:access`,
    form: payload,
    what: `version ${number} of the secret ${place.id}`,
    project: place.project,
  });
  if (!found.ok) return found;
  return { ok: true, value: Buffer.from(found.value.payload.data, 'base64').toString('utf8') };
}

/** Its answer may be lost; whoever asks looks whether it is there. */
export const addVersion = (google: Google, place: Place, text: string): Promise<Answer<Version>> =>
  google.ask({
    ...common,
    path: `${pathOf(place)}:addVersion`,
    body: { payload: { data: Buffer.from(text, 'utf8').toString('base64') } },
    form: version,
    what: `a new version of the secret ${place.id}`,
    project: place.project,
  });

/** What is destroyed comes never back; a second call finds it destroyed. */
export const destroyVersion = (google: Google, place: Place, number: number): Promise<Answer<Version>> =>
  google.ask({
    ...common,
    path: `${pathOf(place)}/versions/${number}:destroy`,
    body: {},
    form: version,
    what: `version ${number} of the secret ${place.id}`,
    project: place.project,
    mayRepeat: true,
  });
