// A tolerant view of a configuration: whatever of it can be read, so that the rules between fields see all of it, broken parts or not.
import { z } from 'zod';
import { defaultReferences } from './target.ts';

const text = z.string().optional().catch(undefined);
const listOf = <Item extends z.ZodType>(item: Item) =>
  z.preprocess((value) => (Array.isArray(value) ? value : []), z.array(item));
// An entry that is no mapping has no fields to compare; the schema tells of it.
const entry = <Shape extends z.ZodRawShape>(shape: Shape) =>
  z.preprocess((value) => (isMapping(value) ? value : {}), z.object(shape));
const raw = z.record(z.string(), z.unknown()).catch({});

export function isMapping(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

const draftSchema = entry({
  references: z.preprocess((value) => value ?? defaultReferences, listOf(raw)),
  policies: raw,
  channels: listOf(raw),
  status: raw,
  acknowledge: entry({ telegram: entry({ channel: text }) }),
  // Undefined when no gate is configured.
  gate: z.unknown().optional(),
  // Undefined when no standbys are configured.
  standbys: z.preprocess(
    (value) => (isMapping(value) ? value : undefined),
    z
      .object({
        nodes: z
          .record(z.string(), entry({ places: listOf(entry({ region: text })) }))
          .optional()
          .catch(undefined),
      })
      .optional(),
  ),
  maintenance: listOf(entry({ site: text, subject: text, from: text, until: text })),
  sites: listOf(
    entry({
      id: text,
      policy: text,
      notify: listOf(z.union([text, entry({ channels: listOf(text) })])),
      allowAddresses: listOf(text),
      targets: listOf(raw),
      signers: listOf(
        entry({ id: text, chain: text, keys: listOf(z.unknown()), fences: listOf(entry({ id: text })) }),
      ),
      heartbeats: listOf(entry({ source: text, silence: text })),
      // Undefined when none are configured.
      exits: z.unknown().optional(),
    }),
  ),
});

export type Draft = z.output<typeof draftSchema>;
export type DraftSite = Draft['sites'][number];

/** Never fails: what is not as it should be is left out. */
export function draftOf(value: unknown): Draft {
  return draftSchema.parse(value);
}

/** A field of a raw mapping, when it is text. */
export function textOf(mapping: Readonly<Record<string, unknown>>, key: string): string | undefined {
  const value = mapping[key];
  return typeof value === 'string' ? value : undefined;
}
