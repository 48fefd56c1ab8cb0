// `watchdog quiet` of pretend chains: the verdict and its exit code, in words and for scripts.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { answerBeacon } from '../../lab/chains/beacon-node.ts';
import { createCometChain } from '../../lab/chains/comet-chain.ts';
import { answerComet } from '../../lab/chains/comet-node.ts';
import { createEthereumChain } from '../../lab/chains/ethereum-chain.ts';
import { nodeServer } from '../../lab/chains/serve.ts';
import { closedPort, listen, type Listening } from '../support/server.ts';
import { type Ended, folder, watchdog } from './command.ts';

const { path, remove } = folder();
const config = join(path, 'watchdog.yaml');
const started: Listening[] = [];
const begunAt = Date.now();
const epochS = 384;
/** The middle of an epoch, so that the one after it is the last that is known for longer than any test takes. */
const genesisTime = Math.floor(begunAt / 1000) - 20 * epochS - epochS / 2;
const ethereum = createEthereumChain({ genesisTime, validatorCount: 50_000, syncCommitteeSize: 4 });
const berachain = createCometChain({
  chainId: 'pretend-beacon-80094',
  startedAt: begunAt - 3_600_000,
  validatorCount: 40,
  dialect: 'berachain',
});
const slot = ethereum.slotAt(begunAt);
const soon = Array.from({ length: 8 }, (_, each) => ethereum.drawnProposer(slot + 2 + each));
/** Only ever named by a liar. */
const idle = 5;
const network = { genesisTime, genesisValidatorsRoot: ethereum.genesisRoot };
const lies = { alive: [], dead: soon };

const beacons = ['eth-one', 'eth-two', 'eth-liar', 'eth-gone'] as const;
const comets = ['bera-one', 'bera-two'] as const;
const resolve: Record<string, string> = {};

const source = (id: string): object =>
  id.startsWith('eth')
    ? {
        id,
        role: 'chain',
        chain: 'ethereum',
        operator: id,
        probe: 'beacon',
        url: `http://${id}.example:5052`,
        network,
      }
    : {
        id,
        role: 'chain',
        chain: 'berachain',
        operator: id,
        probe: 'cometbft',
        url: `http://${id}.example:26657`,
        network: berachain.options.chainId,
      };

type Signer = { readonly id: string; readonly chain: string; readonly keys: readonly (string | number)[] };
const signers: readonly Signer[] = [
  { id: 'idle', chain: 'ethereum', keys: [idle] },
  { id: 'proposing', chain: 'ethereum', keys: [idle + 1, ...soon] },
  { id: 'syncing', chain: 'ethereum', keys: ethereum.syncCommittee(0, null).slice(0, 1) },
  { id: 'leaving', chain: 'ethereum', keys: [11] },
  { id: 'bera', chain: 'berachain', keys: [berachain.validators[3]?.address ?? ''] },
];

function write(name: string, sources: readonly string[], which: readonly Signer[]): string {
  const file = join(path, name);
  writeFileSync(
    file,
    JSON.stringify({
      references: ['ref-a', 'ref-b'].map((id) => ({ id, probe: 'tcp', address: `${id}.example:53` })),
      channels: [{ id: 'here', channel: 'console' }],
      sites: [
        {
          id: 'home',
          targets: [{ id: 'p2p', probe: 'tcp', address: 'home.example:30303' }, ...sources.map(source)],
          signers: which,
        },
      ],
    }),
  );
  return file;
}

const quiet = (...args: readonly string[]): Promise<Ended> =>
  watchdog([
    'quiet',
    ...args,
    ...Object.entries(resolve).flatMap(([host, address]) => ['--resolve', `${host}:${address}`]),
  ]);

beforeAll(async () => {
  ethereum.setStatus(11, 'exited_unslashed', begunAt - 10_000_000);
  for (const id of [...beacons, ...comets]) {
    const server = nodeServer((request) =>
      id.startsWith('eth')
        ? answerBeacon(ethereum, request, Date.now(), id === 'eth-liar' ? { lies } : {})
        : answerComet(berachain, request, Date.now()),
    );
    // oxlint-disable-next-line no-await-in-loop -- in the order of their names
    const listening = await listen(server);
    started.push(listening);
    const port = id.startsWith('eth') ? 5052 : 26_657;
    resolve[`${id}.example:${port}`] = listening.address;
  }
  resolve['eth-gone.example:5052'] =
    `127.0.0.1:${await closedPort(nodeServer(() => ({ status: 404, body: '' })))}`;
  write('watchdog.yaml', ['eth-one', 'eth-two', ...comets], signers);
});
afterAll(async () => {
  await Promise.all(started.map(({ close }) => close()));
  remove();
});

const local = /\d{4}-\d\d-\d\d \d\d:\d\d:\d\d Europe\/Berlin \(\d\d:\d\d:\d\d UTC\)/.source;

describe('a signer of Ethereum', () => {
  test('with nothing ahead is quiet until the end of what is known', async () => {
    const { code, out, err } = await quiet('idle', config);
    expect(err).toBe('');
    expect(out).toContain(
      'idle (ethereum, 1 key): quiet, no proposal and no sync committee in the next 5 min',
    );
    expect(out).toMatch(new RegExp(`quiet until ${local}, in \\d+ min; nobody knows yet what comes then`));
    expect(out).toMatch(/next proposal: none up to slot 703; what comes after is not known yet/);
    expect(out).toMatch(
      /attestations missed while it is away cost about 0\.0000\d+ to 0\.0000\d+ ETH an epoch/,
    );
    expect(out).toContain('source eth-one (eth-one): answered');
    expect(code).toBe(0);
  });

  test('that is to propose is busy, and it is said when it gets better', async () => {
    const { code, out } = await quiet('proposing', config, '--for', '1m');
    expect(out).toContain(
      'proposing (ethereum, 9 keys): busy, it has a block to propose within the next 1 min',
    );
    expect(out).toMatch(new RegExp(`better from ${local}, in [^;]+; nothing is due for 1 min then`));
    expect(out).toMatch(
      new RegExp(`next proposal: slot \\d+, ${local}, in [^,]+, by \\d+; \\d more after it`),
    );
    expect(code).toBe(3);
  });

  test('that is in the sync committee is busy to the end of its period', async () => {
    const { code, out } = await quiet('syncing', config);
    expect(out).toContain('busy, it is in the sync committee, which signs every slot');
    expect(out).toMatch(
      new RegExp(
        `sync committee: \\d+, until ${local}; missing it costs about 0.0012 to 0.0017 ETH an epoch`,
      ),
    );
    expect(out).toContain('ask again then, for what comes after is not known yet');
    expect(code).toBe(3);
  });

  test('that has left has nothing to lose', async () => {
    const { code, out } = await quiet('leaving', config);
    expect(out).toContain('quiet, there is nothing to lose, for it is not active: exited');
    expect(code).toBe(0);
  });

  test('that will be away for longer than anybody knows is not quiet', async () => {
    const { code, out } = await quiet('idle', config, '--for', '1h');
    expect(out).toMatch(
      /unknown, what is due is known for the next \d+ min only, and it is to be away for 1 h 00 min/,
    );
    expect(code).toBe(1);
  });

  test('is unknown where one operator shows something else, and where only one can say', async () => {
    const [disputed, alone] = await Promise.all([
      quiet('proposing', write('disputed.yaml', ['eth-one', 'eth-liar'], signers.slice(0, 2))),
      quiet('idle', write('alone.yaml', ['eth-one', 'eth-gone'], signers.slice(0, 2))),
    ]);
    expect(disputed.out).toContain('unknown, the sources disagree (eth-one, eth-liar)');
    expect(disputed.out).toMatch(/next proposal: slot \d+/);
    expect(alone.out).toContain('unknown, only eth-one could say; two operators are needed');
    expect(alone.out).toContain('source eth-gone (eth-gone): does not count: refused');
    expect([disputed.code, alone.code]).toEqual([1, 1]);
  });

  test('is given to scripts as it is', async () => {
    const { code, out } = await quiet('proposing', config, '--json');
    const shape = z.object({
      quietUntil: z.null(),
      duties: z.array(z.object({ at: z.int(), key: z.string() })).min(1),
    });
    expect(shape.safeParse(JSON.parse(out)).error).toBeUndefined();
    expect(JSON.parse(out)).toMatchObject({
      signer: 'proposing',
      site: 'home',
      chain: 'ethereum',
      verdict: 'busy',
      because: 'proposal',
      needMs: 300_000,
      operators: ['eth-one', 'eth-two'],
      known: { until: 704 },
      sources: [{ source: 'eth-one', reason: null }, { source: 'eth-two' }],
      failures: [],
    });
    expect(code).toBe(3);
  });
});

test('of Berachain the next few blocks are told, the share, and what a stop costs', async () => {
  const { code, out, err } = await quiet('bera', config);
  expect(err).toBe('');
  expect(out).toMatch(
    /bera \(berachain, 1 key\): (quiet|busy), it (does not propose any of the next 3 blocks|is about to)/,
  );
  expect(out).toMatch(
    /it has 2\.5 % of the voting power: of the 150 blocks in 5 min about 3\.8 are its own, and a stop costs only their rewards/,
  );
  expect([0, 3]).toContain(code);
});

describe('which signer', () => {
  test('is asked back where there are several, and that is no verdict', async () => {
    const { code, out, err } = await quiet(config);
    expect(err).toBe('which signer? Give one of these:\n');
    expect(out).toMatch(/^ {2}syncing +ethereum +1 +home$/m);
    expect(code).toBe(2);
    const listed = await quiet(config, '--json');
    expect(JSON.parse(listed.out)).toMatchObject({
      signers: [{ id: 'idle', keys: 1 }, {}, {}, {}, { id: 'bera' }],
    });
    expect(listed.code).toBe(2);
  });

  test('need not be said where there is one, in the usual file', async () => {
    const one = write('one.yaml', ['eth-one', 'eth-two'], signers.slice(0, 1));
    expect((await quiet(one)).out).toContain('idle (ethereum, 1 key): quiet');
    const here = await watchdog(['quiet'], { cwd: path });
    expect(here.out).toContain('proposing');
  });

  test('is not known, or there is none', async () => {
    const none = write('none.yaml', [], []);
    const [unknown, empty, missing] = await Promise.all([
      quiet('idol', config),
      quiet(none),
      quiet('idle', '--for', '5'),
    ]);
    expect(unknown).toMatchObject({ code: 2, out: '' });
    expect(unknown.err).toBe('there is no signer idol; there are idle, proposing, syncing, leaving, bera\n');
    expect(empty.err).toContain('has no signers');
    expect(missing.err).toContain('Write a whole number and one of s, m, h, such as 5m.');
    expect([empty.code, missing.code]).toEqual([2, 2]);
  });
});
