// A pretend CometBFT node: its RPC over a pretend chain, faithful in its shapes. Source: https://docs.cometbft.com/v0.38/rpc/
import { type ApiAnswer, type ApiRequest, type NodeState, ok } from './api.ts';
import type { CometChain, CometLies } from './comet-chain.ts';

export type CometState = NodeState<CometLies> & {
  /** The place of its own key in the set; null for a node that does not validate. */
  readonly ownPlace?: number | null;
};

type View = {
  readonly chain: CometChain;
  readonly node: CometState;
  /** The time as this node has it. */
  readonly at: number;
  readonly url: URL;
};

/** Answers to GET carry the id -1. */
const result = (value: unknown): ApiAnswer => ok({ jsonrpc: '2.0', id: -1, result: value });
const error = (data: string): ApiAnswer => ({
  status: 500,
  body: { jsonrpc: '2.0', id: -1, error: { code: -32603, message: 'Internal error', data } },
});

const noTime = '0001-01-01T00:00:00Z';
const nobody = { block_id_flag: 1, validator_address: '', timestamp: noTime, signature: null };

/** The nanoseconds that real nodes write. */
const timeText = (at: number): string => new Date(at).toISOString().replace('Z', '123456Z');

function signature(view: View, height: number, place: number, isFirst: boolean): object {
  const { chain } = view;
  const own = chain.validators[place];
  const address = own?.address ?? '';
  if (chain.options.dialect === 'cometbft') {
    return {
      block_id_flag: 2,
      validator_address: address,
      timestamp: timeText(chain.timeOf(height)),
      signature: Buffer.alloc(64, 1).toString('base64'),
    };
  }
  // The first of them carries the signature of all.
  return {
    block_id_flag: isFirst ? 4 : 5,
    validator_address: address,
    timestamp: noTime,
    signature: isFirst ? Buffer.alloc(96, 1).toString('base64') : null,
  };
}

function signatures(view: View, height: number, isCanonical: boolean): object[] {
  const { chain, node } = view;
  const votes = chain.votes(height, node.lies ?? null);
  // At the tip the votes are those that have come so far: somebody who lives may be missing.
  const late = isCanonical ? -1 : height % votes.length;
  const first = votes.indexOf(true);
  return votes.map((has, place) =>
    has && place !== late ? signature(view, height, place, place === first) : nobody,
  );
}

const setHash = (chain: CometChain): string => chain.hash(0, null);

function headerOf({ chain, node }: View, height: number): object {
  const lies = node.lies ?? null;
  return {
    version: { block: '11' },
    chain_id: chain.options.chainId,
    height: String(height),
    time: timeText(chain.timeOf(height)),
    last_block_id: {
      hash: chain.hash(height - 1, lies),
      parts: { total: 1, hash: chain.hash(height - 1, lies) },
    },
    validators_hash: setHash(chain),
    next_validators_hash: setHash(chain),
    proposer_address: chain.validators[height % chain.validators.length]?.address ?? '',
  };
}

function commitOf(view: View, height: number, isCanonical: boolean): object {
  const { chain, node } = view;
  const hash = chain.hash(height, node.lies ?? null);
  return {
    height: String(height),
    round: 0,
    block_id: { hash, parts: { total: 1, hash } },
    signatures: signatures(view, height, isCanonical),
  };
}

function heightAsked({ chain, url, at }: View): number | null {
  const tip = chain.height(at);
  const given = url.searchParams.get('height');
  const height = given === null ? tip : Number(given);
  return Number.isInteger(height) && height >= 1 && height <= tip ? height : null;
}

const beyond = ({ chain, at }: View): ApiAnswer =>
  error(`height must be less than or equal to the current blockchain height ${chain.height(at)}`);

function commit(view: View): ApiAnswer {
  const height = heightAsked(view);
  if (height === null) return beyond(view);
  const isCanonical = height < view.chain.height(view.at);
  return result({
    signed_header: { header: headerOf(view, height), commit: commitOf(view, height, isCanonical) },
    canonical: isCanonical,
  });
}

function block(view: View): ApiAnswer {
  const height = heightAsked(view);
  if (height === null) return beyond(view);
  const hash = view.chain.hash(height, view.node.lies ?? null);
  return result({
    block_id: { hash, parts: { total: 1, hash } },
    block: {
      header: headerOf(view, height),
      data: { txs: [] },
      evidence: { evidence: [] },
      last_commit: commitOf(view, height - 1, true),
    },
  });
}

function validators(view: View): ApiAnswer {
  const { chain, url } = view;
  const height = heightAsked(view);
  if (height === null) return beyond(view);
  const page = Number(url.searchParams.get('page') ?? 1);
  const perPage = Math.min(100, Number(url.searchParams.get('per_page') ?? 30));
  const type =
    chain.options.dialect === 'berachain' ? 'cometbft/PubKeyBls12_381' : 'tendermint/PubKeyEd25519';
  const shown = chain.validators
    .slice((page - 1) * perPage, page * perPage)
    .map(({ address, publicKey }) => ({
      address,
      pub_key: { type, value: publicKey.toString('base64') },
      voting_power: '10',
      proposer_priority: '0',
    }));
  return result({
    block_height: String(height),
    validators: shown,
    count: String(shown.length),
    total: String(chain.validators.length),
  });
}

function status({ chain, node, at }: View): ApiAnswer {
  const height = chain.height(at);
  const own =
    node.ownPlace === undefined || node.ownPlace === null ? undefined : chain.validators[node.ownPlace];
  return result({
    node_info: {
      protocol_version: { p2p: '9', block: '11', app: '0' },
      id: chain
        .hash(node.ownPlace ?? -1, null)
        .slice(0, 40)
        .toLowerCase(),
      network: chain.options.chainId,
      version: '1.0.1',
      moniker: 'pretend',
    },
    sync_info: {
      latest_block_hash: chain.hash(height, node.lies ?? null),
      latest_block_height: String(height),
      latest_block_time: timeText(chain.timeOf(height)),
      earliest_block_height: '1',
      catching_up: node.isSyncing === true,
    },
    validator_info: {
      address: own?.address ?? '00'.repeat(20),
      pub_key: {
        type: 'tendermint/PubKeyEd25519',
        value: (own?.publicKey ?? Buffer.alloc(32)).toString('base64'),
      },
      voting_power: own === undefined ? '0' : '10',
    },
  });
}

const routes: Readonly<Record<string, (view: View) => ApiAnswer>> = {
  '/health': () => result({}),
  '/status': status,
  '/net_info': ({ node }) =>
    result({ listening: true, listeners: [], n_peers: String(node.peers ?? 20), peers: [] }),
  '/commit': commit,
  '/block': block,
  '/validators': validators,
};

/** Answers as a node of this state does at a time, epoch ms. */
export function answerComet(
  chain: CometChain,
  request: ApiRequest,
  at: number,
  state: CometState = {},
): ApiAnswer {
  const url = new URL(request.path, 'http://node');
  const answer = Object.hasOwn(routes, url.pathname) ? routes[url.pathname] : undefined;
  const isLacking = state.lacks?.some((path) => url.pathname.startsWith(path)) === true;
  if (answer === undefined || isLacking) return { status: 404, body: 'not found' };
  return answer({ chain, node: state, at: Math.min(at, state.frozenAt ?? at), url });
}
