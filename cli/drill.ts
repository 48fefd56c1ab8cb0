// `watchdog drill`: tries whether a node can be made, before it is needed; and shows how that went so far.
import { Option, type Command } from 'commander';
import { type DrillMode, drillModes } from '../functions/domain/drill/drill.ts';
import { examples, type Context } from './context.ts';
import { complain, wrong } from './door.ts';
import { showDrillCost } from './drill-cost.ts';
import { listDrills } from './drill-list.ts';
import { watchDrill } from './drill-watch.ts';
import { addStatusOptions, tokenVariable, urlVariable, type StatusOptions } from './fetch-status.ts';
import { ackTokenVariable, ackUrlVariable, postEvent } from './post-event.ts';
import { byOption, whoSays, whyOption } from './quiet-options.ts';
import type { ExitCode } from './terminal.ts';

type Options = StatusOptions & {
  readonly mode?: DrillMode;
  readonly why?: string;
  readonly by?: string;
  readonly wait: boolean;
  readonly cost?: true;
  readonly json?: true;
};

const usualWhy = 'to see whether the failover works';

async function ask(signer: string, options: Options, context: Context): Promise<ExitCode> {
  const { terminal } = context;
  const by = whoSays(options.by, context);
  if (typeof by !== 'string') return complain(by, context);
  if (options.cost === true) return showDrillCost({ signer, by }, options, context);
  const { mode, why = usualWhy } = options;
  const posted = await postEvent(
    { kind: 'drill', signer, why, by, ...(mode === undefined ? {} : { mode }) },
    context,
  );
  if (!posted.ok) return complain(posted, context);
  const [id = ''] = posted.ids;
  if (options.json !== true) {
    terminal.print('drill of ', { style: 'strong', text: signer }, ` asked for, by ${by}: ${why}`);
  }
  if (options.wait) return watchDrill({ signer, id, options, context });
  if (options.json === true) terminal.json({ signer, id, mode: mode ?? null, by, why });
  else terminal.print('provision looks within a minute; see how it comes along with: watchdog drill');
  return 0;
}

/** What makes no sense without a signer. */
function strayOption({ mode, why, by, wait, cost }: Options): string | null {
  if (mode !== undefined) return '--mode';
  if (why !== undefined) return '--why';
  if (by !== undefined) return '--by';
  if (cost === true) return '--cost';
  return wait ? null : '--no-wait';
}

async function drill(signer: string | undefined, options: Options, context: Context): Promise<ExitCode> {
  if (signer !== undefined) return ask(signer, options, context);
  const stray = strayOption(options);
  if (stray === null) return listDrills(options, context);
  return complain(
    wrong(`${stray} is about one signer: name it, as in watchdog drill eth-1 ${stray}`),
    context,
  );
}

const afterwards = `
A drill makes a node of the signer's chain in the cloud, times it by phase, and deletes it. It never holds keys, never counts as a standby, and gives way
at once when a real one is needed. boot: until its agent reports (cents); sync: until it is synced (hours). Ctrl-C ends the looking, not the drill.

Without a signer and with --cost it reads ${urlVariable} and ${tokenVariable} (function status); a drill is asked for by ${ackUrlVariable} and ${ackTokenVariable} (function ack).
Exit code: 0 it has passed, or was asked for, or all is well; 1 it has failed or gave way, the last one has failed, or it could not be found out;
2 wrong usage or configuration.`;

export function addDrill(program: Command, context: Context): void {
  addStatusOptions(
    program
      .command('drill')
      .description('tries the failover before it is needed; without a signer, how the drills went')
      .argument('[signer]', 'its id in the configuration'),
  )
    .addOption(new Option('--mode <mode>', 'how far; what is configured if left out').choices(drillModes))
    .addOption(whyOption())
    .addOption(byOption())
    .option('--no-wait', 'asks for it, and does not wait for its end')
    .option('--cost', 'what keeping its snapshots would cost, and how that is accepted; asks for no drill')
    .option('--json', 'for scripts; of a drill that is waited for, one object on a line for each change')
    .addHelpText(
      'after',
      `${examples(
        ['watchdog drill', 'how the drills went, and when the next ones are due'],
        ['watchdog drill eth-1', 'tries it now, and waits for the end'],
        [
          'watchdog drill eth-1 --mode sync --why "a new template" --no-wait',
          'until it is synced, hours later',
        ],
        ['watchdog drill eth-1 --cost', 'what a warm start would cost each month'],
      )}\n${afterwards}`,
    )
    .action(async (signer: string | undefined, options: Options) => {
      context.end(await drill(signer, options, context));
    });
}
