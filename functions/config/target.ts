// Targets and references as they are written: what all kinds share; the rest comes from the registry of the probes.
import { z } from 'zod';
import { roles } from '../domain/target.ts';
import { severities } from '../domain/severity.ts';
import { targetSchema } from '../probes/registry.ts';
import { id } from './fields.ts';
import { chain } from './signer.ts';

/** The roles that a target of a site may have: references serve all sites, and stand at the top of the file. */
const siteRoles = roles.filter((role) => role !== 'reference');

const role = z
  .enum(siteRoles, {
    error: (issue) =>
      issue.input === 'reference'
        ? 'is "reference"; references serve all sites: write them under `references` at the top of the file'
        : undefined,
  })
  .default('inbound');

const leasable = z.int().min(1024).max(65_535);

const leasedPort = z
  .strictObject({
    heartbeat: id.describe(
      'Source of the heartbeat of this site whose reports tell the port; nobody else may tell it, and only through an address of `exits`.',
    ),
    from: leasable.describe('The lowest port that is believed.'),
    to: leasable.describe('The highest port that is believed.'),
    fallback: z
      .boolean()
      .default(false)
      .describe(
        'True: as long as no port was ever told, the one in its address is probed. By default it is unknown until then.',
      ),
  })
  .refine(({ from, to }) => from <= to, {
    path: ['to'],
    error: 'is below `from`; write the higher port here',
  })
  .meta({
    id: 'LeasedPort',
    description: 'A port that the exit forwards only for a while, as providers lease them.',
  });

/** The fields that every target of a site has beside the options of its probe. */
const targetFields = {
  id: id.describe('Id of the target; no other target, signer or reference of its site has it.'),
  role: role.describe(
    'inbound: a port of the basement, through the VPN exit. exit: the VPN server itself. chain: a public RPC.',
  ),
  severity: z.enum(severities).default('warning').describe('How loud it is when this target alone fails.'),
  chain: chain.optional().describe('With role chain: which chain it shows.'),
  operator: id
    .optional()
    .describe('With role chain: who runs it. Two targets of one operator are one source.'),
  own: z
    .boolean()
    .optional()
    .describe(
      'With role chain: true for a node of your own, which may show that a signer lives but never that it is silent. False if left out.',
    ),
  leasedPort: leasedPort
    .optional()
    .describe(
      'Its port is leased: the house tells which it is, and it is probed instead of the one in its address. Without a lease that holds the target is unknown.',
    ),
};

/** The fields of a reference beside the options of its probe. */
const referenceFields = {
  id: id.describe('Id of the reference.'),
  operator: id
    .optional()
    .describe('Who runs it, its host if left out. Two references of one operator are one source.'),
};

export const target = targetSchema(targetFields);
export const reference = targetSchema(referenceFields);
export type Target = z.output<typeof target>;
export type Reference = z.output<typeof reference>;

/** The probe's own options alone: `raw` without what all targets share. */
export function optionsOf(raw: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(raw).filter(([key]) => !Object.hasOwn(targetFields, key)));
}

/** The probe's options without the fields around them, for rules that look at a target whose other fields may be wrong. */
export const probeOptions = targetSchema({});

/** Two public resolvers of two operators, over TCP: they are up whenever our own network works. */
export const defaultReferences = [
  { id: 'cloudflare', operator: 'cloudflare', probe: 'tcp', address: '1.1.1.1:53' },
  { id: 'quad9', operator: 'quad9', probe: 'tcp', address: '9.9.9.9:53' },
] as const satisfies readonly z.input<typeof reference>[];
