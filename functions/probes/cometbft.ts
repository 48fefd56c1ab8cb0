// A CometBFT node, or one of Berachain: of our chain, the node that we mean, at the head by the clock and beside other nodes.
import { z } from 'zod';
import { accessFields } from '../kit/net/access.ts';
import { attempt, type Attempt } from '../kit/net/attempt.ts';
import { failed } from '../kit/net/failure.ts';
import type { ProbeFacts } from '../domain/sample.ts';
import { namesOf } from '../wire/comet-key.ts';
import * as comet from '../wire/comet.ts';
import type { Session } from '../kit/net/session.ts';
import { askOthers, askStatus, type Status } from './comet-status.ts';
import {
  ageInSeconds,
  askApi,
  counted,
  fewPeers,
  isNotServed,
  listBytes,
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
    network: z
      .string()
      .regex(/^[A-Za-z0-9._-]{1,50}$/, 'must be the chain id as the node gives it, e.g. mainnet-beacon-80094')
      .describe(
        'The chain id that it must have, as `node_info.network` of its /status gives it, e.g. mainnet-beacon-80094. A node of another chain is never ok.',
      ),
    nodeId: z
      .string()
      .regex(/^[0-9a-fA-F]{40}$/, 'must be a node id: 40 hex digits')
      .optional()
      .describe('The id that the node must have.'),
    votingPower: z
      .enum(['some', 'none'])
      .optional()
      .describe('Whether the node must hold the key of a validator (some), or must not (none).'),
    compareWith: z
      .array(accessFields.url)
      .min(1)
      .max(3)
      .optional()
      .describe(
        'CometBFT RPCs of other nodes, such as public ones: it must not be far below the highest of them.',
      ),
    maxLag: z
      .int()
      .min(1)
      .max(100_000)
      .default(10)
      .describe('How many heights below the highest of `compareWith` it may be.'),
    maxHeadAge: maxHeadAge('60s'),
    minPeers,
  })
  .superRefine(checkAccess);

type Options = z.output<typeof schema>;

const noSuchMethod = -32_601;

export const cometbft = {
  schema,
  endpoint: endpointOfAccess,
  atPort: accessAtPort,
  describe: (options) => describeAccess('CometBFT RPC', options),
  run: (options, context) => attempt(context, (frame) => judge(options, frame)),
} satisfies Probe<Options>;

function notWhatWeMean(status: Status, options: Options): Failure | null {
  const { node_info: node } = status;
  if (node.network !== options.network) {
    return failed('wrong-chain', `it is a node of ${node.network}, not of ${options.network}`);
  }
  return options.nodeId !== undefined && node.id !== options.nodeId.toLowerCase()
    ? failed('identity', `its node id is ${node.id.slice(0, 10)}…, not the expected one`)
    : null;
}

function wrongPower({ validator_info: validator }: Status, wanted: Options['votingPower']): Failure | null {
  const hasPower = validator.voting_power > 0;
  if (wanted === undefined || hasPower === (wanted === 'some')) return null;
  return failed('identity', `it has voting power ${validator.voting_power}, expected ${wanted}`);
}

/** Whose key it has, if that may vote. */
function validatorOf({ validator_info: validator }: Status): ProbeFacts {
  const [address, publicKey] = validator.voting_power > 0 ? namesOf(validator) : [];
  return {
    ...(address === undefined ? {} : { validator: address }),
    ...(publicKey === undefined ? {} : { validatorKey: publicKey }),
  };
}

type Peers = { readonly peers: number | null; readonly failure: Failure | null };

/** Both are null when it is not served. */
async function askPeers(api: Session): Promise<Peers> {
  const answer = await askApi(api, 'its peers', {
    path: '/net_info',
    maxBytes: listBytes,
    schema: z.union([comet.failure, comet.netInfo]),
    otherwise: comet.failure,
  });
  if (!answer.ok) return { peers: null, failure: isNotServed(answer) ? null : answer.failure };
  const { value, status } = answer;
  if ('result' in value) return { peers: value.result.n_peers, failure: null };
  const { code } = value.error;
  const failure = failed('status', `its peers: answered ${status} with error ${code}`);
  return { peers: null, failure: code === noSuchMethod ? null : failure };
}

async function judge(options: Options, frame: Attempt): Promise<Outcome> {
  const { at: now } = frame.context;
  const api = openApi(options, frame);
  const asking = askOthers(options.compareWith ?? [], options.network, frame);
  const answer = await askStatus(api);
  if (!answer.ok) return answer.failure;
  const status = answer.value;
  const stranger = notWhatWeMean(status, options);
  if (stranger !== null) return stranger;
  const [netInfo, others] = await Promise.all([askPeers(api), asking]);
  const { latest_block_height: height, latest_block_time: at, catching_up: isCatchingUp } = status.sync_info;
  const { peers } = netInfo;
  const lag = others.height === null ? 0 : others.height - height;
  const failure =
    (isCatchingUp ? failed('syncing', `is catching up, at height ${height}`) : null) ??
    // A chain that stands still, or a node without its execution client, says that it is not catching up.
    oldHead({ at, name: `its newest block, ${height},` }, { now, maxAgeMs: options.maxHeadAge }) ??
    (lag > options.maxLag ? failed('lagging', `is ${counted(lag, 'height')} below other nodes`) : null) ??
    netInfo.failure ??
    fewPeers(peers, options.minPeers) ??
    wrongPower(status, options.votingPower);
  if (failure !== null) return failure;
  return {
    ok: true,
    facts: {
      height,
      headAgeS: ageInSeconds(at, now),
      ...(peers === null ? {} : { peers }),
      votingPower: status.validator_info.voting_power,
      ...validatorOf(status),
      ...(others.height === null ? {} : { othersHeight: others.height }),
      ...(others.ignored === 0 ? {} : { othersIgnored: others.ignored }),
    },
  };
}
