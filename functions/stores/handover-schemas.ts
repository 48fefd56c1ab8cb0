// How the record of a handover lies in the default database: what each source has shown since nobody holds the keys.
import { z } from 'zod';
import { chainNames } from '../domain/chain.ts';
import {
  excerptChars,
  type HandoverRecord,
  keyWords,
  mostEpochs,
  mostSamples,
} from '../domain/handover/record.ts';
import { codec, type Codec } from './codec.ts';
import type { AllSame, Same } from './same.ts';
import { text, time } from './schemas.ts';

const whole = z.int().min(0);
const word = z.enum(keyWords);
const excerpt = z.string().max(excerptChars);

const epoch = z.strictObject({
  epoch: whole,
  askedAt: time,
  root: text,
  finalizedEpoch: whole,
  participation: z.number().min(0).max(1),
  keys: z.array(word),
  excerpt,
});

const run = z.strictObject({ from: whole, fromAt: time, through: whole, throughAt: time });

const shown = z.discriminatedUnion('of', [
  z.strictObject({ of: z.literal('epochs'), epochs: z.array(epoch).max(mostEpochs) }),
  z.strictObject({
    of: z.literal('heights'),
    next: whole.nullable(),
    run: run.nullable(),
    lastBreak: z.strictObject({ height: whole, at: time, key: whole, word }).nullable(),
    samples: z.array(z.strictObject({ height: whole, hash: text })).max(mostSamples),
    askedAt: time,
    excerpt,
  }),
]);

const record = z.strictObject({
  signer: text,
  chain: z.enum(chainNames),
  keys: z.array(text),
  generation: whole,
  begunAt: time,
  sources: z.array(
    z.strictObject({
      source: text,
      operator: text,
      isOwn: z.boolean(),
      shown: shown.nullable(),
      trouble: text.nullable(),
    }),
  ),
});

/**
 * Compile-time proof that the codec neither loses nor adds a field.
 * @public
 */
export type HandoverDocumentsAreDomainTypes = AllSame<[Same<z.output<typeof record>, HandoverRecord>]>;

export const handoverPath = (signer: string): string => `handovers/${signer}`;

/** `handovers/{signer}` of the default database. */
export const handoverCodec: Codec<HandoverRecord> = codec<HandoverRecord>(record, { version: 1 });
