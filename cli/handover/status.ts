// `watchdog handover status`: the guard, live. Every condition with its evidence, until when to wait, and what to do next.
import type { Command } from 'commander';
import { judgeHandover } from '../../functions/domain/handover/guard.ts';
import type { Direction } from '../../functions/domain/handover/facts.ts';
import { handoverAnswer } from '../../functions/views/handover.ts';
import { examples, type Context } from '../context.ts';
import type { ExitCode } from '../terminal.ts';
import { type Gatherer, openGatherer, type Said } from './gather.ts';
import {
  addCommon,
  type CommonOptions,
  type Handover,
  nodeOption,
  toOption,
  withHandover,
} from './options.ts';
import { showHandover } from './show.ts';

type Options = CommonOptions & { readonly to: Direction; readonly watch?: true };

const everyMs = 5_000;
/** So many looks in a row at a database that does not answer are no passing fault. */
const mostFailures = 6;
const nothingSaid: Said = { fencing: null, protection: null };

/** What a person has yet to do or say does not keep the watch going for ever: it ends when only that is left. */
const forPersons = new Set(['fenced', 'protection']);

type Seen = { readonly isReadable: boolean; readonly isLeft: boolean };

/** `isLeft`: only what a person has to do or say is missing. */
async function lookOnce({ world, context }: Handover, gatherer: Gatherer, options: Options): Promise<Seen> {
  const { terminal } = context;
  const done = terminal.progress(() => 'asking');
  const gathered = await gatherer.look(nothingSaid, new AbortController().signal).finally(done);
  const guard = judgeHandover(gathered.facts, world.policy);
  if (options.json === true) {
    const answer = handoverAnswer(guard, gathered);
    if (options.watch === true) terminal.jsonLine(answer);
    else terminal.json(answer);
  } else {
    if (options.watch === true) terminal.anew();
    showHandover(guard, gathered, context);
  }
  return {
    isReadable: gathered.facts.flag.isReadable,
    isLeft: guard.conditions.every(({ id, state }) => state === 'met' || forPersons.has(id)),
  };
}

/** Ctrl-C ends it, as it ends every command. */
async function handoverStatus(handover: Handover, options: Options): Promise<ExitCode> {
  const { world, chosen } = handover;
  const gatherer = openGatherer(world, { chosen, to: options.to });
  let failures = 0;
  try {
    for (;;) {
      // oxlint-disable no-await-in-loop -- one look after the other
      const { isReadable, isLeft } = await lookOnce(handover, gatherer, options);
      if (isLeft) return 0;
      failures = isReadable ? 0 : failures + 1;
      if (options.watch !== true) return isReadable ? 3 : 1;
      if (failures >= mostFailures) return 1;
      await world.clock.sleep(everyMs);
      // oxlint-enable no-await-in-loop
    }
  } finally {
    await gatherer.close();
  }
}

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
      const code = await withHandover(id, { options, context }, (handover) =>
        handoverStatus(handover, options),
      );
      context.end(code);
    });
}
