// `deploy check` rule by rule: what is wrong with a deployment is found without asking anybody, and every problem says what would be right.
import { describe, expect, test } from 'vitest';
import type { Deployment } from '../../cli/deploy/deployment.ts';
import { machineDoubt, regionDoubt, zoneDoubt } from '../../cli/deploy/check/places.ts';
import { checkPlan } from '../../cli/deploy/check/plan.ts';
import { checkRules } from '../../cli/deploy/check/rules.ts';
import { parseTfvars, type Value } from '../../cli/deploy/check/tfvars.ts';
import { parseConfig } from '../../functions/config/config.ts';
import { configText, deployment } from '../support/deployed.ts';

describe('terraform.tfvars', () => {
  test('is read where it is written plainly, and the rest is left to Terraform', () => {
    const { values, unread } = parseTfvars(`
# yours
project        = "my-watchdog" # an id
region="europe-west1" // where
shards = 2
backups = false
witness_region = null
keepers        = ["user:maria@yours.example", "user:jan@yours.example",]
emails = [
  "maria@yours.example", # me
  "jan@yours.example",
]
budget         = { billing_account = "012345-6789AB-CDEF01", amount = 250 }
images = {
  execution = "docker.io/x@sha256:00"
}
interpolated = "\${var.x}"
link = "https://a.example/b#c"
called = concat(["a"], ["b"])
`);
    expect(Object.fromEntries(values)).toEqual({
      project: 'my-watchdog',
      region: 'europe-west1',
      shards: 2,
      backups: false,
      witness_region: null,
      keepers: ['user:maria@yours.example', 'user:jan@yours.example'],
      emails: ['maria@yours.example', 'jan@yours.example'],
      link: 'https://a.example/b#c',
    } satisfies Record<string, Value>);
    expect(unread).toEqual(['budget', 'images', 'interpolated', 'called']);
  });

  test.each(['', '}', '= "x"', 'a', 'a =', 'list = [', 'x = "unfinished'])(
    '%j is no reason to stop',
    (text) => {
      expect(parseTfvars(text).values.size).toBe(0);
    },
  );
});

test.each<
  readonly [
    look: (name: string) => { kind: string; says: string } | null,
    name: string,
    kind: string | null,
    says: RegExp,
  ]
>([
  [regionDoubt, 'europe-west1', null, /^$/],
  [regionDoubt, 'europe-west1-b', 'wrong', /is a zone; write its region/],
  [regionDoubt, 'Frankfurt', 'wrong', /is no region; write one such as/],
  [regionDoubt, 'europe-west33', 'doubtful', /near it are .*europe-west3/],
  [regionDoubt, 'mars-west1', 'doubtful', /that this version knows$/],
  [zoneDoubt, 'europe-west3-a', null, /^$/],
  [zoneDoubt, 'europe-west1-a', 'wrong', /the zones of europe-west1 are b, c and d/],
  [zoneDoubt, 'europe-west3-x', 'doubtful', /letter/],
  [zoneDoubt, 'europe-west3', 'wrong', /is no zone/],
  [machineDoubt, 'e2-standard-4', null, /^$/],
  [machineDoubt, 'n2d-highmem-8', null, /^$/],
  [machineDoubt, 'e2-medium', 'wrong', /shared/],
  [machineDoubt, 'e2-standart-4', 'wrong', /write one such as e2-standard-4/],
  [machineDoubt, 'e2-standard', 'wrong', /write one such as e2-standard-4/],
  [machineDoubt, 'c4a-standard-8', 'doubtful', /Arm/],
  [machineDoubt, 'q9-standard-4', 'doubtful', /no family/],
])('%o of %s is %s', (look, name, kind, says) => {
  const doubt = look(name);
  expect(doubt?.kind ?? null).toBe(kind);
  expect(doubt?.says ?? '').toMatch(says);
});

const goodTfvars = `project = "my-watchdog"
region = "europe-west3"
witness_region = "us-east1"
keepers = ["user:maria@yours.net"]
emails = ["maria@yours.net"]
`;

function found(
  over: {
    readonly config?: (text: string) => string;
    readonly tfvars?: string | null;
    readonly deployment?: Partial<Deployment>;
    readonly pinned?: readonly string[];
  } = {},
): string {
  const ownProject = configText.replace('project: my-standbys', 'project: my-watchdog');
  const parsed = parseConfig((over.config ?? ((text) => text))(ownProject));
  if (!parsed.ok) throw new Error(parsed.problems.map(({ message }) => message).join());
  const tfvars = over.tfvars === undefined ? goodTfvars : over.tfvars;
  return checkRules({
    config: parsed.config,
    deployment: { ...deployment, ...over.deployment },
    tfvars: tfvars === null ? null : parseTfvars(tfvars),
    pinned: over.pinned ?? [],
  })
    .map(({ kind, about, says, todo }) => `${kind} ${about}: ${says} | ${todo}`)
    .join('\n');
}

const urls = (acknowledge: string | null, gate: string | null = null): Partial<Deployment> => ({
  urls: { acknowledge, gate },
});
const withLine =
  (name: string, line: string) =>
  (text: string): string =>
    text.replace(new RegExp(`^${name} .*$`, 'm'), line);
const tfvarsWith = (name: string, line: string): string => withLine(name, line)(goodTfvars);

const { standbys } = deployment;
const brokenStandbys: Deployment['standbys'] =
  standbys === null
    ? null
    : {
        ...standbys,
        templates: standbys.templates.slice(0, 1).map((template) => ({
          ...template,
          region: 'europe-west1',
          zones: ['europe-west1-a'],
          name: 't',
          machine: 'e2-standrd-4',
        })),
      };

const exampleKey = `3q2+7wAAAA${'A'.repeat(33)}=`;

describe('between configuration and place', () => {
  test('of a good deployment there is nothing to say', () => {
    expect(found()).toBe('');
  });

  test.each<readonly [name: string, over: Parameters<typeof found>[0], says: RegExp]>([
    [
      'no dead-man',
      { config: (text) => text.replace(/^selfWatch:\n.*\n/m, '') },
      /problem selfWatch: .*nobody notices.* \| add selfWatch/,
    ],
    [
      'no acknowledge',
      { config: (text) => text.replace(/^acknowledge:\n.*\n.*\n/m, '') },
      /hint acknowledge: is not there/,
    ],
    [
      'a console only',
      {
        config: (text) =>
          text.replace(/channel: webhook, url: .*\}/, 'channel: console }').replace('}  }', '}'),
      },
      /problem channels: write to the console only/,
    ],
    [
      'another name',
      { deployment: urls('https://other-ack-210987654321.europe-west3.run.app') },
      /problem acknowledge\.url: .*is where nothing of this deployment is \| write https:\/\/watchdog-ack-NUMBER\.europe-west3\.run\.app/,
    ],
    [
      'another region',
      { deployment: urls('https://watchdog-ack-210987654321.us-east1.run.app') },
      /problem acknowledge\.url/,
    ],
    [
      'another function',
      { deployment: urls(null, 'https://watchdog-ack-210987654321.europe-west3.run.app') },
      /problem gate\.url.*write https:\/\/watchdog-gate-NUMBER/,
    ],
    [
      'an address of Cloud Run of the old kind',
      { deployment: urls('https://watchdog-ack-abcdefghij-ey.a.run.app') },
      /is no address that Cloud Run gives/,
    ],
    [
      'two numbers',
      {
        deployment: urls(
          'https://watchdog-ack-210987654321.europe-west3.run.app',
          'https://watchdog-gate-999999999999.europe-west3.run.app',
        ),
      },
      /another project number/,
    ],
    [
      'an own name',
      { deployment: urls('https://ack.yours.net/') },
      /hint acknowledge\.url: is at a name of your own, ack\.yours\.net/,
    ],
    [
      'the number of the example',
      { deployment: urls('https://watchdog-ack-123456789012.europe-west3.run.app') },
      /^hint acknowledge\.url: has 123456789012.* \| write yours: gcloud projects describe my-watchdog --format/,
    ],
    [
      'the key of the example',
      { deployment: { gate_public_keys: [exampleKey] } },
      /^hint gate\.publicKeys: still has the example's: the gate will sign nothing \| watchdog secrets set \. GATE_KEY/,
    ],
    [
      'the key of the example, although there is another',
      { deployment: { gate_public_keys: [exampleKey] }, pinned: ['GATE_KEY'] },
      /^problem gate\.publicKeys: still has the example's/,
    ],
    [
      'hosts of the example',
      { tfvars: `${goodTfvars}checkpoint_urls = ["https://a.yours.net", "https://beacon.two.example.org"]` },
      /^hint checkpoint_urls: still name hosts of the example/,
    ],
    [
      'nodes elsewhere',
      { config: (text) => text.replace('project: my-watchdog', 'project: my-watchdog-2') },
      /^hint standbys\.project: is my-watchdog-2, and project is my-watchdog/,
    ],
    [
      'no https',
      { deployment: urls('http://ack.yours.net/') },
      /problem acknowledge\.url: is no https address/,
    ],
    [
      'no tfvars',
      { tfvars: null },
      /hint terraform\.tfvars: is not there.* \| cp terraform\.tfvars\.example/,
    ],
    [
      'the zeros of the example',
      { tfvars: `${goodTfvars}images = { a = "x@sha256:${'0'.repeat(64)}" }` },
      /problem images: still has the zeros/,
    ],
    [
      'somebody of the example',
      { tfvars: tfvarsWith('keepers', 'keepers = ["user:maria@example.com"]') },
      /hint keepers: still name somebody of the example/,
    ],
    ['nobody', { tfvars: tfvarsWith('keepers', 'keepers = []') }, /problem keepers: names nobody/],
    [
      'a group',
      { tfvars: tfvarsWith('keepers', 'keepers = ["group:team@yours.net"]') },
      /problem keepers: group:team@yours\.net is no person/,
    ],
    ['nobody to tell', { tfvars: tfvarsWith('emails', 'emails = []') }, /problem emails: names nobody/],
    [
      'a project by its number',
      { tfvars: tfvarsWith('project', 'project = "210987654321"') },
      /problem project: 210987654321 is no id of a project/,
    ],
    [
      'a keys project that is none',
      { tfvars: `${goodTfvars}keys_project = "my-watchdog"` },
      /problem keys_project: is the same as project/,
    ],
    [
      'a region that is a zone',
      { tfvars: tfvarsWith('region', 'region = "europe-west3-a"') },
      /problem region: europe-west3-a is a zone/,
    ],
    [
      'the same region twice',
      { tfvars: tfvarsWith('witness_region', 'witness_region = "europe-west3"') },
      /problem witness_region: is the same as region/,
    ],
    [
      'no witness, although nodes need one',
      { tfvars: tfvarsWith('witness_region', 'witness_region = null') },
      /hint witness_region: is null[^]*problem standbys\.witness: is required/,
    ],
    [
      'a dry run',
      { config: (text) => text.replace('  project: my-watchdog', '  project: my-watchdog\n  dryRun: true') },
      /hint standbys\.dryRun/,
    ],
    [
      'a machine that is none',
      {
        deployment: { standbys: brokenStandbys },
      },
      /problem template t: europe-west1-a is not there[^]*problem template t: e2-standrd-4 is no machine type/,
    ],
  ])('%s', (_name, over, says) => {
    expect(found(over)).toMatch(says);
  });

  test('the keys in a project of their own may have another number', () => {
    expect(
      found({
        tfvars: `${goodTfvars}keys_project = "my-keys"`,
        deployment: urls(
          'https://watchdog-ack-210987654321.europe-west3.run.app',
          'https://watchdog-gate-999999999999.europe-west3.run.app',
        ),
      }),
    ).toBe('');
  });
});

type Change = {
  readonly address: string;
  readonly type: string;
  readonly change: { readonly actions: string[]; readonly after?: Record<string, unknown> | null };
};
const change = (type: string, after: Record<string, unknown> | null, ...actions: string[]): Change => ({
  address: `module.watchdog.${type}.of`,
  type,
  change: { actions: actions.length === 0 ? ['create'] : actions, after },
});
const functionsOf = (...names: readonly string[]): Change[] =>
  names.map((name) => change('google_cloudfunctions2_function', { name: `watchdog-${name}` }));
const every = functionsOf(...Object.keys(deployment.functions));
const planned = (...changes: readonly Change[]): string =>
  checkPlan({ format_version: '1.2', resource_changes: [...changes] }, deployment)
    .map(({ kind, about, says }) => `${kind} ${about}: ${says}`)
    .join('\n');

describe('a plan', () => {
  test('that makes everything and opens nothing is good', () => {
    expect(
      planned(
        ...every,
        change('google_firestore_database', { name: 'keys' }, 'no-op'),
        change('google_cloud_run_v2_service_iam_member', { name: 'watchdog-gate', member: 'allUsers' }),
        change('google_cloud_run_v2_service_iam_member', {
          name: 'watchdog-watch',
          member: 'serviceAccount:x',
        }),
        change('google_compute_firewall', {
          source_ranges: ['0.0.0.0/0'],
          allow: [
            { protocol: 'tcp', ports: ['30303', '9000'] },
            { protocol: 'udp', ports: ['30303'] },
          ],
        }),
        change('google_compute_firewall', {
          source_ranges: ['35.235.240.0/20'],
          allow: [{ protocol: 'tcp', ports: ['22'] }],
        }),
        change('google_secret_manager_secret_version', { secret_data: null, secret_data_wo_version: 7 }),
      ),
    ).toBe('');
  });

  test.each<readonly [name: string, changes: readonly Change[], says: RegExp]>([
    [
      'that makes a database anew',
      [...every, change('google_firestore_database', { name: 'keys' }, 'delete', 'create')],
      /problem .*would be deleted and made anew, empty/,
    ],
    [
      'that deletes a database',
      [...every, change('google_firestore_database', null, 'delete')],
      /problem .*would be deleted$/,
    ],
    [
      'that lacks a function',
      functionsOf('watch', 'deliver'),
      /problem functions: this plan lacks witness, provision, heartbeat/,
    ],
    [
      'without a witness',
      every.filter(({ change: { after } }) => after?.['name'] !== 'watchdog-witness'),
      /hint functions: this plan has no witness/,
    ],
    [
      'that deletes every function',
      Object.keys(deployment.functions).map(() => change('google_cloudfunctions2_function', null, 'delete')),
      /problem functions: this plan deletes all of them: nobody would watch/,
    ],
    ['before the first secret', [], /hint functions: this plan makes none/],
    [
      'that opens watch',
      [
        ...every,
        change('google_cloud_run_v2_service_iam_member', { name: 'watchdog-watch', member: 'allUsers' }),
      ],
      /would let everybody call watchdog-watch/,
    ],
    [
      'that opens deliver to all accounts',
      [
        ...every,
        change('google_cloud_run_service_iam_binding', {
          service: 'watchdog-deliver',
          members: ['allAuthenticatedUsers'],
        }),
      ],
      /would let everybody call watchdog-deliver/,
    ],
    [
      'that opens SSH',
      [
        ...every,
        change('google_compute_firewall', {
          source_ranges: ['0.0.0.0/0'],
          allow: [{ protocol: 'tcp', ports: ['20-30'] }],
        }),
      ],
      /would open 22 to everybody/,
    ],
    [
      'that opens everything',
      [
        ...every,
        change('google_compute_firewall', { source_ranges: ['::/0'], allow: [{ protocol: 'all' }] }),
      ],
      /would open 22, 3389, 5052/,
    ],
    [
      'with a secret',
      [...every, change('google_secret_manager_secret_version', { secret_data: 'hidden' })],
      /would put a secret into the state/,
    ],
    [
      'with a key of an account',
      [...every, change('google_service_account_key', {})],
      /would make a key of an account/,
    ],
  ])('%s', (_name, changes, says) => {
    const text = planned(...changes);
    expect(text).toMatch(says);
    expect(text).not.toContain('hidden');
  });
});
