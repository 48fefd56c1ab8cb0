// What the commands of secrets know of a folder: what it needs, what Terraform has made, what is pinned, and the way to Google.
import { join } from 'node:path';
import type { Config } from '../../functions/config/config.ts';
import type { Context } from '../context.ts';
import { readConfig } from '../config-file.ts';
import { readDeployment, type Deployment } from '../deploy/deployment.ts';
import { readOutputs, type Outputs } from '../deploy/outputs.ts';
import { endpointVariable, openGoogle, type Google } from '../google/google.ts';
import type { Target } from './set-secrets.ts';

export type OutputsOption = { readonly outputs?: string };

export type Opened = {
  readonly deployment: Deployment;
  readonly outputs: Outputs;
  /** Null when there is none, or none that can be read: then values are held against nothing. */
  readonly config: Config | null;
  readonly targets: readonly Target[];
  /** Functions that need secrets and have no place for them. */
  readonly withoutPlace: readonly string[];
  readonly google: Google;
};

export type Opening =
  | { readonly ok: true; readonly opened: Opened }
  | { readonly ok: false; readonly message: string };

const googleOf = ({ clock, variables }: Pick<Context, 'clock' | 'variables'>): Google =>
  openGoogle({ clock, endpoint: variables[endpointVariable] });

/** The functions that need secrets, by what was prepared; a function that needs none has none. */
export const needy = ({ functions }: Deployment): (readonly [name: string, needs: readonly string[]])[] =>
  Object.entries(functions).flatMap(([name, { secrets }]) =>
    secrets.length === 0 ? [] : [[name, secrets] as const],
  );

export async function openFolder(
  folder: string,
  options: OutputsOption,
  context: Pick<Context, 'clock' | 'variables'>,
): Promise<Opening> {
  const read = readDeployment(folder);
  if (!read.ok) return read;
  const { deployment } = read;
  const made = await readOutputs(folder, { from: options.outputs, variables: context.variables });
  if (!made.ok) return made;
  const parsed = readConfig(join(folder, deployment.config.path));
  // What was added since the last apply has its place already.
  const places = { ...made.outputs.places, ...made.outputs.secrets };
  const wanted = needy(deployment);
  return {
    ok: true,
    opened: {
      deployment,
      outputs: made.outputs,
      config: parsed.ok ? parsed.config : null,
      targets: wanted.flatMap(([name, needs]) => {
        const place = places[name];
        if (place === undefined) return [];
        const { project, id, version } = place;
        return [{ function: name, place: { project, id }, needs, deployed: version ?? null }];
      }),
      withoutPlace: wanted.flatMap(([name]) => (places[name] === undefined ? [name] : [])),
      google: googleOf(context),
    },
  };
}
