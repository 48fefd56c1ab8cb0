// Puts into a pretended Google what it answers of a deployment in which everything is as it should be.
import type { Outputs } from '../../cli/deploy/outputs.ts';
import { deployment, functions, keeper, number, project } from './deployed.ts';
import type { PretendGoogle } from './pretend-google.ts';

const member = (email: string): string => `serviceAccount:${email}`;

/** Permissions of the roles that the answers name; the last ones are what people get wrong with. */
const roles: Readonly<Record<string, readonly string[]>> = {
  'roles/datastore.user': [
    'datastore.entities.create',
    'datastore.entities.get',
    'datastore.entities.update',
  ],
  'roles/run.invoker': ['run.routes.invoke'],
  'roles/secretmanager.secretAccessor': ['secretmanager.versions.access'],
  'roles/logging.logWriter': ['logging.logEntries.create'],
  'roles/cloudfunctions.serviceAgent': ['run.services.update', 'iam.serviceAccounts.actAs'],
  [`projects/${project}/roles/watchdog_write`]: [
    'datastore.databases.get',
    'datastore.entities.create',
    'datastore.entities.delete',
    'datastore.entities.update',
  ],
  [`projects/${project}/roles/watchdog_glance`]: ['datastore.databases.get', 'datastore.entities.get'],
  'roles/owner': [
    'datastore.entities.create',
    'iam.roles.update',
    'iam.serviceAccounts.actAs',
    'resourcemanager.projects.setIamPolicy',
    'run.services.update',
  ],
  'roles/editor': ['datastore.entities.create', 'iam.serviceAccounts.actAs', 'run.services.update'],
  'roles/iam.serviceAccountTokenCreator': [
    'iam.serviceAccounts.getAccessToken',
    'iam.serviceAccounts.signBlob',
  ],
  'roles/firebaserules.admin': ['firebaserules.releases.create', 'firebaserules.releases.update'],
  'roles/datastore.bulkAdmin': ['datastore.databases.bulkDelete'],
  'roles/viewer': ['datastore.entities.get', 'run.services.get'],
};

const onDatabase = (id: string) => ({
  title: `only the database ${id}`,
  expression: `resource.name == "projects/${project}/databases/${id}"`,
});

const callers: Readonly<Record<string, readonly string[]>> = {
  watch: ['scheduler', 'heartbeat', 'ack'],
  witness: ['watch'],
  deliver: ['watch'],
  provision: ['scheduler', 'watch'],
  daily: ['scheduler'],
};

function putFunctions(google: PretendGoogle, outputs: Outputs): void {
  const accountOf = (name: string): string =>
    name === 'scheduler'
      ? outputs.scheduler_service_account
      : (outputs.functions[name]?.service_account ?? '');
  for (const [name, each] of Object.entries(outputs.functions)) {
    const place = `${each.project}/locations/${each.region}`;
    const secret = outputs.secrets[name];
    google.put(`cloudfunctions.googleapis.com/v2/projects/${place}/functions/${each.name}`, {
      name: `projects/${place}/functions/${each.name}`,
      state: 'ACTIVE',
      environment: 'GEN_2',
      buildConfig: {
        runtime: 'nodejs24',
        entryPoint: name,
        source: {
          storageSource: {
            bucket: `${each.project}-source`,
            object: `functions-${deployment.bundle.sha256}.zip`,
            generation: '1',
          },
        },
      },
      serviceConfig: {
        service: `projects/${place}/services/${each.name}`,
        serviceAccountEmail: each.service_account,
        availableMemory: '512Mi',
        timeoutSeconds: each.timeout_seconds,
        environmentVariables: {
          WATCHDOG_CONFIG: '/etc/watchdog/watchdog.yaml',
          GOOGLE_CLOUD_PROJECT: outputs.project,
        },
        ...(secret === undefined
          ? {}
          : {
              secretEnvironmentVariables: [
                {
                  key: 'WATCHDOG_SECRETS',
                  projectId: number,
                  secret: secret.id,
                  version: String(secret.version),
                },
              ],
            }),
        secretVolumes: [
          {
            mountPath: '/etc/watchdog',
            projectId: number,
            secret: 'watchdog-config',
            versions: [{ version: '1', path: 'watchdog.yaml' }],
          },
        ],
      },
    });
    google.put(`cloudfunctions.googleapis.com/v2/projects/${place}/functions/${each.name}:getIamPolicy`, {
      etag: 'ACAB',
    });
    google.put(`run.googleapis.com/v2/projects/${place}/services/${each.name}`, {
      name: `projects/${place}/services/${each.name}`,
      uri: each.url,
    });
    google.put(`run.googleapis.com/v2/projects/${place}/services/${each.name}:getIamPolicy`, {
      bindings: [
        {
          role: 'roles/run.invoker',
          members: each.is_public
            ? ['allUsers']
            : (callers[name] ?? []).map((caller) => member(accountOf(caller))),
        },
      ],
    });
    const config = google.secret(`projects/${each.project}/secrets/${outputs.name}-config`);
    if (config.length === 0) config.push({ state: 'ENABLED', data: 'e30=' });
    if (secret === undefined) continue;
    const needs: readonly string[] = Object.entries(functions).find(([known]) => known === name)?.[1] ?? [];
    const payload = Object.fromEntries(needs.map((need) => [need, `value-of-${need}`]));
    google.secret(`projects/${secret.project}/secrets/${secret.id}`).push({
      state: 'ENABLED',
      data: Buffer.from(JSON.stringify(payload)).toString('base64'),
    });
    google.put(
      `secretmanager.googleapis.com/v1/projects/${secret.project}/secrets/${secret.id}:getIamPolicy`,
      {
        bindings: [{ role: 'roles/secretmanager.secretAccessor', members: [member(each.service_account)] }],
      },
    );
  }
}

function putData(google: PretendGoogle, outputs: Outputs, at: number): void {
  for (const { project: home, id, location } of Object.values(outputs.databases)) {
    const base = `firestore.googleapis.com/v1/projects/${home}/databases/${id}`;
    google.put(base, {
      name: `projects/${home}/databases/${id}`,
      type: 'FIRESTORE_NATIVE',
      locationId: location,
      deleteProtectionState: 'DELETE_PROTECTION_ENABLED',
      pointInTimeRecoveryEnablement:
        id === 'keys' ? 'POINT_IN_TIME_RECOVERY_ENABLED' : 'POINT_IN_TIME_RECOVERY_DISABLED',
    });
    google.put(`${base}/backupSchedules`, {
      backupSchedules: [{ name: `projects/${home}/databases/${id}/backupSchedules/1`, retention: '604800s' }],
    });
  }
  const { project: home } = outputs.databases.default;
  const base = `projects/${home}/databases/(default)`;
  const index = (collection: string, ...fields: readonly string[]) => ({
    name: `${base}/collectionGroups/${collection}/indexes/1`,
    state: 'READY',
    queryScope: 'COLLECTION',
    fields: [...fields, '__name__'].map((fieldPath) => ({
      fieldPath,
      order: fieldPath === 'openedAt' ? 'DESCENDING' : 'ASCENDING',
    })),
  });
  const single = (id: string, collection: string, field: string) => ({
    name: `projects/${home}/databases/${id}/collectionGroups/${collection}/fields/${field}`,
    indexConfig: {
      indexes: [
        { queryScope: 'COLLECTION', state: 'READY', fields: [{ fieldPath: field, order: 'ASCENDING' }] },
      ],
    },
  });
  const { id: inbox } = outputs.databases.inbox;
  google.put(
    `firestore.googleapis.com/v1/projects/${home}/databases/${inbox}/collectionGroups/-/indexes`,
    {},
  );
  google.put(`firestore.googleapis.com/v1/projects/${home}/databases/${inbox}/collectionGroups/-/fields`, {
    fields: [single(inbox, 'events', 'site')],
  });
  google.put(`firestore.googleapis.com/v1/${base}/collectionGroups/-/indexes`, {
    indexes: [index('incidents', 'site', 'openedAt'), index('outbox', 'site', 'dueAt'), index('other', 'x')],
  });
  google.put(`firestore.googleapis.com/v1/${base}/collectionGroups/-/fields`, {
    fields: [
      single('(default)', 'outbox', 'dueAt'),
      single('(default)', 'outbox', 'settledAt'),
      { name: `${base}/collectionGroups/history/fields/expiresAt`, ttlConfig: { state: 'ACTIVE' } },
    ],
  });
  const ticked = { mapValue: { fields: { at: { integerValue: String(at - 20_000) } } } };
  google.put(`firestore.googleapis.com/v1/${base}/documents/sites`, {
    documents: [{ name: `${base}/documents/sites/home`, fields: { tick: ticked } }],
  });
}

function putJobs(google: PretendGoogle, outputs: Outputs, at: number): void {
  for (const [job, { project: home, region, name }] of Object.entries(outputs.jobs)) {
    const url = outputs.functions[job]?.url ?? '';
    google.put(`cloudscheduler.googleapis.com/v1/projects/${home}/locations/${region}/jobs/${name}`, {
      name: `projects/${home}/locations/${region}/jobs/${name}`,
      state: 'ENABLED',
      schedule: job === 'daily' ? '17 4 * * *' : '* * * * *',
      timeZone: 'Etc/UTC',
      status: {},
      lastAttemptTime: new Date(at - (job === 'daily' ? 7_200_000 : 30_000)).toISOString(),
      scheduleTime: new Date(at + 30_000).toISOString(),
      httpTarget: {
        uri: url,
        httpMethod: 'POST',
        oidcToken: { serviceAccountEmail: outputs.scheduler_service_account, audience: url },
      },
    });
  }
}

function putPeople(google: PretendGoogle, outputs: Outputs): void {
  const accountOf = (name: string): string => member(outputs.functions[name]?.service_account ?? '');
  google.put(`cloudresourcemanager.googleapis.com/v3/projects/${project}`, {
    name: `projects/${number}`,
    projectId: project,
    parent: 'folders/11',
    state: 'ACTIVE',
  });
  google.put('cloudresourcemanager.googleapis.com/v3/folders/11', {
    name: 'folders/11',
    parent: 'organizations/22',
  });
  google.put('cloudresourcemanager.googleapis.com/v3/folders/11:getIamPolicy', {
    bindings: [{ role: 'roles/viewer', members: ['group:auditors@example.com'] }],
  });
  google.put('cloudresourcemanager.googleapis.com/v3/organizations/22:getIamPolicy', {});
  google.put(`cloudresourcemanager.googleapis.com/v3/projects/${project}:getIamPolicy`, {
    version: 3,
    bindings: [
      { role: 'roles/owner', members: [keeper] },
      { role: 'roles/datastore.user', members: [keeper], condition: onDatabase('keys') },
      {
        role: 'roles/cloudfunctions.serviceAgent',
        members: [`serviceAccount:service-${number}@gcf-admin-robot.iam.gserviceaccount.com`],
      },
      {
        role: `projects/${project}/roles/watchdog_write`,
        members: ['watch', 'provision', 'daily'].map(accountOf),
        condition: onDatabase('(default)'),
      },
      {
        role: `projects/${project}/roles/watchdog_glance`,
        members: ['watch', 'provision', 'gate'].map(accountOf),
        condition: onDatabase('keys'),
      },
      { role: 'roles/logging.logWriter', members: [member(outputs.build_service_account ?? '')] },
    ],
  });
  for (const [role, includedPermissions] of Object.entries(roles)) {
    google.put(`iam.googleapis.com/v1/${role}`, { name: role, includedPermissions });
  }
  const accounts = [
    ...Object.values(outputs.functions).map((each) => each.service_account),
    outputs.scheduler_service_account,
    outputs.build_service_account ?? '',
    outputs.standbys?.node_service_account ?? '',
  ];
  for (const email of accounts) {
    const home = email.split(/[@.]/)[1] ?? '';
    google.put(`iam.googleapis.com/v1/projects/${home}/serviceAccounts/${email}:getIamPolicy`, {
      etag: 'ACAB',
    });
    google.put(`iam.googleapis.com/v1/projects/${home}/serviceAccounts/${email}/keys`, {});
  }
}

function putMonitoring(google: PretendGoogle, { monitoring }: Outputs): void {
  if (monitoring === null || monitoring === undefined) return;
  const base = `monitoring.googleapis.com/v3/projects/${monitoring.project}`;
  google.put(`${base}/alertPolicies`, {
    alertPolicies: Object.values(monitoring.policies).map((displayName) => ({
      name: `projects/${monitoring.project}/alertPolicies/1`,
      displayName,
      enabled: true,
      notificationChannels: monitoring.channels,
    })),
  });
  google.put(`${base}/notificationChannels`, {
    notificationChannels: monitoring.channels.map((name) => ({
      name,
      type: 'email',
      displayName: 'Maria',
      enabled: true,
    })),
  });
}

function putStandbys(google: PretendGoogle, { standbys }: Outputs): void {
  for (const { region, name, is_drill } of standbys?.templates ?? []) {
    const base = `compute.googleapis.com/compute/v1/projects/${standbys?.project ?? ''}/regions/${region}`;
    google.put(`${base}/instanceTemplates/${name}`, {
      name,
      properties: {
        machineType: 'e2-standard-4',
        scheduling: {
          provisioningModel: 'STANDARD',
          ...(is_drill ? { maxRunDuration: { seconds: '172800' }, instanceTerminationAction: 'DELETE' } : {}),
        },
        serviceAccounts: [{ email: standbys?.node_service_account }],
        disks: [
          { boot: true, initializeParams: { diskType: 'pd-balanced', diskSizeGb: '20' } },
          { initializeParams: { diskType: 'pd-balanced', diskSizeGb: '1980' } },
        ],
        metadata: { items: [{ key: 'enable-guest-attributes', value: 'TRUE' }] },
      },
    });
    google.put(base, {
      name: region,
      quotas: [
        { metric: 'CPUS', limit: 24, usage: 4 },
        { metric: 'SSD_TOTAL_GB', limit: 8_192, usage: 100 },
      ],
    });
    google.put(`compute.googleapis.com/compute/v1/projects/${standbys?.project ?? ''}`, {
      name: standbys?.project ?? '',
      quotas: [{ metric: 'CPUS_ALL_REGIONS', limit: 32, usage: 4 }],
    });
  }
}

function putProjects(google: PretendGoogle, outputs: Outputs): void {
  const apis = [
    'cloudbuild',
    'cloudfunctions',
    'cloudscheduler',
    'compute',
    'firestore',
    'iam',
    'logging',
    'monitoring',
    'run',
    'secretmanager',
  ];
  for (const home of new Set([
    outputs.project,
    outputs.keys_project,
    outputs.standbys?.project ?? outputs.project,
  ])) {
    google.put(`serviceusage.googleapis.com/v1/projects/${home}/services:batchGet`, {
      services: apis.map((api) => ({ name: `projects/1/services/${api}.googleapis.com`, state: 'ENABLED' })),
    });
  }
  google.put('policytroubleshooter.googleapis.com/v3/iam:troubleshoot', {
    overallAccessState: 'CANNOT_ACCESS',
  });
}

/** `at`: the last tick was 20 seconds before. */
export function putHealthy(google: PretendGoogle, outputs: Outputs, at: number): void {
  putProjects(google, outputs);
  putFunctions(google, outputs);
  putJobs(google, outputs, at);
  putData(google, outputs, at);
  putPeople(google, outputs);
  putMonitoring(google, outputs);
  putStandbys(google, outputs);
}
