// Regional instance templates: from Terraform in truth, here from a test, the lab, or a request.
import { z } from 'zod';
import { beginOperation, remembered } from './operations.ts';
import { alreadyExists, invalid } from './refusal.ts';
import { type Operation, type TemplateProperties, templateShape } from './resource.ts';
import type { World } from './world.ts';

export type TemplateSeed = {
  readonly region: string;
  readonly name: string;
  readonly properties: TemplateProperties;
};

/** What of a drill's node is another: the time after which Compute deletes it, and whether it wipes itself once it is synced. */
type DrillSeed = { readonly seconds: number; readonly isWiped: boolean };

/** As our Terraform writes it: no keys, no fuse but a drill's, disks that go with the machine, and guest attributes allowed. */
export const nodeTemplate = (given: {
  readonly region: string;
  readonly name: string;
  readonly machine?: string;
  readonly gib?: number;
  readonly scheduling?: TemplateProperties['scheduling'];
  readonly drill?: DrillSeed;
}): TemplateSeed => ({
  region: given.region,
  name: given.name,
  properties: {
    machineType: given.machine ?? 'n2-standard-4',
    labels: { template: given.name },
    disks: [
      {
        boot: true,
        autoDelete: true,
        deviceName: 'boot',
        initializeParams: {
          diskSizeGb: '20',
          diskType: 'pd-balanced',
          sourceImage: 'projects/debian-cloud/global/images/family/debian-13',
        },
      },
      {
        autoDelete: true,
        deviceName: 'chain',
        initializeParams: { diskSizeGb: String(given.gib ?? 500), diskType: 'pd-ssd' },
      },
    ],
    metadata: {
      items: [
        { key: 'enable-guest-attributes', value: 'TRUE' },
        // The rest of what Terraform writes there is nothing to a pretend machine.
        { key: 'user-data', value: `WIPE_WHEN_SYNCED=${given.drill?.isWiped === true ? 'yes' : ''}\n` },
      ],
    },
    networkInterfaces: [{ subnetwork: `regions/${given.region}/subnetworks/nodes` }],
    serviceAccounts: [
      {
        email: 'node@pretend.iam.gserviceaccount.com',
        scopes: ['https://www.googleapis.com/auth/cloud-platform'],
      },
    ],
    scheduling:
      given.scheduling ??
      (given.drill === undefined
        ? { provisioningModel: 'STANDARD', automaticRestart: true }
        : {
            provisioningModel: 'STANDARD',
            automaticRestart: false,
            maxRunDuration: { seconds: given.drill.seconds },
            instanceTerminationAction: 'DELETE',
          }),
  },
});

export function putTemplate(world: World, { region, name, properties }: TemplateSeed): void {
  const template = { id: world.newId(), name, region, createdAt: world.settle() };
  world.templates.set(`${region}/${name}`, { ...template, properties: templateShape.parse(properties) });
}

const body = z.looseObject({
  name: z.string(),
  properties: templateShape.refine((properties) => !('deletionProtection' in properties), {
    error: 'deletionProtection is no property of a template',
  }),
});

export function insertTemplate(
  world: World,
  asked: { readonly region: string; readonly requestId: string | null; readonly body: unknown },
): Operation {
  const { region, requestId } = asked;
  if (world.zones[region] === undefined) throw invalid('region', region, 'Unknown region.');
  const read = body.safeParse(asked.body);
  if (!read.success) throw invalid('resource', '', z.prettifyError(read.error));
  const { name, properties } = read.data;
  const target = `projects/${world.project}/regions/${region}/instanceTemplates/${name}`;
  const before = remembered(world, { requestId, type: 'insert', target });
  if (before !== null) return before;
  if (world.templates.has(`${region}/${name}`)) throw alreadyExists(target);
  const id = world.newId();
  return beginOperation(world, {
    type: 'insert',
    zone: null,
    target,
    targetId: id,
    requestId,
    ms: world.timing.otherMs,
    end: (at) => {
      world.templates.set(`${region}/${name}`, { id, name, region, createdAt: at, properties });
    },
  });
}
