// `watchdog deploy prepare`: from a folder with a configuration to what `terraform apply` reads.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, resolve, sep } from 'node:path';
import type { Command } from 'commander';
import manifest from '../../package.json' with { type: 'json' };
import { formatProblems, parseConfig, type Problem } from '../../functions/config/config.ts';
import { readText } from '../../functions/config/read-text.ts';
import { codeOf } from '../../functions/kit/error.ts';
import { unreadable } from '../config-file.ts';
import { examples, exitCodesHelp, type Context } from '../context.ts';
import type { ExitCode } from '../terminal.ts';
import { deploymentFile, deploymentOf, secretsFile, type Deployment } from './deployment.ts';

type Options = { readonly config?: string; readonly first?: true; readonly json?: true };

/** What Secret Manager takes; the configuration is mounted from a secret. */
const mostConfigBytes = 65_536;
const bundlePath = '.watchdog/functions.zip';

type Refusal = { readonly ok: false; readonly message: string; readonly problems?: readonly Problem[] };
type Prepared = {
  readonly ok: true;
  readonly deployment: Deployment;
  readonly bundleBytes: number;
  readonly written: readonly string[];
  /** The name of the gate's key; null without a gate. */
  readonly gateKey: string | null;
};

const refused = (message: string): Refusal => ({ ok: false, message });
const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

/** Whole or not at all: Terraform may read it at any time. What is wrong when it cannot be written. */
function write(path: string, content: Uint8Array | string): string | null {
  const unfinished = `${path}.new`;
  try {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(unfinished, content);
    renameSync(unfinished, path);
    return null;
  } catch (error) {
    return `${path} cannot be written (${codeOf(error) || 'unknown'}); check its folder and its owner`;
  }
}

const isFolder = (path: string): boolean => statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;

/** Why no secrets file is there, or why none is begun; null when all is well. */
function secretsProblem(folder: string, isFirst: boolean): string | null {
  const path = join(folder, secretsFile);
  const isThere = existsSync(path);
  if (isFirst && isThere) {
    return `${path} is there already, so this is not the first deployment of this folder; leave --first out`;
  }
  return isFirst || isThere
    ? null
    : `there is no ${path}: for a first deployment add --first; if you lost the file: watchdog secrets pull ${folder}`;
}

async function prepare(folder: string, options: Options): Promise<Prepared | Refusal> {
  if (!isFolder(folder)) {
    return refused(
      `there is no folder ${folder}; make it, or begin with a copy of terraform/examples/minimal`,
    );
  }
  const path = options.config ?? join(folder, 'watchdog.yaml');
  const file = readText(path);
  if (!file.ok) return refused(`${path} ${unreadable(file)}`);
  const bytes = readFileSync(path);
  if (bytes.length > mostConfigBytes) {
    return refused(
      `${path} has ${bytes.length} bytes; Secret Manager, which the functions get it from, takes ${mostConfigBytes}: take comments out, or deploy its sites as two watchdogs`,
    );
  }
  const parsed = parseConfig(file.text);
  if (!parsed.ok)
    return { ok: false, message: formatProblems(parsed.problems, path), problems: parsed.problems };
  const secretsMissing = secretsProblem(folder, options.first === true);
  if (secretsMissing !== null) return refused(secretsMissing);
  // Loaded only now: what is wrong with a configuration is told at once.
  const { makeBundle } = await import('./bundle/bundle.ts');
  const bundle = await makeBundle();
  const computed = deploymentOf(parsed.config, {
    version: manifest.version,
    bundle: { path: bundlePath, sha256: bundle.sha256 },
    config: {
      path: relative(resolve(folder), resolve(path)).replaceAll(sep, '/'),
      sha256: sha256(bytes),
    },
  });
  if (!computed.ok) {
    return { ok: false, message: formatProblems(computed.problems, path), problems: computed.problems };
  }
  const { deployment } = computed;
  const json = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`;
  const contents: (readonly [string, Uint8Array | string])[] = [
    [bundlePath, bundle.zip],
    [deploymentFile, json({ deployment })],
    ...(options.first === true ? [[secretsFile, json({ secret_versions: {} })] as const] : []),
  ];
  for (const [name, content] of contents) {
    const unwritable = write(join(folder, name), content);
    if (unwritable !== null) return refused(unwritable);
  }
  const [key] = parsed.config.gate?.keys ?? [];
  return {
    ok: true,
    deployment,
    bundleBytes: bundle.zip.length,
    written: contents.map(([name]) => name),
    gateKey: key !== undefined && 'env' in key ? key.env : null,
  };
}

const count = (number: number, one: string): string => `${number} ${one}${number === 1 ? '' : 's'}`;

function functionLine([name, { secrets }]: readonly [
  string,
  { readonly secrets: readonly string[] },
]): string {
  return secrets.length === 0 ? name : `${name} (${secrets.join(', ')})`;
}

const quoted = (path: string): string =>
  /^[\w./~-]+$/.test(path) ? path : `'${path.replaceAll("'", "'\\''")}'`;

function nextSteps(folder: string, isFirst: boolean, gateKey: string | null): string[] {
  const place = quoted(folder);
  const terraform = folder === '.' ? 'terraform' : `terraform -chdir=${place}`;
  const check = `$ watchdog deploy check ${place}`;
  if (!isFirst) return [check, `$ ${terraform} apply`];
  return [
    check,
    `$ ${terraform} init && ${terraform} apply`,
    '  that makes databases and the places of the secrets, and no functions yet',
    `$ watchdog secrets set ${place} --random`,
    ...(gateKey === null
      ? []
      : [
          `$ watchdog secrets set ${place} ${gateKey} --generate ed25519`,
          '  write what it prints into gate.publicKeys, and prepare again',
        ]),
    `$ watchdog secrets set ${place} --file secrets.env`,
    `$ ${terraform} apply`,
  ];
}

function show(folder: string, prepared: Prepared, isFirst: boolean, { terminal }: Context): void {
  const { deployment, written, bundleBytes } = prepared;
  const functions = Object.entries(deployment.functions);
  const secrets = new Set(functions.flatMap(([, { secrets: names }]) => names));
  const { print } = terminal;
  print(
    { style: 'good', text: 'good' },
    ` ${deployment.config.path}: ${count(functions.length, 'function')}, ${count(secrets.size, 'secret')}`,
  );
  print(`  each with the secrets that it reads: ${functions.map(functionLine).join(', ')}`);
  for (const name of written) {
    const size = name === bundlePath ? `, ${Math.ceil(bundleBytes / 1024)} KiB` : '';
    print(`  wrote ${join(folder, name)}${size}`);
  }
  print('next:');
  for (const line of nextSteps(folder, isFirst, prepared.gateKey)) print(`  ${line}`);
}

async function run(folder: string, options: Options, context: Context): Promise<ExitCode> {
  const { terminal } = context;
  const prepared = await prepare(folder, options);
  if (!prepared.ok) {
    if (options.json === true) {
      terminal.json({ ok: false, message: prepared.message, problems: prepared.problems ?? [] });
    } else {
      for (const line of prepared.message.split('\n')) terminal.complain(line);
    }
    return 2;
  }
  if (options.json === true) {
    terminal.json({ ok: true, deployment: prepared.deployment, written: prepared.written });
  } else {
    show(folder, prepared, options.first === true, context);
  }
  return 0;
}

export function addDeployPrepare(group: Command, context: Context): void {
  group
    .command('prepare')
    .description(
      'checks the configuration of a folder and writes what Terraform needs there: bundle and variables',
    )
    .argument('<folder>', 'the folder of the deployment, with its Terraform root and watchdog.yaml')
    .option('--config <file>', 'the configuration, when it is not watchdog.yaml in the folder')
    .option('--first', 'begins a first deployment: also writes the file of secret versions, with none in it')
    .option('--json', 'for scripts')
    .addHelpText(
      'after',
      examples(
        ['watchdog deploy prepare . --first', 'once, in a new folder'],
        ['watchdog deploy prepare .', 'after each change of watchdog.yaml, and after an update'],
      ) + exitCodesHelp,
    )
    .action(async (folder: string, options: Options) => {
      context.end(await run(folder, options, context));
    });
}
