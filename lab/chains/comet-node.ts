// A pretend CometBFT node: its RPC over a pretend chain, faithful in its shapes. Source: https://docs.cometbft.com/v0.38/rpc/
import { type ApiAnswer, type ApiRequest, urlOf } from './api.ts';
import type { CometChain } from './comet-chain.ts';
import { blockId, commitOf, headerOf, transactionsOf } from './comet-commit.ts';
import { consensus } from './comet-consensus.ts';
import { netInfo, status } from './comet-info.ts';
import { type CometState, failed, keyOf, result, type View, withHeight, withNumber } from './comet-view.ts';

export type { CometState } from './comet-view.ts';

const tipOf = ({ chain, at }: View): number => chain.height(at);

const commit = (view: View): ApiAnswer =>
  withHeight(view, tipOf(view), (height) => {
    const isCanonical = height < tipOf(view);
    return result({
      signed_header: { header: headerOf(view, height), commit: commitOf(view, height, isCanonical) },
      canonical: isCanonical,
    });
  });

const block = (view: View): ApiAnswer =>
  withHeight(view, tipOf(view), (height) =>
    result({
      block_id: blockId(view, height),
      block: {
        header: headerOf(view, height),
        data: { txs: transactionsOf(view) },
        evidence: { evidence: [] },
        last_commit: commitOf(view, height - 1, true),
      },
    }),
  );

const mostPerPage = 100;
const usualPerPage = 30;

function page(view: View, height: number, given: { page: number; perPage: number }): ApiAnswer {
  const { chain } = view;
  const perPage = given.perPage < 1 ? usualPerPage : Math.min(mostPerPage, given.perPage);
  const pages = Math.max(1, Math.ceil(chain.validators.length / perPage));
  if (given.page < 1 || given.page > pages) {
    return failed(`page should be within [1, ${pages}] range, given ${given.page}`);
  }
  const priorities = chain.priorities(height);
  const shown = chain.validators
    .map(({ address, publicKey, power }, place) => ({
      address,
      pub_key: keyOf(chain, publicKey),
      voting_power: String(power),
      // Minus nothing is written as nothing.
      proposer_priority: String((priorities[place] ?? 0) + 0),
    }))
    .slice((given.page - 1) * perPage, given.page * perPage);
  return result({
    block_height: String(height),
    validators: shown,
    count: String(shown.length),
    total: String(chain.validators.length),
  });
}

/** The validators of the block that is being made are known already. */
const validators = (view: View): ApiAnswer =>
  withHeight(view, tipOf(view) + 1, (height) =>
    withNumber(view, 'page', (number = 1) =>
      withNumber(view, 'per_page', (perPage = usualPerPage) => page(view, height, { page: number, perPage })),
    ),
  );

const routes: Readonly<Record<string, (view: View) => ApiAnswer>> = {
  '/health': () => result({}),
  '/status': status,
  '/net_info': netInfo,
  '/commit': commit,
  '/block': block,
  '/dump_consensus_state': consensus,
  '/validators': validators,
};

/** Answers as a node of this state does at a time, epoch ms. */
export function answerComet(
  chain: CometChain,
  request: ApiRequest,
  at: number,
  state: CometState = {},
): ApiAnswer {
  const url = urlOf(request.path);
  const answer = Object.hasOwn(routes, url.pathname) ? routes[url.pathname] : undefined;
  const isLacking = state.lacks?.some((path) => url.pathname.startsWith(path)) === true;
  if (answer === undefined || isLacking) return { status: 404, body: '404 page not found\n' };
  const own = Math.min(at, state.frozenAt ?? at);
  return answer({ chain, node: state, lies: state.lies ?? null, at: own, url });
}
