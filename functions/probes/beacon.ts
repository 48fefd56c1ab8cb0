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
import {
  ageInSeconds,
  type ApiAnswer,
  askApi,
  counted,
  fewPeers,
  isNotServed,
  oldHead,
  openApi,
} from './node-api.ts';
import {
  accessAtPort,
  checkAccess,
  describeAccess,
  endpointOfAccess,
  maxHeadAge,
  minPeers,
} from './node-options.ts';
import type { Failure, Outcome } from './outcome.ts';
import type { Probe } from './probe.ts';

const schema = z
  .strictObject({
    ...accessFields,
    network: ethereumNetwork,
    fork: z
      .string()
      .regex(/^0x[0-9a-fA-F]{8}$/, 'must be a fork version: 0x and 8 hex digits')
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
  atPort: accessAtPort,
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

type Head = {
  readonly slot: number;
  readonly at: number;
  readonly isOptimistic: boolean;
  readonly syncing: Syncing;
};
type Given = { readonly options: Options; readonly network: EthereumNetwork; readonly now: number };

/** A node that was not upgraded for a fork follows a chain of its own, as green as ever. */
function wrongFork(version: string, { slot, syncing }: Head, given: Given): Failure | null {
  const { options, network, now } = given;
  if (options.fork !== undefined) {
    const expected = options.fork.toLowerCase();
    return version === expected
      ? null
      : failed('wrong-chain', `follows the fork ${version}, expected ${expected}`);
  }
  const { fork, slotsPerEpoch } = network;
  if (fork === null || Number(version) >= Number(fork.version)) return null;
  const first = fork.epoch * slotsPerEpoch;
  if (slotAt(network, now) < first) return null;
  const why =
    syncing.is_syncing && slot < first ? 'has not synced so far, or was not upgraded' : 'was not upgraded';
  return failed('wrong-chain', `follows the fork ${version}, this network is at ${fork.version}: it ${why}`);
}

function notInSync({ at, isOptimistic, syncing }: Head, { options, now }: Given): Failure | null {
  if (syncing.is_syncing) {
    const isOld = now - at > options.maxHeadAge;
    const age = isOld ? `; its head is ${ageInSeconds(at, now)} s old` : '';
    return failed('syncing', `is syncing, ${counted(syncing.sync_distance, 'slot')} behind${age}`);
  }
  if (syncing.el_offline) return failed('syncing', 'its execution client is offline');
  return syncing.is_optimistic || isOptimistic
    ? failed('syncing', 'follows optimistically: its execution client has not verified the head')
    : null;
}

/** With a dead execution client all else stays green: only the clock shows it. */
function notByTheClock(
  { slot, at }: Head,
  { options, network, now }: Given,
  timeoutMs: number,
): Failure | null {
  // One slot for clocks that differ, and what may come while we ask.
  const aheadMs = network.secondsPerSlot * 1000 + timeoutMs;
  return oldHead({ at, name: `its head, slot ${slot},` }, { now, maxAgeMs: options.maxHeadAge, aheadMs });
}

const valueOf = <Value>(answer: ApiAnswer<Value>): Value | null => (answer.ok ? answer.value : null);

/** Why something that not all servers have could not be read, unless this one has it not. */
const troubleWith = (answer: ApiAnswer<unknown>, isNeeded = false): Failure | null =>
  answer.ok || (isNotServed(answer) && !isNeeded) ? null : answer.failure;

async function judge(options: Options, frame: Attempt): Promise<Outcome> {
  const { at: now, timeoutMs } = frame.context;
  const network = networkOf(options.network);
  const api = openApi(options, frame);
  const get = <Value>(what: string, path: string, schema: z.ZodType<Value>): Promise<ApiAnswer<Value>> =>
    askApi(api, what, { path: `/eth/v1${path}`, schema });

  const genesis = await get('its genesis', '/beacon/genesis', beaconApi.genesis);
  if (!genesis.ok) return genesis.failure;
  const wrongChain = wrongGenesis(genesis.value.data, network);
  if (wrongChain !== null) return wrongChain;
  const [syncing, header, fork, peerCount] = await Promise.all([
    get('its sync status', '/node/syncing', beaconApi.syncing),
    get('its head', '/beacon/headers/head', beaconApi.header),
    get('its fork', '/beacon/states/head/fork', beaconApi.fork),
    get('its peers', '/node/peer_count', beaconApi.peerCount),
  ]);
  if (!header.ok) return header.failure;
  if (!syncing.ok) return syncing.failure;
  const { slot } = header.value.data.header.message;
  const at = slotTime(network, slot);
  const head = { slot, at, isOptimistic: header.value.execution_optimistic, syncing: syncing.value.data };
  const given = { options, network, now };
  const version = valueOf(fork)?.data.current_version ?? null;
  const peers = valueOf(peerCount)?.data.connected ?? null;
  const failure =
    troubleWith(fork, options.fork !== undefined) ??
    (version === null ? null : wrongFork(version, head, given)) ??
    notInSync(head, given) ??
    notByTheClock(head, given, timeoutMs) ??
    troubleWith(peerCount) ??
    fewPeers(peers, options.minPeers);
  if (failure !== null) return failure;
  return {
    ok: true,
    facts: {
      slot,
      headAgeS: ageInSeconds(at, now),
      syncDistance: head.syncing.sync_distance,
      ...(peers === null ? {} : { peers }),
      ...(version === null ? {} : { fork: version }),
    },
  };
}
