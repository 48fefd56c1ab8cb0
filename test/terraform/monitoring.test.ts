// The filters of the alerts, as Terraform plans them, on lines that the functions really print: a message that is renamed breaks this, not the alert.
import { join } from 'node:path';
import { request } from 'undici';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { createLog } from '../../functions/kit/log.ts';
import { wantedFields } from '../../functions/stores/standbys.ts';
import { startNodes } from '../../lab/compute/node.ts';
import { localHouse, startAt, type LocalHouse } from '../support/local.ts';
import { began } from '../support/pretend-compute.ts';
import { provisionFunction } from '../support/provision-function.ts';
import { wantedOf } from '../support/standby-house.ts';
import * as terraform from '../support/terraform.ts';
import { isMatch, type LogEntry, valueAt } from './log-filter.ts';

const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close();
});

const minute = 60_000;
const hour = 60 * minute;

type Lines = { readonly entries: readonly LogEntry[]; readonly write: (text: string) => void };

/** What becomes of what a function prints: the platform takes its severity out, and says which service it was. */
function lines(): Lines {
  const entries: LogEntry[] = [];
  return {
    entries,
    write: (text) => {
      const { severity, time, ...jsonPayload } = z
        .looseObject({ severity: z.string(), time: z.string(), function: z.string(), message: z.string() })
        .parse(JSON.parse(text));
      const labels = { service_name: `watchdog-${jsonPayload.function}`, location: 'europe-west1' };
      entries.push({
        severity,
        timestamp: time,
        jsonPayload,
        resource: { type: 'cloud_run_revision', labels },
      });
    },
  };
}

const state = z.object({
  root_module: z.object({
    resources: z.array(z.object({ address: z.string(), values: z.looseObject({}) })),
  }),
});
const policy = z.object({
  conditions: z
    .array(
      z.object({
        condition_matched_log: z
          .array(z.object({ filter: z.string(), label_extractors: z.record(z.string(), z.string()) }))
          .length(1),
      }),
    )
    .length(1),
});

describe.skipIf(terraform.lacksTerraform())('the alert', () => {
  let workspace: terraform.Workspace;
  /** By key; `ticks` and `lateness` are those of the metrics. */
  let filters: Readonly<Record<string, string>>;
  let extractors: Readonly<Record<string, Readonly<Record<string, string>>>>;

  beforeAll(async () => {
    workspace = terraform.openWorkspace();
    const folder = join(workspace.root, 'modules/watchdog/monitoring');
    await terraform.init(folder);
    const runs = await terraform.testRuns(folder, {
      files: ['tests/monitoring.tftest.hcl'],
      isShown: true,
    });
    const { shown } = runs.find(({ name }) => name === 'one_condition_costs') ?? {};
    const made = state.parse(shown).root_module.resources;
    const metrics = made.flatMap(({ address, values }) => {
      const key = /^google_logging_metric\.(\w+)$/.exec(address)?.[1];
      return key === undefined ? [] : [[key, z.string().parse(values['filter'])] as const];
    });
    const alerts = made.flatMap(({ address, values }) => {
      const key = /^google_monitoring_alert_policy\.logs\["([^"]+)"\]$/.exec(address)?.[1];
      const [condition] = key === undefined ? [] : policy.parse(values).conditions;
      return key === undefined || condition === undefined
        ? []
        : condition.condition_matched_log.map((each) => [key, each] as const);
    });
    filters = Object.fromEntries([...metrics, ...alerts.map(([key, { filter }]) => [key, filter])]);
    extractors = Object.fromEntries(alerts.map(([key, { label_extractors: each }]) => [key, each]));
  });
  afterAll(() => {
    workspace.close();
  });

  /** The keys of the filters that an entry meets. */
  const met = (entry: LogEntry): string[] =>
    Object.entries(filters).flatMap(([key, filter]) => (isMatch(entry, filter) ? [key] : []));

  /** Each value that an alert takes out of an entry for whoever reads it. */
  const extracted = (key: string, entry: LogEntry): unknown[] =>
    Object.values(extractors[key] ?? {}).map((each) =>
      valueAt(entry, /^EXTRACT\((.+)\)$/.exec(each)?.[1] ?? ''),
    );

  async function house(): Promise<LocalHouse & Lines> {
    const printed = lines();
    const home = await localHouse({ log: (name) => createLog(name, printed) });
    closing.push(home.close);
    return { ...home, ...printed };
  }

  const ofWatch = ({ entries }: Lines): LogEntry[] =>
    entries.filter((entry) => valueAt(entry, 'jsonPayload.function') === 'watch');

  test('on ticks counts each that was taken in, also one of a dark house, and knows how late it was', async () => {
    const home = await house();
    await home.tick();
    await home.endpoints.geth.down();
    await home.endpoints.lighthouse.down();
    home.moveTo(startAt + minute);
    await home.tick();
    const ticks = ofWatch(home);
    expect(ticks.map(met)).toEqual([
      ['lateness', 'ticks'],
      ['lateness', 'ticks'],
    ]);
    expect(valueAt(ticks[1] ?? {}, 'jsonPayload.tick.latenessMs')).toEqual(expect.any(Number));
  });

  test('on ticks does not count one that was not taken in; that is an error', async () => {
    const home = await house();
    home.watchdog.firestore.faults.set(({ method }) =>
      method === 'Commit' ? { code: 'PERMISSION_DENIED', message: 'no' } : undefined,
    );
    await home.tick();
    const found = ofWatch(home);
    expect(found.map(met)).toContainEqual(['errors']);
    expect(found.flatMap(met)).not.toContain('ticks');
    expect(extracted('errors', found[0] ?? {})).toEqual(['watchdog-watch']);
  });

  test('on ticks does not count what `watch` is woken for between them', async () => {
    const home = await house();
    await (
      await request(home.watchdog.urls.watch, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: '{"events":"home"}',
      })
    ).body.text();
    expect(ofWatch(home).map((entry) => [valueAt(entry, 'jsonPayload.message'), ...met(entry)])).toEqual([
      ['events'],
    ]);
  });

  test('on errors sees what the platform says of a function, and no warning', () => {
    const platform = (severity: string): LogEntry => ({
      severity,
      resource: { type: 'cloud_run_revision', labels: { service_name: 'watchdog-gate' } },
      textPayload: 'Memory limit of 512 MiB exceeded with 530 MiB used.',
    });
    expect([met(platform('ERROR')), met(platform('CRITICAL')), met(platform('WARNING'))]).toEqual([
      ['errors'],
      ['errors'],
      [],
    ]);
    const other = { service_name: 'another-service' };
    expect(met({ ...platform('ERROR'), resource: { type: 'cloud_run_revision', labels: other } })).toEqual(
      [],
    );
  });

  test('on old machines waits for what `provision` says of one, which is no other error', async () => {
    const printed = lines();
    const home = await provisionFunction({
      log: createLog('provision', printed),
      variables: { PROVISION_OLD_AFTER_HOURS: '72' },
    });
    closing.push(home.close);
    const { clock, pass, compute } = home.world;
    closing.push(startNodes(compute, { clock, bootMs: minute, syncMs: minute }).stop);
    await home.plant(
      'standbys/alpha',
      wantedFields(wantedOf({ since: began, decidedAt: began, expiresAt: began + 500 * hour })),
    );
    await home.run();
    pass(73 * hour);
    await home.run();
    const found = printed.entries.filter((entry) => met(entry).length > 0);
    expect(found.map(met)).toEqual([['old-machine']]);
    expect(extracted('old-machine', found[0] ?? {})).toEqual([
      expect.stringMatching(/^bw-alpha-1-/),
      'standby',
      'europe-west3-a',
    ]);
  });

  test('on the scheduler sees a call that failed, of each of its jobs', () => {
    const attempt = (job: string, severity: string): LogEntry => ({
      severity,
      resource: { type: 'cloud_scheduler_job', labels: { job_id: job, location: 'europe-west1' } },
      jsonPayload: {
        '@type': 'type.googleapis.com/google.cloud.scheduler.logging.AttemptFinished',
        status: 'PERMISSION_DENIED',
      },
    });
    for (const job of ['watchdog-watch', 'watchdog-provision', 'watchdog-daily']) {
      expect([met(attempt(job, 'ERROR')), met(attempt(job, 'INFO'))], job).toEqual([['scheduler'], []]);
    }
    expect(met(attempt('another-job', 'ERROR'))).toEqual([]);
    expect(extracted('scheduler', attempt('watchdog-daily', 'ERROR'))).toEqual(['watchdog-daily']);
  });

  describe('on the keys', () => {
    const call = (over: Readonly<Record<string, unknown>> = {}): LogEntry => ({
      severity: 'INFO',
      resource: { type: 'audited_resource', labels: { service: 'firestore.googleapis.com' } },
      protoPayload: {
        serviceName: 'firestore.googleapis.com',
        methodName: 'google.firestore.v1.Firestore.Commit',
        resourceName: 'projects/my-watchdog/databases/keys',
        authenticationInfo: { principalEmail: 'watchdog-watch@my-watchdog.iam.gserviceaccount.com' },
        ...over,
      },
    });

    const told: readonly (readonly [string, LogEntry])[] = [
      ['a commit of a function', call()],
      ['one that was refused', call({ status: { code: 7, message: 'PERMISSION_DENIED' } })],
      [
        'a change of one document',
        call({
          methodName: 'google.firestore.v1.Firestore.UpdateDocument',
          resourceName: 'projects/my-watchdog/databases/keys/documents/keys/eth-1',
        }),
      ],
      [
        'an import, whose writes are in no log',
        call({ methodName: 'google.firestore.admin.v1.FirestoreAdmin.ImportDocuments' }),
      ],
      ['a person who is no keeper', call({ authenticationInfo: { principalEmail: 'eve@example.com' } })],
      ['somebody whom Google does not name', call({ authenticationInfo: {} })],
    ];
    test.each(told)('sees %s', (_, entry) => {
      expect(met(entry)).toEqual(['keys-written']);
    });

    const untold: readonly (readonly [string, LogEntry])[] = [
      ['a keeper', call({ authenticationInfo: { principalEmail: 'maria@example.com' } })],
      ['a read', call({ methodName: 'google.firestore.v1.Firestore.BatchGetDocuments' })],
      ['a tick', call({ resourceName: 'projects/my-watchdog/databases/(default)' })],
      [
        'a database whose name only begins so',
        call({ resourceName: 'projects/my-watchdog/databases/keys2' }),
      ],
    ];
    test.each(untold)('does not mind %s', (_, entry) => {
      expect(met(entry)).toEqual([]);
    });
  });
});

describe('a filter', () => {
  test('that is not understood proves nothing, and says so', () => {
    expect(() => isMatch({}, 'severity!="INFO"')).toThrow('not understood');
    expect(() => isMatch({ a: 'x' }, 'a=[x]')).toThrow('not understood');
  });
});
