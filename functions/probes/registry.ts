// All kinds of probes. To add one: its file, its test, one line in `probes`, one row in the docs.
import { z } from 'zod';
import { beacon } from './beacon.ts';
import { cometbft } from './cometbft.ts';
import { http } from './http.ts';
import { jsonrpc } from './jsonrpc.ts';
import type { Probe } from './probe.ts';
import { tcp } from './tcp.ts';
import { tls } from './tls.ts';

/** The members by the name that a configuration gives in the field `probe`. */
export const probes = { tcp, tls, http, jsonrpc, beacon, cometbft } as const;

export type ProbeName = keyof typeof probes;
type OptionsOf = { [Name in ProbeName]: z.output<(typeof probes)[Name]['schema']> };

type Members = { readonly [Name in ProbeName]: Probe<OptionsOf[Name]> };

/** The members, typed as one record over all names: a name and the options of that name reach the right one without a cast. */
export const members: Members = probes;

/** The options of one kind together with its name; with the default, those of any kind. */
export type ProbeTarget<Name extends ProbeName = ProbeName> = {
  [Each in Name]: { readonly probe: Each } & OptionsOf[Each];
}[Name];

type TargetSchemas<Common extends z.ZodRawShape> = {
  [Name in ProbeName]: z.ZodObject<
    Common & (typeof probes)[Name]['schema']['shape'] & { probe: z.ZodLiteral<Name> },
    z.core.$strict
  >;
};

/**
 * The schema of a target: one strict object for each kind, told apart by `probe`, each with its own options and the fields of
 * `common`, which must not be named like an option.
 */
export function targetSchema<Common extends z.ZodRawShape>(
  common: Common,
): z.ZodDiscriminatedUnion<
  readonly [TargetSchemas<Common>[ProbeName], ...TargetSchemas<Common>[ProbeName][]],
  'probe'
>;
export function targetSchema(common: z.ZodRawShape): z.ZodType {
  const [first, ...rest] = Object.entries(probes).map(([name, { schema }]) =>
    // Spread into the member's schema, so that its rules between fields stay.
    schema.safeExtend({ probe: z.literal(name).describe('The kind of probe.'), ...common }),
  );
  if (first === undefined) throw new TypeError('there is no probe');
  return z.discriminatedUnion('probe', [first, ...rest]);
}
