// What the cost is reckoned with is what the functions really read and write: they are asked, and the store counts.
import { generateKeyPairSync } from 'node:crypto';
import { request } from 'undici';
import { afterEach, describe, expect, test } from 'vitest';
import { counts, sumOf as addUp, type Usage } from '../../../cli/deploy/usage.ts';
import { openSignature } from '../../../functions/kit/signature.ts';
import { dayMs } from '../../../functions/domain/history/day.ts';
import type { SiteRules } from '../../../functions/domain/policy.ts';
import { daily } from '../../../functions/flows/daily.ts';
import { deliver } from '../../../functions/flows/deliver.ts';
import { provision } from '../../../functions/flows/provision.ts';
import { wantedFields } from '../../../functions/stores/standbys.ts';
import { indexes } from '../../../functions/stores/indexes.ts';
import { openStore } from '../../../functions/stores/open.ts';
import { startChains } from '../../../lab/basement/chains.ts';
import { nodeServer } from '../../../lab/chains/serve.ts';
import { startFirestore } from '../../../local/firestore/server.ts';
import { firestoreBench } from '../../stores/bench.ts';
import { commit, incident, row, siteState, someTime, stateWith } from '../../support/documents.ts';
import { localHouse, startAt, type LocalHouse } from '../../support/local.ts';
import { listen } from '../../support/server.ts';
import { rollups } from '../../support/rollups.ts';
import { minute, siteRules } from '../../support/site.ts';
import { StandbyHouse, wantedOf } from '../../support/standby-house.ts';

const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) {
    // oxlint-disable-next-line no-await-in-loop -- what was opened last is closed first
    await close();
  }
});

const token = 't'.repeat(32);
const key = generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();

/** A house with a signer whose chain two operators show, and with a fence. */
async function house(): Promise<LocalHouse & { readonly run: (minutes: number) => Promise<void> }> {
  let now = startAt;
  const chains = startChains({ now: () => now, sleep: () => Promise.resolve() }, startAt);
  const operators = await Promise.all(
    (['orchard', 'harbour'] as const).map(async (operator, index) => {
      // Two of one host would count as one.
      const host = `127.0.0.${index + 1}`;
      const server = await listen(
        nodeServer((asked) => chains.answer(`berachain-${operator}`, asked)),
        host,
      );
      closing.push(() => server.close());
      return {
        id: `chain-${operator}`,
        probe: 'cometbft',
        role: 'chain',
        chain: 'berachain',
        operator,
        url: `http://${server.address}`,
        network: chains.identity.berachain,
      };
    }),
  );
  const inbound = await listen(nodeServer(() => ({ status: 200, body: '{}' })));
  let isOpen = true;
  closing.push(async () => (isOpen ? inbound.close() : undefined));
  const home = await localHouse({
    config: {
      gate: {
        url: 'https://gate.example.net',
        key: { env: 'GATE_KEY' },
        publicKeys: [openSignature(key, 'the key').publicKey],
      },
    },
    site: {
      allowAddresses: ['127.0.0.0/8'],
      targets: [{ id: 'geth', probe: 'tcp', address: inbound.address, hold: '0ms' }, ...operators],
      signers: [
        {
          id: 'bera-1',
          chain: 'berachain',
          keys: chains.identity.keys.beacond,
          fences: [{ id: 'mini1', token: { env: 'FENCE_TOKEN' } }],
        },
      ],
    },
    variables: { GATE_KEY: key, FENCE_TOKEN: token, HEARTBEAT_TOKEN: token },
  });
  closing.push(home.close);
  return {
    ...home,
    moveTo: (at) => {
      now = at;
      home.moveTo(at);
    },
    endpoints: {
      ...home.endpoints,
      geth: {
        address: inbound.address,
        down: async () => {
          isOpen = false;
          await inbound.close();
        },
        up: async () => {},
      },
    },
    run: async (minutes) => {
      for (let count = 0; count < minutes; count += 1) {
        now += minute;
        home.moveTo(now);
        // oxlint-disable-next-line no-await-in-loop -- one tick after the other
        const { status, body } = await home.tick();
        expect(status, body).toBe(200);
      }
    },
  };
}

/** What was counted in each database, for each of so many calls. */
function perCall({ watchdog: { firestore } }: LocalHouse, calls: number) {
  const [home, inbox, keys] = ['(default)', 'inbox', 'keys'].map((database) => firestore.counts(database));
  return {
    reads: (home?.reads ?? Number.NaN) / calls,
    writes: (home?.writes ?? Number.NaN) / calls,
    inboxReads: (inbox?.reads ?? Number.NaN) / calls,
    inboxWrites: (inbox?.writes ?? Number.NaN) / calls,
    keysReads: (keys?.reads ?? Number.NaN) / calls,
    keysWrites: (keys?.writes ?? Number.NaN) / calls,
  };
}

const nothing = { reads: 0, writes: 0, inboxReads: 0, inboxWrites: 0, keysReads: 0, keysWrites: 0 };

async function beat(home: LocalHouse): Promise<void> {
  const answer = await request(`${home.watchdog.urls.heartbeat}/home/cluster`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: '{}',
  });
  expect(answer.statusCode, await answer.body.text()).toBe(200);
}

describe('a tick', () => {
  test('at rest', async () => {
    const home = await house();
    await beat(home);
    await home.run(1);
    home.watchdog.firestore.resetCounts();
    await home.run(2);
    expect(perCall(home, 2)).toEqual({ ...nothing, ...counts.tick, ...counts.tickSigner });
  });

  test('that is the first of a day', async () => {
    const home = await house();
    await beat(home);
    const midnight = Math.ceil((startAt + minute) / dayMs) * dayMs;
    home.moveTo(midnight - 2 * minute);
    expect((await home.tick()).status).toBe(200);
    home.moveTo(midnight - minute);
    expect((await home.tick()).status).toBe(200);
    home.moveTo(midnight);
    home.watchdog.firestore.resetCounts();
    expect((await home.tick()).status).toBe(200);
    expect(perCall(home, 1).writes).toBe(counts.tick.writes + counts.midnight.writes);
  });

  test('of a dark house whose messages wait', async () => {
    const home = await house();
    await beat(home);
    await home.run(1);
    await home.endpoints.geth.down();
    await home.run(10);
    home.watchdog.firestore.resetCounts();
    await home.run(5);
    const { reads, writes, inboxReads } = perCall(home, 5);
    // With what `deliver`, which each of them wakes, asks and notes.
    expect(reads).toBeLessThanOrEqual(counts.tickDark.reads);
    expect(reads).toBeGreaterThan(counts.tickDark.reads / 2);
    expect(writes).toBeLessThanOrEqual(counts.tickDark.writes);
    expect(inboxReads).toBeLessThanOrEqual(counts.tickDark.inboxReads);
  });
});

describe('a call', () => {
  test('of heartbeat while all is well', async () => {
    const home = await house();
    await beat(home);
    home.watchdog.firestore.resetCounts();
    home.moveTo(startAt + minute);
    await beat(home);
    expect(perCall(home, 1)).toEqual({ ...nothing, ...counts.heartbeat });
  });

  test('of a fence at the gate', async () => {
    const home = await house();
    const answer = await request(
      `${home.watchdog.urls.gate ?? ''}/bera-1?instance=machine-a&nonce=${'f'.repeat(32)}`,
      { headers: { authorization: `Bearer ${token}` } },
    );
    expect(answer.statusCode, await answer.body.text()).toBe(200);
    expect(perCall(home, 1)).toEqual({ ...nothing, ...counts.gate });
  });

  test('of somebody who looks, of a crowd, and of one who looks again', async () => {
    const home = await house();
    const store = openStore({ FIRESTORE_EMULATOR_HOST: home.watchdog.firestore.host });
    const open = [incident(), incident({ id: 'b', subject: { kind: 'target', id: 'geth' } })];
    expect(await commit(store, { state: stateWith(open), touched: open })).toBe('committed');
    const look = async (accept: string): Promise<string> => {
      const answer = await request(`${home.watchdog.urls.status}/`, {
        headers: { authorization: 'Bearer status-token', accept },
      });
      const body = await answer.body.text();
      expect(answer.statusCode, body).toBe(200);
      return body;
    };
    home.watchdog.firestore.resetCounts();
    expect(await look('text/html')).toContain('<html');
    expect(perCall(home, 1), 'with incidents open').toEqual({ ...nothing, ...counts.look });
    await Promise.all(Array.from({ length: 20 }, () => look('text/html')));
    expect(perCall(home, 1), 'and for a crowd').toEqual({ ...nothing, ...counts.look });
    home.moveTo(startAt + minute);
    home.watchdog.firestore.resetCounts();
    await look('text/html');
    expect(perCall(home, 1), 'a minute later').toEqual({ ...nothing, reads: 1 });
  });

  test('of deliver with one message', async () => {
    const emulator = await startFirestore({ indexes });
    const bench = firestoreBench(emulator.host);
    closing.push(
      () => emulator.close(),
      () => bench.close(),
    );
    const due = row({ channel: 'pager' });
    expect(await commit(bench.store, { state: siteState(), rows: [due] })).toBe('committed');
    emulator.resetCounts();
    const world = {
      store: bench.store,
      clock: { now: () => someTime, sleep: () => Promise.resolve() },
      channels: new Map([['pager', async () => ({ sent: true, detail: 'HTTP 200' }) as const]]),
      secret: () => '',
      linksOf: () => ({ links: {}, code: null, problem: null }),
      print: () => {},
      newLease: () => 'lease',
    };
    const { sent } = await deliver(world, { signal: new AbortController().signal, budgetMs: 50_000 });
    const { reads, writes } = emulator.counts();
    expect({ sent, reads, writes }).toEqual({ sent: 1, ...counts.message });
  });
});

describe('history', () => {
  test('looked up and swept', async () => {
    const emulator = await startFirestore({ indexes });
    const bench = firestoreBench(emulator.host);
    closing.push(
      () => emulator.close(),
      () => bench.close(),
    );
    const { store } = bench;
    await commit(store, { filed: rollups('2026-11-30', 20) });
    const rules = [siteRules()];
    const clock = { now: () => someTime, sleep: () => Promise.resolve() };
    const readsOf = async (work: () => Promise<unknown>): Promise<number> => {
      emulator.resetCounts();
      await work();
      const { reads, writes, deletes } = emulator.counts();
      expect(writes + deletes).toBe(0);
      return reads;
    };
    const days = () => store.readDays('home', '2026-11-16', '2026-11-30');
    expect(await readsOf(days)).toBe(15 * counts.dayRead.reads);
    const sweep = (sites: readonly SiteRules[]) =>
      readsOf(() => daily({ store, clock, sites }, { budgetMs: 50_000 }));
    expect((await sweep(rules)) - (await sweep([]))).toBe(counts.sweep.reads);
  });
});

describe('provision', () => {
  test('in peace, when it lists, and with nodes', async () => {
    const emulator = await startFirestore({ indexes });
    const bench = firestoreBench(emulator.host);
    closing.push(
      () => emulator.close(),
      () => bench.close(),
    );
    const home = new StandbyHouse({}, ['alpha', 'beta']);
    const world = { ...home.world(), store: bench.store };
    const run = async () => {
      emulator.resetCounts();
      home.keyReads = 0;
      await provision(world, { signal: new AbortController().signal });
      const { reads, writes } = emulator.counts();
      return { reads, writes, keysReads: home.keyReads };
    };
    const sumOf = (...parts: readonly Usage[]) => {
      const { reads = 0, writes = 0, keysReads = 0 } = addUp(parts);
      return { reads, writes, keysReads };
    };
    expect(await run()).toEqual(sumOf(counts.provision, counts.provisionList));
    expect(await run()).toEqual(sumOf(counts.provision));
    for (const signer of ['alpha', 'beta']) {
      // oxlint-disable-next-line no-await-in-loop -- not measured
      await bench.plant(`standbys/${signer}`, wantedFields(wantedOf({ signer })));
    }
    for (let minutes = 0; minutes < 20; minutes += 1) {
      // oxlint-disable-next-line no-await-in-loop -- one after the other
      await run();
      home.now += minute;
    }
    expect(await run()).toEqual(sumOf(counts.provisionWork, counts.provisionNode, counts.provisionNode));
  });
});
