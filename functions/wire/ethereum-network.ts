// Which Ethereum network is meant: the public ones by name, any other by what its genesis says.
import { z } from 'zod';
import { bytes, natural } from './fields.ts';

/** A fork that has happened, so that a node which never took part in it can be told. */
type Fork = { readonly epoch: number; readonly version: string };

export type EthereumNetwork = {
  /** Epoch seconds. */
  readonly genesisTime: number;
  readonly genesisValidatorsRoot: string;
  readonly secondsPerSlot: number;
  readonly slotsPerEpoch: number;
  /** The latest fork that was known when this was written; null for a network of somebody's own. */
  readonly fork: Fork | null;
};

// Sources: the configuration files of the networks at https://github.com/eth-clients (mainnet, hoodi, sepolia), and the time and root that
// `GET /eth/v1/beacon/genesis` gives.
const publicNetworks = {
  mainnet: {
    genesisTime: 1_606_824_023,
    genesisValidatorsRoot: '0x4b363db94e286120d76eb905340fdd4e54bfe9f06bf33ff6cf5ad27f511bfe95',
    secondsPerSlot: 12,
    slotsPerEpoch: 32,
    fork: { epoch: 411_392, version: '0x06000000' },
  },
  hoodi: {
    genesisTime: 1_742_213_400,
    genesisValidatorsRoot: '0x212f13fc4df078b6cb7db228f1c8307566dcecf900867401a92023d7ba99cb5f',
    secondsPerSlot: 12,
    slotsPerEpoch: 32,
    fork: { epoch: 50_688, version: '0x70000910' },
  },
  sepolia: {
    genesisTime: 1_655_733_600,
    genesisValidatorsRoot: '0xd8ea171f3c94aea21ebc42a1ed61052acf3f9209c00e4efbaaddac09ed9b8078',
    secondsPerSlot: 12,
    slotsPerEpoch: 32,
    fork: { epoch: 272_640, version: '0x90000075' },
  },
} as const satisfies Readonly<Record<string, EthereumNetwork>>;

const own = z.strictObject({
  genesisTime: natural.describe('When it began, in epoch seconds.'),
  genesisValidatorsRoot: bytes(32).describe('Its genesis_validators_root: 0x and 64 hex digits.'),
  secondsPerSlot: natural
    .refine((seconds) => seconds >= 1 && seconds <= 60, { error: 'must be from 1 to 60' })
    .default(12)
    .describe('Length of a slot in seconds.'),
  slotsPerEpoch: natural
    .refine((slots) => slots >= 1 && slots <= 1024, { error: 'must be from 1 to 1024' })
    .default(32)
    .describe('Slots of an epoch.'),
});

/** As an operator writes it. */
export const ethereumNetwork = z
  .union([z.enum(['mainnet', 'hoodi', 'sepolia']), own], {
    error:
      'must be mainnet, hoodi or sepolia, or {genesisTime, genesisValidatorsRoot} of a network of your own',
  })
  .default('mainnet')
  .describe(
    'The network: mainnet, hoodi, sepolia, or a network of your own by its genesis. A node of another one is never ok.',
  );
export type EthereumNetworkOption = z.output<typeof ethereumNetwork>;

/** The network that an option names. */
export function networkOf(option: EthereumNetworkOption): EthereumNetwork {
  return typeof option === 'string' ? publicNetworks[option] : { ...option, fork: null };
}

/** Epoch milliseconds of the beginning of a slot. */
export const slotTime = (network: EthereumNetwork, slot: number): number =>
  (network.genesisTime + slot * network.secondsPerSlot) * 1000;

/** The slot that it is at a time; below 0 before genesis. */
export const slotAt = (network: EthereumNetwork, at: number): number =>
  Math.floor((at / 1000 - network.genesisTime) / network.secondsPerSlot);
