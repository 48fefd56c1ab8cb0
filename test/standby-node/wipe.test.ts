// The node of a drill is wiped only when it is synced and without keys; the mark of it is made only when a disk that nobody can write to holds no identity.
import { execFileSync } from 'node:child_process';
import {
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { lacksPrograms } from '../support/tools.ts';
import {
  agent,
  beaconSays,
  cometSays,
  executionSays,
  firstAt,
  headSlot,
  startMachine,
  type Machine,
  type Run,
} from './machine.ts';
import { isRoot, prepareMachine, type Ended, type Order, type Prepared } from './prepared.ts';

const skip = lacksPrograms('python3');
let machine: Prepared;

const identities = {
  ethereum: [
    'execution/geth/nodekey',
    'execution/geth/nodes/000001.log',
    'execution/geth/jwtsecret',
    'execution/keystore/.keep',
    'consensus/beacon/network/key',
    'consensus/beacon/network/enr.dat',
    'consensus/beacon/network/metadata',
    'consensus/validators/slashing_protection.sqlite',
    'consensus/validators/slashing_protection.sqlite-journal',
    'consensus/slasher_db/data.mdb',
    'jwt/jwt.hex',
  ],
  berachain: [
    'execution/discovery-secret',
    'execution/known-peers.json',
    'execution/jwt.hex',
    'consensus/config/node_key.json',
    'consensus/config/addrbook.json',
    'consensus/config/priv_validator_key.json',
    'consensus/config/write-file-atomic-0123',
    'consensus/data/priv_validator_state.json',
    'jwt/jwt.hex',
  ],
} as const;
const chains = {
  ethereum: [
    'execution/geth/chaindata/000001.sst',
    'consensus/beacon/chain_db/CURRENT',
    'execution/geth/network/x',
  ],
  berachain: [
    'execution/db/mdbx.dat',
    'consensus/data/state.db/1',
    'consensus/config/genesis.json',
    '.reth-pruned',
  ],
} as const;
const clients = { ethereum: ['lighthouse', 'geth'], berachain: ['beacond', 'bera-reth'] } as const;
const sorted = (names: readonly string[]): readonly string[] => names.toSorted();
type Chain = keyof typeof identities;
const secret = 'c0ffee'.repeat(20);

beforeEach(() => {
  machine = prepareMachine();
  machine.fake('findmnt', 'test ! -e unmounted');
  machine.fake('systemctl', 'if [ "$1" = show ]; then cat "state-$5" 2>/dev/null || echo inactive; fi');
  machine.fake('mount', 'test ! -e busy');
  machine.fake('fstrim', 'exit 0');
  agentSays('synced', 'absent');
});
afterEach(() => {
  machine.close();
});

/** The report, and liveness after it, as `--print` does. */
function agentSays(state: string, keys: string): void {
  machine.put(
    'says',
    `${JSON.stringify({ version: 1, keys, state, text: 'x' }, null, 2)}\n${JSON.stringify({ version: 1 })}`,
  );
  machine.fake('agent', '[ "$1" = --print ] && cat says');
}
function fill(chain: Chain): void {
  for (const name of identities[chain]) machine.put(`chain/${name}`, secret);
  for (const name of chains[chain]) machine.put(`chain/${name}`, 'chain');
}
const wipe = (chain: Chain = 'ethereum', order: Order = {}): Promise<Ended> =>
  machine.wipe({ ...order, settings: { WIPE_WHEN_SYNCED: 'yes', CHAIN: chain, ...order.settings } });
const left = (): readonly string[] =>
  readdirSync(machine.root, { recursive: true })
    .map(String)
    .filter((name) => !lstatSync(join(machine.root, name)).isDirectory())
    .toSorted();
const has = (call: string): boolean => machine.calls().some((each) => each.startsWith(call));
const marked = (): boolean => existsSync(machine.path('wiped'));

const mark = z.strictObject({
  version: z.literal(1),
  at: z.iso.datetime(),
  removed: z.record(z.string(), z.int()),
  trimmed: z.boolean(),
});

describe.skipIf(skip)('a synced node of a drill', () => {
  test.each(['ethereum', 'berachain'] as const)(
    'of %s is wiped of every identity and of nothing else',
    async (chain) => {
      fill(chain);
      expect(await wipe(chain)).toMatchObject({ code: 0 });
      expect(has('systemctl')).toBe(false);
      expect(await wipe(chain)).toMatchObject({ code: 0, note: 'wiped of every identity' });
      const [consensus, execution] = clients[chain];
      const { root } = machine;
      const show = (client: string): string =>
        `systemctl show --property ActiveState --value ${client}.service`;
      expect(machine.calls().filter((call) => !call.startsWith('findmnt'))).toEqual([
        'agent --print',
        `systemctl stop ${consensus}.service`,
        `systemctl stop ${execution}.service`,
        show(consensus),
        show(execution),
        'agent --print',
        `mount -o remount,rw ${root}`,
        `fstrim ${root}`,
        `mount -o remount,ro ${root}`,
        show(consensus),
        show(execution),
      ]);
      expect(left()).toEqual(sorted(chains[chain]));
      const { removed, trimmed } = mark.parse(JSON.parse(machine.read('wiped')));
      expect(trimmed).toBe(true);
      expect(Object.keys(removed)).toEqual(expect.arrayContaining(['node keys', 'JWT']));
      expect(machine.read('wiped')).not.toContain(secret);
      // Once more changes nothing.
      expect(await wipe(chain)).toMatchObject({ code: 0 });
      expect(has('agent')).toBe(false);
    },
  );

  test('is wiped after it was synced twice in a row', async () => {
    for (const state of ['synced', 'syncing', 'synced', 'failing', 'synced']) {
      agentSays(state, 'absent');
      // oxlint-disable-next-line no-await-in-loop -- one after the other
      await wipe();
      expect(marked()).toBe(false);
    }
    await wipe();
    expect(marked()).toBe(true);
  });

  test('keeps what is linked, and loses the link', async () => {
    mkdirSync(machine.path('outside'));
    machine.put('outside/file', 'mine');
    mkdirSync(join(machine.root, 'consensus/config'), { recursive: true });
    symlinkSync(machine.path('outside/file'), join(machine.root, 'consensus/config/node_key.json'));
    symlinkSync(machine.path('outside'), join(machine.root, 'consensus/validators'));
    await wipe();
    await wipe();
    expect(marked()).toBe(true);
    expect(left()).toEqual([]);
    expect(machine.read('outside/file')).toBe('mine');
  });

  test('is overwritten before it is removed', async () => {
    fill('berachain');
    // A second name of the same file shows what is left on the disk.
    linkSync(join(machine.root, 'consensus/config/node_key.json'), machine.path('same'));
    await wipe('berachain');
    await wipe('berachain');
    expect(machine.read('same')).toBe('\0'.repeat(secret.length));
  });

  test('whose free space cannot be trimmed is wiped, and the mark says so', async () => {
    fill('ethereum');
    machine.fake('fstrim', 'echo "fstrim: not supported" >&2; exit 1');
    await wipe();
    expect((await wipe()).errors).toContain('the free space is not trimmed: fstrim: not supported');
    expect(mark.parse(JSON.parse(machine.read('wiped'))).trimmed).toBe(false);
  });
});

describe.skipIf(skip)('nothing is wiped', () => {
  beforeEach(() => {
    fill('ethereum');
  });
  const untouched = (): void => {
    expect(left()).toHaveLength(identities.ethereum.length + chains.ethereum.length);
    expect(marked()).toBe(false);
    expect(has('systemctl')).toBe(false);
  };
  const often = async (times: number, order: Order = {}): Promise<Ended> => {
    let last = await wipe('ethereum', order);
    for (let run = 1; run < times; run++) {
      // oxlint-disable-next-line no-await-in-loop -- one after the other
      last = await wipe('ethereum', order);
    }
    return last;
  };

  test.each(['', 'no', 'YES', 'true'])('when WIPE_WHEN_SYNCED is "%s"', async (word) => {
    expect(await often(3, { settings: { WIPE_WHEN_SYNCED: word } })).toMatchObject({ code: 1, note: '' });
    untouched();
  });

  test('when keys were found, and that is a failure', async () => {
    await wipe();
    agentSays('synced', 'present');
    expect(await wipe()).toMatchObject({
      code: 1,
      note: expect.stringMatching(/^failed: keys were found on this node: nothing is wiped/),
    });
    untouched();
  });

  test('when it is not known whether keys are there, and that is a failure if it stays so', async () => {
    agentSays('synced', 'unknown');
    expect(await often(9)).toMatchObject({ code: 0, note: '' });
    expect((await wipe()).note).toMatch(
      /^failed: the node is synced, and whether keys are on it is not known/,
    );
    untouched();
    agentSays('synced', 'absent');
    expect(await wipe()).toMatchObject({ code: 0 });
    untouched();
  });

  test.each([
    ['fails', 'exit 1'],
    ['says nothing', 'exit 0'],
    ['says no JSON', 'echo synced'],
    ['says a list', 'echo "[1]"'],
    ['says other types', `echo '{"state":["synced"],"keys":true}'`],
    ['says yes and fails', 'cat says; exit 1'],
    ['nests without end', 'head -c 100000 /dev/zero | tr "\\0" "["'],
  ])('when the agent %s', async (_, script) => {
    machine.fake('agent', script);
    expect(await often(3)).toMatchObject({ code: 0 });
    untouched();
  });

  test('when nothing is mounted, or nobody knows the chain', async () => {
    machine.put('unmounted', '');
    expect(await often(2)).toMatchObject({ code: 1 });
    expect((await often(2, { settings: { CHAIN: '' } })).note).toBe(
      'failed: CHAIN is neither ethereum nor berachain',
    );
    untouched();
  });

  test.each(['', 'synced', 'synced -1', 'begun', 'synced 99999999', '\u0000'])(
    'by a damaged state (%s)',
    async (content) => {
      machine.put('wipe/state', content);
      expect(await wipe()).toMatchObject({ code: 0 });
      untouched();
    },
  );
});

describe.skipIf(skip)('there is no mark', () => {
  beforeEach(async () => {
    fill('ethereum');
    await wipe();
  });

  const failures: readonly (readonly [string, string, () => void, () => void])[] = [
    [
      'a client cannot be stopped',
      'geth.service cannot be stopped: no bus',
      () =>
        machine.fake(
          'systemctl',
          '[ "$*" != "stop geth.service" ] || { echo "no bus" >&2; exit 1; }\n[ "$1" != show ] || echo inactive',
        ),
      () => machine.fake('systemctl', 'echo inactive'),
    ],
    [
      'a client has been started again',
      'geth.service is not stopped: it is activating',
      () => machine.put('state-geth.service', 'activating'),
      () => rmSync(machine.path('state-geth.service')),
    ],
    [
      'somebody still writes to the disk',
      'the data disk cannot be mounted ro: mount point is busy',
      () => machine.fake('mount', '[ "$2" = remount,rw ] || { echo "mount point is busy" >&2; exit 32; }'),
      () => machine.fake('mount', 'exit 0'),
    ],
    [
      'an identity has come back',
      'identities are left on the data disk: JWT, node keys',
      () =>
        machine.fake(
          'fstrim',
          'mkdir -p chain/execution/geth; echo x >chain/execution/geth/nodekey; echo x >chain/jwt/other',
        ),
      () => machine.fake('fstrim', 'exit 0'),
    ],
    [
      'a client has been started meanwhile',
      'lighthouse.service is not stopped: it is active',
      () => machine.fake('fstrim', 'echo active >state-lighthouse.service'),
      () => {
        machine.fake('fstrim', 'exit 0');
        rmSync(machine.path('state-lighthouse.service'));
      },
    ],
    [
      'a key was put there meanwhile',
      'whether keys are on this node cannot be told any more',
      () => machine.fake('agent', 'if [ -e once ]; then exit 1; fi; touch once; cat says'),
      () => agentSays('failing', 'absent'),
    ],
  ];
  test.each(failures)('when %s; the next run goes on', async (_, words, spoil, mend) => {
    spoil();
    const { code, note } = await wipe();
    expect({ code, note }).toEqual({
      code: 1,
      note: `failed: ${words}` + (words.includes('any more') ? ': nothing more is wiped' : ''),
    });
    expect(marked()).toBe(false);
    mend();
    // The clients do not run any more, and it is not synced any more.
    machine.put('says', JSON.stringify({ state: 'failing', keys: 'absent' }));
    expect(await wipe()).toMatchObject({ code: 0, note: 'wiped of every identity' });
    expect(left()).toEqual(sorted(chains.ethereum));
    expect(marked()).toBe(true);
  });

  test('when it was killed in the middle; the next run goes on', async () => {
    machine.fake('fstrim', 'exec sleep 30');
    await wipe('ethereum', { until: () => machine.read('calls').includes('fstrim') });
    expect(marked()).toBe(false);
    machine.fake('fstrim', 'exit 0');
    machine.put('chain/execution/geth/nodekey', 'new');
    machine.put('says', JSON.stringify({ state: 'starting', keys: 'unknown' }));
    expect(await wipe()).toMatchObject({ code: 0 });
    expect(marked()).toBe(true);
    expect(left()).toEqual(sorted(chains.ethereum));
  });

  test('when what was begun meets a key', async () => {
    machine.fake('mount', 'exit 32');
    await wipe();
    machine.put('says', JSON.stringify({ state: 'failing', keys: 'present' }));
    expect((await wipe()).note).toMatch(/^failed: keys were found/);
    expect(marked()).toBe(false);
  });
});

describe.skipIf(skip)('the agent', () => {
  let node: Machine;
  let settings: Record<string, string>;
  const silence = (): void => {
    for (const stub of [node.execution, node.consensus]) {
      stub.answers.clear();
      stub.answers.set('*', 'reset');
    }
  };
  const run = (order: Run = {}): ReturnType<Machine['run']> =>
    node.run({
      after: 600,
      ...order,
      settings: { ...settings, ...order.settings },
      replace: { is_read_only: true, ...order.replace },
    });
  beforeEach(async () => {
    node = await startMachine('ethereum');
    executionSays(node.execution);
    beaconSays(node.consensus);
    settings = { WATCHDOG_WIPED: join(node.folder, 'wiped') };
    await node.run({ settings });
    silence();
    writeFileSync(join(node.folder, 'wiped'), '{}');
  });
  afterEach(async () => {
    await node.close();
  });

  test('says wiped when the mark is there, nobody answers, and nobody can write', async () => {
    const { report } = await run();
    expect(report).toMatchObject({
      state: 'wiped',
      keys: 'absent',
      percent: null,
      etaMs: null,
      usedGib: 581.3,
      text: 'wiped of every identity, disk 212 GiB free',
    });
  });

  const not: readonly (readonly [string, string, Run, () => void])[] = [
    ['there is no mark', 'failing', {}, () => rmSync(join(node.folder, 'wiped'))],
    ['the disk can be written to', 'failing', { replace: { is_read_only: false } }, () => undefined],
    ['one client answers', 'failing', {}, () => executionSays(node.execution)],
    [
      'both clients answer',
      'synced',
      {},
      () => {
        executionSays(node.execution, { stamp: firstAt + 599, block: 21_000_050 });
        beaconSays(node.consensus, { head: headSlot + 50 });
      },
    ],
    ['a key is found', 'failing', {}, () => node.put('keystore-1.json', '{}')],
    ['a directory is not there', 'failing', { settings: { WATCHDOG_LOOK: '/none/at/all' } }, () => undefined],
    [
      'the boot has failed',
      'failing',
      {},
      () => (settings['WATCHDOG_NOTE'] = node.put('../note', 'failed: x')),
    ],
  ];
  test.each(not)('does not when %s', async (_, state, order, prepare) => {
    prepare();
    expect((await run(order)).report.state).toBe(state);
  });

  test('says what it found instead', async () => {
    node.put('keystore-1.json', '{}');
    expect((await run()).report).toMatchObject({
      keys: 'present',
      state: 'failing',
      text: 'this node was wiped, and keys are present: never keep its disk',
    });
  });

  test('asks the machine itself whether its disk can be written to', async () => {
    // Wherever tests run, their own directory can be.
    expect((await node.run({ isReal: true, settings })).report.state).not.toBe('wiped');
    const gone = { ...settings, WATCHDOG_DATA: '/none/at/all' };
    const { report } = await node.run({ isReal: true, settings: gone });
    expect(report).toMatchObject({ state: 'failing', usedGib: null });
    expect(report.text).toContain('how full the disk is cannot be told');
  });

  test.skipIf(lacksPrograms('unshare', 'mount'))(
    'knows a file system that is read-only from one that only it may not write to',
    () => {
      const place = join(node.folder, 'disk');
      mkdirSync(place);
      const asks = `python3 -B -c '
import importlib.machinery, importlib.util, sys
loader = importlib.machinery.SourceFileLoader("agent", sys.argv[1])
agent = importlib.util.module_from_spec(importlib.util.spec_from_loader("agent", loader))
loader.exec_module(agent)
print(agent.is_read_only(sys.argv[2]))' '${agent}' '${place}'`;
      const steps = [
        `mount -t tmpfs disk '${place}'`,
        asks,
        `mount -o remount,bind,ro '${place}'`,
        asks,
        `mount -o remount,ro '${place}'`,
        asks,
      ];
      const options = ['--mount', ...(isRoot ? [] : ['--map-root-user'])];
      const said = execFileSync('unshare', [...options, 'sh', '-ec', steps.join('\n')], { encoding: 'utf8' });
      expect(said).toBe('False\nFalse\nTrue\n');
    },
  );

  test('of a Berachain node does not need its own key any more', async () => {
    await node.close();
    node = await startMachine('berachain');
    settings = { WATCHDOG_WIPED: join(node.folder, 'wiped') };
    executionSays(node.execution);
    cometSays(node.consensus);
    await node.run({ settings });
    silence();
    writeFileSync(join(node.folder, 'wiped'), '{}');
    expect((await run()).report).toMatchObject({ state: 'wiped', keys: 'absent' });
  });
});
