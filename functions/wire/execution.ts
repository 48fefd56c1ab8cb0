// Answers of an execution client's JSON-RPC, as far as they are used. Source: https://github.com/ethereum/execution-apis
import { z } from 'zod';
import { bytes, quantity } from './fields.ts';

/** A client refuses with a code, whatever the HTTP status; -32601 is a method that it does not serve. */
export const refusal = z
  .object({ error: z.object({ code: z.int(), message: z.string() }) })
  .transform(({ error }) => ({ refused: error.code }) as const);

/** What a call answers; `id` is that of the question that it answers, if it does. */
const answer = <Schema extends z.ZodType>(schema: Schema) =>
  z.union([refusal, z.object({ id: z.unknown(), result: schema })]);

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
