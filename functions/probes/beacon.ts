// A beacon node: of our network and fork, at the head of its chain by the clock, with an execution client and peers.
import { z } from 'zod';
import { accessFields } from '../kit/net/access.ts';
import { attempt, type Attempt } from '../kit/net/attempt.ts';
import { failed } from '../kit/net/failure.ts';
import * as beaconApi from '../wire/beacon.ts';
import {
  type EthereumNetwork,
  ethereumNetwork,
  networkOf,
  slotAt,
  slotTime,
} from '../wire/ethereum-network.ts';
import { ageInSeconds, type ApiAnswer, askApi, fewPeers, isNotServed, oldHead, openApi } from './node-api.ts';
import { checkAccess, describeAccess, endpointOfAccess, maxHeadAge, minPeers } from './node-options.ts';
import type { Failure, Outcome } from './outcome.ts';
import type { Probe } from './probe.ts';

const schema = z
  .strictObject({
    ...accessFields,
    network: ethereumNetwork,
    fork: z
      .string()
      .regex(/^0x[0-9a-f]{8}$/i, 'must be a fork version: 0x and 8 hex digits')
      .optional()
      .describe(
        'The fork version that its head must be at, e.g. 0x06000000. Without it, the latest that was known when this version of the watchdog was made.',
      ),
    maxHeadAge: maxHeadAge('2m'),
    minPeers,
  })
  .superRefine(checkAccess);

type Options = z.output<typeof schema>;

export const beacon = {
  schema,
  endpoint: endpointOfAccess,
  describe: (options) => describeAccess('beacon API', options),
  run: (options, context) => attempt(context, (frame) => judge(options, frame)),
} satisfies Probe<Options>;

type Genesis = z.output<typeof beaconApi.genesis>['data'];
type Syncing = z.output<typeof beaconApi.syncing>['data'];

function wrongGenesis(genesis: Genesis, network: EthereumNetwork): Failure | null {
  const { genesis_time: time, genesis_validators_root: root } = genesis;
  return time === network.genesisTime && root === network.genesisValidatorsRoot
    ? null
    : failed('wrong-chain', `its chain has another genesis (${root.slice(0, 10)}…)`);
}

/** A node that was not upgraded for a fork follows a chain of its own, as green as ever. */
function wrongFork(
  version: string,
  options: Options,
  network: EthereumNetwork,
  slot: number,
): Failure | null {
  if (options.fork !== undefined) {
    return version === options.fork.toLowerCase()
      ? null
      : failed('wrong-chain', `its head is at fork ${version}, expected ${options.fork.toLowerCase()}`);
  }
  const { fork, slotsPerEpoch } = network;
  if (fork === null || slot < fork.epoch * slotsPerEpoch || Number(version) >= Number(fork.version))
    return null;
  return failed(
    'wrong-chain',
    `its head is at fork ${version}, the network at ${fork.version}: it was not upgraded`,
  );
}

function notInSync(syncing: Syncing, isOptimistic: boolean, slot: number): Failure | null {
  if (syncing.is_syncing) {
    return failed('syncing', `is syncing, at slot ${slot}, ${syncing.sync_distance} slots behind`);
  }
  if (syncing.el_offline) return failed('syncing', 'its execution client is offline');
  return syncing.is_optimistic || isOptimistic
    ? failed('syncing', 'follows optimistically: its execution client has not verified the head')
    : null;
}

const valueOf = <Value>(answer: ApiAnswer<Value>): Value | null => (answer.ok ? answer.value : null);

async function judge(options: Options, frame: Attempt): Promise<Outcome> {
  const { at: now } = frame.context;
  const network = networkOf(options.network);
  const api = openApi(options, frame);
  const get = <Value>(
    what: string,
    path: string,
    answerSchema: z.ZodType<Value>,
  ): Promise<ApiAnswer<Value>> => askApi(api, what, { path, schema: answerSchema });

  const genesis = await get('its genesis', '/eth/v1/beacon/genesis', beaconApi.genesis);
  if (!genesis.ok) return genesis.failure;
  const wrongChain = wrongGenesis(genesis.value.data, network);
  if (wrongChain !== null) return wrongChain;
  const [syncing, header, fork, peerCount] = await Promise.all([
    get('its sync status', '/eth/v1/node/syncing', beaconApi.syncing),
    get('its head', '/eth/v1/beacon/headers/head', beaconApi.header),
    get('its fork', '/eth/v1/beacon/states/head/fork', beaconApi.fork),
    get('its peers', '/eth/v1/node/peer_count', beaconApi.peerCount),
  ]);
  if (!header.ok) return header.failure;
  if (!syncing.ok) return syncing.failure;
  if (!fork.ok && (options.fork !== undefined || !isNotServed(fork))) return fork.failure;
  if (!peerCount.ok && !isNotServed(peerCount)) return peerCount.failure;
  const { slot } = header.value.data.header.message;
  const at = slotTime(network, slot);
  const version = valueOf(fork)?.data.current_version ?? null;
  const peers = valueOf(peerCount)?.data.connected ?? null;
  const failure =
    (version === null ? null : wrongFork(version, options, network, slotAt(network, now))) ??
    notInSync(syncing.value.data, header.value.execution_optimistic, slot) ??
    // With a dead execution client everything above stays green: only the clock shows it.
    oldHead({ at, name: `its head, slot ${slot},` }, { now, maxAgeMs: options.maxHeadAge }) ??
    fewPeers(peers, options.minPeers);
  if (failure !== null) return failure;
  return {
    ok: true,
    facts: {
      slot,
      headAgeS: ageInSeconds(at, now),
      ...(peers === null ? {} : { peers }),
      ...(version === null ? {} : { fork: version }),
    },
  };
}
