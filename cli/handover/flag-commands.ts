// `watchdog handover init|begin|abort|restored|history`: the flag that says who may sign, in a person's hand.
import { type Command, Option } from 'commander';
import { epochStart, firstEpochAfter } from '../../functions/domain/handover/epochs.ts';
import {
  abortHandover,
  afterRestored,
  beginHandover,
  type Changing,
  type FlagChange,
  initFlag,
  initLostFlag,
  nameMachine,
  withKeys,
} from '../../functions/domain/handover/flag.ts';
import {
  type Backup,
  type FlagRead,
  holderText,
  type KeyFlag,
} from '../../functions/domain/standby/key-flag.ts';
import { waitingCosts } from '../../functions/domain/waiting-cost.ts';
import { describeError, WatchdogError } from '../../functions/kit/error.ts';
import { redactText } from '../../functions/kit/redact.ts';
import { costWords } from '../../functions/views/cost.ts';
import { clockTime, localTime } from '../../functions/views/time.ts';
import { examples, type Context } from '../context.ts';
import { broken, complain, wrong } from '../door.ts';
import { whyOption } from '../quiet-options.ts';
import type { ExitCode } from '../terminal.ts';
import { changeFlag, type ChangeOptions } from './change-flag.ts';
import {
  addCommon,
  type CommonOptions,
  type Handover,
  instanceOption,
  openFor,
  withHandover,
} from './options.ts';
import { showHolder } from './show.ts';
import { epochsOf } from './signer.ts';

type Options = CommonOptions & ChangeOptions & { readonly why?: string };

const usual =
  'Exit code: 0 written (or planned), 3 not now, 1 it could not be done or is not known, 2 wrong usage or configuration.';

const changing =
  ({ world, chosen }: Handover, reason: string) =>
  (at: number): Changing => ({
    signer: { id: chosen.signer.id, site: chosen.site.rules.id, keys: chosen.signer.keys },
    at,
    by: world.by,
    reason,
  });

const readable = (flag: KeyFlag): FlagRead => ({ isReadable: true, flag });

const addPlan = (command: Command): Command =>
  command
    .option('--plan', 'says what would be written, and writes nothing')
    .option('--yes <signer>', 'the name of the signer, where there is no terminal to type it at');

type InitOptions = Options & {
  readonly backup?: 'tested' | 'none';
  readonly lost?: true;
  readonly keysChanged?: true;
  readonly instance?: string;
};

const backupQuestion =
  'Is there a backup of these keys off the site, and has somebody restored it and found it whole? (yes/no) ';

async function backupOf({ world, ask }: Handover, { backup }: InitOptions): Promise<Backup | null> {
  const said = backup ?? (await ask(backupQuestion));
  const at = world.clock.now();
  if (said === 'tested' || said === 'yes') return { isTested: true, at, by: world.by };
  return said === 'none' || said === 'no' ? { isTested: false, at, by: world.by } : null;
}

export async function init(handover: Handover, options: InitOptions): Promise<ExitCode> {
  const { world, chosen, context } = handover;
  const { id } = chosen.signer;
  const seen = await world.keys.read(id);
  const { instance } = options;
  const hasFlag = seen.read.isReadable && seen.read.flag !== null;
  // Whoever only names the machine has answered the question for a backup before.
  const named = hasFlag && options.keysChanged !== true && options.lost !== true ? instance : undefined;
  const backup = named === undefined ? await backupOf(handover, options) : null;
  if (backup === null && named === undefined) {
    return complain(wrong('say whether a backup was tested: --backup tested or --backup none'), context);
  }
  const given = changing(
    handover,
    options.why ?? (named === undefined ? 'the first' : 'its machine is named'),
  );
  const make = (at: number): FlagChange => {
    if (named !== undefined) return nameMachine(seen.read, { ...given(at), instance: named });
    if (backup === null) throw new WatchdogError('ERR_REQUEST', 'the question for a backup was not answered');
    const common = { ...given(at), backup, instance: instance ?? null };
    if (options.keysChanged === true) return withKeys(seen.read, common);
    return options.lost === true ? initLostFlag(seen.read, common) : initFlag(seen.read, common);
  };
  const changed = await changeFlag(handover, { signer: id, seen, make, options });
  if ('code' in changed) return changed.code;
  const read = readable(changed.written);
  if (options.json === true) context.terminal.json({ signer: id, flag: read });
  else {
    showHolder(id, read, context, world.clock.now());
    context.terminal.print(
      options.lost === true
        ? `next: find out by hand who has these keys, then take them the whole way: watchdog handover status ${id}`
        : 'Nothing changes for the client that signs now. Look at any time with: watchdog handover status ' +
            id,
    );
  }
  return 0;
}

export async function begin(handover: Handover, options: Options): Promise<ExitCode> {
  const { world, chosen, context } = handover;
  const { terminal } = context;
  const { id, chain } = chosen.signer;
  const seen = await world.keys.read(id);
  const given = changing(handover, options.why ?? '');
  const make = (at: number): FlagChange => beginHandover(seen.read, given(at));
  const isJson = options.json === true;
  if (make(world.clock.now()).ok && !isJson) {
    showHolder(id, seen.read, context, world.clock.now());
    const memory = await world.remembered.site(chosen.site.rules.id);
    const facts = memory.ok ? memory.value?.state.facts : undefined;
    terminal.print({
      style: 'strong',
      text: 'Do you have to? From now on nobody may sign, until somebody takes the keys.',
    });
    for (const cost of facts === undefined
      ? []
      : waitingCosts({ kind: 'signer', id }, 'not-signing', facts)) {
      terminal.print(costWords(cost));
    }
  }
  const changed = await changeFlag(handover, { signer: id, seen, make, options });
  if ('code' in changed) return changed.code;
  const { written: next } = changed;
  const epochs = epochsOf(chosen.network);
  const first = epochs === null ? null : firstEpochAfter(epochs, next.since);
  const earliest =
    epochs === null || first === null
      ? next.since + world.policy.heightsMs
      : epochStart(epochs, first + world.policy.epochs + 1);
  if (isJson) {
    terminal.json({ signer: id, flag: next, firstEpoch: first, notBefore: earliest });
    return 0;
  }
  showHolder(id, readable(next), context, world.clock.now());
  terminal.print(
    first === null
      ? `silence counts from now on: ${world.policy.heights} heights and ${world.policy.heightsMs / 60_000} minutes of it`
      : `silence counts from epoch ${first} on, which begins at ${localTime(epochStart(epochs ?? { genesisAt: 0, slotMs: 0, slotsPerEpoch: 0 }, first), terminal.timezone)}`,
  );
  terminal.print({
    style: 'strong',
    text: `not before ${localTime(earliest, terminal.timezone)}, if all goes well`,
  });
  terminal.print(
    'Meanwhile: switch the other side off BY HAND, and see that it stays off. Never start it "to check".',
  );
  if (chain !== 'ethereum') {
    terminal.print(
      'Being down costs rewards only on this chain: to wait until morning is the normal choice.',
    );
  }
  terminal.print(`next: watchdog handover status ${id} --watch`);
  return 0;
}

async function abort(handover: Handover, options: Options): Promise<ExitCode> {
  const { world, chosen, context } = handover;
  const { id } = chosen.signer;
  const seen = await world.keys.read(id);
  const given = changing(handover, options.why ?? '');
  const make = (at: number): FlagChange => abortHandover(seen.read, given(at));
  const changed = await changeFlag(handover, { signer: id, seen, make, options });
  if ('code' in changed) return changed.code;
  if (options.json === true) context.terminal.json({ signer: id, flag: changed.written });
  else {
    showHolder(id, readable(changed.written), context, world.clock.now());
    context.terminal.print(
      'It may sign again as before. If keys were copied meanwhile: delete them there, now.',
    );
  }
  return 0;
}

async function history(handover: Handover, options: CommonOptions): Promise<ExitCode> {
  const { world, chosen, context } = handover;
  const { terminal } = context;
  const { id } = chosen.signer;
  try {
    const flags = await world.keys.history(id, 100);
    if (options.json === true) {
      terminal.json({ signer: id, history: flags });
      return 0;
    }
    if (flags.length === 0) terminal.print(`nothing was ever written of ${id}`);
    for (const { since, generation, holder, by, reason, override } of flags) {
      const skipped = override === null ? '' : `; SKIPPED: ${override.skipped.join('; ')}`;
      terminal.print(
        `${clockTime(since, terminal.timezone)}  ${String(generation).padStart(6)}  ${holderText(holder).padEnd(20)}  ${by}: ${reason}${skipped}`,
      );
    }
    terminal.print({ style: 'dim', text: `times are of ${terminal.timezone}` });
    return 0;
  } catch (error) {
    return complain(broken(`the history of ${id}: ${redactText(describeError(error))}`), context);
  }
}

async function restored(handover: Handover, options: Options): Promise<ExitCode> {
  const { world, chosen, context } = handover;
  const { id } = chosen.signer;
  const seen = await world.keys.read(id);
  const given = changing(handover, options.why ?? 'the database was restored');
  const make = (at: number): FlagChange => afterRestored(seen.read, given(at));
  const changed = await changeFlag(handover, { signer: id, seen, make, options });
  if ('code' in changed) return changed.code;
  const read = readable(changed.written);
  if (options.json === true) context.terminal.json({ signer: id, flag: read });
  else showHolder(id, read, context, world.clock.now());
  return 0;
}

export function addFlagCommands(group: Command, context: Context): void {
  const run =
    <Given extends Options>(act: (handover: Handover, options: Given) => Promise<ExitCode>) =>
    async (id: string, options: Given): Promise<void> => {
      context.end(await withHandover(id, { options, context }, (handover) => act(handover, options)));
    };
  const one = (name: string, description: string): Command =>
    addCommon(
      group.command(name).description(description).argument('<signer>', 'its id in the configuration'),
    );

  addPlan(one('init', 'writes down for the first time that the house holds the keys of a signer'))
    .addOption(
      new Option('--backup <state>', 'whether a backup of the keys off the site was tested').choices([
        'tested',
        'none',
      ]),
    )
    .addOption(instanceOption())
    .option('--lost', 'after a loss of the keys database: nobody holds, above every generation that ever was')
    .option(
      '--keys-changed',
      'the keys of the configuration become those of the flag; the same side goes on holding',
    )
    .addOption(whyOption())
    .addHelpText(
      'after',
      `${examples(['watchdog handover init eth-1', 'once, while all is well'])}\n\n${usual}`,
    )
    .action(run<InitOptions>(init));
  addPlan(
    one('begin', 'takes the keys from whoever holds them: from then on nobody may sign, and silence counts'),
  )
    .addOption(whyOption().makeOptionMandatory())
    .addHelpText(
      'after',
      `${examples(['watchdog handover begin eth-1 --why "the cellar is under water"', 'at three in the morning'])}\n\n${usual}`,
    )
    .action(run<Options>(begin));
  addPlan(one('abort', 'gives the keys back to whoever held them, while nobody has taken them'))
    .addOption(whyOption().makeOptionMandatory())
    .addHelpText(
      'after',
      `${examples(['watchdog handover abort eth-1 --why "the power is back"', 'nothing was taken yet'])}\n\n${usual}`,
    )
    .action(run<Options>(abort));
  one('history', 'shows who held the keys of a signer, and who said so')
    .addHelpText('after', `${examples(['watchdog handover history eth-1', 'for the post-mortem'])}`)
    .action(async (id: string, options: CommonOptions) => {
      context.end(await withHandover(id, { options, context }, (handover) => history(handover, options)));
    });
  addPlan(
    addCommon(
      group
        .command('restored')
        .description(
          'after a restore of the keys database: nobody holds any keys, above every generation that was given',
        )
        .argument('[signer]', 'its id; all signers of the configuration if left out'),
    ),
  )
    .addOption(whyOption())
    .addHelpText(
      'after',
      `${examples(['watchdog handover restored --yes all', 'before anything else may sign'])}\n\n${usual}`,
    )
    .action(async (id: string | undefined, options: Options) => {
      if (id !== undefined) {
        await run<Options>(restored)(id, options);
        return;
      }
      const opened = openFor(options, context);
      if (typeof opened === 'number') {
        context.end(opened);
        return;
      }
      await opened.close();
      let worst: ExitCode = 0;
      for (const { rules } of opened.config.sites) {
        for (const signer of rules.signers) {
          const yes = options.yes === 'all' ? { yes: signer.id } : {};
          // oxlint-disable-next-line no-await-in-loop -- one after the other, each confirmed by itself
          const code = await withHandover(signer.id, { options, context }, (handover) =>
            restored(handover, { ...options, ...yes }),
          );
          if (code !== 0) worst = code;
        }
      }
      context.end(worst);
    });
}
