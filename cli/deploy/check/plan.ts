// What a plan of Terraform would do that nobody wants: a database that goes, a door that opens, a secret in the state, a function that is missing.
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { codeOf } from '../../../functions/kit/error.ts';
import type { Deployment } from '../deployment.ts';
import { type Finding, hint, problem } from './finding.ts';

// https://developer.hashicorp.com/terraform/internals/json-format#plan-representation
const planForm = z.object({
  format_version: z.string(),
  resource_changes: z
    .array(
      z.object({
        address: z.string(),
        type: z.string(),
        change: z.object({
          actions: z.array(z.string()),
          after: z.record(z.string(), z.unknown()).nullish(),
        }),
      }),
    )
    .default([]),
});
type Plan = z.output<typeof planForm>;
type Change = Plan['resource_changes'][number];

export type ReadPlan =
  | { readonly ok: true; readonly plan: Plan }
  | { readonly ok: false; readonly message: string };

const patienceMs = 120_000;
const mostBytes = 64_000_000;

type Shown = { readonly out: string } | { readonly why: string };

const shownBy = (program: string, folder: string, file: string): Promise<Shown> =>
  new Promise((resolve) => {
    execFile(
      program,
      [`-chdir=${folder}`, 'show', '-json', '-no-color', file],
      { timeout: patienceMs, maxBuffer: mostBytes },
      (error, out) => {
        resolve(error === null ? { out } : { why: codeOf(error) || 'it failed' });
      },
    );
  });

/** By `terraform`, or `tofu` where that is what there is. */
async function shown(folder: string, file: string): Promise<Shown> {
  const first = await shownBy('terraform', folder, file);
  return 'why' in first && first.why === 'ENOENT' ? shownBy('tofu', folder, file) : first;
}

/** `file` is a plan that Terraform wrote (relative to the folder, as for Terraform), or what `terraform show -json` made of it. */
export async function readPlan(folder: string, file: string): Promise<ReadPlan> {
  const no = (message: string): ReadPlan => ({ ok: false, message });
  let text: string | null = null;
  try {
    const given = readFileSync(file, 'utf8');
    if (given.trimStart().startsWith('{')) text = given;
  } catch {
    // Then it is relative to the folder, and Terraform's to read.
  }
  if (text === null) {
    const read = await shown(folder, file);
    if ('why' in read) {
      return no(
        `terraform show -json ${file} failed in ${folder} (${read.why}); make a plan with: terraform plan -out ${file}`,
      );
    }
    text = read.out;
  }
  try {
    const parsed = planForm.safeParse(JSON.parse(text));
    return parsed.success ? { ok: true, plan: parsed.data } : no(`${file} is no plan of Terraform`);
  } catch {
    return no(`${file} is no plan of Terraform`);
  }
}

const textAt = ({ change }: Change, name: string): string => {
  const value = change.after?.[name];
  return typeof value === 'string' ? value : '';
};

const publicFunctions = ['heartbeat', 'gate', 'ack', 'status'];
const kept = new Set(['google_firestore_database']);
const isGone = ({ change: { actions } }: Change): boolean => actions.includes('delete');

function removalFindings({ resource_changes: changes }: Plan): Finding[] {
  return changes
    .filter((each) => kept.has(each.type) && isGone(each))
    .map(({ address, change }) =>
      problem(
        address,
        change.actions.includes('create') ? 'would be deleted and made anew, empty' : 'would be deleted',
        'do not apply it: look at what has changed (location, name), and put it back',
      ),
    );
}

function functionFindings({ resource_changes: changes }: Plan, deployment: Deployment): Finding[] {
  const named = changes
    .filter(
      ({ type, change }) =>
        type === 'google_cloudfunctions2_function' && !change.actions.every((each) => each === 'delete'),
    )
    .map((each) => textAt(each, 'name'));
  const wanted = Object.keys(deployment.functions);
  const missing = wanted.filter((name) => !named.some((each) => each.endsWith(`-${name}`)));
  if (missing.length === 0) return [];
  const isEnd = changes.some((each) => each.type === 'google_cloudfunctions2_function' && isGone(each));
  if (named.length === 0 && isEnd) {
    return [
      problem(
        'functions',
        'this plan deletes all of them: nobody would watch',
        'secrets.auto.tfvars.json is empty: run watchdog secrets pull, and plan again',
      ),
    ];
  }
  return named.length === 0
    ? [
        hint(
          'functions',
          'this plan makes none: no secret is set yet',
          'after it, run watchdog secrets set, and plan again',
        ),
      ]
    : [
        missing.every((name) => name === 'witness')
          ? hint('functions', 'this plan has no witness', 'name a witness_region, if one is wanted')
          : problem(
              'functions',
              `this plan lacks ${missing.join(', ')}`,
              'run watchdog deploy prepare, and use the modules of this version',
            ),
      ];
}

const isOpen = (ranges: unknown): boolean =>
  Array.isArray(ranges) && ranges.some((range) => range === '0.0.0.0/0' || range === '::/0');

const allowForm = z.array(z.object({ protocol: z.string(), ports: z.array(z.string()).nullish() }));
/** What is behind one of these is nobody's business. */
const closed = [22, 3389, 5052, 8545, 8551, 26657];
const includes = (ports: readonly string[] | null | undefined, port: number): boolean =>
  (ports ?? ['0-65535']).some((range) => {
    const [from = 0, to = from] = range.split('-').map(Number);
    return from <= port && port <= to;
  });

function doorFindings({ resource_changes: changes }: Plan): Finding[] {
  return changes.flatMap((each) => {
    if (isGone(each) && each.change.actions.length === 1) return [];
    if (/google_cloud_run.*_iam_(member|binding)|google_cloudfunctions2_function_iam/.test(each.type)) {
      const who = JSON.stringify([each.change.after?.['member'], each.change.after?.['members']]);
      const name = textAt(each, 'name') || textAt(each, 'service') || textAt(each, 'cloud_function');
      const isPublic = publicFunctions.some((function_) => name.endsWith(`-${function_}`));
      return /allUsers|allAuthenticatedUsers/.test(who) && !isPublic
        ? [
            problem(
              each.address,
              `would let everybody call ${name === '' ? 'a function' : name}`,
              'only heartbeat, gate, ack and status are public',
            ),
          ]
        : [];
    }
    if (each.type !== 'google_compute_firewall' || !isOpen(each.change.after?.['source_ranges'])) return [];
    const allowed = allowForm.safeParse(each.change.after?.['allow'] ?? []);
    const open = allowed.success
      ? allowed.data.flatMap(({ protocol, ports }) =>
          protocol === 'all'
            ? closed
            : closed.filter((port) => ['tcp', '6', 'udp', '17'].includes(protocol) && includes(ports, port)),
        )
      : [];
    return open.length > 0
      ? [
          problem(
            each.address,
            `would open ${[...new Set(open)].join(', ')} to everybody`,
            'only ports of p2p are public',
          ),
        ]
      : [];
  });
}

function secretFindings({ resource_changes: changes }: Plan): Finding[] {
  return changes
    .filter(
      (each) => each.type === 'google_secret_manager_secret_version' && textAt(each, 'secret_data') !== '',
    )
    .map(({ address }) =>
      problem(
        address,
        'would put a secret into the state of Terraform',
        'take it out, and use watchdog secrets set',
      ),
    );
}

function keyFindings({ resource_changes: changes }: Plan): Finding[] {
  return changes
    .filter((each) => each.type === 'google_service_account_key' && !isGone(each))
    .map(({ address }) =>
      problem(address, 'would make a key of an account, which works wherever it is copied to', 'take it out'),
    );
}

export const checkPlan = (plan: Plan, deployment: Deployment): readonly Finding[] => [
  ...removalFindings(plan),
  ...functionFindings(plan, deployment),
  ...doorFindings(plan),
  ...secretFindings(plan),
  ...keyFindings(plan),
];
