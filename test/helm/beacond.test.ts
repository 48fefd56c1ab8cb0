// The real beacond with what the chart gives it: its settings are read, a node stays the same node and never gets a validator's key, and a validator signs with
// the key that a person brought, into the volume of its own, or does not start.
import { createHash, randomBytes } from 'node:crypto';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { containerIn, render } from '../basement/helm/container.ts';
import type { Container } from '../basement/helm/container.ts';
import { runDash } from '../basement/dash.ts';
import type { Ran } from '../basement/dash.ts';
import { untilHeight } from '../live/nets/comet.ts';
import { geth } from '../live/nets/execution.ts';
import { execTool, freePorts, net } from '../live/nets/net.ts';
import type { Closable, Site } from '../live/nets/net.ts';
import type { Running } from '../live/nets/process.ts';
import { read, until } from '../live/nets/wait.ts';
import { lacks, lacksPrograms, tool } from '../support/tools.ts';

// beacond 1.1.3 takes its rules from the environment; newer ones find them in app.toml.
const env = { CHAIN_SPEC: 'devnet' };
const chainId = 'beacond-2061';
const executionChainId = 80_087;

const settings = z.object({
  kind: z.literal('ConfigMap'),
  metadata: z.object({ name: z.string() }),
  data: z.record(z.string(), z.string()),
});
const status = z.object({
  result: z.object({
    node_info: z.object({
      id: z.string(),
      network: z.string(),
      moniker: z.string(),
      listen_addr: z.string(),
    }),
    validator_info: z.object({ address: z.string(), voting_power: z.string() }),
  }),
});
const keyFile = z.object({ address: z.string() });
const stateFile = z.object({ height: z.string() });

const parse = <Value>(schema: z.ZodType<Value>, file: string): Value => {
  const content: unknown = JSON.parse(readFileSync(file, 'utf8'));
  return schema.parse(content);
};

/** What a person has: the genesis of a chain with one validator, its key and its execution client. */
type World = {
  readonly site: Site;
  readonly genesis: string;
  readonly key: string;
  readonly address: string;
  readonly jwt: string;
  readonly engineUrl: string;
};

let world: World & Closable;

async function prepare(site: Site): Promise<World> {
  const { path, folder } = tool('beacond');
  const home = join(site.folder, 'person');
  const beacond = (...args: readonly string[]): Promise<string> =>
    execTool(path, [...args, '--home', home], { folder: site.folder, env });
  await beacond('init', 'person', '--chain-id', chainId);
  await beacond('genesis', 'add-premined-deposit', '32000000000', `0x${'22'.repeat(20)}`);
  await beacond('genesis', 'collect-premined-deposits');
  await beacond('genesis', 'set-deposit-storage', join(folder, 'eth-genesis.json'));
  const genesisFile = join(home, 'eth-genesis.json');
  await beacond('genesis', 'execution-payload', genesisFile);
  const jwt = join(site.folder, 'jwt.hex');
  // Without 0x, as many tools make it.
  writeFileSync(jwt, randomBytes(32).toString('hex'));
  const { engineUrl } = await geth(site, {
    name: 'geth',
    chainId: executionChainId,
    genesisFile,
    jwtFile: jwt,
  });
  const key = join(home, 'config', 'priv_validator_key.json');
  return {
    site,
    genesis: join(home, 'config', 'genesis.json'),
    key,
    address: parse(keyFile, key).address,
    jwt,
    engineUrl,
  };
}

/** A pod of the chart on this machine. */
type Pod = {
  readonly at: (path: string) => string;
  /** Its init containers, with the settings of this mode. */
  readonly init: () => Promise<Ran>;
  readonly container: (name: string) => Container;
  readonly args: (name: string) => string[];
  readonly start: () => Running;
  readonly url: string;
};

const paths = [
  '/data',
  '/observer',
  '/run/beacond',
  '/keys',
  '/signing',
  '/files',
  '/jwt',
  '/network/genesis',
  '/network/kzg',
];

/** `told` is what the ConfigMap with the address for peers says. */
async function pod(
  name: string,
  validator: object,
  told?: { readonly address: string; readonly port: string },
): Promise<Pod> {
  const [rpc = 0, p2p = 0] = await freePorts(2);
  const folder = join(world.site.folder, name);
  const at = (path: string): string => join(folder, path);
  for (const path of paths) mkdirSync(at(path), { recursive: true });
  const moved = (text: string): string =>
    text.replaceAll(new RegExp(`(?<![\\w./-])(?=(?:${paths.join('|')})(?:[/"]|$))`, 'gm'), folder);
  const digest = createHash('sha256').update(readFileSync(world.genesis)).digest('hex');
  const documents = await render('berachain-node', {
    network: 'mainnet',
    jwt: { existingSecret: 'jwt' },
    beacond: {
      moniker: 'charted',
      seeds: [`${'0'.repeat(40)}@127.0.0.1:1`],
      rpc: { listen: 'localhost' },
      p2p: {
        tcp: { containerPort: p2p },
        ...(told === undefined ? {} : { advertised: { configMap: { name: 'exit', tcpPortKey: 'bera' } } }),
      },
      metrics: { enabled: false },
      genesis: { configMap: { name: 'genesis' }, checksum: `sha256:${digest}` },
      kzg: { configMap: { name: 'kzg' } },
    },
    validator,
  });
  const set = Object.keys(validator).length === 0 ? '-beacond' : '-validator';
  const container = (which: string): Container => containerIn(documents, set, which);
  const files = documents
    .map((each) => settings.safeParse(each))
    .find(({ data }) => data?.metadata.name.endsWith('-beacond') === true)?.data?.data;
  for (const [file, text] of Object.entries(files ?? {})) {
    writeFileSync(
      at(join('/files', file)),
      moved(text)
        .replace('127.0.0.1:26657', `127.0.0.1:${rpc}`)
        .replace(/^rpc-dial-url = .*/m, `rpc-dial-url = "${world.engineUrl}"`),
    );
  }
  copyFileSync(world.genesis, at('/network/genesis/genesis.json'));
  copyFileSync(
    join(tool('beacond').folder, 'kzg-trusted-setup.json'),
    at('/network/kzg/kzg-trusted-setup.json'),
  );
  copyFileSync(world.jwt, at('/jwt/jwt.hex'));
  const environment = (which: string): Record<string, string> => ({
    PATH: process.env['PATH'] ?? '',
    CHECK_SECONDS: '0',
    ...(told === undefined ? {} : { P2P_ADDRESS: told.address, P2P_TCP_PORT: told.port }),
    ...Object.fromEntries(
      container(which).env.flatMap((each) =>
        each.value === undefined ? [] : [[each.name, moved(each.value)]],
      ),
    ),
  });
  const args = (which: string): string[] => container(which).args.map(moved);
  const script = async (which: string): Promise<Ran> =>
    runDash([moved(container(which).command[1] ?? '')], { ...environment(which), CHECK_SECONDS: '0' });
  return {
    at,
    container,
    args,
    url: `http://127.0.0.1:${rpc}`,
    init: async () => {
      const home = await script('home');
      if (home.code !== 0) return home;
      if (set === '-validator') return script('signing');
      await execTool(tool('beacond').path, args('observer'), { folder, env });
      return home;
    },
    start: () => world.site.launch({ name, path: tool('beacond').path, args: args('beacond'), env, folder }),
  };
}

const statusOf = (each: Pod, process: Running): Promise<z.infer<typeof status>['result']> =>
  until('the status of beacond', async () => (await read(`${each.url}/status`, status)).result, {
    processes: [process],
    limitMs: 60_000,
  });

const without = {
  enabled: true,
  feeRecipient: '0x8f3a1c5e7b9d2f4a6c8e0b1d3f5a7c9e1b3d5f70',
  keys: { existingSecret: 'key' },
  fence: { enabled: false, disabledBecause: 'this test is about beacond' },
};
const signingState = (height: string): string => JSON.stringify({ height, round: 0, step: 0 });

describe.skipIf(lacks('beacond', 'geth', 'helm') || lacksPrograms('dash', 'jq'))(
  'beacond with what the chart gives it',
  () => {
    beforeAll(async () => {
      world = await net('charted', prepare);
    }, 120_000);
    afterAll(() => world.close());

    test('a node is the same node at each start, with a key that is in no set and another in each pod', async () => {
      const node = await pod('node', {});
      expect(await node.init()).toMatchObject({ code: 0 });
      const first = node.start();
      const before = await statusOf(node, first);
      expect(before.node_info).toMatchObject({ network: chainId, moniker: 'charted' });
      expect(before.validator_info.voting_power).toBe('0');
      await first.stop();
      // The next pod has an empty volume for what it is not to keep.
      rmSync(node.at('/observer'), { recursive: true });
      mkdirSync(node.at('/observer'));
      expect(await node.init()).toMatchObject({ code: 0 });
      const second = node.start();
      const after = await statusOf(node, second);
      await second.stop();
      expect(after.node_info.id).toBe(before.node_info.id);
      expect(after.validator_info.address).not.toBe(before.validator_info.address);
      expect(after.validator_info.address).not.toBe(world.address);
      expect(readdirSync(node.at('/data/beacond/config'))).toContain('node_key.json');
      expect(existsSync(node.at('/data/beacond/config/priv_validator_key.json'))).toBe(false);
      expect(existsSync(node.at('/data/beacond/data/priv_validator_state.json'))).toBe(false);
      // The same pod once more, as after a reboot of the machine: nothing of it is in the way.
      expect(await node.init()).toMatchObject({ code: 0 });
    });

    test('a validator signs with the key it was given, and what it signs is on its own volume', async () => {
      const validator = await pod('validator', without);
      copyFileSync(world.key, validator.at('/keys/priv_validator_key.json'));
      writeFileSync(validator.at('/signing/priv_validator_state.json'), signingState('1'));
      expect(await validator.init()).toMatchObject({ code: 0 });
      const running = validator.start();
      await untilHeight({ url: validator.url, process: running }, 3);
      const { validator_info: own } = await statusOf(validator, running);
      expect(own.address).toBe(world.address);
      await running.stop();
      const signed = readFileSync(validator.at('/signing/priv_validator_state.json'), 'utf8');
      expect(
        Number(parse(stateFile, validator.at('/signing/priv_validator_state.json')).height),
      ).toBeGreaterThan(2);
      expect(existsSync(validator.at('/data/beacond/data/priv_validator_state.json'))).toBe(false);
      expect(existsSync(validator.at('/data/beacond/config/priv_validator_key.json'))).toBe(false);

      // Without its key it does not start, neither by the check nor by itself, and what was signed stays as it is.
      renameSync(validator.at('/keys/priv_validator_key.json'), validator.at('/keys/away'));
      const checked = await validator.init();
      expect(checked.code).toBe(1);
      expect(checked.stderr).toContain('the key of the validator cannot be read or is missing');
      const keyless = validator.start();
      await expect.poll(() => keyless.isRunning, { timeout: 30_000 }).toBe(false);
      expect(keyless.log()).toContain('key file does not exist');
      expect(existsSync(validator.at('/keys/priv_validator_key.json'))).toBe(false);
      expect(readFileSync(validator.at('/signing/priv_validator_state.json'), 'utf8')).toBe(signed);

      // The same for what was signed: it makes no empty one.
      renameSync(validator.at('/keys/away'), validator.at('/keys/priv_validator_key.json'));
      rmSync(validator.at('/signing/priv_validator_state.json'));
      const forgetful = validator.start();
      await expect.poll(() => forgetful.isRunning, { timeout: 30_000 }).toBe(false);
      expect(forgetful.log()).toContain('state file does not exist');
      expect(existsSync(validator.at('/signing/priv_validator_state.json'))).toBe(false);
    });

    test('two on one chain: the second finds the database locked and ends', async () => {
      const node = await pod('locked', {});
      expect(await node.init()).toMatchObject({ code: 0 });
      const first = node.start();
      await statusOf(node, first);
      const second = node.start();
      await expect.poll(() => second.isRunning, { timeout: 30_000 }).toBe(false);
      expect(second.log()).toMatch(/lock|temporarily unavailable/u);
      expect(first.isRunning).toBe(true);
      await first.stop();
    });

    test.each([
      ['that is missing', null, 'is missing'],
      ['at height 0', signingState('0'), 'would start at height 0'],
      ['that is cut off', '{"height":"12', 'cannot be read'],
      ['whose height is no number', signingState('twelve'), 'cannot be read'],
      ['whose height is below zero', signingState('-5'), 'cannot be read'],
      ['without round and step', '{"height":"12"}', 'cannot be read'],
    ])('what was signed, %s: refused, with what to do', async (_name, state, words) => {
      const validator = await pod(
        `refused-${createHash('md5')
          .update(words + String(state))
          .digest('hex')}`,
        without,
      );
      copyFileSync(world.key, validator.at('/keys/priv_validator_key.json'));
      if (state !== null) writeFileSync(validator.at('/signing/priv_validator_state.json'), state);
      const { code, stderr } = await validator.init();
      expect(code).toBe(1);
      expect(stderr).toContain(words);
      expect(stderr).toContain('watchdog handover floor');
      expect(existsSync(validator.at('/signing/priv_validator_state.json'))).toBe(state !== null);
    });

    test('a key that is empty or no file: refused, and nobody looks into it', async () => {
      const validator = await pod('bad-key', without);
      const key = validator.at('/keys/priv_validator_key.json');
      writeFileSync(validator.at('/signing/priv_validator_state.json'), signingState('5'));
      writeFileSync(key, '');
      expect(await validator.init()).toMatchObject({
        code: 1,
        stderr: expect.stringContaining('or is empty'),
      });
      rmSync(key);
      mkdirSync(key);
      expect(await validator.init()).toMatchObject({
        code: 1,
        stderr: expect.stringContaining('is no file that can be read'),
      });
      rmSync(key, { recursive: true });
      writeFileSync(key, 'whatever it is');
      expect(await validator.init()).toMatchObject({ code: 0 });
    });

    test.each(['config/priv_validator_key.json', 'data/priv_validator_state.json'])(
      'a home that held a validator, with %s, is no home of a node',
      async (file) => {
        const node = await pod(`held-${dirname(file)}`, {});
        mkdirSync(node.at(join('/data/beacond', dirname(file))), { recursive: true });
        writeFileSync(node.at(join('/data/beacond', file)), 'of a validator');
        const { code, stderr } = await node.init();
        expect(code).toBe(1);
        expect(stderr).toContain('where no key and no state of a validator may be');
        expect(readFileSync(node.at(join('/data/beacond', file)), 'utf8')).toBe('of a validator');
      },
    );

    test.each([
      ['203.0.113.7', '203.0.113.7:40000'],
      ['2001:db8::7', '[2001:db8::7]:40000'],
    ])('the address %s of a ConfigMap is told as %s, which beacond takes', async (address, told) => {
      const node = await pod(`told-${address.replaceAll(':', '-')}`, {}, { address, port: '40000' });
      expect(await node.init()).toMatchObject({ code: 0 });
      expect(readFileSync(node.at('/data/beacond/config/config.toml'), 'utf8')).toContain(
        `external_address = "${told}"`,
      );
      const running = node.start();
      expect((await statusOf(node, running)).node_info).toMatchObject({ listen_addr: told });
      await running.stop();
    });

    test('an address that is none is refused', async () => {
      const node = await pod('told-nothing', {}, { address: 'exit"', port: '40000' });
      expect(await node.init()).toMatchObject({
        code: 1,
        stderr: expect.stringContaining('the address for peers must be one of IPv4 or IPv6'),
      });
    });

    test('a genesis with another checksum is refused, and so is a chain with another genesis', async () => {
      const node = await pod('genesis', {});
      writeFileSync(node.at('/network/genesis/genesis.json'), '{}');
      const wrong = await node.init();
      expect(wrong.code).toBe(1);
      expect(wrong.stderr).toContain('genesis.json has the checksum sha256:');
      expect(existsSync(node.at('/data/beacond/config/genesis.json'))).toBe(false);
      mkdirSync(node.at('/data/beacond/data/state.db'), { recursive: true });
      writeFileSync(node.at('/data/beacond/config/genesis.json'), '{}');
      const other = await node.init();
      expect(other.code).toBe(1);
      expect(other.stderr).toContain('another network needs another volume');
    });

    test('a JWT of another length is refused', async () => {
      const node = await pod('jwt', {});
      writeFileSync(node.at('/jwt/jwt.hex'), 'abcd\n');
      const { code, stderr } = await node.init();
      expect(code).toBe(1);
      expect(stderr).toContain('the JWT must have 64 hex digits, and has 4');
    });
  },
);
