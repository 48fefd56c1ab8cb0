// Answers of an execution client's JSON-RPC, as far as they are used. Source: https://github.com/ethereum/execution-apis
import { z } from 'zod';
import { bytes, quantity } from './fields.ts';

/** The id makes sure that an answer belongs to its question. */
const answer = <Schema extends z.ZodType>(schema: Schema) =>
  z.object({ id: z.union([z.number(), z.string()]), result: schema });

/** What a client answers when it cannot do what was asked; -32601 is a method that it does not serve. */
export const failure = z.object({ error: z.object({ code: z.int(), message: z.string() }) });

/** `eth_chainId` */
export const chainId = answer(quantity);

/** `net_peerCount` */
export const peerCount = answer(quantity);

/** `eth_syncing`: false, or an object; a fresh node of some clients answers with one that is all zeros. */
export const syncing = answer(
  z.union([
    z.literal(false),
    z.object({ currentBlock: quantity.optional(), highestBlock: quantity.optional() }),
  ]),
);

/** `eth_getBlockByNumber` of `latest`; the time in epoch seconds. */
export const block = answer(z.object({ number: quantity, hash: bytes(32), timestamp: quantity }));
