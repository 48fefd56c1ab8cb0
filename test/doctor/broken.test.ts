// What is broken is found: for each thing that can be wrong with a deployment, the sentence that says so and what to do about it.
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type Check, groups } from '../../cli/doctor/check.ts';
import { examineData } from '../../cli/doctor/data.ts';
import { examineFunctions } from '../../cli/doctor/functions.ts';
import { examineMonitoring } from '../../cli/doctor/monitoring.ts';
import { examinePeople } from '../../cli/doctor/people.ts';
import { examineStandbys } from '../../cli/doctor/standbys.ts';
import type { Outputs } from '../../cli/deploy/outputs.ts';
import { keeper, number, outputsOf, project } from '../support/deployed.ts';
import { putHealthy } from '../support/healthy-google.ts';
import { forbidden, pretendGoogle, type PretendGoogle } from '../support/pretend-google.ts';
import { at, type Examine, examineIn, parts, worldOf } from './world.ts';

const outputs = outputsOf();
let google: PretendGoogle;
beforeAll(async () => {
  google = await pretendGoogle();
});
afterAll(async () => {
  await google.close();
});
beforeEach(() => {
  google.reset();
  putHealthy(google, outputs, at);
});

const examine = (part: Examine, over: Partial<Outputs> = {}): Promise<readonly Check[]> =>
  examineIn(google, part, { outputs: { ...outputs, ...over } });

/** What is not good, one line each. */
const lines = (checks: readonly Check[]): string[] =>
  checks
    .filter(({ state }) => state !== 'ok')
    .map(({ state, name, says, todo }) => `${state} ${name}: ${says} | ${todo ?? ''}`);

type Answer = Record<string, unknown>;
const over = (more: object) => (answer: Answer) => ({ ...answer, ...more });
const inService =
  (more: object) =>
  (answer: Answer): object => ({ ...answer, serviceConfig: { ...Object(answer['serviceConfig']), ...more } });
const inProperties =
  (more: object) =>
  (answer: Answer): object => ({ ...answer, properties: { ...Object(answer['properties']), ...more } });
const inTarget =
  (more: object) =>
  (answer: Answer): object => ({ ...answer, httpTarget: { ...Object(answer['httpTarget']), ...more } });
const bound =
  (...bindings: readonly object[]) =>
  (answer: Answer): object => ({
    ...answer,
    bindings: [...Array.from(Object(answer['bindings'] ?? [])), ...bindings],
  });

const here = `projects/${project}/locations/europe-west3`;
const functionAt = (name: string): string =>
  `cloudfunctions.googleapis.com/v2/${here}/functions/watchdog-${name}`;
const callersOf = (name: string): string =>
  `run.googleapis.com/v2/${here}/services/watchdog-${name}:getIamPolicy`;
const jobAt = (name: string): string => `cloudscheduler.googleapis.com/v1/${here}/jobs/watchdog-${name}`;
const databaseAt = (id: string): string => `firestore.googleapis.com/v1/projects/${project}/databases/${id}`;
const templateAt = (name: string): string =>
  `compute.googleapis.com/compute/v1/projects/my-standbys/regions/europe-west3/instanceTemplates/bw-${name}`;
const policyAt = `cloudresourcemanager.googleapis.com/v3/projects/${project}:getIamPolicy`;
const accountOf = (name: string): string => `watchdog-${name}@${project}.iam.gserviceaccount.com`;
const accountPolicyAt = (name: string): string =>
  `iam.googleapis.com/v1/projects/${project}/serviceAccounts/${accountOf(name)}:getIamPolicy`;

test.each(Object.entries(parts))('%s: nothing is wrong with a good deployment', async (_name, part) => {
  const checks = await examine(part);
  expect(lines(checks)).toEqual([]);
  expect(checks.length).toBeGreaterThan(0);
  expect(checks.every(({ group }) => groups.includes(group))).toBe(true);
  expect(google.strangers).toEqual([]);
});

type Case = readonly [
  part: keyof typeof parts,
  path: string,
  change: (answer: Answer) => object,
  says: RegExp,
];
const cases: readonly Case[] = [
  [
    'project',
    `serviceusage.googleapis.com/v1/projects/my-standbys/services:batchGet`,
    over({ services: [] }),
    /broken my-standbys: the API compute\.googleapis\.com is off \| .*gcloud services enable/,
  ],
  [
    'functions',
    functionAt('watch'),
    over({ state: 'FAILED', stateMessages: [{ message: 'no such image' }] }),
    /broken watch: is failed: no such image \| run terraform apply/,
  ],
  ['functions', functionAt('watch'), over({ state: 'DEPLOYING' }), /unknown watch: is being deployed/],
  [
    'functions',
    functionAt('watch'),
    inService({ serviceAccountEmail: 'x@developer.gserviceaccount.com' }),
    /broken watch: runs as x@developer/,
  ],
  ['functions', functionAt('watch'), inService({ availableMemory: '1Gi' }), /has 1Gi memory and not 512Mi/],
  [
    'functions',
    functionAt('watch'),
    inService({ timeoutSeconds: 540 }),
    /may run for 540 s and not for 60 s/,
  ],
  [
    'functions',
    functionAt('watch'),
    inService({ minInstanceCount: 1 }),
    /keeps 1 instances running, which costs/,
  ],
  [
    'functions',
    functionAt('watch'),
    over({ buildConfig: { entryPoint: 'hello' } }),
    /starts hello and not watch/,
  ],
  [
    'functions',
    functionAt('watch'),
    inService({ environmentVariables: {} }),
    /lacks the variables WATCHDOG_CONFIG, GOOGLE_CLOUD_PROJECT/,
  ],
  [
    'functions',
    functionAt('deliver'),
    inService({
      environmentVariables: { WATCHDOG_CONFIG: 'x', GOOGLE_CLOUD_PROJECT: 'x', PAGER_URL: 'hidden' },
    }),
    /has PAGER_URL in plain text.*watchdog secrets set/,
  ],
  ['functions', functionAt('deliver'), inService({ secretVolumes: [] }), /no configuration mounted/],
  [
    'functions',
    functionAt('deliver'),
    inService({ secretEnvironmentVariables: [] }),
    /broken deliver: has no secrets/,
  ],
  [
    'functions',
    functionAt('deliver'),
    inService({
      secretEnvironmentVariables: [
        { key: 'WATCHDOG_SECRETS', secret: 'watchdog-deliver', version: 'latest' },
      ],
    }),
    /pinned to no version \(latest\)/,
  ],
  [
    'functions',
    functionAt('deliver'),
    inService({
      secretEnvironmentVariables: [{ key: 'WATCHDOG_SECRETS', secret: 'watchdog-ack', version: '1' }],
    }),
    /has the secrets of watchdog-ack/,
  ],
  [
    'functions',
    callersOf('watch'),
    bound({ role: 'roles/run.invoker', members: ['allUsers'] }),
    /broken watch: can be called by everybody \(allUsers\) \| gcloud run services remove-iam-policy-binding watchdog-watch/,
  ],
  [
    'functions',
    callersOf('watch'),
    bound({ role: 'roles/run.invoker', members: ['user:eve@example.com'] }),
    /can be called by user:eve@example\.com/,
  ],
  [
    'functions',
    callersOf('deliver'),
    () => ({}),
    /broken deliver: cannot be called by serviceAccount:watchdog-watch@/,
  ],
  [
    'functions',
    callersOf('gate'),
    () => ({}),
    /broken gate: cannot be called by everybody.*allowedPolicyMemberDomains/,
  ],
  [
    'functions',
    functionAt('watch'),
    over({ buildConfig: { entryPoint: 'watch', source: { storageSource: { object: 'functions-0.zip' } } } }),
    /broken watch: runs another bundle than was prepared \| run terraform apply/,
  ],
  [
    'functions',
    functionAt('watch'),
    inService({ secretVolumes: [{ mountPath: '/etc/watchdog', versions: [{ path: 'x', version: '9' }] }] }),
    /broken watch: version 9 of its configuration cannot be read/,
  ],
  [
    'functions',
    `run.googleapis.com/v2/${here}/services/watchdog-watch`,
    over({ invokerIamDisabled: true }),
    /broken watch: can be called by everybody: .*invokerIamDisabled\) \| gcloud run services update watchdog-watch .*--invoker-iam-check/,
  ],
  [
    'functions',
    callersOf('watch'),
    bound({ role: 'roles/run.admin', members: ['user:eve@example.com'] }),
    /unknown watch: perhaps it can be called by user:eve@example\.com \(roles\/run\.admin\)/,
  ],
  [
    'scheduler',
    jobAt('watch'),
    over({ lastAttemptTime: new Date(at + 120_000).toISOString() }),
    /unknown watch: its last attempt lies in the future: the clock of this machine is wrong \| set it/,
  ],
  [
    'data',
    `${databaseAt('(default)')}/documents/sites`,
    () => ({
      documents: [
        {
          name: `projects/${project}/databases/(default)/documents/sites/home`,
          fields: { tick: { mapValue: { fields: { at: { integerValue: String(at + 120_000) } } } } },
        },
      ],
    }),
    /unknown site home: its last tick lies in the future/,
  ],
  [
    'data',
    `${databaseAt('inbox')}/collectionGroups/-/fields`,
    () => ({}),
    /broken indexes of inbox: events by site is missing: that query fails/,
  ],
  [
    'data',
    `${databaseAt('(default)')}/collectionGroups/-/indexes`,
    (answer) => JSON.parse(JSON.stringify(answer).replaceAll('DESCENDING', 'ASCENDING')),
    /broken indexes of \(default\): incidents by site and openedAt is missing/,
  ],
  [
    'scheduler',
    jobAt('watch'),
    over({ status: { code: 7 } }),
    /broken watch: its last attempt failed \(code 7\)/,
  ],
  [
    'scheduler',
    jobAt('watch'),
    over({ lastAttemptTime: new Date(at - 600_000).toISOString() }),
    /ran last 10 min ago, which is too long/,
  ],
  [
    'scheduler',
    jobAt('daily'),
    over({ lastAttemptTime: new Date(at - 30 * 3_600_000).toISOString() }),
    /broken daily: ran last 30 h/,
  ],
  ['scheduler', jobAt('watch'), over({ lastAttemptTime: undefined }), /unknown watch: has never run/],
  [
    'scheduler',
    jobAt('watch'),
    inTarget({ oidcToken: undefined }),
    /calls as nobody and not as watchdog-scheduler@/,
  ],
  [
    'scheduler',
    jobAt('watch'),
    inTarget({
      oidcToken: { serviceAccountEmail: accountOf('scheduler'), audience: 'https://other.example' },
    }),
    /its token is for https:\/\/other\.example/,
  ],
  [
    'scheduler',
    jobAt('watch'),
    inTarget({ uri: 'https://other.example' }),
    /calls https:\/\/other\.example and not/,
  ],
  [
    'data',
    databaseAt('keys'),
    over({ deleteProtectionState: 'DELETE_PROTECTION_DISABLED' }),
    /broken database keys: can be deleted with one call/,
  ],
  [
    'data',
    databaseAt('keys'),
    over({ pointInTimeRecoveryEnablement: 'POINT_IN_TIME_RECOVERY_DISABLED' }),
    /broken database keys: cannot be put back/,
  ],
  [
    'data',
    databaseAt('inbox'),
    over({ type: 'DATASTORE_MODE' }),
    /broken database inbox: is in Datastore mode/,
  ],
  ['data', databaseAt('inbox'), over({ locationId: 'nam5' }), /is in nam5 and not in europe-west3/],
  ['data', `${databaseAt('keys')}/backupSchedules`, () => ({}), /broken backups of keys: there are none/],
  [
    'data',
    `${databaseAt('(default)')}/collectionGroups/-/indexes`,
    () => ({}),
    /incidents by site and openedAt is missing/,
  ],
  [
    'data',
    `${databaseAt('(default)')}/collectionGroups/-/fields`,
    () => ({}),
    /history has no time to live by expiresAt/,
  ],
  [
    'data',
    `${databaseAt('(default)')}/collectionGroups/-/fields`,
    () => ({
      fields: [{ name: 'x/collectionGroups/history/fields/endsAt', ttlConfig: { state: 'ACTIVE' } }],
    }),
    /history has no time to live by expiresAt/,
  ],
  [
    'data',
    `${databaseAt('(default)')}/collectionGroups/-/fields`,
    () => ({
      fields: [{ name: 'x/collectionGroups/history/fields/expiresAt', ttlConfig: { state: 'NEEDS_REPAIR' } }],
    }),
    /history by expiresAt needs repair/,
  ],
  ['data', `${databaseAt('(default)')}/documents/sites`, () => ({}), /broken site home: was never watched/],
  [
    'monitoring',
    `monitoring.googleapis.com/v3/projects/${project}/alertPolicies`,
    () => ({}),
    /broken policy ticks: "watchdog: no ticks" is not there/,
  ],
  [
    'monitoring',
    `monitoring.googleapis.com/v3/projects/${project}/notificationChannels`,
    () => ({}),
    /broken channel 1: is not there/,
  ],
  [
    'standbys',
    templateAt('ethereum-europe-west3'),
    inProperties({ scheduling: { maxRunDuration: { seconds: '1' } } }),
    /are ended after a time/,
  ],
  [
    'standbys',
    templateAt('ethereum-europe-west3'),
    inProperties({ scheduling: { provisioningModel: 'SPOT' } }),
    /can be taken away at any time/,
  ],
  [
    'standbys',
    templateAt('ethereum-drill-europe-west3'),
    inProperties({ scheduling: {} }),
    /drill are not deleted by themselves/,
  ],
  [
    'standbys',
    templateAt('ethereum-europe-west3'),
    inProperties({ metadata: { items: [{ key: 'ssh-keys', value: 'x' }] } }),
    /gives machines ssh-keys/,
  ],
  [
    'standbys',
    templateAt('ethereum-europe-west3'),
    inProperties({ metadata: { items: [{ key: 'user-data', value: '-----BEGIN PRIVATE KEY-----' }] } }),
    /what looks like a private key, in user-data/,
  ],
  [
    'standbys',
    templateAt('ethereum-europe-west3'),
    inProperties({ resourcePolicies: ['daily'] }),
    /schedule of snapshots/,
  ],
  [
    'standbys',
    templateAt('ethereum-europe-west3'),
    inProperties({ serviceAccounts: [{ email: 'x@y.example' }] }),
    /run as x@y\.example/,
  ],
  [
    'standbys',
    'compute.googleapis.com/compute/v1/projects/my-standbys/regions/europe-west3',
    over({ quotas: [{ metric: 'CPUS', limit: 6, usage: 4 }] }),
    /a e2-standard-4 has no room: it takes 4, and 2 of 6 CPUS are free/,
  ],
  [
    'standbys',
    'compute.googleapis.com/compute/v1/projects/my-standbys/regions/europe-west3',
    over({
      quotas: [
        { metric: 'CPUS', limit: 24, usage: 4 },
        { metric: 'SSD_TOTAL_GB', limit: 500, usage: 0 },
      ],
    }),
    /broken room in europe-west3: a e2-standard-4 has no room: it takes 2000, and 500 of 500 SSD_TOTAL_GB are free/,
  ],
  [
    'standbys',
    templateAt('ethereum-europe-west3'),
    inProperties({ disks: [{ initializeParams: { diskType: 'pd-novel', diskSizeGb: '10' } }] }),
    /unknown room in europe-west3: .*its disks of pd-novel are counted nowhere that is known/,
  ],
  [
    'standbys',
    templateAt('ethereum-europe-west3'),
    inProperties({ disks: [{ initializeParams: { diskType: 'hyperdisk-balanced', diskSizeGb: '10' } }] }),
    /unknown room in europe-west3: Compute says nothing of HDB_TOTAL_GB/,
  ],
  [
    'standbys',
    'compute.googleapis.com/compute/v1/projects/my-standbys',
    over({ quotas: [{ metric: 'CPUS_ALL_REGIONS', limit: 3, usage: 0 }] }),
    /broken room in all regions together: a e2-standard-4 has no room: it takes 4, and 3 of 3 CPUS_ALL_REGIONS/,
  ],
];
test.each(cases)('%s, %s', async (part, path, change, says) => {
  google.change(path, change);
  const found = lines(await examine(parts[part]));
  expect(found.join('\n')).toMatch(says);
});

test('secrets that were set since, or are gone, are told apart', async () => {
  const secret = google.secret(`projects/${project}/secrets/watchdog-deliver`);
  secret.push({ state: 'ENABLED', data: 'e30=' });
  expect(lines(await examine(examineFunctions)).join('\n')).toMatch(
    /broken deliver: has version 1 of its secrets, and 2 was set since \| run terraform apply/,
  );
  for (const version of secret) version.state = 'DESTROYED';
  expect(lines(await examine(examineFunctions)).join('\n')).toMatch(
    /version 1 of its secrets cannot be read \(destroyed\): the next instance does not start/,
  );
});

test('a public function is open when nobody looks who calls; a newer configuration, and a function that was only prepared', async () => {
  google.change(callersOf('gate'), () => ({}));
  google.change(`run.googleapis.com/v2/${here}/services/watchdog-gate`, over({ invokerIamDisabled: true }));
  expect(lines(await examine(examineFunctions))).toEqual([]);
  google.secret(`projects/${project}/secrets/watchdog-config`).push({ state: 'ENABLED', data: 'e30=' });
  const { daily: _daily, witness: _witness, ...rest } = outputs.functions;
  const found = lines(await examine(examineFunctions, { functions: rest }));
  expect(found.join('\n')).toMatch(/broken watch: has version 1 of the configuration, and there is 2/);
  expect(found.filter((line) => line.includes('was prepared'))).toEqual([
    'broken daily: was prepared, and is not deployed | run terraform apply',
  ]);
});

test('where nothing is prepared, what runs is held against nothing, and that is said', async () => {
  const world = worldOf(google, { outputs });
  const found = await parts.project({ ...world, prepared: null, unprepared: 'there is no file' });
  expect(lines(found)).toEqual(['unknown prepared: what runs was held against nothing: there is no file | ']);
});

test('there has to be room for as many nodes as there may be', async () => {
  const world = worldOf(google, { outputs });
  const { prepared } = world;
  expect(prepared).not.toBeNull();
  const found = await parts.standbys({
    ...world,
    prepared: prepared === null ? null : { ...prepared, maxStandbys: 6 },
  });
  expect(lines(found).join('\n')).toMatch(
    /6 times a e2-standard-4 has no room: it takes 24, and 20 of 24 CPUS/,
  );
});

test('before there are secrets there are no functions, and that is said', async () => {
  const found = lines(await examine(examineFunctions, { functions: {} }));
  expect(found.join()).toMatch(/broken all: there are none.*watchdog secrets set/);
});

test('a tick that is too old, an index that is being built, a channel that was never verified, a policy that tells nobody', async () => {
  google.change(`${databaseAt('(default)')}/documents/sites`, () => ({
    documents: [
      {
        name: `projects/${project}/databases/(default)/documents/sites/home`,
        fields: { tick: { mapValue: { fields: { at: { integerValue: String(at - 180_000) } } } } },
      },
    ],
  }));
  google.change(`${databaseAt('(default)')}/collectionGroups/-/indexes`, (answer) => ({
    indexes: Array.from(Object(answer['indexes'])).map((index) => ({ ...Object(index), state: 'CREATING' })),
  }));
  expect(lines(await examine(examineData)).join('\n')).toMatch(
    /broken site home: was watched last 3 min ago/,
  );
  expect(lines(await examine(examineData)).join('\n')).toMatch(
    /unknown indexes of \(default\): .* still being built/,
  );
  google.change(`monitoring.googleapis.com/v3/projects/${project}/notificationChannels`, (answer) => ({
    notificationChannels: Array.from(Object(answer['notificationChannels'])).map((channel) => ({
      ...Object(channel),
      verificationStatus: 'UNVERIFIED',
    })),
  }));
  const found = lines(await examine(examineMonitoring)).join('\n');
  expect(found).toMatch(
    /broken channel Maria: was never verified.* \| .*POST https:\/\/monitoring\.googleapis\.com\/v3\/projects\/my-watchdog\/notificationChannels\/1:sendVerificationCode/,
  );
  expect(found).toMatch(/broken policy ticks: tells no channel that works/);
});

test('without monitoring, and with standbys that have no template', async () => {
  expect(lines(await examine(examineMonitoring, { monitoring: null })).join()).toMatch(
    /broken all: there is none.* \| give emails an address in terraform\.tfvars/,
  );
  expect(lines(await examine(examineStandbys, { standbys: null })).join()).toMatch(
    /no template to make a node from/,
  );
  const { provision: _gone, ...rest } = outputs.functions;
  expect(await examine(examineStandbys, { standbys: null, functions: rest })).toEqual([]);
});

describe('who reaches the keys and the gate', () => {
  const people = async (over: Partial<Outputs> = {}): Promise<string> =>
    lines(await examine(examinePeople, over)).join('\n');

  const strangers: readonly (readonly [binding: object, says: RegExp])[] = [
    [
      { role: 'roles/editor', members: ['user:eve@example.com'] },
      /broken user:eve@example\.com: is no keeper, and may write the keys \(roles\/editor of project my-watchdog\); deploy the gate .*act as .* \| gcloud projects remove-iam-policy-binding my-watchdog --member=user:eve@example\.com --role=roles\/editor --all — or, if that is a person/,
    ],
    [
      { role: 'roles/datastore.user', members: ['group:team@example.com'] },
      /broken group:team@example\.com: is no keeper, and may write the keys/,
    ],
    [
      { role: 'roles/editor', members: [`serviceAccount:${number}-compute@developer.gserviceaccount.com`] },
      /broken serviceAccount:\d+-compute@developer/,
    ],
    [
      { role: 'roles/editor', members: [`serviceAccount:${number}@cloudservices.gserviceaccount.com`] },
      /broken serviceAccount:\d+@cloudservices/,
    ],
    [
      {
        role: 'roles/editor',
        members: [`serviceAccount:service-${number}@gcf-admin-robot.iam.gserviceaccount.com`],
      },
      /broken serviceAccount:service-\d+@gcf-admin-robot/,
    ],
    [
      {
        role: 'roles/cloudfunctions.serviceAgent',
        members: ['serviceAccount:service-999@gcf-admin-robot.iam.gserviceaccount.com'],
      },
      /broken serviceAccount:service-999@gcf-admin-robot/,
    ],
    [
      { role: 'roles/iam.serviceAccountTokenCreator', members: ['user:eve@example.com'] },
      /broken user:eve@example\.com: .*act as/,
    ],
    [
      { role: 'roles/secretmanager.secretAccessor', members: ['user:eve@example.com'] },
      /may read the gate's secrets/,
    ],
    [
      { role: 'roles/firebaserules.admin', members: ['user:eve@example.com'] },
      /broken user:eve@example\.com: is no keeper, and may write the keys \(roles\/firebaserules\.admin/,
    ],
    [
      { role: 'roles/datastore.bulkAdmin', members: ['user:eve@example.com'] },
      /broken user:eve@example\.com: is no keeper, and may write the keys \(roles\/datastore\.bulkAdmin/,
    ],
    [
      {
        role: 'roles/secretmanager.secretAccessor',
        members: ['user:eve@example.com'],
        condition: {
          expression: `resource.name.startsWith("projects/${number}/secrets/watchdog-gate/versions/")`,
        },
      },
      /unknown user:eve@example\.com: may perhaps read the gate's secrets/,
    ],
    [
      {
        role: 'roles/secretmanager.secretAccessor',
        members: ['user:eve@example.com'],
        condition: { expression: `resource.name.startsWith("projects/${number}/secrets/watchdog-gate")` },
      },
      /broken user:eve@example\.com: .*may read the gate's secrets/,
    ],
    [{ role: 'roles/datastore.user', members: ['allUsers'] }, /broken allUsers: is no keeper/],
    [
      { role: `projects/${project}/roles/watchdog_write`, members: [`serviceAccount:${accountOf('watch')}`] },
      /broken serviceAccount:watchdog-watch@.*may write the keys/,
    ],
    [
      {
        role: 'roles/datastore.user',
        members: ['user:eve@example.com'],
        condition: { expression: 'resource.matchTag("a/b", "c")' },
      },
      /unknown user:eve@example\.com: may perhaps write the keys/,
    ],
    [
      { role: 'roles/nobody.knows', members: ['user:eve@example.com'] },
      /unknown user:eve@example\.com: may perhaps change who may/,
    ],
  ];
  test.each(strangers)('%j', async (binding, says) => {
    google.change(policyAt, bound(binding));
    expect(await people()).toMatch(says);
  });

  test.each([
    { role: 'roles/editor', members: [keeper] },
    { role: 'roles/viewer', members: ['user:eve@example.com'] },
    { role: 'roles/editor', members: ['deleted:user:eve@example.com?uid=1'] },
    {
      role: 'roles/datastore.user',
      members: ['user:eve@example.com'],
      condition: { expression: `resource.name == "projects/${project}/databases/inbox"` },
    },
    {
      role: 'roles/datastore.user',
      members: ['user:eve@example.com'],
      condition: { expression: 'request.time < timestamp("2020-01-01T00:00:00Z")' },
    },
  ])('%j is nothing to say anything about', async (binding) => {
    google.change(policyAt, bound(binding));
    expect(await people()).toBe('');
  });

  test('from above the project as well', async () => {
    google.change(
      'cloudresourcemanager.googleapis.com/v3/organizations/22:getIamPolicy',
      bound({ role: 'roles/owner', members: ['user:admin@example.com'] }),
    );
    expect(await people()).toMatch(
      /broken user:admin@example\.com: .*roles\/owner of organization 22.*gcloud organizations remove-iam-policy-binding 22/,
    );
  });

  test('by way of an account that reaches them: whoever may act as it, and whoever may act as that one', async () => {
    google.change(
      accountPolicyAt('gate'),
      bound({
        role: 'roles/iam.serviceAccountTokenCreator',
        members: [`serviceAccount:${accountOf('daily')}`],
      }),
    );
    google.change(
      accountPolicyAt('daily'),
      bound({ role: 'roles/iam.serviceAccountTokenCreator', members: ['user:eve@example.com'] }),
    );
    const found = await people();
    expect(found).toMatch(
      /broken serviceAccount:watchdog-daily@.*act as one that reaches them \(roles\/iam\.serviceAccountTokenCreator of account watchdog-gate@/,
    );
    expect(found).toMatch(/broken user:eve@example\.com: .*of account watchdog-daily@/);
  });

  test('on the gate itself, and on its secret', async () => {
    google.put('iam.googleapis.com/v1/roles/run.admin', {
      name: 'roles/run.admin',
      includedPermissions: ['run.services.update', 'run.services.setIamPolicy'],
    });
    google.change(callersOf('gate'), bound({ role: 'roles/run.admin', members: ['user:eve@example.com'] }));
    google.change(
      `secretmanager.googleapis.com/v1/projects/${project}/secrets/watchdog-gate:getIamPolicy`,
      bound({ role: 'roles/secretmanager.secretAccessor', members: [`serviceAccount:${accountOf('ack')}`] }),
    );
    const found = await people();
    expect(found).toMatch(
      /broken user:eve@example\.com: .*deploy the gate \(roles\/run\.admin of service watchdog-gate\)/,
    );
    expect(found).toMatch(/broken serviceAccount:watchdog-ack@.*read the gate's secrets/);
  });

  test('what cannot be read is not known, level by level', async () => {
    google.fault(/organizations\/22/, forbidden('resourcemanager.organizations.getIamPolicy'));
    google.fault(/folders\/11$/, forbidden('resourcemanager.folders.get'));
    google.fault(
      /serviceAccounts\/watchdog-gate.*getIamPolicy/,
      forbidden('iam.serviceAccounts.getIamPolicy'),
    );
    const found = await people();
    expect(found).toMatch(/unknown above folder 11: who reaches the keys from there is not known/);
    expect(found).toMatch(/unknown account watchdog-gate@/);
    google.heal();
    google.fault(
      /v3\/projects\/my-watchdog:getIamPolicy/,
      forbidden('resourcemanager.projects.getIamPolicy'),
    );
    expect(await people()).toMatch(
      /unknown project my-watchdog: who reaches the keys from there is not known/,
    );
  });

  test('a project without an organisation has nothing above it', async () => {
    google.change(`cloudresourcemanager.googleapis.com/v3/projects/${project}`, over({ parent: undefined }));
    expect(await people()).toBe('');
    expect(google.calls.some(({ path }) => path.includes('/folders/'))).toBe(false);
  });

  test('keepers who cannot write, and none at all', async () => {
    google.change(policyAt, over({ bindings: [] }));
    expect(await people()).toMatch(/broken keepers: none of them may write the keys database/);
    expect(await people({ keepers: [] })).toMatch(/broken keepers: there are none/);
  });

  test('a key that somebody made for an account', async () => {
    google.put(`iam.googleapis.com/v1/projects/${project}/serviceAccounts/${accountOf('watch')}/keys`, {
      keys: [{ name: `projects/${project}/serviceAccounts/${accountOf('watch')}/keys/abc` }],
    });
    expect(await people()).toMatch(
      /somebody has made a key for it \(abc\).*gcloud iam service-accounts keys delete abc/,
    );
  });

  test('with the keys in a project of their own', async () => {
    const home = 'my-keys-only';
    const gate = outputs.functions['gate'];
    expect(gate).toBeDefined();
    google.put(`cloudresourcemanager.googleapis.com/v3/projects/${home}`, { name: 'projects/7' });
    google.put(`cloudresourcemanager.googleapis.com/v3/projects/${home}:getIamPolicy`, {
      bindings: [
        { role: 'roles/datastore.user', members: [keeper] },
        { role: 'roles/editor', members: ['serviceAccount:7-compute@developer.gserviceaccount.com'] },
      ],
    });
    const found = await people({ keys_project: home });
    // The gate's project is another one here: its editor cannot write the keys, but can be the gate.
    google.change(policyAt, bound({ role: 'roles/editor', members: ['user:eve@example.com'] }));
    const both = await people({ keys_project: home });
    expect(found).toMatch(
      /broken serviceAccount:7-compute@developer\.gserviceaccount\.com: is no keeper, and may write the keys \(roles\/editor of project my-keys-only\) \|/,
    );
    expect(both).toMatch(/broken user:eve@example\.com: is no keeper, and may deploy the gate /);
  });
});
