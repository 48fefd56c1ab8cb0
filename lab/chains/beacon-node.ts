// A pretend beacon node: the beacon API over a pretend chain, faithful in its shapes. Source: https://github.com/ethereum/beacon-APIs
import { type ApiAnswer, type ApiRequest, ok, urlOf } from './api.ts';
import { blockOf } from './beacon-block.ts';
import { duties, liveness, rewards } from './beacon-duties.ts';
import { proposers, syncCommittees, syncDuties } from './beacon-lookahead.ts';
import { checkpoints, committees, fork, forkSchedule, genesis, spec, validators } from './beacon-states.ts';
import {
  type BeaconState,
  bodyRoot,
  isFinal,
  refuse,
  stateRoot,
  type View,
  withBlock,
  zeroRoot,
} from './beacon-view.ts';
import type { EthereumChain } from './ethereum-chain.ts';

export type { BeaconState } from './beacon-view.ts';

const notServed = refuse(404, 'not found');
const signature = `0x${'00'.repeat(96)}`;

const header = (view: View, name: string): ApiAnswer =>
  withBlock(view, name, (slot) => {
    const { chain, lies } = view;
    return ok({
      execution_optimistic: false,
      finalized: isFinal(view, slot),
      data: {
        root: chain.root(slot, lies),
        canonical: true,
        header: {
          message: {
            slot: String(slot),
            proposer_index: String(chain.proposer(slot, lies)),
            parent_root: slot === 0 ? zeroRoot : chain.root(chain.parentSlot(slot), lies),
            state_root: stateRoot(chain, slot, lies),
            body_root: bodyRoot(chain, slot, lies),
          },
          signature,
        },
      },
    });
  });

const block = (view: View, name: string): ApiAnswer =>
  withBlock(view, name, (slot) =>
    ok({
      version: 'fulu',
      execution_optimistic: false,
      finalized: isFinal(view, slot),
      data: { message: blockOf(view.chain, slot, view.lies), signature },
    }),
  );

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
      return notServed;
  }
}

const routes: readonly (readonly [string, RegExp, (view: View, name: string) => ApiAnswer])[] = [
  ['GET', /^\/eth\/v1\/node\/(\w+)$/, node],
  ['GET', /^\/eth\/v1\/config\/spec$/, spec],
  ['GET', /^\/eth\/v1\/config\/fork_schedule$/, forkSchedule],
  ['GET', /^\/eth\/v1\/beacon\/genesis$/, genesis],
  ['GET', /^\/eth\/v1\/beacon\/headers\/([^/]+)$/, header],
  ['GET', /^\/eth\/v2\/beacon\/blocks\/([^/]+)$/, block],
  ['GET', /^\/eth\/v1\/beacon\/states\/([^/]+)\/fork$/, fork],
  ['GET', /^\/eth\/v1\/beacon\/states\/([^/]+)\/finality_checkpoints$/, checkpoints],
  ['GET', /^\/eth\/v1\/beacon\/states\/([^/]+)\/committees$/, committees],
  ['GET', /^\/eth\/v1\/beacon\/states\/([^/]+)\/validators$/, validators],
  ['GET', /^\/eth\/v1\/beacon\/states\/([^/]+)\/sync_committees$/, syncCommittees],
  ['GET', /^\/eth\/v[12]\/validator\/duties\/proposer\/([^/]+)$/, proposers],
  ['POST', /^\/eth\/v1\/validator\/duties\/sync\/([^/]+)$/, syncDuties],
  ['POST', /^\/eth\/v1\/validator\/duties\/attester\/([^/]+)$/, duties],
  ['POST', /^\/eth\/v1\/validator\/liveness\/([^/]+)$/, liveness],
  ['POST', /^\/eth\/v1\/beacon\/rewards\/attestations\/([^/]+)$/, rewards],
];

/** Answers as a node of this state does at a time, epoch ms. */
export function answerBeacon(
  chain: EthereumChain,
  request: ApiRequest,
  at: number,
  state: BeaconState = {},
): ApiAnswer {
  const url = urlOf(request.path);
  if (state.lacks?.some((path) => url.pathname.startsWith(path)) === true) return notServed;
  const own = Math.min(at, state.frozenAt ?? at);
  const view = { chain, node: state, lies: state.lies ?? null, at: own, url, request };
  for (const [method, path, answer] of routes) {
    const match = method === request.method ? path.exec(url.pathname) : null;
    if (match !== null) return answer(view, match[1] ?? '');
  }
  return notServed;
}
