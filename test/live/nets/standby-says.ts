// What the stubs of a standby's clients say when they are on their way and when they are there, and what sources on the web serve for its beginning.
import {
  blockResult,
  currentSlot,
  genesisAnswer,
  netInfoAnswer,
  peerCountAnswer,
  statusAnswer,
  syncingAnswer,
} from '../../support/node-answers.ts';
import type { Page } from './images.ts';
import type { StubAnswers } from './standby.ts';

export type Said = { readonly execution: StubAnswers; readonly consensus: StubAnswers };

const hex = (value: number): string => `0x${value.toString(16)}`;

function execution(at: number, chainId: number, isSynced: boolean): StubAnswers {
  const head = 21_000_000;
  return {
    eth_chainId: hex(chainId),
    eth_syncing: isSynced
      ? false
      : { startingBlock: '0x0', currentBlock: hex(head / 2), highestBlock: hex(head) },
    eth_getBlockByNumber: blockResult(isSynced ? head : 0, isSynced ? at - 1_000 : at - 3_600_000),
    net_peerCount: '0x28',
    web3_clientVersion: 'Stub/v1.2.3',
  };
}

export function ethereumSays(at: number, isSynced: boolean): Said {
  const slot = isSynced ? currentSlot(at) : currentSlot(at) - 100_000;
  return {
    execution: execution(at, 1, isSynced),
    consensus: {
      '/eth/v1/beacon/genesis': genesisAnswer,
      '/eth/v1/config/spec': { data: { SECONDS_PER_SLOT: '12', SLOTS_PER_EPOCH: '32' } },
      '/eth/v1/node/syncing': syncingAnswer(slot, { is_syncing: !isSynced }),
      '/eth/v1/node/peer_count': peerCountAnswer('34'),
      '/eth/v1/node/version': { data: { version: 'Stub/v4.5.6' } },
    },
  };
}

/** Of the key that the stub of beacond makes itself. */
const ownAddress = '66687AADF862BD776C8FC18B8E9F8E2008971485';

export function berachainSays(at: number, isSynced: boolean): Said {
  const status = statusAnswer(at, { isCatchingUp: !isSynced, at: isSynced ? at - 1_000 : at - 3_600_000 });
  return {
    execution: execution(at, 80_094, isSynced),
    consensus: {
      '/status': {
        ...status,
        result: {
          ...status.result,
          validator_info: { ...status.result.validator_info, address: ownAddress },
        },
      },
      '/net_info': netInfoAnswer('12'),
    },
  };
}

const json = (value: object): Page => ({ content: JSON.stringify(value) });

/** A checkpoint source that finalized a block of this root; the roots of two of them are to be the same. */
export function checkpointPages(host: string, slot: number, root: string): [string, Page][] {
  const header = json({ data: { root, header: { message: { slot: String(slot) } } } });
  const at = `${host}/eth/v1/beacon`;
  return [
    [`${at}/genesis`, json(genesisAnswer)],
    [`${at}/headers/finalized`, header],
    [`${at}/headers/${slot}`, header],
  ];
}

/** One frame of LZ4 with nothing compressed in it: enough for whoever unpacks it. */
export function lz4Frame(content: Buffer): Buffer {
  const most = 64 * 1024;
  const parts: Uint8Array[] = [Buffer.from('04224d18604082', 'hex')];
  for (let start = 0; start < content.length; start += most) {
    const block = content.subarray(start, start + most);
    const length = Buffer.alloc(4);
    length.writeUInt32LE((block.length | 0x80_00_00_00) >>> 0);
    parts.push(length, block);
  }
  return Buffer.concat([...parts, Buffer.alloc(4)]);
}
