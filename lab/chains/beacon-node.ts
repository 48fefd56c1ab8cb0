// A pretend beacon node: the beacon API over a pretend chain, faithful in its shapes. Source: https://github.com/ethereum/beacon-APIs
import { type ApiAnswer, type ApiRequest, type NodeState, ok } from './api.ts';
import { blockOf } from './beacon-block.ts';
import type { EthereumChain, Lies } from './ethereum-chain.ts';

export type BeaconState = NodeState<Lies>;

type View = {
  readonly chain: EthereumChain;
  readonly node: BeaconState;
  /** The time as this node has it. */
  readonly at: number;
  readonly url: URL;
  readonly request: ApiRequest;
};

const refuse = (code: number, message: string): ApiAnswer => ({ status: code, body: { code, message } });
const notFound = refuse(404, 'not found');
const version = '0x06000000';

function slotOf(view: View, name: string): number | null {
  const { chain, node, at } = view;
  const head = chain.headSlot(at);
  if (name === 'head') return head;
  if (/^[0-9]+$/.test(name)) return Number(name) <= chain.slotAt(at) ? Number(name) : null;
  // Roots are looked for where anybody would ask for them.
  for (let slot = head; slot >= Math.max(0, head - 512); slot -= 1) {
    if (chain.root(slot, node.lies ?? null) === name) return slot;
  }
  return null;
}

function header(view: View, name: string): ApiAnswer {
  const { chain, node } = view;
  const lies = node.lies ?? null;
  const slot = slotOf(view, name);
  if (slot === null || (slot > 0 && !chain.hasBlock(slot))) return notFound;
  return ok({
    execution_optimistic: false,
    finalized: false,
    data: {
      root: chain.root(slot, lies),
      canonical: true,
      header: {
        message: {
          slot: String(slot),
          proposer_index: String(chain.proposer(slot)),
          parent_root: chain.root(chain.parentSlot(slot), lies),
          state_root: chain.root(slot, lies),
          body_root: chain.root(slot, lies),
        },
        signature: `0x${'00'.repeat(96)}`,
      },
    },
  });
}

function block(view: View, name: string): ApiAnswer {
  const { chain, node } = view;
  const slot = slotOf(view, name);
  if (slot === null || !chain.hasBlock(slot)) return notFound;
  return ok({
    version: 'fulu',
    execution_optimistic: false,
    finalized: false,
    data: { message: blockOf(chain, slot, node.lies ?? null), signature: `0x${'00'.repeat(96)}` },
  });
}

function committees({ chain, url, at }: View): ApiAnswer {
  const { slotsPerEpoch } = chain.options;
  const epoch = Number(url.searchParams.get('epoch'));
  const wanted = url.searchParams.get('slot');
  if (Math.abs(epoch - chain.epochOf(chain.headSlot(at))) > 8) return refuse(404, 'state not found');
  const slots = Array.from({ length: slotsPerEpoch }, (_, index) => epoch * slotsPerEpoch + index);
  const data = slots
    .filter((slot) => wanted === null || String(slot) === wanted)
    .flatMap((slot) =>
      chain.committees(slot).map((members, index) => ({
        index: String(index),
        slot: String(slot),
        validators: members.map(String),
      })),
    );
  return ok({ execution_optimistic: false, finalized: false, data });
}

function validators({ chain, node, url, at }: View): ApiAnswer {
  const ids = url.searchParams.getAll('id').flatMap((list) => list.split(','));
  const indices = ids.flatMap((id) => {
    if (/^[0-9]+$/.test(id)) return Number(id) < chain.options.validatorCount ? [Number(id)] : [];
    const index = Array.from({ length: chain.options.validatorCount }, (_, each) => each).find(
      (each) => chain.publicKey(each) === id,
    );
    return index === undefined ? [] : [index];
  });
  const epoch = chain.epochOf(chain.headSlot(at));
  const data = indices.map((index) => {
    const status = chain.statusOf(index, at);
    return {
      index: String(index),
      balance: String(chain.balance(index, epoch, node.lies ?? null)),
      status,
      validator: {
        pubkey: chain.publicKey(index),
        withdrawal_credentials: `0x${'01'.repeat(32)}`,
        effective_balance: '32000000000',
        slashed: status.includes('slashed') && !status.includes('unslashed'),
        activation_epoch: '0',
        exit_epoch: '18446744073709551615',
      },
    };
  });
  return ok({ execution_optimistic: false, finalized: false, data });
}

const asked = (body: string): number[] => {
  const list: unknown = JSON.parse(body);
  return Array.isArray(list) ? list.map(Number) : [];
};

function duties({ chain, request }: View, epoch: number): ApiAnswer {
  const data = asked(request.body).map((index) => {
    const slot = chain.dutySlot(index, epoch);
    const all = chain.committees(slot);
    const committee = all.findIndex((members) => members.includes(index));
    return {
      pubkey: chain.publicKey(index),
      validator_index: String(index),
      committee_index: String(committee),
      committee_length: String(all[committee]?.length ?? 0),
      committees_at_slot: String(all.length),
      validator_committee_index: String(all[committee]?.indexOf(index) ?? 0),
      slot: String(slot),
    };
  });
  return ok({ dependent_root: chain.root(0, null), execution_optimistic: false, data });
}

function liveness({ chain, node, at, request }: View, epoch: number): ApiAnswer {
  const age = chain.epochOf(chain.slotAt(at)) - epoch;
  if (age < 0 || age > 1) return refuse(400, 'only the current and the previous epoch are kept');
  const isOver = age === 1;
  return ok({
    data: asked(request.body).map((index) => ({
      index: String(index),
      is_live: isOver && chain.hasAttested(index, epoch, node.lies ?? null),
    })),
  });
}

function rewards({ chain, node, at, request }: View, epoch: number): ApiAnswer {
  if (chain.epochOf(chain.slotAt(at)) - epoch < 2) return refuse(404, 'not yet known');
  const total = asked(request.body).map((index) => {
    const sign = chain.hasAttested(index, epoch, node.lies ?? null) ? '' : '-';
    return {
      validator_index: String(index),
      head: sign === '' ? '2000' : '0',
      target: `${sign}4000`,
      source: `${sign}2000`,
    };
  });
  return ok({
    execution_optimistic: false,
    finalized: false,
    data: { ideal_rewards: [], total_rewards: total },
  });
}

function node(view: View, what: string): ApiAnswer {
  const { chain, node: state, at } = view;
  const peers = String(state.peers ?? 50);
  switch (what) {
    case 'health':
      return { status: state.isSyncing === true ? 206 : 200, body: '' };
    case 'version':
      return ok({ data: { version: 'Pretend/v1.0.0' } });
    case 'peer_count':
      return ok({ data: { disconnected: '0', connecting: '0', connected: peers, disconnecting: '0' } });
    case 'syncing':
      return ok({
        data: {
          head_slot: String(chain.headSlot(at)),
          sync_distance: state.isSyncing === true ? '64' : '0',
          is_syncing: state.isSyncing === true,
          is_optimistic: false,
          el_offline: false,
        },
      });
    default:
      return notFound;
  }
}

const routes: readonly (readonly [string, RegExp, (view: View, name: string) => ApiAnswer])[] = [
  ['GET', /^\/eth\/v1\/node\/(\w+)$/, node],
  [
    'GET',
    /^\/eth\/v1\/beacon\/genesis$/,
    ({ chain }) =>
      ok({
        data: {
          genesis_time: String(chain.options.genesisTime),
          genesis_validators_root: chain.genesisRoot,
          genesis_fork_version: '0x00000000',
        },
      }),
  ],
  ['GET', /^\/eth\/v1\/beacon\/headers\/(\w+)$/, header],
  ['GET', /^\/eth\/v2\/beacon\/blocks\/(\w+)$/, block],
  [
    'GET',
    /^\/eth\/v1\/beacon\/states\/(\w+)\/fork$/,
    () =>
      ok({
        execution_optimistic: false,
        finalized: false,
        data: { previous_version: '0x05000000', current_version: version, epoch: '0' },
      }),
  ],
  ['GET', /^\/eth\/v1\/beacon\/states\/(\w+)\/committees$/, committees],
  ['GET', /^\/eth\/v1\/beacon\/states\/(\w+)\/validators$/, validators],
  ['POST', /^\/eth\/v1\/validator\/duties\/attester\/(\d+)$/, (view, epoch) => duties(view, Number(epoch))],
  ['POST', /^\/eth\/v1\/validator\/liveness\/(\d+)$/, (view, epoch) => liveness(view, Number(epoch))],
  [
    'POST',
    /^\/eth\/v1\/beacon\/rewards\/attestations\/(\d+)$/,
    (view, epoch) => rewards(view, Number(epoch)),
  ],
];

/** Answers as a node of this state does at a time, epoch ms. */
export function answerBeacon(
  chain: EthereumChain,
  request: ApiRequest,
  at: number,
  state: BeaconState = {},
): ApiAnswer {
  const url = new URL(request.path, 'http://node');
  if (state.lacks?.some((path) => url.pathname.startsWith(path)) === true) return notFound;
  const view = { chain, node: state, at: Math.min(at, state.frozenAt ?? at), url, request };
  for (const [method, path, answer] of routes) {
    const match = method === request.method ? path.exec(url.pathname) : null;
    if (match !== null) return answer(view, match[1] ?? '');
  }
  return notFound;
}
