// A standby that boots as in the cloud: cloud-init has what Terraform rendered from the metadata server, and everything else from web servers of the test.
import { createHash } from 'node:crypto';
import { createServer } from 'node:https';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { NodeReport } from '../../../functions/domain/standby/standby.ts';
import { readReport } from '../../../functions/flows/provision-report.ts';
import { authority } from '../../support/certificates.ts';
import { render, type Chain } from '../../standby-node/rendered.ts';
import { pretendCompute } from '../../support/pretend-compute.ts';
import { listen } from '../../support/server.ts';
import { buildStub, imageOf, registry, registryPage, type Image, type Page } from './images.ts';
import { prepareMachine, type BootedMachine } from './machine.ts';
import { net, type Closable } from './net.ts';
import { startNetwork, type Network } from './network.ts';
import { until } from './wait.ts';

type Part = 'execution' | 'consensus' | 'logs';

/** What the stub of a client answers: a result by JSON-RPC method, or a body by path. */
export type StubAnswers = Readonly<Record<string, unknown>>;

export type StandbyNet = Closable & {
  readonly machine: BootedMachine;
  readonly network: Network;
  /** By host and path, `checkpoint-one.test/eth/v1/…`; what is not there is not found. */
  readonly pages: Map<string, Page>;
  /** What has been asked, `HOST/PATH`. */
  readonly asked: readonly string[];
  /** The registry loses an image, and has it again. */
  readonly withhold: (part: Part) => void;
  readonly giveBack: (part: Part) => void;
  /** What the clients say of themselves from now on. They are still starting before that. */
  readonly say: (answers: {
    readonly execution: StubAnswers;
    readonly consensus: StubAnswers;
  }) => Promise<void>;
  /** Lets the agent look at once, and reads what it published; an error when it published nothing that can be read. */
  readonly look: () => Promise<NodeReport>;
  /** The last report at the metadata server, whoever made the agent look. */
  readonly lastReport: () => NodeReport | null;
  /** What the boot says that it is busy with. */
  readonly note: () => Promise<string>;
};

const hosts = ['checkpoint-one.test', 'checkpoint-two.test', 'files.test', 'snapshots.test'] as const;
const webAddress = '198.51.100.1';
const metadataAddress = '169.254.169.254';
const clients = {
  ethereum: { execution: 'geth', consensus: 'lighthouse' },
  berachain: { execution: 'bera-reth', consensus: 'beacond' },
} as const;

/** Where the machine differs from Compute's, for it is none: each line of it is something that this test does not show. */
function pretend(machine: BootedMachine, certificate: string): void {
  const source = '/usr/lib/python3/dist-packages/cloudinit/sources/DataSourceGCE.py';
  const changes = [
    // A container has no firmware that says Google.
    ['def platform_reports_gce():\n', 'def platform_reports_gce():\n    return True\n'],
    // There is no DHCP in this network: its address is in a file, and cloud-init waits for that.
    ['    (DataSourceGCELocal, (sources.DEP_FILESYSTEM,)),\n', ''],
  ] as const;
  let text = readFileSync(join(machine.base, source), 'utf8');
  for (const [from, to] of changes) {
    if (!text.includes(from)) throw new Error(`cloud-init says it otherwise now: ${from}`);
    text = text.replace(from, to);
  }
  machine.put(source, text);
  machine.put(
    '/etc/cloud/cloud.cfg.d/99-replay.cfg',
    // The network is made by whoever started the machine, and its root has one locale only.
    ['datasource_list: [GCE]', 'network: {config: disabled}', "locale: 'false'", ''].join('\n'),
  );
  machine.put(
    '/etc/hosts',
    [
      '127.0.0.1 localhost',
      `${metadataAddress} metadata.google.internal metadata`,
      `${webAddress} ${[...hosts, registry].join(' ')}`,
      '',
    ].join('\n'),
  );
  // Compute's own; here nobody answers, and at once.
  machine.put('/etc/resolv.conf', `nameserver ${metadataAddress}\n`);
  const bundle = 'etc/ssl/certs/ca-certificates.crt';
  machine.put(`/${bundle}`, `${readFileSync(join(machine.base, bundle), 'utf8')}${certificate}`);
  // A container has the clock of its host, and not every host of tests says that it is synchronised.
  machine.put(
    '/usr/lib/python3/dist-packages/sitecustomize.py',
    ['import ctypes', 'ctypes.CDLL.adjtimex = property(lambda _: lambda _: 0)', ''].join('\n'),
  );
  // Python would look for the authority by its hash.
  machine.put(
    '/etc/systemd/system.conf.d/replay.conf',
    ['[Manager]', 'DefaultEnvironment=SSL_CERT_FILE=/etc/ssl/certs/ca-certificates.crt', ''].join('\n'),
  );
  // What systemd tries again each minute it tries each two seconds.
  for (const unit of ['standby-disk', 'standby-images', 'standby-chain', 'standby-logs']) {
    machine.put(
      `/etc/systemd/system/${unit}.service.d/replay.conf`,
      ['[Service]', 'RestartSec=2', ''].join('\n'),
    );
  }
}

export type StandbyOptions = {
  readonly chain: Chain;
  /** Variables of the module beside the chain, the images and the sources. */
  readonly variables?: object;
  /** Files of the network on Berachain, by their name, whose digests Terraform is told. */
  readonly files?: Readonly<Record<string, string>>;
};

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

const sourcesOf = ({ chain, files = {} }: StandbyOptions): object =>
  chain === 'ethereum'
    ? { checkpoint_urls: [`https://${hosts[0]}`, `https://${hosts[1]}`] }
    : {
        files: {
          base_url: 'https://files.test/mainnet',
          digests: Object.fromEntries(
            Object.entries(files).map(([name, content]) => [name, `sha256:${sha256(content)}`]),
          ),
        },
        snapshot_index_url: 'https://snapshots.test/index.csv',
      };

/** Everything is there, and the machine is off. */
export async function startStandby(options: StandbyOptions): Promise<StandbyNet> {
  const { chain, variables = {} } = options;
  const machines: BootedMachine[] = [];
  const closings: (() => unknown)[] = [];
  const built = await net('standby', async (site) => {
    const stub = buildStub(site.folder);
    const names = clients[chain];
    const images = new Map<Part, Image>([
      ['execution', imageOf(names.execution, stub, [`usr/bin/${names.execution}`])],
      ['consensus', imageOf(names.consensus, stub, [`usr/bin/${names.consensus}`])],
      ['logs', imageOf('fluent-bit', stub, ['fluent-bit/bin/fluent-bit'])],
    ]);
    const withheld = new Set<Part>();
    const references = Object.fromEntries([...images].map(([part, { reference }]) => [part, reference]));
    const { metadata } = await render(chain, { images: references, ...sourcesOf(options), ...variables });

    const world = await pretendCompute();
    closings.push(() => world.compute.close());
    const { name } = await world.running();
    world.compute.alter(name, (instance) => {
      instance.properties.metadata.items = Object.entries(metadata).map(([key, value]) => ({ key, value }));
    });
    const { host } = await world.compute.metadata(name);

    const ca = authority();
    const pages = new Map<string, Page>();
    const asked: string[] = [];
    const web = await listen(
      createServer(ca.issue({ name: registry, hosts: [...hosts, registry] }), (request, response) => {
        const place = `${request.headers.host}${request.url}`;
        asked.push(place);
        const page = place.startsWith(`${registry}/`)
          ? registryPage(
              [...images].flatMap(([part, image]) => (withheld.has(part) ? [] : [image])),
              place.slice(registry.length),
            )
          : pages.get(place);
        if (page === null || page === undefined) response.writeHead(404).end('not found');
        else {
          const content = Buffer.from(page.content);
          response
            .writeHead(200, {
              'content-type': page.type ?? 'application/json',
              'content-length': content.length,
            })
            .end(request.method === 'HEAD' ? undefined : content);
        }
      }),
    );
    closings.push(() => web.close());

    const network = await startNetwork(site, [
      { address: metadataAddress, port: 80, to: host },
      { address: webAddress, port: 443, to: web.address },
    ]);
    closings.push(() => network.close());
    const machine = prepareMachine(site, network);
    machines.push(machine);
    pretend(machine, ca.cert);

    const lastReport = (): NodeReport | null => {
      const instance = world.compute.instances().find((each) => each.name === name);
      const heard = readReport(instance?.guest.get('watchdog/report') ?? null);
      return heard.kind === 'report' ? heard.report : null;
    };
    const parts: StandbyNet = {
      machine,
      network,
      pages,
      asked,
      withhold: (part) => {
        withheld.add(part);
      },
      giveBack: (part) => {
        withheld.delete(part);
      },
      say: async ({ execution, consensus }) => {
        for (const [part, answers] of Object.entries({ execution, consensus })) {
          const file = `/srv/chain/${part}/answers.json`;
          await machine.run(
            'sh',
            '-c',
            `printf %s "$1" >${file}.new && chmod 644 ${file}.new && mv ${file}.new ${file}`,
            'sh',
            JSON.stringify(answers),
          );
        }
      },
      look: async () => {
        // A test looks more often than a timer.
        await machine.attempt('systemctl', 'reset-failed', 'watchdog-agent.service');
        await machine.run('systemctl', 'start', 'watchdog-agent.service');
        const report = lastReport();
        if (report === null) throw new Error('the agent published no report that can be read');
        return report;
      },
      lastReport,
      note: async () => (await machine.attempt('cat', '/run/watchdog/note')).text,
      close: async () => undefined,
    };
    return parts;
  }).catch(async (error: unknown) => {
    for (const machine of machines) machine.release();
    for (const close of closings) await close();
    throw error;
  });
  return {
    ...built,
    close: async () => {
      await built.close();
      for (const machine of machines) machine.release();
      for (const close of closings) await close();
    },
  };
}

/** Resolves when cloud-init has ended, with what it says of that. */
export async function cloudInitEnds(machine: BootedMachine): Promise<string> {
  return until(
    'cloud-init to end',
    async () => {
      const { text } = await machine.attempt('cloud-init', 'status', '--long');
      return /^status: (done|error)/m.test(text) ? text : null;
    },
    { limitMs: 180_000 },
  );
}
