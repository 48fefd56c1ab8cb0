// The document of how the channels do, which `deliver` writes when that changes and `watch` reads when something waits.
import { z } from 'zod';
import type { Channels } from '../domain/delivery.ts';
import { codec, type Codec } from './codec.ts';
import { text, time } from './schemas.ts';

export type Health = { readonly channels: Channels };

const health = z.strictObject({
  channels: z.record(
    text,
    z.strictObject({ failures: z.int().min(0), failingSince: time.nullable(), outcome: text }),
  ),
});

/** `health/deliver` of the default database. */
export const healthCodec: Codec<Health> = codec<Health>(health, { version: 1 });
export const healthPath = 'health/deliver';
