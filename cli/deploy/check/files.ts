// Are the files of a folder in step: the configuration, what was made from it, the bundle, and the secrets that were set?
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import manifest from '../../../package.json' with { type: 'json' };
import { type Config, formatProblems, parseConfig } from '../../../functions/config/config.ts';
import { needsOf } from '../../secrets/missing.ts';
import { readPinned } from '../../secrets/pinned.ts';
import { type Deployment, deploymentFile, deploymentOf, readDeployment } from '../deployment.ts';
import { type Finding, hint, problem } from './finding.ts';

export type Files = {
  readonly findings: readonly Finding[];
  readonly deployment: Deployment | null;
  readonly config: Config | null;
};

const prepare = (folder: string): string => `run watchdog deploy prepare ${folder}`;

function bytesOf(path: string): Buffer | null {
  try {
    return readFileSync(path);
  } catch {
    return null;
  }
}

const sha256 = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');

function configIn(
  folder: string,
  { config: { path, sha256: expected } }: Deployment,
): { readonly config: Config | null; readonly findings: readonly Finding[] } {
  const bytes = bytesOf(join(folder, path));
  if (bytes === null) {
    return {
      config: null,
      findings: [
        problem(path, 'is not there, or cannot be read', `put it into ${folder}, and ${prepare(folder)}`),
      ],
    };
  }
  const parsed = parseConfig(bytes.toString('utf8'));
  if (!parsed.ok) {
    return {
      config: null,
      findings: [problem(path, formatProblems(parsed.problems, path), `correct it, and ${prepare(folder)}`)],
    };
  }
  return {
    config: parsed.config,
    findings:
      sha256(bytes) === expected ? [] : [problem(path, 'was changed since it was prepared', prepare(folder))],
  };
}

/** The rest of the file has to be what the configuration comes to: nobody writes it by hand. */
function deploymentFindings(
  folder: string,
  deployment: Deployment,
  config: Config | null,
): readonly Finding[] {
  const findings: Finding[] = [];
  if (deployment.version !== manifest.version) {
    findings.push(
      problem(
        deploymentFile,
        `was prepared by version ${deployment.version}, and this is ${manifest.version}`,
        prepare(folder),
      ),
    );
  }
  const bundle = bytesOf(join(folder, deployment.bundle.path));
  if (bundle === null) {
    findings.push(
      problem(deployment.bundle.path, 'is not there: Terraform has nothing to deploy', prepare(folder)),
    );
  } else if (sha256(bundle) !== deployment.bundle.sha256) {
    findings.push(problem(deployment.bundle.path, 'is not the bundle that was prepared', prepare(folder)));
  }
  if (config === null) return findings;
  const { version, bundle: file, config: source } = deployment;
  const computed = deploymentOf(config, { version, bundle: file, config: source });
  if (!computed.ok) {
    const name = deployment.config.path;
    findings.push(
      problem(name, formatProblems(computed.problems, name), `correct it, and ${prepare(folder)}`),
    );
  } else if (!isDeepStrictEqual(JSON.parse(JSON.stringify(computed.deployment)), deployment)) {
    findings.push(problem(deploymentFile, 'is not what the configuration comes to', prepare(folder)));
  }
  return findings;
}

function secretFindings(folder: string, deployment: Deployment): readonly Finding[] {
  const read = readPinned(folder);
  if (!read.ok) {
    return [
      problem(
        'secrets',
        read.message,
        `watchdog deploy prepare ${folder} --first, or watchdog secrets pull ${folder}`,
      ),
    ];
  }
  const needs = needsOf(deployment, read.pinned);
  const missing = needs.filter((need) => need.missing.length > 0);
  if (missing.length === 0) return [];
  const names = missing.map((need) => `${need.name} (${need.missing.join(', ')})`).join(', ');
  const set = `watchdog secrets set ${folder}`;
  return Object.keys(read.pinned).length === 0
    ? [
        hint(
          'secrets',
          `none is set yet, of ${needs.length}: the first terraform apply makes their places, and no function`,
          `terraform apply, ${set}, and terraform apply again`,
        ),
      ]
    : [problem('secrets', `missing: ${names}; Terraform refuses to deploy those functions`, set)];
}

export function checkFiles(folder: string): Files {
  const read = readDeployment(folder);
  if (!read.ok) {
    return {
      findings: [problem(deploymentFile, read.message, prepare(folder))],
      deployment: null,
      config: null,
    };
  }
  const { deployment } = read;
  const { config, findings } = configIn(folder, deployment);
  return {
    deployment,
    config,
    findings: [
      ...findings,
      ...deploymentFindings(folder, deployment, config),
      ...secretFindings(folder, deployment),
    ],
  };
}
