// The fence with the very command line, arguments and environment that the charts give it, and the real gate: the client runs where the flag says, as it is written there, and nowhere else.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { freePort } from '../../../local/functions/serve.ts';
import { startGate, type Gate } from '../../live/nets/gate.ts';
import { lacksFence } from '../../support/fence-program.ts';
import { lacks } from '../../support/tools.ts';
import { patience } from '../fence/world.ts';
import { pretendNode, type PretendNode } from '../fence/node.ts';
import { containerIn, machine, render, type Container, type Machine } from './container.ts';

const feeRecipient = '0x8f3a1c5e7b9d2f4a6c8e0b1d3f5a7c9e1b3d5f70';

type Chain = Parameters<typeof startGate>[0]['chain'];

type Open = {
  readonly gate: Gate;
  readonly node: PretendNode;
  /** The values `fence` of a chart for that gate. */
  readonly fence: object;
  /** Waits until the gate was asked twice more, the first of which may have been on its way. */
  readonly asked: () => Promise<void>;
  /** A machine of the house with the token of its fence. */
  readonly house: () => Machine;
};

async function open(chain: Chain, key: string): Promise<Open> {
  const folder = mkdtempSync(join(tmpdir(), 'watchdog-charts-'));
  const gate = await startGate({ folder, chain, keys: [key] });
  const node = await pretendNode();
  onTestFinished(async () => {
    await Promise.all([gate.close(), node.close()]);
    rmSync(folder, { recursive: true, force: true });
  });
  return {
    gate,
    node,
    fence: {
      signer: gate.signer,
      gate: { url: gate.url, publicKeys: [gate.key], existingSecret: 'fence' },
      state: { storageClass: 'local-path' },
      poll: '1s',
      metricsPort: 0,
    },
    asked: async () => {
      const before = gate.questions();
      await expect.poll(() => gate.questions(), patience).toBeGreaterThan(before + 1);
    },
    house: () => {
      const made = machine();
      made.write('/etc/fence/token', `${gate.token}\n`);
      return made;
    },
  };
}

describe.skipIf(lacks('helm') || lacksFence())('the validator of lighthouse-validator', () => {
  type World = Open & {
    readonly container: Container;
    readonly values: Readonly<Record<string, unknown>> & { readonly fence: object };
  };

  const world = async (): Promise<World> => {
    const opened = await open('ethereum', '123456');
    const values = {
      network: 'hoodi',
      feeRecipient,
      graffiti: 'it is "me"',
      beaconNodes: [opened.node.url],
      fence: opened.fence,
    };
    return { ...opened, values, container: await validator(values) };
  };
  const validator = async (values: Record<string, unknown>): Promise<Container> =>
    containerIn(await render('lighthouse-validator', values), '-validator', 'validator');

  test('never runs before a machine is named, and then with exactly what the chart says, until TERM', async () => {
    const all = await world();
    const { gate, node, values, asked } = all;
    const port = await freePort();
    const container = await validator({ ...values, fence: { ...values.fence, metricsPort: port } });
    const mini1 = all.house();
    const running = await mini1.start(container, 'lighthouse');
    await running.says('the gate denies');
    await asked();
    expect(mini1.events()).toEqual([]);
    // One that is denied is alive, as the chart's liveness asks it.
    const metrics = await fetch(`http://127.0.0.1:${port}/metrics`);
    expect(await metrics.text()).toContain(`watchdog_fence_running{signer="${gate.signer}"} 0`);

    const instance = await mini1.exec(container, ['/fence/fence', 'instance']);
    expect(instance).toMatch(/^[0-9a-f]{32}$/);
    await gate.init(instance);
    await expect.poll(mini1.events, patience).toEqual(['start']);
    expect(mini1.read('/bin/arguments')?.split('\n').slice(0, -1)).toEqual([
      'vc',
      '--network=hoodi',
      `--datadir=${mini1.at('/data')}`,
      `--beacon-nodes=${node.url}`,
      `--suggested-fee-recipient=${feeRecipient}`,
      '--graffiti=it is "me"',
      '--enable-doppelganger-protection',
      '--metrics',
      '--metrics-address=0.0.0.0',
      '--metrics-port=5064',
      '--debug-level=info',
      '--logfile-max-number=0',
    ]);
    expect(mini1.read('/bin/environment')).not.toContain('FENCE_');
    expect(mini1.read('/bin/environment')).not.toContain(gate.token);
    expect(mini1.read(`/var/lib/watchdog-fence/${gate.signer}.json`)).toContain(instance);

    running.kill('SIGTERM');
    expect(await running.ended).toBe(0);
    expect(mini1.events()).toEqual(['start', 'TERM']);

    // The same volume again: the same machine.
    await mini1.start(container, 'lighthouse');
    await expect.poll(mini1.events, patience).toEqual(['start', 'TERM', 'start']);

    // Another machine with the same values and the same token, while the first one runs.
    const mini2 = all.house();
    const other = await mini2.start(all.container, 'lighthouse');
    await other.says('the gate denies');
    await asked();
    expect(mini2.events()).toEqual([]);

    // The keys go: the client with them, and it does not come again.
    await gate.begin();
    await expect.poll(mini1.events, patience).toEqual(['start', 'TERM', 'start', 'TERM']);
    await asked();
    expect(mini1.events()).toHaveLength(4);
  });

  test('never runs without the token, nor with a state that is somebody else’s', async () => {
    const all = await world();
    const { gate, container, asked } = all;
    const bare = machine();
    const without = await bare.start(container, 'lighthouse');
    await without.says('the token file cannot be read');
    expect(bare.events()).toEqual([]);

    const mine = all.house();
    await gate.init(await mine.exec(container, ['/fence/fence', 'instance']));
    const copy = all.house();
    copy.write('/var/lib/watchdog-fence/instance', 'f'.repeat(32));
    const running = await copy.start(container, 'lighthouse');
    await running.says('the gate denies');
    await asked();
    expect(copy.events()).toEqual([]);
  });

  test('never runs while its beacon node is behind', async () => {
    const all = await world();
    const { gate, node, container, asked } = all;
    const mine = all.house();
    await gate.init(await mine.exec(container, ['/fence/fence', 'instance']));
    node.says({ headAgeMs: 600_000 });
    const running = await mine.start(container, 'lighthouse');
    await running.says('the head of the beacon node is');
    await asked();
    expect(mine.events()).toEqual([]);
    node.says({ headAgeMs: 0 });
    await expect.poll(mine.events, patience).toEqual(['start']);
  });

  test('has the client itself as its command only where a reason was given', async () => {
    const { values } = await world();
    const bare = await validator({ ...values, fence: { enabled: false, disabledBecause: 'a test network' } });
    expect([...bare.command, ...bare.args].slice(0, 3)).toEqual(['lighthouse', 'vc', '--network=hoodi']);
    expect(bare.env).toEqual([]);
  });
});

describe.skipIf(lacks('helm') || lacksFence())('the validator of berachain-node', () => {
  const signed = (height: number): string => JSON.stringify({ height: `${height}`, round: 0, step: 3 });
  const state = '/signing/priv_validator_state.json';

  test('runs where the flag says, with what it has signed, at or above the floor, until TERM', async () => {
    const { gate, node, fence, asked, house } = await open('cometbft', 'ab'.repeat(20));
    const documents = await render('berachain-node', {
      network: 'mainnet',
      jwt: { existingSecret: 'jwt' },
      validator: { enabled: true, feeRecipient, keys: { existingSecret: 'key' }, fence },
    });
    const rendered = containerIn(documents, '-validator', 'beacond');
    expect(rendered.command).toEqual(['/fence/fence', '--', 'beacond']);
    // beacond's own RPC, which here is that of the pretended node.
    const own = { name: 'FENCE_NODE_URL', value: 'http://127.0.0.1:26657' };
    expect(rendered.env).toContainEqual(own);
    const env = rendered.env.map((each) => (each.name === own.name ? { ...own, value: node.url } : each));
    const container = { ...rendered, env };

    const mini1 = house();
    const running = await mini1.start(container, 'beacond');
    await running.says('the gate denies');
    await asked();
    expect(mini1.events()).toEqual([]);

    await gate.init(await mini1.exec(container, ['/fence/fence', 'instance']));
    await running.says('priv_validator_state.json is missing');
    await asked();
    expect(mini1.events()).toEqual([]);

    mini1.write(state, signed(100));
    await expect.poll(mini1.events, patience).toEqual(['start']);
    expect(mini1.read('/bin/arguments')?.split('\n').slice(0, -1)).toEqual([
      'start',
      `--home=${mini1.at('/data/beacond')}`,
    ]);
    expect(mini1.read('/bin/environment')).not.toContain('FENCE_');

    await gate.begin();
    await expect.poll(mini1.events, patience).toEqual(['start', 'TERM']);
    await gate.take(await mini1.exec(container, ['/fence/fence', 'instance']), 150);
    await running.says('must not sign below');
    await asked();
    expect(mini1.events()).toHaveLength(2);

    mini1.write(state, signed(151));
    await expect.poll(mini1.events, patience).toEqual(['start', 'TERM', 'start']);
    running.kill('SIGTERM');
    expect(await running.ended).toBe(0);
    expect(mini1.events()).toEqual(['start', 'TERM', 'start', 'TERM']);

    const mini2 = house();
    mini2.write(state, signed(151));
    const other = await mini2.start(container, 'beacond');
    await other.says('the gate denies');
    await asked();
    expect(mini2.events()).toEqual([]);
  });
});
