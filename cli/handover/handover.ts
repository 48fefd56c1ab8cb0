// `watchdog handover`: moving keys from one side to the other, by a person. Revoke, wait, grant; the software never touches a key.
import type { Command } from 'commander';
import type { Context } from '../context.ts';
import { addFlagCommands } from './flag-commands.ts';
import { addCompare, addFloor } from './floor.ts';
import { addPrepare } from './prepare.ts';
import { addHandoverStatus } from './status.ts';
import { addTake } from './take.ts';
import { addVerify } from './verify.ts';

export function addHandover(program: Command, context: Context): void {
  const group = program
    .command('handover')
    .description(
      'moves the keys of a signer from one side to the other: says when it is safe, and writes who may sign',
    )
    .addHelpText(
      'after',
      '\nIn this order: init (once), begin, status, prepare, floor, compare, take, verify. abort gives back what nobody has taken.\nDo you have to? A day offline costs about a day of rewards; a double signature costs the validator. docs/handover.md says more.',
    );
  addFlagCommands(group, context);
  addHandoverStatus(group, context);
  addPrepare(group, context);
  addFloor(group, context);
  addCompare(group, context);
  addTake(group, context);
  addVerify(group, context);
}
