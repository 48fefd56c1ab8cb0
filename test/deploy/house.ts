// One house whose configuration names a secret wherever one can be named, the world around it on loopback, and one call for each function.
import { createHmac, generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer as createHttp } from 'node:http';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { request } from 'undici';
import { stringify } from 'yaml';
import { z } from 'zod';
import type { FunctionName } from '../../cli/deploy/reads.ts';
import { createWatch } from '../../functions/entry/watch.ts';
import { systemClock } from '../../functions/kit/clock.ts';
import type { Environment } from '../../functions/kit/environment.ts';
import { silentLog } from '../../functions/kit/log.ts';
import { linkKeys, signLink } from '../../functions/kit/signed-link.ts';
import { signViewLink } from '../../functions/kit/view-link.ts';
import { startFirestore } from '../../local/firestore/server.ts';
import { serveFunction } from '../../local/functions/serve.ts';
import { pretendCompute, project } from '../support/pretend-compute.ts';
import { closedPort, listen } from '../support/server.ts';
import { mailServer } from '../support/smtp.ts';

const minute = 60_000;
const references = ['1.1.1.1:53', '9.9.9.9:8080'] as const;

const pairOf = (): { readonly pem: string; readonly half: string } => {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  return {
    pem: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    half: Buffer.from(publicKey.export({ format: 'jwk' }).x ?? '', 'base64url').toString('base64'),
  };
};

const env = (name: string): { readonly env: string } => ({ env: name });

export type Answered = { readonly status: number; readonly body: unknown };

/** `right` is what a function answers that has all its secrets. */
export type Call = { readonly ask: (url: string) => Promise<unknown>; readonly right: unknown };

export type DeployedHouse = {
  /** The text of the configuration, and where it lies. */
  readonly config: string;
  readonly path: string;
  /** Values by name, of all functions together. */
  readonly secrets: Readonly<Record<string, string>>;
  /** What else the platform gives a function. */
  readonly variables: Readonly<Record<string, string>>;
  /** For a function in this process: the references are found on loopback. */
  readonly network: Environment['network'];
  /** The port of loopback to which a process of its own must be led instead of the references. */
  readonly referencePort: number;
  readonly calls: Readonly<Record<FunctionName, Call>>;
  readonly close: () => Promise<void>;
};

type Sent = {
  readonly path?: string;
  readonly method?: 'GET' | 'POST';
  readonly body?: string;
  readonly headers?: Readonly<Record<string, string>>;
};

async function send(
  url: string,
  { path = '', method = 'POST', body, headers = {} }: Sent,
): Promise<Answered> {
  const type = body === undefined ? {} : { 'content-type': 'application/json' };
  const answer = await request(`${url}${path}`, {
    method,
    body: body ?? null,
    headers: { ...type, ...headers },
  });
  const text = await answer.body.text();
  return { status: answer.statusCode, body: text === '' ? null : JSON.parse(text) };
}

const bearer = (token: string | undefined): Record<string, string> => ({
  authorization: `Bearer ${token ?? ''}`,
});

const tick = z.object({
  sites: z.array(z.object({ verdict: z.string().nullable() })),
  problems: z.array(z.string()),
});
const delivered = z.object({ sent: z.union([z.number(), z.array(z.string())]) });
const permission = z.object({ signatures: z.array(z.string()) });
const standbys = z.object({ errors: z.array(z.string()) });

/** A house that has been dark for two minutes, so that there is an incident and something to be sent. */
export async function deployedHouse(): Promise<DeployedHouse> {
  const folder = mkdtempSync(join(tmpdir(), 'watchdog-deployed-'));
  const answers = () =>
    createHttp((incoming, answer) => {
      incoming.resume();
      answer.setHeader('content-type', 'application/json');
      answer.end('{"ok":true,"result":{"message_id":1}}');
    });
  const [one, two, mail, firestore, { compute }] = await Promise.all([
    listen(answers()),
    listen(answers(), '127.0.0.2'),
    mailServer(),
    startFirestore(),
    pretendCompute(),
  ]);
  const nobody = await closedPort(createServer());
  const [gate, gateBefore] = [pairOf(), pairOf()];
  const secrets: Record<string, string> = {
    TARGET_TOKEN: 'the-token-of-a-target',
    BEACON_TOKEN: 'the-token-of-a-beacon-node',
    BEACON_PATH: 'the-path-of-a-beacon-node',
    REFERENCE_TOKEN: 'the-token-of-a-reference',
    DEADMAN_URL: `http://${one.address}/deadman`,
    WEBHOOK_URL: `http://${one.address}/webhook`,
    WEBHOOK_SECRET: 'the-secret-that-signs-a-webhook',
    TELEGRAM_TOKEN: '123456:the-token-of-the-bot',
    NTFY_TOPIC: 'the-topic',
    NTFY_TOKEN: 'the-token-of-ntfy',
    SMTP_PASSWORD: 'the-password-of-the-mail-server',
    STATUS_TOKEN: 'the-token-of-the-status',
    VIEW_KEY: 'the-key-that-signs-links-to-the-view',
    VIEW_KEY_BEFORE: 'the-former-key-of-links-to-the-view',
    ACK_KEY: 'the-key-that-signs-links-0123456789',
    ACK_KEY_BEFORE: 'the-former-key-that-signed-links-01',
    ACK_TOKEN: 'the-token-of-the-operator',
    TELEGRAM_HOOK: 'the-secret-of-the-hook-of-telegram',
    PAGERDUTY_HOOK: 'the-secret-of-the-hook-of-pagerduty',
    GATE_KEY: gate.pem,
    GATE_KEY_BEFORE: gateBefore.pem,
    FENCE_TOKEN: 'a-token-of-the-fence-on-mini1',
    FENCE_TOKEN_BEFORE: 'the-former-token-of-that-fence',
    HEARTBEAT_TOKEN: 'a-token-of-twenty-four-characters',
    HEARTBEAT_TOKEN_BEFORE: 'the-former-token-of-that-sender',
  };
  const api = `http://${one.address}`;
  const config = stringify({
    policies: { default: { probe: { timeout: '1s', burst: 1, burstGap: '100ms', burstTimeout: '500ms' } } },
    references: [
      { id: 'ref-a', operator: 'a', probe: 'tcp', address: references[0], hold: '0ms' },
      {
        id: 'ref-b',
        operator: 'b',
        probe: 'http',
        url: `http://${references[1]}/`,
        // The names are free: this one is also a word of references.
        headers: { env: env('REFERENCE_TOKEN'), file: 'nothing' },
      },
    ],
    channels: [
      { id: 'hook', channel: 'webhook', url: env('WEBHOOK_URL'), secret: env('WEBHOOK_SECRET') },
      { id: 'chat', channel: 'telegram', token: env('TELEGRAM_TOKEN'), chat: 42, api },
      { id: 'push', channel: 'ntfy', topic: env('NTFY_TOPIC'), token: env('NTFY_TOKEN'), api },
      {
        id: 'mail',
        channel: 'email',
        host: mail.host,
        port: mail.port,
        security: 'none',
        user: 'watchdog',
        password: env('SMTP_PASSWORD'),
        from: 'watchdog@example.net',
        to: ['ada@example.net'],
      },
    ],
    status: {
      access: 'token',
      token: env('STATUS_TOKEN'),
      linkKey: env('VIEW_KEY'),
      previousLinkKey: env('VIEW_KEY_BEFORE'),
    },
    links: { status: 'https://status.example.net/' },
    acknowledge: {
      url: 'https://ack.example.net',
      key: env('ACK_KEY'),
      previousKey: env('ACK_KEY_BEFORE'),
      token: env('ACK_TOKEN'),
      telegram: { channel: 'chat', secret: env('TELEGRAM_HOOK') },
      pagerduty: { secret: env('PAGERDUTY_HOOK') },
    },
    gate: {
      url: 'https://gate.example.net',
      key: env('GATE_KEY'),
      previousKey: env('GATE_KEY_BEFORE'),
      publicKeys: [gate.half, gateBefore.half],
    },
    selfWatch: { ping: env('DEADMAN_URL') },
    sites: [
      {
        id: 'home',
        allowAddresses: ['127.0.0.0/8'],
        targets: [
          {
            id: 'api',
            probe: 'http',
            url: `http://127.0.0.1:${nobody}/`,
            auth: { bearer: env('TARGET_TOKEN') },
          },
          {
            id: 'beacon-one',
            role: 'chain',
            chain: 'ethereum',
            operator: 'one',
            probe: 'beacon',
            url: api,
            auth: { bearer: env('BEACON_TOKEN') },
          },
          {
            id: 'beacon-two',
            role: 'chain',
            chain: 'ethereum',
            operator: 'two',
            probe: 'beacon',
            url: `http://${two.address}`,
            pathSecret: env('BEACON_PATH'),
          },
        ],
        signers: [
          {
            id: 'eth-1',
            chain: 'ethereum',
            keys: ['7'],
            fences: [{ id: 'mini1', token: env('FENCE_TOKEN'), previousToken: env('FENCE_TOKEN_BEFORE') }],
          },
        ],
        heartbeats: [
          { source: 'cluster', token: env('HEARTBEAT_TOKEN'), previousToken: env('HEARTBEAT_TOKEN_BEFORE') },
        ],
      },
    ],
    standbys: {
      project,
      nodes: {
        ethereum: {
          machine: 'n2-standard-4',
          disk: { type: 'pd-ssd', gib: 500 },
          places: [
            {
              region: 'europe-west3',
              zones: ['europe-west3-a', 'europe-west3-b'],
              template: 'ethereum',
              drillTemplate: 'drill',
            },
          ],
        },
      },
      prices: {
        asOf: '2026-11-20',
        machineHour: { 'n2-standard-4': 0.2 },
        diskGibMonth: { 'pd-ssd': 0.2 },
      },
    },
  });
  const path = join(folder, 'watchdog.yaml');
  writeFileSync(path, config);
  const variables = {
    WATCHDOG_CONFIG: path,
    GOOGLE_CLOUD_PROJECT: 'local',
    FIRESTORE_EMULATOR_HOST: firestore.host,
    COMPUTE_ENDPOINT: compute.endpoint,
    // Google's client looks for a metadata server before its first write, which takes over a second where there is none.
    METADATA_SERVER_DETECTION: 'none',
  };
  const network: Environment['network'] = {
    allow: ['127.0.0.0/8'],
    hosts: new Map(references.map((each) => [each, { address: one.host, port: one.port }])),
  };

  const watched = async (url: string, at: number): Promise<Answered> =>
    send(url, { body: '{}', headers: { 'x-cloudscheduler-scheduletime': new Date(at).toISOString() } });
  const watch = await serveFunction(
    createWatch({
      variables: { ...variables, ...secrets },
      clock: systemClock,
      log: () => silentLog,
      print: () => undefined,
      network,
    }),
  );
  const first = await watched(watch.url, systemClock.now() - 2 * minute);
  await watch.close();
  const incident = Object.keys(firestore.dump('(default)'))
    .find((each) => each.startsWith('incidents/home.site'))
    ?.replace('incidents/', '');
  if (incident === undefined) throw new Error(`the house is not dark: ${JSON.stringify(first)}`);

  const linkBy = (key: string | undefined): string =>
    JSON.stringify({
      token: signLink(
        { incident, severity: 'critical', until: systemClock.now() + 60 * minute },
        linkKeys(key ?? '', null),
      ),
    });
  const calls: Record<FunctionName, Call> = {
    watch: {
      ask: async (url) => {
        const { status, body } = await watched(url, systemClock.now());
        const { sites, problems } = tick.parse(body);
        return { status, verdicts: sites.map(({ verdict }) => verdict), problems };
      },
      right: { status: 200, verdicts: ['dark'], problems: [] },
    },
    witness: {
      ask: (url) => send(url, { body: JSON.stringify({ targets: [{ site: 'home', target: 'api' }] }) }),
      right: { status: 200, body: { isBlind: false, qualities: { home: { api: 'bad' } } } },
    },
    deliver: {
      ask: async (url) => {
        const { status, body } = await send(url, { body: '{}' });
        return { status, ...delivered.parse(body), mails: mail.mails.length };
      },
      right: { status: 200, sent: 4, mails: 1 },
    },
    provision: {
      ask: async (url) => {
        const { status, body } = await send(url, { headers: { 'x-cloudscheduler': 'true' } });
        return { status, ...standbys.parse(body), hasAskedCompute: compute.requests().length > 0 };
      },
      right: { status: 200, errors: [], hasAskedCompute: true },
    },
    heartbeat: {
      ask: async (url) => {
        const { status } = await send(url, {
          path: '/home/cluster',
          body: '{}',
          headers: bearer(secrets['HEARTBEAT_TOKEN']),
        });
        return status;
      },
      right: 200,
    },
    gate: {
      ask: async (url) => {
        const { status, body } = await send(url, {
          path: `/eth-1?instance=machine-a&nonce=${'f'.repeat(32)}`,
          method: 'GET',
          headers: bearer(secrets['FENCE_TOKEN']),
        });
        return { status, signatures: status === 200 ? permission.parse(body).signatures.length : 0 };
      },
      right: { status: 200, signatures: 2 },
    },
    ack: {
      ask: async (url) => {
        const hook = JSON.stringify({
          event: { event_type: 'incident.acknowledged', data: { incident_key: 'another' } },
        });
        const signature = createHmac('sha256', secrets['PAGERDUTY_HOOK'] ?? '')
          .update(hook)
          .digest('hex');
        const answered: Answered[] = [];
        for (const each of [
          { body: linkBy(secrets['ACK_KEY_BEFORE']) },
          { body: linkBy(secrets['ACK_KEY']) },
          {
            path: '/events',
            body: JSON.stringify({ kind: 'ack', incident, by: 'Ada' }),
            headers: bearer(secrets['ACK_TOKEN']),
          },
          {
            path: '/telegram',
            body: '{}',
            headers: { 'x-telegram-bot-api-secret-token': secrets['TELEGRAM_HOOK'] ?? '' },
          },
          { path: '/pagerduty', body: hook, headers: { 'x-pagerduty-signature': `v1=${signature}` } },
        ]) {
          answered.push(await send(url, each));
        }
        return answered.map(({ status }) => status);
      },
      right: [200, 200, 200, 200, 202],
    },
    status: {
      ask: async (url) => {
        const { status, body } = await send(url, { method: 'GET', headers: bearer(secrets['STATUS_TOKEN']) });
        const entered: number[] = [];
        for (const key of [secrets['VIEW_KEY'], secrets['VIEW_KEY_BEFORE']]) {
          const link = signViewLink(systemClock.now() + 60 * minute, linkKeys(key ?? '', null));
          const answer = await send(url, {
            path: '/enter',
            body: link,
            headers: { 'content-type': 'text/plain' },
          });
          entered.push(answer.status);
        }
        return { status, isOfHome: JSON.stringify(body).includes('"home"'), entered };
      },
      right: { status: 200, isOfHome: true, entered: [200, 200] },
    },
    daily: {
      ask: async (url) => (await send(url, {})).status,
      right: 200,
    },
  };
  return {
    config,
    path,
    secrets,
    variables,
    network,
    referencePort: one.port,
    calls,
    close: async () => {
      rmSync(folder, { recursive: true, force: true });
      await Promise.all([one, two, mail, firestore, compute].map((each) => each.close()));
    },
  };
}
