// `watchdog handover status`: the guard, live. Every condition with its evidence, until when to wait, and what to do next.
import type { Command } from 'commander';
import { judgeHandover } from '../../functions/domain/handover/guard.ts';
import type { Direction } from '../../functions/domain/handover/facts.ts';
import { handoverAnswer } from '../../functions/views/handover.ts';
import { examples, type Context } from '../context.ts';
import type { ExitCode } from '../terminal.ts';
import { openGatherer, type Said } from './gather.ts';
import { addCommon, type CommonOptions, nodeOption, toOption, withHandover } from './options.ts';
import { showHandover } from './show.ts';

type Options = CommonOptions & { readonly to: Direction; readonly watch?: true };

const everyMs = 5_000;
const nothingSaid: Said = { fencing: null, protection: null };

/** What a person has yet to do or say does not keep the watch going for ever: it ends when only that is left. */
const forPersons = new Set(['fenced', 'protection']);

export function addHandoverStatus(group: Command, context: Context): void {
  const command = group
    .command('status')
    .description('shows who holds the keys, what is missing before they may be taken, and what to do next')
    .argument('<signer>', 'its id in the configuration')
    .addOption(toOption())
    .addOption(nodeOption())
    .option('--watch', 'goes on until nothing is missing but what a person has to do');
  addCommon(command)
    .addHelpText(
      'after',
      `${examples(['watchdog handover status eth-1 --watch', 'while the wait is on'])}\n\nExit code: 0 nothing is missing but what a person has to do, 3 not now, 1 it could not be found out, 2 wrong usage or configuration.`,
    )
    .action(async (id: string, options: Options) => {
      const code = await withHandover(
        id,
        { options, context },
        async ({ world, chosen }): Promise<ExitCode> => {
          const { terminal } = context;
          const gatherer = openGatherer(world, { chosen, to: options.to });
          const signal = new AbortController().signal;
          try {
            for (;;) {
              const done = terminal.progress(() => 'asking');
              // oxlint-disable no-await-in-loop -- one look after the other
              const gathered = await gatherer.look(nothingSaid, signal).finally(done);
              const { facts } = gathered;
              const guard = judgeHandover(facts, world.policy);
              const isLeft = guard.conditions.every(
                ({ id: of, state }) => state === 'met' || forPersons.has(of),
              );
              if (options.json === true) {
                const answer = handoverAnswer(guard, gathered);
                if (options.watch === true) terminal.jsonLine(answer);
                else terminal.json(answer);
              } else {
                if (options.watch === true) terminal.print('');
                showHandover(guard, gathered, context);
              }
              if (!facts.flag.isReadable) return 1;
              if (isLeft) return 0;
              if (options.watch !== true) return 3;
              await world.clock.sleep(everyMs, signal);
              // oxlint-enable no-await-in-loop
            }
          } finally {
            await gatherer.close();
          }
        },
      );
      context.end(code);
    });
}
