// The beacon probe: the contract, the order in which a beacon node is judged, and what it may answer.
import { describe, expect, onTestFinished, test } from 'vitest';
import type { Sample } from '../../functions/domain/sample.ts';
import { beacon } from '../../functions/probes/beacon.ts';
import { networkOf, slotTime } from '../../functions/wire/ethereum-network.ts';
import { type Answers, apiServer, type Asked, nonsense } from '../support/api-server.ts';
import * as answers from '../support/node-answers.ts';
import { listen } from '../support/server.ts';
import { contextWith } from './context.ts';
import { contract } from './contract.ts';

const { beaconNode, forkAnswer, genesisAnswer, headerAnswer, peerCountAnswer, syncingAnswer } = answers;

contract('beacon', {
  target: (address) => ({ probe: 'beacon', ...beacon.schema.parse({ url: `http://${address}` }) }),
  server: () => apiServer(beaconNode(Date.now())).server,
});

const paths = {
  genesis: '/eth/v1/beacon/genesis',
  syncing: '/eth/v1/node/syncing',
  head: '/eth/v1/beacon/headers/head',
  fork: '/eth/v1/beacon/states/head/fork',
  peers: '/eth/v1/node/peer_count',
} as const;

type Probed = { readonly sample: Sample; readonly asked: readonly Asked[]; readonly connections: number };

async function probed(changes: Answers, options: object = {}): Promise<Probed> {
  const { server, asked } = apiServer({ ...beaconNode(Date.now()), ...changes });
  const { address, accepted, close } = await listen(server);
  onTestFinished(close);
  const target = beacon.schema.parse({ url: `http://${address}`, ...options });
  return {
    sample: await beacon.run(target, contextWith({ timeoutMs: 5_000 })),
    asked,
    connections: accepted(),
  };
}

const probe = async (changes: Answers, options: object = {}): Promise<Sample> =>
  (await probed(changes, options)).sample;

const bad = (reason: string, detail: unknown = expect.any(String)): object => ({ ok: false, reason, detail });
const slotNow = (): number => answers.currentSlot(Date.now());
/** Head and sync status at a slot. */
const at = (slot: number, changes: object = {}): Answers => ({
  [paths.head]: { body: headerAnswer(slot) },
  [paths.syncing]: { body: syncingAnswer(slot, changes) },
});
const firstOfFulu = 411_392 * 32;

describe('the beacon probe', () => {
  test('is ok with a node of the network at its head, and asks over one connection', async () => {
    const { sample, asked, connections } = await probed({});
    expect(sample).toMatchObject({ ok: true, facts: { peers: 61, fork: '0x06000000', syncDistance: 0 } });
    expect(sample).toHaveProperty('facts.slot', expect.closeTo(slotNow(), -1));
    expect(sample).toHaveProperty('facts.headAgeS', expect.any(Number));
    expect(asked.map(({ key }) => key)).toEqual(Object.values(paths));
    expect(connections).toBe(1);
  });

  test('finds by the clock alone that a node with a dead execution client follows nothing, although it calls itself in sync', async () => {
    const slot = slotNow() - 25;
    expect(await probe(at(slot))).toMatchObject(
      bad('stale', expect.stringMatching(new RegExp(`^its head, slot ${slot}, is 3\\d\\d s old$`))),
    );
    expect(await probe(at(slot), { maxHeadAge: '1h' })).toMatchObject({ ok: true });
  });

  test('says both when a node that syncs is behind', async () => {
    expect(await probe(at(slotNow() - 13, { is_syncing: true, sync_distance: '13' }))).toMatchObject(
      bad('syncing', expect.stringMatching(/^is syncing, 13 slots behind; its head is 1\d\d s old$/)),
    );
    expect(await probe(at(slotNow() - 1, { is_syncing: true, sync_distance: '1' }))).toMatchObject(
      bad('syncing', 'is syncing, 1 slot behind'),
    );
  });

  test('believes a node that says that its execution client is offline, or that it follows optimistically', async () => {
    expect(await probe(at(slotNow(), { el_offline: true, is_optimistic: true }))).toMatchObject(
      bad('syncing', 'its execution client is offline'),
    );
    const optimistic = 'follows optimistically: its execution client has not verified the head';
    expect(await probe(at(slotNow(), { is_optimistic: true }))).toMatchObject(bad('syncing', optimistic));
    expect(await probe({ [paths.head]: { body: headerAnswer(slotNow(), true) } })).toMatchObject(
      bad('syncing', optimistic),
    );
  });

  test('reads an old client that says nothing of its execution client', async () => {
    const slot = slotNow();
    const data = { head_slot: String(slot), sync_distance: '0', is_syncing: false };
    const { execution_optimistic: _, ...header } = headerAnswer(slot);
    const old = { [paths.syncing]: { body: { data } }, [paths.head]: { body: header } };
    expect(await probe(old)).toMatchObject({ ok: true });
  });

  test('never takes a node of another network for a good one', async () => {
    const later = { data: { ...genesisAnswer.data, genesis_time: '1606824024' } };
    const other = { data: { ...genesisAnswer.data, genesis_validators_root: `0x${'12'.repeat(32)}` } };
    expect(await probe({ [paths.genesis]: { body: later } })).toMatchObject(bad('wrong-chain'));
    expect(await probe({ [paths.genesis]: { body: other } })).toMatchObject(
      bad('wrong-chain', 'its chain has another genesis (0x12121212…)'),
    );
    expect(await probe({}, { network: 'hoodi' })).toMatchObject(bad('wrong-chain'));
  });

  test('takes a network of somebody’s own by its genesis, whatever its fork', async () => {
    const network = {
      genesisTime: 1_606_824_023,
      genesisValidatorsRoot: genesisAnswer.data.genesis_validators_root.toUpperCase().replace('0X', '0x'),
    };
    const changes = { [paths.fork]: { body: forkAnswer('0x00000001') } };
    expect(await probe(changes, { network })).toMatchObject({ ok: true, facts: { fork: '0x00000001' } });
  });

  test('says that a node was not upgraded when it follows a fork that has ended, as green as ever', async () => {
    expect(await probe({ [paths.fork]: { body: forkAnswer('0x05000000') } })).toMatchObject(
      bad('wrong-chain', 'follows the fork 0x05000000, this network is at 0x06000000: it was not upgraded'),
    );
    const before = {
      ...at(firstOfFulu - 1, { is_syncing: true }),
      [paths.fork]: { body: forkAnswer('0x05000000') },
    };
    expect(await probe(before)).toMatchObject(
      bad('wrong-chain', expect.stringMatching(/: it has not synced so far, or was not upgraded$/)),
    );
  });

  test('knows that before the day of a fork the one before it is right', async () => {
    const before = slotTime(networkOf('mainnet'), firstOfFulu) - 60_000;
    const node = { ...beaconNode(before), [paths.fork]: { body: forkAnswer('0x05000000') } };
    const { address, close } = await listen(apiServer(node).server);
    onTestFinished(close);
    const options = beacon.schema.parse({ url: `http://${address}` });
    const sample = await beacon.run(options, { ...contextWith(), at: before });
    expect(sample).toMatchObject({ ok: true, facts: { fork: '0x05000000' } });
  });

  test('does not believe a good answer that comes with a bad status', async () => {
    expect(await probe({ [paths.genesis]: { status: 500, body: genesisAnswer } })).toMatchObject(
      bad('status', 'its genesis: answered 500'),
    );
  });

  test('takes a fork that is newer than this watchdog for a good one', async () => {
    for (const version of ['0x07000000', '0x10000000', '0xFF000000']) {
      expect(await probe({ [paths.fork]: { body: forkAnswer(version) } })).toMatchObject({ ok: true });
    }
  });

  test('wants the fork that the operator names, and a server that says it', async () => {
    const option = { fork: '0x0600000A' };
    expect(await probe({}, option)).toMatchObject(
      bad('wrong-chain', 'follows the fork 0x06000000, expected 0x0600000a'),
    );
    const same = { [paths.fork]: { body: forkAnswer('0x0600000a') } };
    expect(await probe(same, option)).toMatchObject({ ok: true });
    expect(await probe({ [paths.fork]: { status: 404, body: '' } }, option)).toMatchObject(
      bad('status', 'its fork: answered 404'),
    );
  });

  test.for([404, 405, 403, 501])(
    'does without fork and peers of a public server that answers %i to them',
    async (status) => {
      const refused = { status, body: { code: status, message: 'no' } };
      const sample = await probe({ [paths.fork]: refused, [paths.peers]: refused });
      expect(sample).toMatchObject({ ok: true });
      expect(sample).not.toHaveProperty('facts.peers');
      expect(sample).not.toHaveProperty('facts.fork');
    },
  );

  test('says first what is worse than peers that cannot be read', async () => {
    const broken = { [paths.peers]: { status: 500, body: '' } };
    expect(await probe(broken)).toMatchObject(bad('status', 'its peers: answered 500'));
    expect(await probe({ ...at(slotNow() - 50), ...broken })).toMatchObject(bad('stale'));
    expect(await probe({ [paths.peers]: 'reset' })).toMatchObject(bad('reset'));
  });

  test('wants peers, unless the operator does not', async () => {
    const lonely = { [paths.peers]: { body: peerCountAnswer('0') } };
    expect(await probe(lonely)).toMatchObject(bad('few-peers', 'has 0 peers, expected at least 1'));
    expect(await probe(lonely, { minPeers: 0 })).toMatchObject({ ok: true });
  });

  test('believes a head one slot ahead of our clock, and none that is far ahead', async () => {
    expect(await probe(at(slotNow() + 1))).toMatchObject({ ok: true, facts: { headAgeS: 0 } });
    expect(await probe(at(slotNow() + 3))).toMatchObject(
      bad('protocol', expect.stringMatching(/is \d+ s in the future$/)),
    );
    expect(await probe(at(Number.MAX_SAFE_INTEGER))).toMatchObject(bad('protocol'));
  });

  test('counts time by the slots of the network', async () => {
    const { genesisTime, genesisValidatorsRoot } = networkOf('mainnet');
    const slot = Math.floor((Date.now() / 1000 - genesisTime) / 6);
    const own = { genesisTime, genesisValidatorsRoot, secondsPerSlot: 6 };
    expect(await probe(at(slot), { network: own })).toMatchObject({ ok: true });
    expect(await probe(at(slot))).toMatchObject(bad('protocol'));
  });

  test.for([
    [paths.genesis, { data: { ...genesisAnswer.data, genesis_time: '-1606824023' } }],
    [paths.genesis, { data: { ...genesisAnswer.data, genesis_validators_root: '0x12' } }],
    [paths.genesis, { data: [] }],
    [paths.head, headerAnswer('-5')],
    [paths.head, headerAnswer('1e3')],
    [paths.head, headerAnswer('18446744073709551615')],
    [paths.head, { data: {} }],
    [paths.syncing, syncingAnswer(1, { is_syncing: 'false' })],
    [paths.syncing, syncingAnswer(1, { sync_distance: -1 })],
    [paths.syncing, syncingAnswer(1, { is_syncing: undefined })],
    [paths.fork, forkAnswer('0x6')],
    [paths.fork, { data: { current_version: 6 } }],
    [paths.peers, peerCountAnswer(' 5')],
    [paths.peers, { data: { connected: null } }],
  ] as const)('does not accept a wrong %s: %j', async ([path, body]) => {
    expect(await probe({ [path]: { body } })).toMatchObject(
      bad('body', expect.stringMatching(/^its [a-z ]+: data[a-z_.]* is not as the API defines it$/)),
    );
  });

  test('accepts numbers where the API writes them as text', async () => {
    const slot = slotNow();
    expect(await probe(at(slot, { head_slot: slot, sync_distance: 0 }))).toMatchObject({ ok: true });
  });

  test.for(nonsense)('takes %s for an answer of no node', async ([, said, reason]) => {
    for (const path of [paths.genesis, paths.head, paths.syncing]) {
      expect(await probe({ [path]: said })).toMatchObject(bad(reason));
    }
  });

  test('puts its paths behind that of the url and of its secret, and says nothing of either', async () => {
    const { server, asked } = apiServer({});
    const { address, close } = await listen(server);
    onTestFinished(close);
    const options = beacon.schema.parse({ url: `http://${address}/base/?net=a`, pathSecret: { env: 'KEY' } });
    const sample = await beacon.run(options, contextWith({ secrets: { KEY: 'hunter2' } }));
    expect(asked.map(({ url }) => url)).toEqual([`/base/hunter2${paths.genesis}?net=a`]);
    expect(sample).toMatchObject(bad('status', 'its genesis: answered 404'));
    expect(JSON.stringify([sample, beacon.describe(options)])).not.toMatch(/hunter2|base/);
  });
});
