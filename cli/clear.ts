// `watchdog clear`: somebody states the cause of a doubt about safety, which nothing else ends.
import type { Command } from 'commander';
import { examples, exitCodesHelp, type Context } from './context.ts';
import { complain } from './door.ts';
import {
  ackTokenVariable,
  ackUrlVariable,
  addPostOptions,
  postEvent,
  type PostOptions,
} from './post-event.ts';
import type { ExitCode } from './terminal.ts';

type Options = PostOptions & { readonly why: string; readonly by?: string; readonly json?: true };

async function clear(incident: string, options: Options, context: Context): Promise<ExitCode> {
  const { terminal } = context;
  const { why } = options;
  const by = options.by === undefined ? {} : { by: options.by };
  const posted = await postEvent({ kind: 'clear', incident, why, ...by }, context, options);
  if (!posted.ok) return complain(posted, context);
  const isOver = posted.over.length > 0;
  if (options.json === true) terminal.json({ cleared: incident, ids: posted.ids, isOver });
  else if (isOver) terminal.print(`${incident} is over already; there is nothing left to clear`);
  else {
    terminal.print(
      { style: 'good', text: 'cause stated' },
      ` for ${incident}: it ends with the first look that does not show it any more, and begins anew if it is seen again`,
    );
  }
  return 0;
}

export function addClear(program: Command, context: Context): void {
  const command = program
    .command('clear')
    .description(
      'states the cause of a doubt about safety, such as a leak of the VPN, which nothing else ends',
    )
    .argument('<incident>', 'its id, as it stands in the message and in `watchdog status`')
    .requiredOption('--why <cause>', 'what it was, and what was done about it; kept with the incident')
    .option('--by <name>', 'who says so; "the operator" if left out');
  addPostOptions(command)
    .addHelpText(
      'after',
      examples([
        'watchdog clear home.address.home.20261201T021407Z --why "the router had lost its tunnel; fixed" --by Ada',
        `with the address in ${ackUrlVariable} and the token in ${ackTokenVariable}`,
      ]) + exitCodesHelp,
    )
    .action(async (incident: string, options: Options) => {
      context.end(await clear(incident, options, context));
    });
}
