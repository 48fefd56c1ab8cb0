// What is deployed, as one value: made from a configuration by `deploy prepare`, read by Terraform and by the commands that look after it.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import type { Config, Problem } from '../../functions/config/config.ts';
import { codeOf } from '../../functions/kit/error.ts';
import { firstIssue } from '../../functions/kit/first-issue.ts';
import type { SecretReference } from '../../functions/kit/secret.ts';
import { allOwners, referencesIn } from '../../local/secrets.ts';
import { functionNames, readsOf } from './reads.ts';

/** Terraform reads both by themselves, for their names end so. */
export const deploymentFile = 'deployment.auto.tfvars.json';
export const secretsFile = 'secrets.auto.tfvars.json';

const file = z.strictObject({
  /** Relative to the folder. */
  path: z.string().min(1),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
});

const variable = z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/);

const deployment = z.strictObject({
  version: z.string(),
  bundle: file,
  config: file,
  functions: z.partialRecord(z.enum(functionNames), z.strictObject({ secrets: z.array(variable) })),
  sites: z.array(z.string()),
  signers: z.array(z.string()),
  urls: z.strictObject({ acknowledge: z.string().nullable(), gate: z.string().nullable() }),
  heartbeats: z.array(z.strictObject({ site: z.string(), source: z.string(), secret: variable })),
  fences: z.array(z.strictObject({ signer: z.string(), fence: z.string(), secret: variable })),
  gate_public_keys: z.array(z.string()),
  standbys: z
    .strictObject({
      project: z.string(),
      prefix: z.string(),
      max_standbys: z.int(),
      /** After so long a drill has failed; its machine must live longer. */
      drill_hours: z.number(),
      templates: z.array(
        z.strictObject({
          chain: z.string(),
          region: z.string(),
          zones: z.array(z.string()),
          name: z.string(),
          machine: z.string(),
          disk: z.strictObject({ type: z.string(), gib: z.number() }),
          is_drill: z.boolean(),
        }),
      ),
    })
    .nullable(),
});

/** The file `deployment.auto.tfvars.json`. */
export const deploymentSchema = z.strictObject({ deployment });

export type Deployment = z.output<typeof deployment>;

/** What the configuration does not say. */
export type DeployedFiles = Pick<Deployment, 'version' | 'bundle' | 'config'>;

export type Computed =
  | { readonly ok: true; readonly deployment: Deployment }
  | { readonly ok: false; readonly problems: readonly Problem[] };

// What our functions, Google's clients and the platform read from the environment: a secret of such a name would change what they do.
const settings = [
  'COMPUTE_ENDPOINT',
  'DELIVER_URL',
  'HOME',
  'IDENTITY_CERTIFICATES_URL',
  'PATH',
  'PORT',
  'PROVISION_OLD_AFTER_HOURS',
  'PROVISION_URL',
  'STATUS_REFRESH_SECONDS',
  'WATCH_URL',
  'WITNESS_URLS',
];
const settingForms =
  /^(FIRESTORE|FUNCTION|GCLOUD|GOOGLE|GRPC|K|NODE|WATCHDOG|X_GOOGLE)_|_(DATABASE|MS|PER_MINUTE|PROJECT)$/;

/** True for a name that no secret can have. */
export const isReserved = (name: string): boolean => settings.includes(name) || settingForms.test(name);

function problemOf(reference: SecretReference): string | null {
  if ('file' in reference) {
    return `has its secret in the file ${reference.file}; in the cloud secrets are by name: write {env: NAME}, and give its value with \`watchdog secrets set\``;
  }
  return isReserved(reference.env)
    ? `has its secret in the variable ${reference.env}, which the platform or the watchdog uses itself; give it another name`
    : null;
}

const problemsOf = (config: Config): Problem[] =>
  allOwners(config).flatMap(([where, owner]) =>
    referencesIn(owner).flatMap((reference) => {
      const message = problemOf(reference);
      return message === null ? [] : [{ path: where, message }];
    }),
  );

/** The first of the two that are taken while a token is being changed: the one that the house shows. */
const nameOf = ([reference]: readonly SecretReference[]): string =>
  reference !== undefined && 'env' in reference ? reference.env : '';

const hourMs = 3_600_000;

function standbysOf({ standbys }: Config): Deployment['standbys'] {
  if (standbys === null) return null;
  const { project, prefix, maxStandbys, nodes, drill } = standbys;
  const templates = Object.entries(nodes).flatMap(([chain, { machine, disk, places }]) =>
    places.flatMap(({ region, zones, template, drillTemplate }) =>
      [
        { name: template, is_drill: false },
        { name: drillTemplate, is_drill: true },
      ].flatMap(({ name, is_drill }) =>
        name === null
          ? []
          : [{ chain, region, zones: [...zones], name, machine, disk: { ...disk }, is_drill }],
      ),
    ),
  );
  return {
    project,
    prefix,
    max_standbys: maxStandbys,
    drill_hours: Math.ceil(drill.syncWithinMs / hourMs),
    templates,
  };
}

/** Pure; refused is what cannot be deployed although it is a good configuration elsewhere. */
export function deploymentOf(config: Config, files: DeployedFiles): Computed {
  const problems = problemsOf(config);
  if (problems.length > 0) return { ok: false, problems };
  return {
    ok: true,
    deployment: {
      ...files,
      functions: readsOf(config),
      sites: config.sites.map(({ rules }) => rules.id),
      signers: config.sites.flatMap(({ rules }) => rules.signers.map(({ id }) => id)),
      urls: { acknowledge: config.acknowledge?.url ?? null, gate: config.gate?.url ?? null },
      heartbeats: config.sites.flatMap(({ rules, senders }) =>
        senders.map(({ source, tokens }) => ({ site: rules.id, source, secret: nameOf(tokens) })),
      ),
      fences: config.sites.flatMap(({ fences }) =>
        fences.map(({ signer, id, tokens }) => ({ signer, fence: id, secret: nameOf(tokens) })),
      ),
      gate_public_keys: [...(config.gate?.publicKeys ?? [])],
      standbys: standbysOf(config),
    },
  };
}

export type ReadDeployment =
  | { readonly ok: true; readonly deployment: Deployment }
  | { readonly ok: false; readonly message: string };

const again = 'run `watchdog deploy prepare` again';

/** The deployment that was prepared in a folder, or what to do. */
export function readDeployment(folder: string): ReadDeployment {
  const path = join(folder, deploymentFile);
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    const code = codeOf(error) || 'unknown';
    const message =
      code === 'ENOENT'
        ? `there is no ${path}; run \`watchdog deploy prepare ${folder}\` first`
        : `${path} cannot be read (${code}); check its owner`;
    return { ok: false, message };
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return { ok: false, message: `${path} is not JSON; ${again}` };
  }
  const parsed = deploymentSchema.safeParse(value);
  if (parsed.success) return { ok: true, deployment: parsed.data.deployment };
  return {
    ok: false,
    message: `${path} is not as this version writes it (${firstIssue(parsed.error)}); ${again}`,
  };
}
