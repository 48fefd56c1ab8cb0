// Public RPCs of two operators for each chain, as large as the real ones, on a clock that moves when it is told to.
import { once } from 'node:events';
import type { ApiAnswer, ApiRequest } from '../../lab/chains/api.ts';
import { answerBeacon } from '../../lab/chains/beacon-node.ts';
import { createCometChain } from '../../lab/chains/comet-chain.ts';
import { answerComet } from '../../lab/chains/comet-node.ts';
import { createEthereumChain } from '../../lab/chains/ethereum-chain.ts';
import { nodeServer } from '../../lab/chains/serve.ts';
import { parseArgs } from 'node:util';
import { portOf } from './port.ts';
import { serveParent } from './parent.ts';

const { values } = parseArgs({
  options: {
    validators: { type: 'string', default: '1000000' },
    'no-duties': { type: 'boolean', default: false },
  },
});

const stepMs = 60_000;
let now = Date.UTC(2026, 11, 1, 2);
const genesisTime = now / 1000 - 50 * 384;
const ethereum = createEthereumChain({
  genesisTime,
  validatorCount: Number(values.validators),
  committeesPerSlot: 64,
});
const berachain = createCometChain({
  chainId: 'pretend-beacon-80094',
  startedAt: now - 3_600_000,
  validatorCount: 69,
  dialect: 'berachain',
});
const state = values['no-duties'] ? { lacks: ['/eth/v1/validator/duties'] } : {};

async function listen(answer: (request: ApiRequest) => ApiAnswer): Promise<string> {
  const server = nodeServer(answer).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return `http://127.0.0.1:${portOf(server)}`;
}

// What a real node has at hand is not to be made anew for each question.
const made = new Map<string, ApiAnswer>();
const beacon = (request: ApiRequest): ApiAnswer => {
  const isLasting = /\/blocks\/0x|committees/.test(request.path);
  const known = isLasting ? made.get(request.path) : undefined;
  const answer = known ?? answerBeacon(ethereum, request, now, state);
  if (isLasting && answer.status === 200) made.set(request.path, answer);
  return answer;
};
const comet = (request: ApiRequest): ApiAnswer => answerComet(berachain, request, now);
const urls = await Promise.all([beacon, beacon, comet, comet].map(listen));

serveParent(
  {
    at: now,
    urls,
    genesisTime,
    genesisRoot: ethereum.genesisRoot,
    chainId: berachain.options.chainId,
    addresses: berachain.validators.slice(0, 2).map(({ address }) => address.toLowerCase()),
  },
  {
    step: () => {
      now += stepMs;
      // The head's block is asked for next; a real node has it.
      const head = ethereum.headSlot(now);
      for (let slot = head; slot > head - 6; slot -= 1) {
        const path = `/eth/v2/beacon/blocks/${ethereum.root(slot, null)}`;
        if (!made.has(path)) beacon({ method: 'GET', path, body: '' });
      }
      return { at: now };
    },
  },
);
