// Standbys as they are written: where nodes may be made, how many, and what they may cost.
import { z } from 'zod';
import { chainNames } from '../domain/chain.ts';
import { drillModes } from '../domain/drill/drill.ts';
import type { StandbyRules } from '../domain/standby/rules.ts';
import { duration } from '../kit/duration.ts';

const computeName = /^[a-z]([-a-z0-9]{0,61}[a-z0-9])?$/;

const named = (what: string) =>
  z.string().regex(computeName, {
    error: `is not a name of ${what}; write lower case letters, digits and -, as Google does`,
  });

const money = z.number().min(0).max(1_000_000);

const place = z
  .strictObject({
    region: named('a region').describe('Name of the region, such as europe-west3.'),
    zones: z
      .array(named('a zone'))
      .min(1)
      .max(10)
      .describe('Zones of that region, in the order in which they are tried.'),
    template: named('a template').describe(
      'The regional instance template that Terraform made for this chain and region.',
    ),
    drillTemplate: named('a template')
      .nullable()
      .default(null)
      .describe(
        'The template of its drills, whose machines Google deletes by itself; without it drills do not go there.',
      ),
  })
  .refine(({ region, zones }) => zones.every((zone) => zone.startsWith(`${region}-`)), {
    error: 'has a zone of another region; name only zones that begin with the region',
    path: ['zones'],
  })
  .meta({ id: 'Place', description: 'A region where a node may be made.' });

const node = z
  .strictObject({
    machine: named('a machine type').describe(
      'The machine type of the template, for what it costs; prices.machineHour must have it.',
    ),
    disk: z
      .strictObject({
        type: named('a disk type').describe(
          'The disk type of the template; prices.diskGibMonth must have it.',
        ),
        gib: z.int().min(10).max(65_536).describe('Size of all disks of the node together.'),
      })
      .describe('The disks of the template, for what they cost.'),
    egressGibPerDay: z
      .number()
      .min(0)
      .max(100_000)
      .default(20)
      .describe('An estimate of what it sends; incoming traffic costs nothing.'),
    snapshotGib: z
      .number()
      .min(0)
      .max(1_000_000)
      .default(0)
      .describe('Size of the snapshots from which nodes start warm; they cost whether a node runs or not.'),
    places: z.array(place).min(1).max(10).describe('Regions in the order in which they are tried.'),
  })
  .meta({ id: 'Node', description: 'What a node of a chain is made of, and where.' });

const drill = z
  .strictObject({
    mode: z
      .enum(['off', ...drillModes])
      .default('boot')
      .describe(
        'What is tried once a week for each signer. boot: a node is made, its agent reports, it is deleted. sync: until it is synced. off: nothing.',
      ),
    syncWithin: duration({ min: '1h', max: '7d' })
      .prefault('48h')
      .describe('A drill that is not synced after so long has failed.'),
    snapshots: z
      .strictObject({
        keep: z.int().min(1).max(10).default(1).describe('So many of the newest are kept, of each chain.'),
        monthlyCost: money.describe(
          'What they may cost in a month, in the currency of the prices; `watchdog drill SIGNER --cost` tells what they would. None is made that would cost more.',
        ),
        acceptedBy: z
          .string()
          .trim()
          .min(1)
          .max(100)
          .describe('The name of whoever accepts that they cost so much, month after month.'),
      })
      .optional()
      .describe(
        'The disk of each drill that was synced is kept, wiped of every identity, and nodes begin with it: they are synced within minutes instead of hours. Off by default, for it costs all the time.',
      ),
  })
  .prefault({})
  .transform(({ mode, syncWithin, snapshots }) => ({
    mode,
    syncWithinMs: syncWithin,
    snapshots: snapshots ?? null,
  }))
  .describe('Whether the failover works is tried before it is needed.');

const prices = z
  .strictObject({
    asOf: z.iso
      .date({
        error: ({ input }) =>
          `${input === undefined ? 'is missing' : 'is not a day'}; write the day on which you looked them up, like 2026-11-20`,
      })
      .describe('The day on which you looked them up, such as 2026-11-20.'),
    currency: z
      .string()
      .regex(/^[A-Z]{3}$/, { error: 'is not a currency; write three capital letters, such as USD' })
      .default('USD')
      .describe('Of all prices here, and of monthlyCap.'),
    machineHour: z.record(z.string(), money).describe('One hour of a machine, by machine type.'),
    diskGibMonth: z.record(z.string(), money).describe('One GiB of disk for a month, by disk type.'),
    addressHour: money.default(0.005).describe('One external address in use, for an hour.'),
    egressGib: money.default(0.12).describe('One GiB that is sent.'),
    snapshotGibMonth: money.default(0.05).describe('One GiB of snapshot for a month.'),
  })
  .meta({ id: 'Prices', description: 'What Google charges, as you looked it up: nothing asks for prices.' });

export const standbys = z
  .strictObject({
    project: z
      .string()
      .regex(/^[a-z][a-z0-9-]{4,28}[a-z0-9]$/, {
        error: 'is not the id of a Google project; write 6 to 30 of a-z, 0-9 and -',
      })
      .describe('The Google project in which nodes are made.'),
    prefix: z
      .string()
      .regex(/^[a-z]([-a-z0-9]{0,18}[a-z0-9])?$/, {
        error: 'is not a prefix; write 1 to 20 of a-z, 0-9 and -',
      })
      .default('bw')
      .describe('Names of nodes begin with it; two watchdogs of one project need two.'),
    dryRun: z.boolean().default(false).describe('Tells what would be made, and makes nothing.'),
    maxStandbys: z
      .int()
      .min(1)
      .max(50)
      .default(2)
      .describe('So many nodes at once and no more, whatever happens.'),
    monthlyCap: money
      .default(200)
      .describe(
        'In the currency of the prices. No node is made when what the month has cost, with one more day of all that runs, would be over it; none is deleted for it.',
      ),
    witness: z
      .enum(['required', 'none'])
      .default('required')
      .describe(
        'With fewer than three sites no node is made for a dark house unless a witness sees it dark as well; none: there is no witness, and its word is not needed.',
      ),
    expireAfter: duration({ min: '1h', max: '60d' })
      .prefault('7d')
      .describe(
        'A node is released after so long, even while the house is still dark, unless somebody keeps it.',
      ),
    orphanGrace: duration({ min: '1h', max: '30d' })
      .prefault('24h')
      .describe('A machine with our label that nobody wants is told of at once, and deleted after so long.'),
    stuckAfter: duration({ min: '10m', max: '2d' })
      .prefault('45m')
      .describe('A node that reports nothing, or comes no further, for so long is stuck.'),
    nodes: z
      .partialRecord(z.enum(chainNames), node)
      .describe('By chain; a signer of a chain that is not here gets no node.'),
    drill,
    prices,
  })
  .superRefine(({ nodes, prices: table }, context) => {
    for (const [chain, { machine, disk }] of Object.entries(nodes)) {
      if (!Object.hasOwn(table.machineHour, machine)) {
        context.addIssue({
          code: 'custom',
          path: ['nodes', chain, 'machine'],
          message: 'has no price; add it to prices.machineHour',
        });
      }
      if (!Object.hasOwn(table.diskGibMonth, disk.type)) {
        context.addIssue({
          code: 'custom',
          path: ['nodes', chain, 'disk', 'type'],
          message: 'has no price; add it to prices.diskGibMonth',
        });
      }
    }
  })
  .transform(({ dryRun, expireAfter, orphanGrace, stuckAfter, ...rest }): StandbyRules => ({
    ...rest,
    isDryRun: dryRun,
    expireAfterMs: expireAfter,
    orphanGraceMs: orphanGrace,
    stuckAfterMs: stuckAfter,
  }))
  .optional()
  .describe('Nodes in the cloud that only sync, made when a house is dark; without it none is ever made.');
