// `watchdog standby`: what a person wants of a cloud node that only syncs, and how it comes along.
import type { Command } from 'commander';
import type { StandbyEvent } from '../functions/domain/event.ts';
import { examples, exitCodesHelp, type Context } from './context.ts';
import { complain } from './door.ts';
import {
  ackTokenVariable,
  ackUrlVariable,
  addPostOptions,
  postEvent,
  type PostOptions,
} from './post-event.ts';
import { byOption, whoSays, whyOption } from './quiet-options.ts';
import { addStandbyList } from './standby-list.ts';
import { addStandbyWatch } from './standby-watch.ts';
import type { ExitCode } from './terminal.ts';

type Options = PostOptions & { readonly why: string; readonly by?: string; readonly json?: true };
type WishName = StandbyEvent['wish'];

const inHelp = {
  create: {
    description: 'asks for a cloud node of the signer’s chain that syncs, without any key',
    example: 'watchdog standby create eth-1 --why "the roof is being mended"',
    next: 'provision looks within a minute: it makes the node, or says what keeps it from it. The brake holds for it as well (how many, how much, who holds\nthe keys); only what a witness says does not count. Watch it with: watchdog standby watch eth-1',
  },
  keep: {
    description: 'keeps a standby when the house is well again and when its time is over',
    example: 'watchdog standby keep eth-1 --why "we look at the router first"',
    next: 'It stays, and costs, until somebody releases it.',
  },
  release: {
    description: 'says that a standby is not wanted any more',
    example: 'watchdog standby release eth-1 --why "the house has run for a day"',
    next: 'provision deletes the node, and nothing that may hold keys: it stays when the keys database cannot be read or names it, when it has ever held\nkeys, when its last report is not keys=absent, when it is protected against deletion, and when somebody has put the label watchdog-hold on it.',
  },
} as const satisfies Record<WishName, { description: string; example: string; next: string }>;

/** What was said, when it was news and when it was so already. */
const said = {
  create: ['asked for', 'is wanted already: what is there stays, and what has failed is tried again'],
  keep: ['kept', 'is kept already'],
  release: ['released', 'is not wanted, as far as the last look knew'],
} as const satisfies Record<WishName, readonly [string, string]>;

const nextLines = (wish: WishName, signer: string): string[] => {
  const watch = `watch it with: watchdog standby watch ${signer}`;
  switch (wish) {
    case 'create':
      return [`provision looks within a minute; ${watch}`];
    case 'keep':
      return [
        'It stays when the house is well again and when its time is over, and costs until somebody releases it.',
      ];
    case 'release':
      return [
        'Nothing is deleted that may hold keys: it stays while the keys database cannot be read or names it, when it has ever held keys,',
        'when its last report is not keys=absent, and when it is protected or on hold; then the list says so, and a person deletes it.',
        `provision looks within a minute; ${watch}`,
      ];
  }
};

async function wish(
  { name, signer }: { readonly name: WishName; readonly signer: string },
  options: Options,
  context: Context,
): Promise<ExitCode> {
  const { terminal } = context;
  const by = whoSays(options.by, context);
  if (typeof by !== 'string') return complain(by, context);
  const { why } = options;
  const posted = await postEvent({ kind: 'standby', signer, wish: name, why, by }, context, options);
  if (!posted.ok) return complain(posted, context);
  const isSoAlready = posted.over.includes(signer);
  if (options.json === true) {
    terminal.json({ signer, wish: name, by, why, ids: posted.ids, isSoAlready });
    return 0;
  }
  const [news, already] = said[name];
  terminal.print(
    'standby of ',
    { style: 'strong', text: signer },
    ' ',
    { style: isSoAlready ? 'doubt' : 'good', text: isSoAlready ? already : news },
    `, by ${by}: ${why}`,
  );
  for (const line of nextLines(name, signer)) terminal.print(line);
  return 0;
}

function addWish(group: Command, name: WishName, context: Context): void {
  const { description, example, next } = inHelp[name];
  const command = group
    .command(name)
    .description(description)
    .argument('<signer>', 'its id in the configuration')
    .addOption(whyOption().makeOptionMandatory())
    .addOption(byOption());
  addPostOptions(command)
    .addHelpText(
      'after',
      `${examples([example, `with the address in ${ackUrlVariable} and the token in ${ackTokenVariable}`])}\n\nWhat happens next: ${next}${exitCodesHelp}`,
    )
    .action(async (signer: string, options: Options) => {
      context.end(await wish({ name, signer }, options, context));
    });
}

export function addStandby(program: Command, context: Context): void {
  const group = program
    .command('standby')
    .description('cloud nodes that only sync: asks for one, shows how it comes along, keeps and releases it');
  for (const name of ['create', 'keep', 'release'] as const) addWish(group, name, context);
  addStandbyList(group, context);
  addStandbyWatch(group, context);
}
