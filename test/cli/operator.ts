// A watched house for the operator's commands: the real function `status` over an emulator, and a server in the place of `ack`.
import { createServer } from 'node:http';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command, CommanderError } from 'commander';
import { stringify } from 'yaml';
import type { Context } from '../../cli/context.ts';
import { addDrill } from '../../cli/drill.ts';
import { addIncident } from '../../cli/incident.ts';
import { addIncidents } from '../../cli/incidents.ts';
import { addMaintenance } from '../../cli/maintenance.ts';
import { addMute } from '../../cli/mute.ts';
import { addStandby } from '../../cli/standby.ts';
import { addStatus } from '../../cli/status.ts';
import type { Incident } from '../../functions/domain/incident.ts';
import type { SiteState } from '../../functions/domain/memory.ts';
import type { OutboxRow } from '../../functions/domain/outbox.ts';
import { createStatus } from '../../functions/entry/status.ts';
import { systemClock, type Clock } from '../../functions/kit/clock.ts';
import type { Log } from '../../functions/kit/log.ts';
import { openStore } from '../../functions/stores/open.ts';
import type { Store } from '../../functions/stores/store.ts';
import { indexes } from '../../functions/stores/indexes.ts';
import { startFirestore } from '../../local/firestore/server.ts';
import { serveFunction } from '../../local/functions/serve.ts';
import { plain, type Part } from '../../local/terminal-text.ts';
import { commit, siteState } from '../support/documents.ts';
import { listen } from '../support/server.ts';
import { watchdog, type Ended } from './command.ts';

const silent: Log = { info: () => {}, warn: () => {}, error: () => {} };

export type EventsApi = {
  readonly url: string;
  /** What was posted, with the path and the authorization that it came with. */
  readonly posted: { readonly path: string; readonly authorization: string; readonly body: unknown }[];
  /** What is answered from now on. */
  readonly answer: (code: number, body: string) => void;
  /** Forgets what was posted, and answers as at first. */
  readonly reset: () => void;
  readonly close: () => Promise<void>;
};

/** Takes events as the function `ack` does, and gives each an id. */
async function eventsApi(): Promise<EventsApi> {
  const posted: { path: string; authorization: string; body: unknown }[] = [];
  let given: { readonly code: number; readonly body: string } | null = null;
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const body: unknown = JSON.parse(Buffer.concat(chunks).toString() || 'null');
      posted.push({ path: request.url ?? '', authorization: request.headers.authorization ?? '', body });
      const { code, body: text } = given ?? {
        code: 200,
        body: JSON.stringify({ ids: [`event-${posted.length}`] }),
      };
      response.writeHead(code, { 'content-type': 'application/json', location: 'http://192.0.2.1/' });
      response.end(text);
    });
  });
  const { address, close } = await listen(server);
  return {
    url: `http://${address}/ack/`,
    posted,
    answer: (code, body) => {
      given = { code, body };
    },
    reset: () => {
      posted.length = 0;
      given = null;
    },
    close,
  };
}

/** What is shown in the line that changes on a terminal. */
export type Bar = { line: (() => string) | null };

/** `bar`: it runs as on a terminal. */
export type HereOptions = { readonly clock?: Clock; readonly bar?: Bar | null };

/** Runs a command in this process: as `watchdog` does, and twenty times as fast. */
async function runHere(
  args: readonly string[],
  variables: Context['variables'],
  { clock = systemClock, bar = null }: HereOptions = {},
): Promise<Ended> {
  let [out, err] = ['', ''];
  let code: number | null = null;
  const line = (parts: readonly Part[]): string =>
    `${parts.map((part) => plain(typeof part === 'string' ? part : part.text)).join('')}\n`;
  const context: Context = {
    terminal: {
      print: (...parts) => void (out += line(parts)),
      anew: () => void (out += '\n'),
      json: (value) => void (out += `${JSON.stringify(value)}\n`),
      jsonLine: (value) => void (out += `${JSON.stringify(value)}\n`),
      complain: (...parts) => void (err += line(parts)),
      progress: (shown) => {
        if (bar !== null) bar.line = shown;
        return () => {
          if (bar !== null) bar.line = null;
        };
      },
      openScreen: () => null,
      isLive: bar !== null,
      timezone: 'Europe/Berlin',
    },
    clock,
    variables,
    end: (ended) => {
      code = ended;
    },
  };
  const program = new Command('watchdog').exitOverride().configureOutput({
    writeOut: (text) => void (out += text),
    writeErr: (text) => void (err += text),
  });
  for (const add of [addStatus, addIncidents, addIncident, addMute, addMaintenance, addStandby, addDrill])
    add(program, context);
  try {
    await program.parseAsync(args, { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    code = error.exitCode === 0 ? 0 : 2;
  }
  return { code, out, err };
}

export type Operator = {
  readonly api: EventsApi;
  readonly statusUrl: string;
  readonly store: Store;
  /** Writes a site with incidents and rows as a tick would. */
  readonly remember: (
    state: SiteState,
    touched?: readonly Incident[],
    rows?: readonly OutboxRow[],
  ) => Promise<void>;
  /** Runs a command in this process as the operator, whose name here is `bert`. */
  readonly run: (
    args: readonly string[],
    env?: Readonly<Record<string, string>>,
    here?: HereOptions,
  ) => Promise<Ended>;
  /** The same as a process of its own. */
  readonly spawn: (args: readonly string[]) => Promise<Ended>;
  readonly close: () => Promise<void>;
};

/** `config` goes over a configuration of two sites, `home` and `cabin`. */
export async function operator(config: object = {}): Promise<Operator> {
  const folder = mkdtempSync(join(tmpdir(), 'watchdog-operator-'));
  const configPath = join(folder, 'watchdog.yaml');
  const target = { id: 'rpc', probe: 'tcp', address: 'home.example:8545' };
  writeFileSync(
    configPath,
    stringify({
      channels: [{ id: 'pager', channel: 'console' }],
      sites: [
        { id: 'home', name: 'Basement, Berlin', targets: [target] },
        { id: 'cabin', targets: [target] },
      ],
      ...config,
    }),
  );
  const firestore = await startFirestore({ clock: systemClock, indexes });
  const variables = { FIRESTORE_EMULATOR_HOST: firestore.host };
  const store = openStore(variables);
  const status = await serveFunction(
    createStatus({
      variables: { ...variables, WATCHDOG_CONFIG: configPath, STATUS_TOKEN: 'status-token' },
      clock: systemClock,
      log: () => silent,
      print: () => {},
      network: { allow: [], hosts: new Map() },
    }),
  );
  const api = await eventsApi();
  const environment = {
    USER: 'bert',
    WATCHDOG_STATUS_URL: status.url,
    WATCHDOG_STATUS_TOKEN: 'status-token',
    WATCHDOG_ACK_URL: api.url,
    WATCHDOG_ACK_TOKEN: 'ack-token',
  };
  return {
    api,
    statusUrl: status.url,
    store,
    remember: async (state, touched = [], rows = []) => {
      const end = await commit(store, { state, touched, rows });
      if (end !== 'committed') throw new Error(`the documents could not be written: ${end}`);
    },
    run: (args, env = {}, here = {}) => runHere(args, { ...environment, ...env }, here),
    spawn: (args) => watchdog(args, { env: environment }),
    close: async () => {
      await Promise.all([status.close(), api.close()]);
      await firestore.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** A site that was watched a moment ago, with these targets beside a signer `eth` and its chain. */
export function watchedSite(
  site: string,
  inbound: readonly string[] = ['rpc'],
  over: Partial<SiteState> = {},
): SiteState {
  const at = systemClock.now() - 20_000;
  const state = siteState({ site, tick: { scheduledAt: at, at, count: 7 } });
  const [fact] = state.facts.targets;
  if (fact === undefined) throw new Error('there must be a target');
  const targets = [
    ...inbound.map((id) => ({ ...fact, id })),
    { ...fact, id: 'ref-a', role: 'reference' as const },
  ];
  return { ...state, facts: { ...state.facts, targets }, ...over };
}
