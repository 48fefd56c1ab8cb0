// A block of a pretend execution client, with the fields of its header since Prague. Source: https://github.com/ethereum/execution-apis

export const hex = (value: number): string => `0x${value.toString(16)}`;
const zeros = (bytes: number): string => `0x${'00'.repeat(bytes)}`;

/** The blocks before the first are no blocks. */
export const blockHash = (number: number): string =>
  `0x${Math.max(0, number).toString(16).padStart(64, '0')}`;

// Of a trie without anything in it, of a list without uncles, and of no requests.
const emptyTrie = '0x56e81f171bcc55a6ff8345e692c0f86e5b48e01b996cadc001622fb5e363b421';
const noUncles = '0x1dcc4de8dec75d7aab85b567b6ccd41ad312451b948a7413f0a142fd40d49347';
const noRequests = '0xe3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';

/** `at` is when it was made, epoch ms. */
export function executionBlock(number: number, at: number): object {
  return {
    baseFeePerGas: '0x7',
    blobGasUsed: '0x0',
    difficulty: '0x0',
    excessBlobGas: '0x0',
    extraData: '0x',
    gasLimit: '0x2aea540',
    gasUsed: '0x0',
    hash: blockHash(number),
    logsBloom: zeros(256),
    miner: zeros(20),
    mixHash: zeros(32),
    nonce: zeros(8),
    number: hex(number),
    parentBeaconBlockRoot: zeros(32),
    parentHash: blockHash(number - 1),
    receiptsRoot: emptyTrie,
    requestsHash: noRequests,
    sha3Uncles: noUncles,
    size: '0x28e',
    stateRoot: emptyTrie,
    timestamp: hex(Math.floor(at / 1000)),
    transactions: [],
    transactionsRoot: emptyTrie,
    uncles: [],
    withdrawals: [{ index: '0x0', validatorIndex: '0x0', address: zeros(20), amount: '0x1' }],
    withdrawalsRoot: emptyTrie,
  };
}
