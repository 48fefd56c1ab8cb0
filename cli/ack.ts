// `watchdog ack`: somebody takes an incident on, so that nobody else is woken for it.
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

type Options = PostOptions & { readonly by?: string; readonly json?: true };

async function ack(incident: string, options: Options, context: Context): Promise<ExitCode> {
  const { terminal } = context;
  const by = options.by === undefined ? {} : { by: options.by };
  const posted = await postEvent({ kind: 'ack', incident, ...by }, context, options);
  if (!posted.ok) return complain(posted, context);
  const isOver = posted.over.length > 0;
  if (options.json === true) terminal.json({ acknowledged: incident, ids: posted.ids, isOver });
  else if (isOver) terminal.print(`${incident} is over already; there is nothing left to acknowledge`);
  else {
    terminal.print(
      { style: 'good', text: 'acknowledged' },
      ` ${incident}: nobody else is woken as long as it does not get worse`,
    );
  }
  return 0;
}

export function addAck(program: Command, context: Context): void {
  const command = program
    .command('ack')
    .description('takes an incident on, so that nobody else is woken for it')
    .argument('<incident>', 'its id, as it stands in the message and in `watchdog status`')
    .option('--by <name>', 'who has it, as others are told; "the operator" if left out');
  addPostOptions(command)
    .addHelpText(
      'after',
      examples(
        [
          'watchdog ack home.site.home.20261201T021407Z --by Ada --url https://ack-abc.run.app',
          `with the token in ${ackTokenVariable}`,
        ],
        [
          `export ${ackUrlVariable}=https://ack-abc.run.app; watchdog ack home.site.home.20261201T021407Z --json`,
          'for a script',
        ],
      ) + exitCodesHelp,
    )
    .action(async (incident: string, options: Options) => {
      context.end(await ack(incident, options, context));
    });
}
