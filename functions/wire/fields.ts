// The small fields of the clients' APIs: numbers, bytes and times as they are written there.
import { z } from 'zod';

// Adding 0 makes a 0 of -0, which would print as one and compare as the other.
const plainNumber = (value: string | number): number => Number(value) + 0;

/**
 * A whole number from 0, as decimal text or as a number: clients differ in which they write. Anything that a double cannot hold exactly is
 * refused.
 */
export const natural = z
  .union([z.string().regex(/^[0-9]{1,16}$/), z.int().min(0)])
  .transform(plainNumber)
  .refine(Number.isSafeInteger);

/** The same with a sign, for rewards. */
export const integer = z
  .union([z.string().regex(/^-?[0-9]{1,16}$/), z.int()])
  .transform(plainNumber)
  .refine(Number.isSafeInteger);

/**
 * A weight from 0 below 2^63, such as voting power: some chains count it in gwei, and 10 million tokens are more than a double holds
 * exactly. It is rounded then, which does not matter for a weight.
 */
export const weight = z
  .union([z.string().regex(/^[0-9]{1,19}$/), z.number().min(0)])
  .transform(plainNumber)
  .refine((value) => Number.isInteger(value) && value <= 2 ** 63);

/** The same to the last digit, for what is compared or added up: who proposes next hangs on it. */
export const exactWeight = z
  .union([z.string().regex(/^[0-9]{1,19}$/), z.number().int().min(0)])
  .transform(BigInt)
  .refine((value) => value < 2n ** 63n);

/** An exact weight that may be below 0. */
export const signedWeight = z
  .union([z.string().regex(/^-?[0-9]{1,19}$/), z.int()])
  .transform(BigInt)
  .refine((value) => value < 2n ** 63n && value >= -(2n ** 63n));

/** Exactly `length` bytes as 0x and hex digits, in lower case. */
export const bytes = (length: number) =>
  z
    .string()
    .regex(new RegExp(`^0x[0-9a-fA-F]{${length * 2}}$`))
    .transform((text) => text.toLowerCase());

/** At most `longest` bytes as 0x and hex digits. */
export const bytesUpTo = (longest: number) =>
  z
    .string()
    .max(2 + longest * 2)
    .regex(/^0x([0-9a-fA-F]{2})*$/)
    .transform((text) => text.toLowerCase());

/** A number as JSON-RPC of execution clients writes it: 0x and hex digits without leading zeros, though some clients write those. */
export const quantity = z
  .string()
  .regex(/^0x[0-9a-fA-F]{1,64}$/)
  .transform(Number)
  .refine(Number.isSafeInteger);

/** RFC 3339 with any fraction of a second, as epoch milliseconds. */
export const moment = z
  .string()
  .regex(/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{1,12})?(Z|[+-]\d{2}:\d{2})$/)
  .transform((text) => Date.parse(text))
  .refine(Number.isFinite);
