// Wishes of people from the command line to the inbox, through the real `ack`; and what the real `status` shows of standbys to whom.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { request } from 'undici';
import { afterEach, describe, expect, test } from 'vitest';
import { stringify } from 'yaml';
import { createAck } from '../../functions/entry/ack.ts';
import { createStatus } from '../../functions/entry/status.ts';
import { systemClock } from '../../functions/kit/clock.ts';
import { silentLog } from '../../functions/kit/log.ts';
import { openDatabase, openStore } from '../../functions/stores/open.ts';
import type { Store } from '../../functions/stores/store.ts';
import { indexes } from '../../functions/stores/indexes.ts';
import { startFirestore, type FirestoreEmulator } from '../../local/firestore/server.ts';
import { serveFunction } from '../../local/functions/serve.ts';
import { watchdog, type Ended } from '../cli/command.ts';
import { commit, siteState } from '../support/documents.ts';
import { seen, standbysConfig, standbySite, wanted } from '../support/standbys.ts';

const secrets = { ACK_KEY: 'k'.repeat(32), ACK_TOKEN: 'ack-token', STATUS_TOKEN: 'status-token' };

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
  readonly run: (args: readonly string[]) => Promise<Ended>;
};

async function place(config: object = {}): Promise<Place> {
  const folder = mkdtempSync(join(tmpdir(), 'watchdog-standbys-'));
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
      standbys: standbysConfig,
      sites: [{ id: 'home', ...standbySite }],
      ...config,
    }),
  );
  const firestore = await startFirestore({ clock: systemClock, indexes });
  closing.push(() => firestore.close());
  const environment = {
    variables: { ...secrets, FIRESTORE_EMULATOR_HOST: firestore.host, WATCHDOG_CONFIG: path },
    clock: systemClock,
    log: () => silentLog,
    print: () => {},
    network: { allow: [], hosts: new Map() },
  };
  const [ack, status] = [
    await serveFunction(createAck(environment)),
    await serveFunction(createStatus(environment)),
  ];
  closing.push(ack.close, status.close);
  const env = {
    USER: 'bert',
    WATCHDOG_ACK_URL: `${ack.url}/ack`,
    WATCHDOG_ACK_TOKEN: secrets.ACK_TOKEN,
    WATCHDOG_STATUS_URL: status.url,
    WATCHDOG_STATUS_TOKEN: secrets.STATUS_TOKEN,
  };
  return {
    firestore,
    store: openStore({ FIRESTORE_EMULATOR_HOST: firestore.host }),
    statusUrl: status.url,
    run: (args) => watchdog(['standby', ...args], { env }),
  };
}

async function want(store: Store): Promise<void> {
  const mine = wanted();
  expect(await commit(store, { state: siteState({ wanted: { eth: mine } }), wanted: [mine] })).toBe(
    'committed',
  );
}

describe('from the command line', () => {
  test('a wish lies in the inbox, at the site of its signer', async () => {
    const { store, run } = await place();
    const created = await run(['create', 'eth', '--why', 'the roof is being mended']);
    expect(created).toMatchObject({ code: 0, err: '' });
    expect(created.out).toMatch(/^standby of eth asked for, by bert: the roof is being mended\n/);
    expect((await store.loadEvents('home')).events).toMatchObject([
      { kind: 'standby', site: 'home', signer: 'eth', wish: 'create', by: 'bert' },
    ]);
  });

  test('what is so already is said', async () => {
    const { store, run } = await place();
    await want(store);
    expect((await run(['create', 'eth', '--why', 'x'])).out).toContain('is wanted already');
  });

  const refused: readonly (readonly [readonly string[], object, string])[] = [
    [['create', 'geth'], {}, 'there is no such signer; there is eth, bera'],
    [['create', 'bera'], {}, 'no node of berachain is configured; add `standbys.nodes.berachain`'],
    [['keep', 'eth'], {}, 'no standby of eth is wanted that could be kept'],
    [['release', 'eth'], { standbys: undefined }, 'the configuration has no `standbys`'],
  ];
  test.each(refused)(
    '%j with %j is refused with words, and nothing is written',
    async (args, config, says) => {
      const { store, run } = await place(config);
      const { code, out, err } = await run([...args, '--why', 'x']);
      expect({ code, out }).toEqual({ code: 2, out: '' });
      expect(err).toContain(says);
      expect((await store.loadEvents('home')).events).toEqual([]);
    },
  );
});

describe('the status', () => {
  test('shows a standby to the operator, with what it may cost by the configuration', async () => {
    const { store, run } = await place();
    await want(store);
    await store.writeSeen('eth', { revision: null }, seen());
    const { code, out } = await run(['list', '--json']);
    expect(JSON.parse(out)).toMatchObject({
      standbys: [{ signer: 'eth', phase: 'syncing', zone: 'europe-west3-b' }],
      month: { cap: 200, currency: 'USD' },
      signers: [{ signer: 'eth', site: 'home', chain: 'ethereum' }],
    });
    expect(code).toBe(0);
  });

  test('in public shows nothing of it, at no path', async () => {
    const { store, statusUrl } = await place({ status: { access: 'public' } });
    await want(store);
    await store.writeSeen('eth', { revision: null }, seen());
    const answers = await Promise.all(
      ['/', '/standbys'].map(async (path) => {
        const { statusCode, body } = await request(`${statusUrl}${path}`);
        return { code: statusCode, text: await body.text() };
      }),
    );
    expect(answers.map(({ code }) => code)).toEqual([200, 404]);
    for (const { text } of answers) expect(text).not.toMatch(/europe-west3|bw-eth|my-project|syncing/);
  });

  test('costs one read for each site, and a query more only while a standby is wanted', async () => {
    const { firestore, store, statusUrl } = await place();
    const readsOf = async (path: string): Promise<number> => {
      firestore.resetCounts();
      const { body } = await request(`${statusUrl}${path}`, {
        headers: { authorization: 'Bearer status-token' },
      });
      await body.dump();
      return firestore.counts().reads;
    };
    await commit(store, {});
    expect(await readsOf('/')).toBe(1);
    await want(store);
    await store.writeSeen('eth', { revision: null }, seen());
    expect(await readsOf('/')).toBe(2);
    expect(await readsOf('/standbys')).toBe(2);
  });

  test('a document that cannot be read is told of, and keeps no other back', async () => {
    const { firestore, store, run } = await place();
    await want(store);
    await store.writeSeen('eth', { revision: null }, seen());
    await store.writeSeen('later', { revision: null }, seen());
    const db = openDatabase({ databaseId: '(default)', projectId: 'local', emulator: firestore.host });
    await db.doc('standbys/later').update({ schema: 9 });
    await db.doc('standbys/_fleet').set({ schema: 9 });
    await db.terminate();
    const { code, out } = await run(['list']);
    expect(code).toBe(1);
    expect(out).toMatch(/^eth +syncing/m);
    expect(out).toMatch(/^unreadable, so nothing is done to what it stands for: standbys\/later /m);
    expect(out).toMatch(/^unreadable, so nothing is done to what it stands for: standbys\/_fleet /m);
    expect(out).toMatch(/^orphans: nobody knows whether there are any$/m);
    expect(out).toMatch(/\(UTC\): nobody knows what was spent, of 200\.00 USD at most/);
  });
});
