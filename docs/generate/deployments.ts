// Writes what `deploy prepare` would write for the examples of Terraform, so that their plans are tested with their own configurations.
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { deploymentOf } from '../../cli/deploy/deployment.ts';
import { formatProblems, parseConfig } from '../../functions/config/config.ts';
import manifest from '../../package.json' with { type: 'json' };

const top = join(import.meta.dirname, '../..');
const folder = 'terraform/examples';
const config = 'watchdog.example.yaml';
/** In place of a bundle, of which a plan only knows name and hash. */
const bundle = 'tests/bundle.txt';

const sha256 = (path: string): string => createHash('sha256').update(readFileSync(path)).digest('hex');

function deploymentFile(example: string): { readonly path: string; readonly text: string } {
  const place = join(top, folder, example);
  const parsed = parseConfig(readFileSync(join(place, config), 'utf8'));
  if (!parsed.ok) throw new Error(formatProblems(parsed.problems, join(folder, example, config)));
  const computed = deploymentOf(parsed.config, {
    version: manifest.version,
    bundle: { path: bundle, sha256: sha256(join(place, bundle)) },
    config: { path: config, sha256: sha256(join(place, config)) },
  });
  if (!computed.ok) throw new Error(formatProblems(computed.problems, join(folder, example, config)));
  const { deployment } = computed;
  const versions = Object.entries(deployment.functions).flatMap(([name, { secrets }]) =>
    secrets.length === 0 ? [] : [[name, { version: 1, names: secrets }] as const],
  );
  const variables = { deployment, secret_versions: Object.fromEntries(versions) };
  return {
    path: join(folder, example, 'tests/terraform.tfvars.json'),
    text: `${JSON.stringify(variables, null, 2)}\n`,
  };
}

/** `tests/terraform.tfvars.json` of each example that has a configuration. */
export const deploymentFiles = (): readonly { readonly path: string; readonly text: string }[] =>
  readdirSync(join(top, folder))
    .filter((example) => existsSync(join(top, folder, example, config)))
    .map(deploymentFile);
