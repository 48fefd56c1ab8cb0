// What modules/standby plans, as Compute and `provision` will see it: reachable by other nodes alone, and made of nothing but what lies in node/.
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { disksWithSnapshot, templateDisks } from '../../functions/cloud/compute-disks.ts';
import { parseConfig } from '../../functions/config/config.ts';
import { labels } from '../../functions/domain/standby/rules.ts';
import { render } from '../standby-node/rendered.ts';
import { openDiscovery } from '../support/discovery.ts';
import * as terraform from '../support/terraform.ts';
import { lacks, tool } from '../support/tools.ts';

const text = z.string();
const template = z.object({
  name: text,
  project: text,
  region: text,
  machine_type: text,
  instance_description: text,
  can_ip_forward: z.boolean(),
  labels: z.record(text, text),
  metadata: z.record(text, text),
  resource_policies: z.null(),
  disk: z.array(
    z.object({
      boot: z.boolean(),
      auto_delete: z.boolean(),
      device_name: text.optional(),
      type: text.optional(),
      interface: text.optional(),
      disk_type: text,
      disk_size_gb: z.number(),
      source_image: text.optional(),
      labels: z.record(text, text),
      resource_policies: z.null(),
    }),
  ),
  network_interface: z.tuple([
    z.object({ stack_type: text, access_config: z.array(z.object({ network_tier: text })) }),
  ]),
  service_account: z.tuple([z.object({ email: text, scopes: z.array(text) })]),
  shielded_instance_config: z.tuple([
    z.object({
      enable_secure_boot: z.boolean(),
      enable_vtpm: z.boolean(),
      enable_integrity_monitoring: z.boolean(),
    }),
  ]),
  scheduling: z.tuple([
    z.object({
      provisioning_model: text,
      preemptible: z.boolean(),
      on_host_maintenance: text,
      automatic_restart: z.boolean(),
      instance_termination_action: text.nullable(),
      max_run_duration: z.array(z.object({ seconds: z.number() })),
    }),
  ]),
});
type Template = z.infer<typeof template>;

const rules = z.array(z.object({ protocol: text, ports: z.array(text).nullable() }));
const firewall = z.object({
  name: text,
  project: text,
  direction: text,
  priority: z.number(),
  source_ranges: z.array(text),
  target_service_accounts: z.array(text).nullable(),
  allow: rules,
  deny: rules,
});
type Firewall = z.infer<typeof firewall>;

/** As the provider says it to Compute. */
const templateBody = (given: Template): object => {
  const [network] = given.network_interface;
  const [account] = given.service_account;
  const [shielded] = given.shielded_instance_config;
  const [plan] = given.scheduling;
  const [end] = plan.max_run_duration;
  return {
    name: given.name,
    properties: {
      description: given.instance_description,
      machineType: given.machine_type,
      canIpForward: given.can_ip_forward,
      labels: given.labels,
      metadata: { items: Object.entries(given.metadata).map(([key, value]) => ({ key, value })) },
      disks: disksOf(given),
      networkInterfaces: [
        {
          stackType: network.stack_type,
          accessConfigs: network.access_config.map((each) => ({
            type: 'ONE_TO_ONE_NAT',
            networkTier: each.network_tier,
          })),
        },
      ],
      serviceAccounts: [account],
      shieldedInstanceConfig: {
        enableSecureBoot: shielded.enable_secure_boot,
        enableVtpm: shielded.enable_vtpm,
        enableIntegrityMonitoring: shielded.enable_integrity_monitoring,
      },
      scheduling: {
        provisioningModel: plan.provisioning_model,
        preemptible: plan.preemptible,
        onHostMaintenance: plan.on_host_maintenance,
        automaticRestart: plan.automatic_restart,
        ...(plan.instance_termination_action === null
          ? {}
          : { instanceTerminationAction: plan.instance_termination_action }),
        ...(end === undefined ? {} : { maxRunDuration: { seconds: String(end.seconds) } }),
      },
    },
  };
};

const disksOf = (given: Template): object[] =>
  given.disk.map((disk) => ({
    boot: disk.boot,
    autoDelete: disk.auto_delete,
    ...(disk.device_name === undefined ? {} : { deviceName: disk.device_name }),
    ...(disk.type === undefined ? {} : { type: disk.type }),
    initializeParams: {
      diskType: disk.disk_type,
      diskSizeGb: String(disk.disk_size_gb),
      ...(disk.source_image === undefined ? {} : { sourceImage: disk.source_image }),
      labels: disk.labels,
    },
  }));

const firewallBody = (given: Firewall): object => ({
  name: given.name,
  network: 'global/networks/watchdog-standby',
  direction: given.direction,
  priority: given.priority,
  sourceRanges: given.source_ranges,
  ...(given.target_service_accounts === null ? {} : { targetServiceAccounts: given.target_service_accounts }),
  ...(given.allow.length === 0 ? {} : { allowed: given.allow.map(apiRule) }),
  ...(given.deny.length === 0 ? {} : { denied: given.deny.map(apiRule) }),
});
const apiRule = ({ protocol, ports }: Firewall['allow'][number]) => ({
  IPProtocol: protocol,
  ...(ports === null || ports.length === 0 ? {} : { ports }),
});

describe.skipIf(terraform.lacksTerraform())('modules/standby', () => {
  let workspace: terraform.Workspace;
  let folder: string;
  let resources: readonly terraform.Planned[];
  let templates: readonly Template[];
  let firewalls: readonly Firewall[];

  const ofType = (type: string): unknown[] =>
    resources.filter((each) => each.type === type).map(({ values }) => values);

  beforeAll(async () => {
    workspace = terraform.openWorkspace();
    folder = join(workspace.root, 'modules/standby');
    await terraform.init(folder);
    resources = await terraform.planOf(
      folder,
      'tests/templates.tftest.hcl',
      'templates_that_anybody_may_read',
    );
    templates = ofType('google_compute_region_instance_template').map((each) => template.parse(each));
    firewalls = ofType('google_compute_firewall').map((each) => firewall.parse(each));
  });
  afterAll(() => {
    workspace.close();
  });

  test('makes these things and no others: no machine, no disk, no image, no schedule, no key, no role of its own', () => {
    const managed = resources.filter(({ mode }) => mode === 'managed');
    expect(templates).toHaveLength(5);
    expect([...new Set(managed.map(({ type }) => type))].toSorted()).toEqual([
      'google_compute_firewall',
      'google_compute_network',
      'google_compute_region_instance_template',
      'google_compute_subnetwork',
      'google_project_iam_member',
      'google_project_service',
      'google_service_account',
    ]);
  });

  test('lets in other nodes, and people through the proxy', () => {
    const allowed = firewalls.filter(({ allow }) => allow.length > 0);
    expect(allowed.map(({ name, source_ranges: from }) => [name, from])).toEqual([
      ['watchdog-standby-p2p', ['0.0.0.0/0']],
      ['watchdog-standby-ssh', ['35.235.240.0/20']],
    ]);
    expect(allowed.map(({ target_service_accounts: to }) => to?.length)).toEqual([1, 1]);
    expect(firewalls.filter(({ direction }) => direction !== 'INGRESS')).toEqual([]);
  });

  test('labels nothing with what provision finds its own by', () => {
    const own: readonly string[] = Object.values(labels);
    const given = templates.flatMap((each) => [
      ...Object.keys(each.labels),
      ...each.disk.flatMap((disk) => Object.keys(disk.labels)),
    ]);
    expect(given).toContain('app');
    expect(given.filter((label) => own.includes(label))).toEqual([]);
  });

  test('has a data disk that a snapshot of a drill can begin, in each template', () => {
    for (const each of templates) {
      const given = templateDisks.parse(disksOf(each)) ?? [];
      const place = { project: each.project, zone: `${each.region}-b`, region: each.region };
      const disks = disksWithSnapshot(given, { ...place, snapshot: 'bw-ethereum-1' });
      expect(disks).toMatchObject([
        { boot: true },
        {
          deviceName: 'chain',
          initializeParams: { sourceSnapshot: 'projects/my-standbys/global/snapshots/bw-ethereum-1' },
        },
      ]);
    }
    expect(templates.length).toBeGreaterThan(0);
  });

  test('puts on a node what lies in node/, unchanged', async () => {
    const images = {
      execution: `ghcr.io/berachain/bera-reth@sha256:${'d'.repeat(64)}`,
      consensus: `ghcr.io/berachain/beacon-kit@sha256:${'e'.repeat(64)}`,
      logs: `docker.io/fluent/fluent-bit@sha256:${'c'.repeat(64)}`,
    };
    const { metadata } = await render('berachain', { images });
    const given = templates.filter(({ labels: { chain } }) => chain === 'berachain');
    expect(given.map((each) => each.metadata)).toEqual([metadata, metadata]);
  });

  describe.skipIf(lacks('cloud-init'))('cloud-init', () => {
    test('takes the instructions of every template', () => {
      const { path } = tool('cloud-init');
      const said = [...new Set(templates.map(({ metadata }) => metadata['user-data'] ?? ''))].map(
        (userData, index) => {
          const file = join(workspace.root, `user-data-${index}.yaml`);
          writeFileSync(file, userData);
          const { status, stdout } = spawnSync(path, ['schema', '--config-file', file], { encoding: 'utf8' });
          return { status, stdout: stdout.replace(/:.*/s, '') };
        },
      );
      const good = { status: 0, stdout: 'Valid cloud-config' };
      expect(said).toEqual([good, good, good]);
    });
  });

  describe.skipIf(lacks('discovery'))('Compute', () => {
    test('knows all that a template says, with its words', () => {
      const { requestProblems } = openDiscovery();
      for (const each of templates) {
        const path = `/compute/v1/projects/${each.project}/regions/${each.region}/instanceTemplates`;
        expect(requestProblems({ method: 'POST', path, query: {}, body: templateBody(each) })).toEqual([]);
      }
      expect(templates.length).toBeGreaterThan(0);
    });

    test('knows all that a rule of the firewall says', () => {
      const { requestProblems } = openDiscovery();
      for (const each of firewalls) {
        const path = `/compute/v1/projects/${each.project}/global/firewalls`;
        expect(requestProblems({ method: 'POST', path, query: {}, body: firewallBody(each) })).toEqual([]);
      }
      expect(firewalls).toHaveLength(3);
    });
  });

  test('agrees with what a configuration says of machines, places and disks', async () => {
    const parsed = parseConfig(
      readFileSync(new URL('../../examples/standbys.yaml', import.meta.url), 'utf8'),
    );
    const standbys = parsed.ok ? parsed.config.standbys : null;
    const ethereum = standbys?.nodes.ethereum;
    const disk = ethereum?.disk ?? { type: '', gib: 0 };
    const given = (ethereum?.places ?? []).flatMap(({ region, zones, template: real, drillTemplate }) =>
      [real, ...(drillTemplate === null ? [] : [drillTemplate])].map((name) => ({
        chain: 'ethereum',
        region,
        zones,
        name,
        machine: ethereum?.machine,
        is_drill: name === drillTemplate,
        disk,
      })),
    );
    const ran = join(folder, 'tests/configuration.tftest.json');
    const variables = {
      standbys: {
        project: standbys?.project,
        prefix: standbys?.prefix,
        max_standbys: standbys?.maxStandbys,
        templates: given,
      },
      nodes: {
        ethereum: {
          checkpoint_urls: ['https://beacon.one.example.com', 'https://beacon.two.example.org'],
          data_disk: { type: disk.type, size_gib: disk.gib - 30 },
          images: {
            execution: `docker.io/ethereum/client-go@sha256:${'a'.repeat(64)}`,
            consensus: `docker.io/sigp/lighthouse@sha256:${'b'.repeat(64)}`,
            logs: `docker.io/fluent/fluent-bit@sha256:${'c'.repeat(64)}`,
          },
        },
      },
    };
    writeFileSync(
      ran,
      JSON.stringify({
        mock_provider: { google: { source: './tests/mocks' } },
        variables,
        run: { as_it_is_written: { command: 'plan' } },
      }),
    );
    const runs = await terraform.testRuns(folder, {
      files: ['tests/configuration.tftest.json'],
      isShown: true,
    });
    expect(terraform.complaints(runs)).toEqual([]);
    const names = runs
      .flatMap(terraform.planned)
      .filter(({ type }) => type === 'google_compute_region_instance_template')
      .map(({ values }) => z.object({ name: text }).parse(values).name);
    expect(names.toSorted()).toEqual([
      'bw-ethereum-drill-europe-west3',
      'bw-ethereum-europe-west1',
      'bw-ethereum-europe-west3',
    ]);
  });
});
