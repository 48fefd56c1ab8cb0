// `watchdog handover prepare`: makes the standby a machine that may hold keys, and reads back that it is one. It puts no key anywhere.
import type { Command } from 'commander';
import { examples, type Context } from '../context.ts';
import { broken, complain } from '../door.ts';
import { postEvent } from '../post-event.ts';
import type { ExitCode } from '../terminal.ts';
import { addCommon, type CommonOptions, type Handover, withHandover } from './options.ts';
import type { Place } from './world.ts';

type Options = CommonOptions & { readonly plan?: true };

/** What the person does by hand, for software never has a key in its hands. */
function ownDisk({ project, zone, name }: Place, signer: string): string[] {
  const disk = `${signer}-keys`;
  return [
    'Keys go to a disk of yours, encrypted, made by you; never to the disk of the chain data. For example:',
    `  gcloud compute disks create ${disk} --size=10GB --type=pd-ssd --project=${project} --zone=${zone}`,
    `  gcloud compute instances attach-disk ${name} --disk=${disk} --device-name=keys --project=${project} --zone=${zone}`,
    `  gcloud compute ssh ${name} --project=${project} --zone=${zone} --tunnel-through-iap`,
    '  sudo cryptsetup luksFormat /dev/disk/by-id/google-keys && sudo cryptsetup open /dev/disk/by-id/google-keys keys',
    '  sudo mkfs.ext4 /dev/mapper/keys && sudo install -d -m 0700 /mnt/keys && sudo mount /dev/mapper/keys /mnt/keys',
    `no snapshot and no backup of it in the cloud: gcloud compute disks describe ${disk} --zone=${zone} --format='value(resourcePolicies)' must print nothing`,
  ];
}

async function keep({ world, chosen, context }: Handover): Promise<string | null> {
  const { id } = chosen.signer;
  const event = {
    kind: 'standby' as const,
    signer: id,
    wish: 'keep' as const,
    why: 'it is to hold keys',
    by: world.by,
  };
  const posted = await postEvent(event, context);
  return posted.ok ? null : posted.message;
}

export async function prepare(handover: Handover, options: Options): Promise<ExitCode> {
  const { world, chosen, context } = handover;
  const { terminal } = context;
  const { id } = chosen.signer;
  const signal = new AbortController().signal;
  const standby = await world.remembered.standby(id);
  const project = world.config.standbys?.project;
  const node = standby.ok ? (standby.value?.seen?.node ?? null) : null;
  if (!standby.ok) return complain(broken(`the standby of ${id}: ${standby.why}`), context);
  if (node === null || project === undefined) {
    return complain(
      broken(`there is no standby of ${id} yet: watchdog standby create ${id} --why "…"`),
      context,
    );
  }
  const place: Place = { project, zone: node.zone, name: node.name };
  const before = await world.machine.look(place, signal);
  if (!before.ok) return complain(broken(`${node.name}: ${before.why}`), context);
  if (options.plan === true) {
    const { isProtected, disksThatGo } = before.value;
    if (options.json === true) {
      terminal.json({ signer: id, isPlan: true, machine: before.value });
      return 0;
    }
    terminal.print(`${node.name} in ${node.zone}: nothing is changed, for this is the plan`);
    terminal.print('would tell the watchdog to keep it when the house is well again');
    if (!isProtected) terminal.print('would switch deletion protection on');
    for (const disk of disksThatGo) terminal.print(`would let disk ${disk} stay when the machine goes`);
    return 0;
  }
  const unkept = await keep(handover);
  const isJson = options.json === true;
  if (!isJson) {
    terminal.print(
      unkept === null
        ? 'the watchdog keeps it from now on'
        : {
            style: 'doubt',
            text: `it could not be told to keep it: ${unkept}; do it with watchdog standby keep ${id}`,
          },
    );
  }
  const done = await world.machine.protect(
    place,
    (line) => {
      if (!isJson) terminal.print(line);
    },
    signal,
  );
  const after = await world.machine.look(place, signal);
  if (!done.ok) return complain(broken(`${node.name}: ${done.why}`), context);
  if (!after.ok) return complain(broken(`${node.name} could not be read back: ${after.why}`), context);
  const { hasFuse, isProtected, disksThatGo, isOfDrill, status } = after.value;
  const isReady = !hasFuse && isProtected && disksThatGo.length === 0 && !isOfDrill && status === 'RUNNING';
  if (isJson) {
    terminal.json({ signer: id, isReady, isKept: unkept === null, machine: after.value });
    return isReady ? 0 : 1;
  }
  terminal.print(
    { style: isReady ? 'good' : 'bad', text: isReady ? 'ready' : 'NOT ready' },
    `, as read back from Compute: ${status}, ${isProtected ? 'protected' : 'NOT protected'}, ${hasFuse ? 'ENDS BY ITSELF' : 'stays'}, ${disksThatGo.length === 0 ? 'all disks stay' : `DISKS THAT GO: ${disksThatGo.join(', ')}`}`,
  );
  if (isReady) for (const line of ownDisk(place, id)) terminal.print(line);
  terminal.print(`next: watchdog handover status ${id} --watch`);
  return isReady ? 0 : 1;
}

export function addPrepare(group: Command, context: Context): void {
  const command = group
    .command('prepare')
    .description('protects the standby so that it may hold keys, and reads back that it is protected')
    .argument('<signer>', 'its id in the configuration')
    .option('--plan', 'says what would be done, and does nothing');
  addCommon(command)
    .addHelpText(
      'after',
      `${examples(['watchdog handover prepare eth-1 --plan', 'what it would do'])}\n\nNothing here takes a protection away again: that is for you, by hand, when no key is left on it.\n\nExit code: 0 it is ready, 1 it is not, 2 wrong usage or configuration.`,
    )
    .action(async (id: string, options: Options) => {
      context.end(await withHandover(id, { options, context }, (handover) => prepare(handover, options)));
    });
}
