// `watchdog drill SIGNER --cost`: what keeping snapshots would cost each month, and the lines by which somebody accepts that by name.
import { money } from '../functions/domain/standby/spent.ts';
import { acceptanceLines, snapshotCost, type SnapshotCost } from '../functions/views/drill-words.ts';
import type { DrillsAnswer } from '../functions/views/drills-answer.ts';
import type { Context } from './context.ts';
import { complain, wrong, type Refused } from './door.ts';
import { fetchDrills, type StatusOptions } from './fetch-status.ts';
import type { ExitCode } from './terminal.ts';

const sizeWords = {
  used: 'in use on the disk of the last drill that was synced',
  snapshot: 'charged for the newest snapshot',
  disk: 'on all disks of the node: no drill that was synced has said how much of that is used',
} as const satisfies Record<SnapshotCost['of'], string>;

function none(signer: string, { rules, drills }: DrillsAnswer): Refused {
  if (rules === null) return wrong('no node is ever made here: the configuration has no `standbys`');
  const names = drills.map((each) => each.signer).join(', ');
  return wrong(
    `there can be no drill of ${signer}; there can be one for: ${names === '' ? 'nobody' : names}`,
  );
}

function show(cost: SnapshotCost, answer: DrillsAnswer, { terminal }: Context): void {
  const { print } = terminal;
  const { rules } = answer;
  if (rules === null) return;
  const { snapshots, currency, snapshotGibMonth, asOf } = rules;
  const pay = (amount: number): string => money(amount, currency);
  const { gib, of, keep, usual, most } = cost;
  const upTo = of === 'disk' ? 'up to ' : '';
  print(`size: ${upTo}${gib.toFixed(1)} GiB, ${sizeWords[of]}`);
  print(
    { style: 'strong', text: `a month: ${upTo}${pay(usual)}` },
    ` for the ${keep} that ${keep === 1 ? 'is' : 'are'} kept, and ${upTo}${pay(most)} for as long as the one before is still there while another is made`,
  );
  print(`price: ${pay(snapshotGibMonth)} for a GiB and a month, looked up on ${asOf}`);
  print(
    snapshots === null
      ? 'accepted: nothing, so no snapshot is made'
      : `accepted: ${pay(snapshots.monthlyCost)} a month, by ${snapshots.acceptedBy}${snapshots.monthlyCost < usual ? ', which is too little: none is made' : ''}`,
  );
}

export async function showDrillCost(
  { signer, by }: { readonly signer: string; readonly by: string },
  options: StatusOptions & { readonly json?: true },
  context: Context,
): Promise<ExitCode> {
  const asked = await fetchDrills(options, context);
  if (!asked.ok) return complain(asked, context);
  const cost = snapshotCost(signer, asked.value);
  if (cost === null) return complain(none(signer, asked.value), context);
  const isKnown = cost.of !== 'disk';
  const lines = acceptanceLines(cost, by);
  const { terminal } = context;
  if (options.json === true) {
    terminal.json({ signer, ...cost, currency: asked.value.rules?.currency ?? null, lines });
    return isKnown ? 0 : 1;
  }
  show(cost, asked.value, context);
  terminal.print('');
  if (!isKnown) {
    terminal.print(`Measure it before anything is accepted: watchdog drill ${signer} --mode sync --why "…"`);
    return 1;
  }
  terminal.print('To accept that by name, write into the configuration (chains grow: leave some room):');
  terminal.print('');
  for (const line of lines) terminal.print(line);
  return 0;
}
