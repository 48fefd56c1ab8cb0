// The real function `gate` on loopback, over a keys database of its own: flags are written as a person writes them, and the function can be taken away.
import { generateKeyPairSync } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { flagKeeperOf } from '../../../cli/keys.ts';
import { createGate } from '../../../functions/entry/gate.ts';
import {
  beginHandover,
  type Changing,
  type FlagChange,
  initFlag,
  takeKeys,
} from '../../../functions/domain/handover/flag.ts';
import type { FlagRead } from '../../../functions/domain/standby/key-flag.ts';
import { systemClock } from '../../../functions/kit/clock.ts';
import { openDatabase } from '../../../functions/stores/open.ts';
import { startFirestore } from '../../../local/firestore/server.ts';
import { freePort, serveFunction, type ServedFunction } from '../../../local/functions/serve.ts';

export type Gate = {
  readonly url: string;
  readonly signer: string;
  /** Its public key, as the fence wants it. */
  readonly key: string;
  /** Of the fence of its house. */
  readonly token: string;
  /** How many questions came so far. */
  readonly questions: () => number;
  /** The first flag: this machine may sign. Each of these answers the generation that was written. */
  readonly init: (instance: string) => Promise<number>;
  /** Nobody may sign. */
  readonly begin: () => Promise<number>;
  /** This machine may sign again. */
  readonly take: (instance: string, minHeight?: number | null) => Promise<number>;
  /** Nothing listens any more. */
  readonly goDown: () => Promise<void>;
  readonly comeBack: () => Promise<void>;
  readonly close: () => Promise<void>;
};

export type GateOptions = {
  /** Where its configuration is written. */
  readonly folder: string;
  readonly chain: 'ethereum' | 'cometbft';
  /** Of the signer. */
  readonly keys: readonly string[];
};

const signer = 'val-1';
const site = 'home';
const token = 'a-token-of-the-fence-of-a-real-client';
const quiet = { info: () => undefined, warn: () => undefined, error: () => undefined };

const configuration = ({ chain, keys }: GateOptions, publicHalf: string): object => ({
  references: ['ref-a', 'ref-b'].map((id) => ({ id, probe: 'tcp', address: `${id}.example:53` })),
  channels: [{ id: 'here', channel: 'console' }],
  gate: { url: 'https://gate.example.net', key: { env: 'GATE_KEY' }, publicKeys: [publicHalf] },
  sites: [
    {
      id: site,
      targets: [
        { id: 'p2p', probe: 'tcp', address: 'home.example:26656' },
        ...['one', 'two'].map((operator) => ({
          id: `chain-${operator}`,
          role: 'chain',
          chain,
          operator,
          url: `https://${operator}.example.net`,
          ...(chain === 'ethereum' ? { probe: 'beacon' } : { probe: 'cometbft', network: 'net-1' }),
        })),
      ],
      signers: [{ id: signer, chain, keys, fences: [{ id: 'mini1', token: { env: 'FENCE_TOKEN' } }] }],
    },
  ],
});

/** Nothing is written of the signer yet. */
export async function startGate(options: GateOptions): Promise<Gate> {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  const publicHalf = publicKey.export({ format: 'der', type: 'spki' }).subarray(-32).toString('base64');
  const configPath = join(options.folder, 'watchdog.yaml');
  // YAML reads JSON.
  writeFileSync(configPath, JSON.stringify(configuration(options, publicHalf)));
  // Google's client looks for a metadata server before its first write, which takes over a second where there is none.
  process.env['METADATA_SERVER_DETECTION'] ??= 'none';
  const firestore = await startFirestore();
  const database = openDatabase({ projectId: 'local', databaseId: 'keys', emulator: firestore.host });
  const gate = createGate({
    variables: {
      WATCHDOG_CONFIG: configPath,
      FIRESTORE_EMULATOR_HOST: firestore.host,
      GOOGLE_CLOUD_PROJECT: 'local',
      GATE_KEY: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
      FENCE_TOKEN: token,
      // Fences of tests ask each second.
      GATE_CALLS_PER_MINUTE: '600',
    },
    clock: systemClock,
    network: { allow: [], hosts: new Map() },
    log: () => quiet,
    print: () => undefined,
  });
  let questions = 0;
  const port = await freePort();
  const serve = async (): Promise<ServedFunction> =>
    serveFunction(async (request, response) => {
      questions += 1;
      await gate(request, response);
    }, port);
  let served: ServedFunction | null = await serve();
  const { url } = served;
  const goDown = async (): Promise<void> => {
    await served?.close();
    served = null;
  };

  const keeper = flagKeeperOf(database, { clock: systemClock });
  const write = async (make: (read: FlagRead, given: Changing) => FlagChange): Promise<number> => {
    const seen = await keeper.read(signer);
    const at = systemClock.now();
    const change = make(seen.read, {
      signer: { id: signer, site, keys: options.keys },
      at,
      by: 'ada',
      reason: 'a test',
    });
    if (!change.ok) throw new Error(change.text);
    const written = await keeper.write(signer, seen, change.next);
    if (written.end !== 'written') throw new Error(`the flag was not written: ${JSON.stringify(written)}`);
    return change.next.generation;
  };
  return {
    url,
    signer,
    token,
    key: publicHalf,
    questions: () => questions,
    init: async (instance) =>
      write((read, given) =>
        initFlag(read, { ...given, instance, backup: { isTested: true, at: given.at, by: given.by } }),
      ),
    begin: async () => write(beginHandover),
    take: async (instance, minHeight = null) =>
      write((read, given) =>
        takeKeys(read, {
          ...given,
          holder: { kind: 'basement', site },
          instance,
          minHeight,
          evidence: [],
          override: null,
        }),
      ),
    goDown,
    comeBack: async () => {
      served ??= await serve();
    },
    close: async () => {
      await goDown();
      await database.terminate();
      await firestore.close();
    },
  };
}
