// A drill from the command line to the inbox through the real `ack`, from `daily` through the real one, and into the documents by the real `watch`.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { request } from 'undici';
import { afterEach, describe, expect, test } from 'vitest';
import { stringify } from 'yaml';
import { createAck } from '../../functions/entry/ack.ts';
import { createDaily } from '../../functions/entry/daily.ts';
import { createStatus } from '../../functions/entry/status.ts';
import { createWatch } from '../../functions/entry/watch.ts';
import { systemClock } from '../../functions/kit/clock.ts';
import { silentLog } from '../../functions/kit/log.ts';
import { openStore } from '../../functions/stores/open.ts';
import type { Store } from '../../functions/stores/store.ts';
import { indexes } from '../../functions/stores/indexes.ts';
import { startFirestore, type FirestoreEmulator } from '../../local/firestore/server.ts';
import { serveFunction } from '../../local/functions/serve.ts';
import { watchdog, type Ended } from '../cli/command.ts';
import { commit, siteState } from '../support/documents.ts';
import { drilled, drillRecord, drillRun } from '../support/drills.ts';
import { fleet, standbysConfig, standbySite } from '../support/standbys.ts';

const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) {
    // oxlint-disable-next-line no-await-in-loop -- what was opened last is closed first
    await close();
  }
});

type Place = {
  readonly firestore: FirestoreEmulator;
  readonly store: Store;
  readonly statusUrl: string;
  /** POSTs to a function, and gives its answer. */
  readonly call: (name: 'daily' | 'watch', body?: object) => Promise<unknown>;
  readonly run: (args: readonly string[]) => Promise<Ended>;
};

const { nodes } = standbysConfig;
const [first] = nodes.ethereum.places;
const standbys = {
  ...standbysConfig,
  nodes: { ethereum: { ...nodes.ethereum, places: [{ ...first, drillTemplate: 'bw-ethereum-drill' }] } },
};

async function place(config: object = {}): Promise<Place> {
  const folder = mkdtempSync(join(tmpdir(), 'watchdog-drills-'));
  closing.push(async () => {
    rmSync(folder, { recursive: true, force: true });
  });
  const path = join(folder, 'watchdog.yaml');
  writeFileSync(
    path,
    stringify({
      channels: [{ id: 'pager', channel: 'console' }],
      status: { access: 'token', token: { env: 'STATUS_TOKEN' } },
      acknowledge: { url: 'https://ack.example/ack', key: { env: 'ACK_KEY' }, token: { env: 'ACK_TOKEN' } },
      standbys,
      sites: [{ id: 'home', ...standbySite }],
      ...config,
    }),
  );
  const firestore = await startFirestore({ clock: systemClock, indexes });
  closing.push(() => firestore.close());
  const environment = {
    variables: {
      ACK_KEY: 'k'.repeat(32),
      ACK_TOKEN: 'ack-token',
      STATUS_TOKEN: 'status-token',
      FIRESTORE_EMULATOR_HOST: firestore.host,
      WATCHDOG_CONFIG: path,
    },
    clock: systemClock,
    log: () => silentLog,
    print: () => {},
    network: { allow: [], hosts: new Map() },
  };
  const watch = await serveFunction(createWatch(environment));
  const daily = await serveFunction(createDaily(environment));
  const status = await serveFunction(createStatus(environment));
  const ack = await serveFunction(createAck(environment));
  closing.push(watch.close, daily.close, status.close, ack.close);
  const env = {
    USER: 'bert',
    WATCHDOG_ACK_URL: `${ack.url}/ack`,
    WATCHDOG_ACK_TOKEN: 'ack-token',
    WATCHDOG_STATUS_URL: status.url,
    WATCHDOG_STATUS_TOKEN: 'status-token',
  };
  const store = openStore({ FIRESTORE_EMULATOR_HOST: firestore.host });
  await commit(store, { state: siteState() });
  return {
    firestore,
    store,
    statusUrl: status.url,
    call: async (name, body = {}) => {
      const { url } = name === 'daily' ? daily : watch;
      const answer = await request(url, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      });
      return answer.body.json();
    },
    run: (args) => watchdog(['drill', ...args], { env }),
  };
}

describe('a drill that a person asks for', () => {
  test('lies in the inbox, and is a wish once watch has taken it in', async () => {
    const { store, run, call } = await place();
    const asked = await run(['eth', '--why', 'a new template', '--no-wait']);
    expect(asked).toMatchObject({ code: 0, err: '' });
    const [event] = (await store.loadEvents('home')).events;
    expect(event).toMatchObject({ kind: 'drill', signer: 'eth', mode: 'boot', isWeekly: false, by: 'bert' });
    await call('watch', { events: 'home' });
    expect((await store.loadAll()).drills).toMatchObject([
      { signer: 'eth', wish: { id: event?.id, chain: 'ethereum', mode: 'boot', by: 'bert' }, run: null },
    ]);
    expect((await store.loadEvents('home')).events).toEqual([]);
    expect((await run([])).out).toMatch(/^eth +asked for /m);
  });

  test('is refused with words where there is no template for it, and nothing is written', async () => {
    const { store, run } = await place({ standbys: standbysConfig });
    const { code, out, err } = await run(['eth']);
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(err).toContain('none of `standbys.nodes.ethereum.places` has a `drillTemplate`');
    expect((await store.loadEvents('home')).events).toEqual([]);
  });
});

describe('the weekly drill', () => {
  test('is asked for by daily, once, and is a wish of nobody once watch has taken it in', async () => {
    const { store, call } = await place();
    expect(await call('daily')).toMatchObject({ askedDrills: ['eth'], errors: [] });
    await call('daily');
    expect((await store.loadEvents('home')).events).toHaveLength(1);
    await call('watch', { events: 'home' });
    expect((await store.loadAll()).drills).toMatchObject([
      { signer: 'eth', wish: { by: null, mode: 'boot' } },
    ]);
    expect(await call('daily'), 'while it is wanted').toMatchObject({ askedDrills: [] });
  });

  test('is not asked for within a week, nor where it is off', async () => {
    const { store, call } = await place();
    const record = drillRecord({ endedAt: systemClock.now() - 86_400_000 });
    await store.changeFleet(() => fleet({ drills: { eth: drilled(record) } }));
    expect(await call('daily')).toMatchObject({ askedDrills: [] });
    const off = await place({ standbys: { ...standbys, drill: { mode: 'off' } } });
    expect(await off.call('daily')).toMatchObject({ askedDrills: [], errors: [] });
  });
});

describe('the status at /drills', () => {
  test('in public shows nothing', async () => {
    const { store, statusUrl } = await place({ status: { access: 'public' } });
    await store.writeDrill('eth', { revision: null }, drillRun());
    const { statusCode, body } = await request(`${statusUrl}/drills`);
    expect(statusCode).toBe(404);
    expect(await body.text()).not.toMatch(/europe-west3|bw-eth|my-project/);
  });

  test('costs one query', async () => {
    const { firestore, store, statusUrl } = await place();
    await store.writeDrill('eth', { revision: null }, drillRun());
    firestore.resetCounts();
    const { body } = await request(`${statusUrl}/drills`, {
      headers: { authorization: 'Bearer status-token' },
    });
    expect(await body.json()).toMatchObject({ drills: [{ signer: 'eth', run: { id: 'drill-1' } }] });
    expect(firestore.counts().reads).toBe(1);
  });
});
