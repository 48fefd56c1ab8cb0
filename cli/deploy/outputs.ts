// What Terraform has deployed, as it says itself: the output `watchdog` of the folder's root.
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { codeOf } from '../../functions/kit/error.ts';
import { firstIssue } from '../../functions/kit/first-issue.ts';
import { plainLine } from '../../functions/kit/plain-line.ts';

const project = z.string().regex(/^[a-z][a-z0-9.:-]{4,60}[a-z0-9]$/);
const place = z.string().regex(/^[a-z]+[a-z0-9-]{1,40}$/);
const name = z.string().regex(/^[a-z][a-z0-9-]{0,62}$/);
const account = z.string().regex(/^[a-z0-9.-]{1,100}@[a-z0-9.-]{1,120}$/);
const database = z.object({
  project,
  id: z.string().regex(/^(\(default\)|[a-z][a-z0-9-]{0,62})$/),
  location: z.string(),
});

const secretPlace = z.object({
  project,
  id: z.string().regex(/^[a-zA-Z0-9_-]{1,255}$/),
  /** What is deployed; null while nothing is. */
  version: z.coerce.number().nullish(),
});

const outputs = z.object({
  name,
  version: z.string(),
  project,
  project_number: z.coerce.string().regex(/^\d{1,20}$/),
  region: place,
  keys_project: project,
  functions: z.record(
    z.string(),
    z.object({
      name,
      project,
      region: place,
      url: z.url({ protocol: /^https?$/ }),
      service_account: account,
      is_public: z.boolean(),
      memory: z.string(),
      timeout_seconds: z.coerce.number(),
    }),
  ),
  scheduler_service_account: account,
  build_service_account: account.nullish(),
  databases: z.object({ default: database, inbox: database, keys: database }),
  jobs: z.record(z.string(), z.object({ project, region: place, name })),
  /** Of the functions that read secrets. */
  secrets: z.record(z.string(), secretPlace),
  /** Of every function that can have secrets, whether it reads any or not. */
  places: z.record(z.string(), secretPlace).nullish(),
  standbys: z
    .object({
      project,
      prefix: z.string(),
      node_service_account: account.nullish(),
      templates: z.array(z.object({ region: place, name, is_drill: z.boolean() })),
    })
    .nullish(),
  monitoring: z
    .object({
      project,
      policies: z.record(z.string(), z.string()),
      channels: z.array(z.string()),
    })
    .nullish(),
  keepers: z.array(z.string().min(1)),
});

/** As the module's output `watchdog` says it. */
export type Outputs = z.output<typeof outputs>;

/** One of its functions. */
export type DeployedFunction = Outputs['functions'][string];

const file = z.object({ watchdog: z.object({ value: outputs }) });

export type ReadOutputs =
  | { readonly ok: true; readonly outputs: Outputs }
  | { readonly ok: false; readonly message: string };

const no = (message: string): ReadOutputs => ({ ok: false, message });

/** `where` names the folder or the file. */
function parse(text: string, where: string): ReadOutputs {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return no(`${where}: the outputs are not JSON; make them with terraform output -json`);
  }
  if (typeof value === 'object' && value !== null && !('watchdog' in value)) {
    return no(
      `${where}: Terraform has no output \`watchdog\`; nothing was applied here yet: run terraform apply first`,
    );
  }
  const read = file.safeParse(value);
  if (read.success) return { ok: true, outputs: read.data.watchdog.value };
  return no(
    `${where}: the output \`watchdog\` is none of this version (${firstIssue(read.error)}); run terraform apply with the modules of this version`,
  );
}

type Variables = Readonly<Record<string, string | undefined>>;
type Ran =
  | { readonly ok: true; readonly out: string }
  | { readonly ok: false; readonly code: string; readonly err: string };

const patienceMs = 60_000;
const mostBytes = 16_000_000;

const run = (program: string, folder: string, variables: Variables): Promise<Ran> =>
  new Promise((resolve) => {
    execFile(
      program,
      [`-chdir=${folder}`, 'output', '-json', '-no-color'],
      { timeout: patienceMs, maxBuffer: mostBytes, env: { ...variables, TF_IN_AUTOMATION: '1' } },
      (error, out, err) => {
        resolve(error === null ? { ok: true, out } : { ok: false, code: codeOf(error), err });
      },
    );
  });

/** Asks `terraform`, or `tofu` where that is what there is; or reads what one of them has printed before. */
export async function readOutputs(
  folder: string,
  { from, variables }: { readonly from?: string | undefined; readonly variables: Variables },
): Promise<ReadOutputs> {
  if (from !== undefined) {
    try {
      return parse(readFileSync(from, 'utf8'), from);
    } catch (error) {
      return no(
        `${from} cannot be read (${codeOf(error) || 'unknown'}); make it with terraform output -json`,
      );
    }
  }
  for (const program of ['terraform', 'tofu']) {
    // oxlint-disable-next-line no-await-in-loop -- the second only where there is no first
    const ran = await run(program, folder, variables);
    if (ran.ok) return parse(ran.out, folder);
    if (ran.code === 'ENOENT') continue;
    const said = plainLine(ran.err.replaceAll(/[│╷╵]/g, '')).slice(0, 300);
    return no(
      `${program} -chdir=${folder} output -json failed${said === '' ? '' : `: ${said}`}; run ${program} init there, or give the outputs with --outputs FILE`,
    );
  }
  return no(
    'neither terraform nor tofu is on the PATH; install one, or give the outputs with --outputs FILE',
  );
}
