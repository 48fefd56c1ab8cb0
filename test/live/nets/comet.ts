// What nodes of CometBFT and of its fork in Berachain have in common: their keys, their neighbours, their height.
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import type { Running } from './process.ts';
import { read, until } from './wait.ts';

export type CometNode = {
  /** Of the CometBFT RPC. */
  readonly url: string;
  readonly nodeId: string;
  /** The validator's consensus address: 40 hex digits in upper case, as the RPC writes it. */
  readonly address: string;
  readonly process: Running;
};

export type Keys = { readonly nodeId: string; readonly address: string; readonly publicKey: Buffer };

const key = z.object({ value: z.base64() });
const nodeKey = z.object({ priv_key: key });
const validatorKey = z.object({ address: z.string(), pub_key: key });

function config<Value>(home: string, file: string, schema: z.ZodType<Value>): Value {
  const content: unknown = JSON.parse(readFileSync(join(home, 'config', file), 'utf8'));
  return schema.parse(content);
}

/** Of the node and the validator whose files are in `home`. */
export function keysOf(home: string): Keys {
  const validator = config(home, 'priv_validator_key.json', validatorKey);
  const own = config(home, 'node_key.json', nodeKey);
  // An Ed25519 private key in Go is the seed and then the public key.
  const publicPart = Buffer.from(own.priv_key.value, 'base64').subarray(32);
  return {
    nodeId: createHash('sha256').update(publicPart).digest('hex').slice(0, 40),
    address: validator.address,
    publicKey: Buffer.from(validator.pub_key.value, 'base64'),
  };
}

/** Allows several nodes on one address, and turns off the metrics, whose port all of them would take. */
export function allowOneHost(home: string): void {
  const file = join(home, 'config', 'config.toml');
  const text = readFileSync(file, 'utf8')
    .replace('addr_book_strict = true', 'addr_book_strict = false')
    .replace('allow_duplicate_ip = false', 'allow_duplicate_ip = true')
    .replace('prometheus = true', 'prometheus = false');
  writeFileSync(file, text);
}

/** Blocks as fast as votes come, for tests that need hundreds of them. */
export function makeFast(home: string): void {
  const file = join(home, 'config', 'config.toml');
  const text = readFileSync(file, 'utf8')
    .replace(/^timeout_propose = .*/m, 'timeout_propose = "300ms"')
    .replace(/^timeout_(prevote|precommit) = .*/gm, 'timeout_$1 = "100ms"')
    .replace(/^timeout_commit = .*/m, 'timeout_commit = "60ms"')
    .replace(/^peer_gossip_sleep_duration = .*/m, 'peer_gossip_sleep_duration = "10ms"')
    // Each message waits so long for others to go with it.
    .replace(/^flush_throttle_timeout = .*/m, 'flush_throttle_timeout = "5ms"');
  writeFileSync(file, text);
}

/** All but the one at `place`, as `--p2p.persistent_peers` takes them. */
export function peersOf(
  nodes: readonly { readonly nodeId: string; readonly p2p: number }[],
  place: number,
): string {
  return nodes
    .filter((_, each) => each !== place)
    .map(({ nodeId, p2p }) => `${nodeId}@127.0.0.1:${p2p}`)
    .join(',');
}

const status = z.object({
  result: z.object({ sync_info: z.object({ latest_block_height: z.string(), catching_up: z.boolean() }) }),
});

/** The height of the latest block that this node has. */
export async function heightOf(url: string): Promise<number> {
  const { result } = await read(`${url}/status`, status);
  return Number(result.sync_info.latest_block_height);
}

/** Resolves with the height as soon as it is at least this one. */
export async function untilHeight(
  node: { readonly url: string; readonly process: Running },
  height: number,
  limitMs?: number,
): Promise<number> {
  const { url, process } = node;
  return until(
    `height ${height} at ${process.name}`,
    async () => {
      const reached = await heightOf(url);
      return reached >= height ? reached : null;
    },
    { processes: [process], ...(limitMs === undefined ? {} : { limitMs }) },
  );
}

const signatures = z.object({
  block_id_flag: z.int(),
  validator_address: z.string(),
  signature: z.string().nullable(),
});
const commit = z.object({
  result: z.object({
    canonical: z.boolean(),
    signed_header: z.object({ commit: z.object({ signatures: z.array(signatures) }) }),
  }),
});
const validators = z.object({ result: z.object({ validators: z.array(z.object({ address: z.string() })) }) });

/** The flag of each validator's place in the commit of a height, by address; null as long as that is not the canonical commit. */
export async function flagsAt(url: string, height: number): Promise<ReadonlyMap<string, number> | null> {
  const { result } = await read(`${url}/commit?height=${height}`, commit);
  if (!result.canonical) return null;
  const set = await read(`${url}/validators?height=${height}&page=1&per_page=100`, validators);
  // The address of whoever did not sign is empty in a commit: only the place tells who it is.
  return new Map(
    result.signed_header.commit.signatures.map(({ block_id_flag: flag }, place) => [
      set.result.validators[place]?.address ?? '',
      flag,
    ]),
  );
}

const madeBy = z.object({
  result: z.object({
    signed_header: z.object({
      header: z.object({ proposer_address: z.string() }),
      commit: z.object({ round: z.int() }),
    }),
  }),
});

/** The address of whoever made the block of a height, as the RPC writes it; null when it took more than one round. */
export async function proposerAt(url: string, height: number): Promise<string | null> {
  const { result } = await read(`${url}/commit?height=${height}`, madeBy);
  const { header, commit: votes } = result.signed_header;
  return votes.round === 0 ? header.proposer_address : null;
}
