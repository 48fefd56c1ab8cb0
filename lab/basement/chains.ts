// The two chains of the pretend world, the house's clients on them, and the public RPCs that show them to everybody.
import type { Clock } from '../../functions/kit/clock.ts';
import type { ApiAnswer, ApiRequest, NodeState } from '../chains/api.ts';
import { answerBeacon, type BeaconState } from '../chains/beacon-node.ts';
import { answerComet, type CometState } from '../chains/comet-node.ts';
import { createCometChain } from '../chains/comet-chain.ts';
import { createEthereumChain } from '../chains/ethereum-chain.ts';
import { answerExecution } from '../chains/execution-node.ts';

export const signerNames = ['lighthouse', 'beacond'] as const;
export type SignerName = (typeof signerNames)[number];
export const chainNames = ['ethereum', 'berachain'] as const;
export type ChainName = (typeof chainNames)[number];
/** Two operators, each of whom shows both chains. */
export const operators = ['orchard', 'harbour'] as const;
export type Operator = (typeof operators)[number];
/** Execution clients of the house, and the consensus client that each serves. */
export const executionClients = ['geth', 'bera-reth'] as const;
export type ExecutionClient = (typeof executionClients)[number];

/** `standby-…` are nodes of ours in the cloud, at the head and with nobody's keys. */
export type NodeName = SignerName | ExecutionClient | `${ChainName}-${Operator}` | `standby-${ChainName}`;

/** A whole number of epochs before the story, so that there is a past to look at. */
const pastEpochs = 20;
const epochMs = 32 * 12_000;
const ownIndices = [17, 230, 411];
const ownPlace = 2;
const berachainId = 'pretend-beacon-80094';
export const chainIds = { geth: 1, 'bera-reth': 80_094 } as const satisfies Record<ExecutionClient, number>;

/** What the configuration says of the chains; the same at every start of the lab. */
export type ChainIdentity = {
  readonly ethereum: { readonly genesisTime: number; readonly genesisValidatorsRoot: string };
  readonly berachain: string;
  readonly keys: Readonly<Record<SignerName, readonly (string | number)[]>>;
};

export type PretendChains = {
  readonly identity: ChainIdentity;
  readonly answer: (node: NodeName, request: ApiRequest) => ApiAnswer;
  /** Whether what a signer signs gets into its chain from now on. */
  readonly setSigning: (signer: SignerName, isSigning: boolean) => void;
  readonly setMoving: (chain: ChainName, isMoving: boolean) => void;
  readonly setFrozen: (client: ExecutionClient, isFrozen: boolean) => void;
  /** A liar says that the signers of the house are dead. */
  readonly setLying: (operator: Operator, isLying: boolean) => void;
};

function createChains(startAt: number) {
  return {
    ethereum: createEthereumChain({
      genesisTime: (startAt - pastEpochs * epochMs) / 1000,
      validatorCount: 512,
      // As rarely as on a large chain is one of ours among them.
      syncCommitteeSize: 8,
    }),
    berachain: createCometChain({
      chainId: berachainId,
      startedAt: startAt - 3_600_000,
      validatorCount: 7,
      dialect: 'berachain',
    }),
  };
}

/** What the chains of a lab that begins at this time are known by. */
export function identityOf(startAt: number): ChainIdentity {
  const { ethereum, berachain } = createChains(startAt);
  return {
    ethereum: { genesisTime: ethereum.options.genesisTime, genesisValidatorsRoot: ethereum.genesisRoot },
    berachain: berachainId,
    keys: { lighthouse: ownIndices, beacond: [berachain.validators[ownPlace]?.address ?? ''] },
  };
}

export function startChains(clock: Clock, startAt: number): PretendChains {
  const { ethereum, berachain } = createChains(startAt);
  const frozenAt = new Map<ExecutionClient, number>();
  const liars = new Set<Operator>();

  const house = (client: ExecutionClient): NodeState<never> => {
    const at = frozenAt.get(client);
    return at === undefined ? {} : { frozenAt: at };
  };
  const publicBeacon = (operator: Operator): BeaconState =>
    liars.has(operator) ? { lies: { alive: [], dead: ownIndices } } : {};
  const publicComet = (operator: Operator): CometState =>
    liars.has(operator) ? { lies: { alive: [], dead: [ownPlace] } } : {};
  const newestOf = {
    geth: (at: number) => {
      const number = ethereum.headSlot(at);
      return { number, at: ethereum.slotTime(number) };
    },
    'bera-reth': (at: number) => {
      const number = berachain.height(at);
      return { number, at: berachain.timeOf(number) };
    },
  } as const;
  const execution = (client: ExecutionClient, request: ApiRequest): ApiAnswer =>
    answerExecution(
      { chainId: chainIds[client], newest: newestOf[client] },
      request,
      clock.now(),
      house(client),
    );
  const answers: Readonly<Record<NodeName, (request: ApiRequest) => ApiAnswer>> = {
    lighthouse: (request) => answerBeacon(ethereum, request, clock.now(), house('geth')),
    beacond: (request) => answerComet(berachain, request, clock.now(), { ...house('bera-reth'), ownPlace }),
    geth: (request) => execution('geth', request),
    'bera-reth': (request) => execution('bera-reth', request),
    'ethereum-orchard': (request) => answerBeacon(ethereum, request, clock.now(), publicBeacon('orchard')),
    'ethereum-harbour': (request) => answerBeacon(ethereum, request, clock.now(), publicBeacon('harbour')),
    'berachain-orchard': (request) => answerComet(berachain, request, clock.now(), publicComet('orchard')),
    'standby-ethereum': (request) => answerBeacon(ethereum, request, clock.now(), {}),
    'standby-berachain': (request) => answerComet(berachain, request, clock.now(), {}),
    'berachain-harbour': (request) => answerComet(berachain, request, clock.now(), publicComet('harbour')),
  };
  return {
    identity: identityOf(startAt),
    answer: (node, request) => answers[node](request),
    setSigning: (signer, isSigning) => {
      const at = clock.now();
      if (signer === 'lighthouse') ethereum[isSigning ? 'start' : 'stop'](ownIndices, at);
      else berachain[isSigning ? 'start' : 'stop']([ownPlace], at);
    },
    setMoving: (chain, isMoving) => {
      const at = clock.now();
      const one = chain === 'ethereum' ? ethereum : berachain;
      one[isMoving ? 'resume' : 'stall'](at);
    },
    setFrozen: (client, isFrozen) => {
      if (isFrozen) frozenAt.set(client, frozenAt.get(client) ?? clock.now());
      else frozenAt.delete(client);
    },
    setLying: (operator, isLying) => {
      liars[isLying ? 'add' : 'delete'](operator);
    },
  };
}
