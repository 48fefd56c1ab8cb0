// `watchdog handover take`: gives the keys to one side, when the guard allows it, and when a person has typed the name. Nothing else can.
import { type Command, Option } from 'commander';
import type { Guard } from '../../functions/domain/handover/condition.ts';
import { type Direction, type Fencing, fencings } from '../../functions/domain/handover/facts.ts';
import { takeKeys } from '../../functions/domain/handover/flag.ts';
import { judgeHandover } from '../../functions/domain/handover/guard.ts';
import { evidenceOf } from '../../functions/domain/handover/take.ts';
import type { Holder, KeyFlag } from '../../functions/domain/standby/key-flag.ts';
import { handoverAnswer } from '../../functions/views/handover.ts';
import { examples, type Context } from '../context.ts';
import { broken, complain, wrong, type Refused } from '../door.ts';
import { readMoment } from '../quiet-options.ts';
import type { ExitCode } from '../terminal.ts';
import { isTyped } from '../ask-person.ts';
import { asWritten, type ChangeOptions, timeOf, writtenWords } from './change-flag.ts';
import { type Proposing, startCommands } from './client-commands.ts';
import { type Gathered, type Gatherer, openGatherer, type Said } from './gather.ts';
import {
  addCommon,
  type CommonOptions,
  type Handover,
  instanceOption,
  nodeOption,
  toOption,
  withHandover,
} from './options.ts';
import { readProtectionFile } from './floor.ts';
import { protectionNow } from './protection-now.ts';
import { showHandover, showHolder } from './show.ts';

type Options = CommonOptions &
  ChangeOptions & {
    readonly to: Direction;
    readonly fenced?: Fencing['how'] | undefined;
    readonly fencedAt?: number;
    readonly protection?: string | undefined;
    readonly instance?: string;
    readonly wait?: true;
    readonly override?: string;
    readonly feeRecipient?: string;
    readonly builder?: 'on' | 'off' | undefined;
  };

const everyMs = 5_000;

const fencedQuestion = `How was it made sure that the other side cannot sign? An outage is not a fence: power comes back, and so does the client.
  powered-off  a person has switched it off, or unplugged it, and it stays so
  wiped        a person has wiped its disk (only with a backup that was tested)
  cut          a person has cut it off at a place that the house cannot undo (only when its fence had reported that it stops by itself)
Type one of them: `;

/** What is typed to go past the guard. */
export const overrideSentence = (signer: string): string => `I accept that ${signer} may be slashed`;

const isFencing = (text: string): text is Fencing['how'] => fencings.some((each) => each === text);

async function fencingOf({ world, ask }: Handover, options: Options): Promise<Fencing | Refused> {
  const said = options.fenced ?? (await ask(fencedQuestion)) ?? '';
  if (!isFencing(said)) return wrong(`say how the other side was fenced: --fenced ${fencings.join('|')}`);
  return { how: said, at: options.fencedAt ?? world.clock.now(), by: world.by };
}

async function proposingOf({ chosen, ask }: Handover, options: Options): Promise<Proposing | null | Refused> {
  if (chosen.signer.chain !== 'ethereum') return null;
  const recipient = options.feeRecipient ?? (await ask('Fee recipient (0x…): ')) ?? '';
  if (!/^0x[0-9a-f]{40}$/i.test(recipient)) {
    return wrong(
      'a fee recipient is 0x and 40 hex digits: --fee-recipient 0x…; without it rewards of blocks would be lost',
    );
  }
  const builder = options.builder ?? (await ask('Builder proposals, as at home (on/off): ')) ?? '';
  if (builder !== 'on' && builder !== 'off')
    return wrong('say whether builders are used, as at home: --builder on|off');
  return { feeRecipient: recipient, hasBuilder: builder === 'on' };
}

/** Who is to hold the keys, and by what that machine is known to its fence. */
function holderOf(
  { chosen }: Handover,
  { facts, place }: Gathered,
  options: Options,
): { readonly holder: Exclude<Holder, { kind: 'none' }>; readonly instance: string | null } | Refused {
  if (options.to === 'cloud') {
    const { machine } = facts.target;
    if (place === null || machine === null)
      return broken(
        'it is not known which machine that is: there is no standby, or Compute does not show it',
      );
    return { holder: { kind: 'node', ...place }, instance: machine.id };
  }
  const site = chosen.site.rules.id;
  const former = facts.flag.isReadable ? (facts.flag.flag?.former ?? null) : null;
  const isSame = former?.holder.kind === 'basement' && former.holder.site === site;
  return {
    holder: { kind: 'basement', site },
    instance: options.instance ?? (isSame ? former.instance : null),
  };
}

type Ready = { readonly gathered: Gathered; readonly guard: Guard; readonly override: KeyFlag['override'] };

/** Allowed, or what keeps it from being so; an override counts only for what it can skip. */
function verdictOf(
  gathered: Gathered,
  { world }: Handover,
  options: Options,
): Ready | { readonly guard: Guard } {
  const guard = judgeHandover(gathered.facts, world.policy);
  if (guard.isAllowed) return { gathered, guard, override: null };
  if (options.override === undefined || guard.skippable.length === 0) return { guard };
  const skipped = guard.skippable.map(({ must, why }) => `${must} (${why})`);
  return { gathered, guard, override: { skipped, why: options.override } };
}

/** Looks until it may be taken; or only once, without `--wait`. */
async function untilReady(
  handover: Handover,
  given: {
    readonly gatherer: Gatherer;
    readonly said: () => Promise<Said>;
    readonly options: Options;
    readonly waits: boolean;
  },
): Promise<Ready | ExitCode> {
  const { gatherer, said, options, waits } = given;
  const { world, context } = handover;
  const { terminal } = context;
  const signal = new AbortController().signal;
  for (;;) {
    const done = terminal.progress(() => 'asking');
    // oxlint-disable no-await-in-loop -- one look after the other
    const gathered = await gatherer.look(await said(), signal).finally(done);
    const verdict = verdictOf(gathered, handover, options);
    if ('gathered' in verdict) return verdict;
    if (options.json === true) {
      if (!waits) terminal.json(handoverAnswer(verdict.guard, gathered));
    } else showHandover(verdict.guard, gathered, context);
    if (options.override !== undefined) {
      const hard = verdict.guard.conditions.filter(({ state, isWaiting }) => state !== 'met' && !isWaiting);
      terminal.complain(
        `an override skips only waiting and evidence that comes late; it cannot skip: ${hard.map(({ must }) => must).join('; ')}`,
      );
    }
    if (!gathered.facts.flag.isReadable) return 1;
    if (!waits) return 3;
    await world.clock.sleep(everyMs, signal);
    // oxlint-enable no-await-in-loop
  }
}

/** The name of the signer; and past the guard the sentence as well. */
async function isConfirmed(
  { chosen, ask }: Handover,
  { override }: Ready,
  options: Options,
): Promise<boolean> {
  const { id } = chosen.signer;
  if (override !== null) {
    const sentence = overrideSentence(id);
    if (!(await isTyped(ask, { wanted: sentence, question: `To go past the guard type: ${sentence}\n` })))
      return false;
  }
  const given = options.yes === undefined || override !== null ? {} : { given: options.yes };
  return isTyped(ask, {
    wanted: id,
    question: `Type the name of the signer (${id}) to take its keys: `,
    ...given,
  });
}

async function write(
  handover: Handover,
  ready: Ready,
  options: Options,
): Promise<{ readonly flag: KeyFlag } | ExitCode> {
  const { world, chosen, context } = handover;
  const { id } = chosen.signer;
  const { gathered, guard, override } = ready;
  const { facts, flag: seen } = gathered;
  const whom = holderOf(handover, gathered, options);
  if ('message' in whom) return complain(whom, context);
  const change = takeKeys(seen.read, {
    signer: { id, site: chosen.site.rules.id, keys: chosen.signer.keys },
    at: timeOf(seen, world.clock.now()),
    by: world.by,
    reason: override === null ? 'the guard allowed it' : override.why,
    ...whom,
    minHeight: facts.protection?.height ?? null,
    evidence: evidenceOf(facts, guard),
    override,
  });
  if (!change.ok) return complain({ ok: false, message: change.text, code: 3 }, context);
  if (options.plan === true) {
    if (options.json === true) context.terminal.json({ signer: id, isPlan: true, flag: change.next });
    else {
      showHolder(id, asWritten(change), context, facts.at);
      context.terminal.print('nothing is written, for this is the plan');
    }
    return 0;
  }
  const words = writtenWords(await world.keys.write(id, seen, change.next), id);
  return words === null
    ? { flag: change.next }
    : complain({ ok: false, message: words.text, code: words.code }, context);
}

function tell(
  { context, chosen, world }: Handover,
  flag: KeyFlag,
  given: { readonly proposing: Proposing | null; readonly gathered: Gathered; readonly options: Options },
): void {
  const { proposing, gathered, options } = given;
  const { terminal } = context;
  const { id, chain } = chosen.signer;
  if (options.json === true) {
    terminal.json({ signer: id, flag });
    return;
  }
  showHolder(id, { isReadable: true, flag }, context, gathered.facts.at);
  if (flag.override !== null)
    terminal.print({ style: 'bad', text: 'Everybody is paged that the guard was skipped.' });
  const network = chosen.network === null ? '' : chosen.network.genesisValidatorsRoot.slice(0, 10);
  const { to } = options;
  for (const line of startCommands({
    chain,
    to,
    signer: id,
    place: gathered.place,
    network,
    proposing,
    gate: world.config.gate,
  }))
    terminal.print(line);
  terminal.print({
    style: 'strong',
    text: `next: watchdog handover verify ${id} --protection EXPORT --here LIST --there LIST`,
  });
  terminal.print(
    'A client with doppelganger protection is silent on purpose for two to three epochs. NEVER start the other side "to check".',
  );
}

export async function take(handover: Handover, options: Options): Promise<ExitCode> {
  const { world, chosen, context } = handover;
  const fencing = await fencingOf(handover, options);
  if ('message' in fencing) return complain(fencing, context);
  const proposing = options.plan === true ? null : await proposingOf(handover, options);
  if (proposing !== null && 'message' in proposing) return complain(proposing, context);
  if (options.protection !== undefined) {
    // What cannot be read is said at once, and not after half an hour of waiting.
    const read = readProtectionFile(
      options.protection,
      chosen.signer.chain === 'ethereum' ? 'marks' : 'last-sign',
    );
    if (!read.ok) return complain(wrong(`${options.protection} ${read.why}`), context);
  }
  const said = async (): Promise<Said> => ({
    fencing,
    protection:
      options.protection === undefined
        ? null
        : await protectionNow(world, chosen, { path: options.protection, fencedAt: fencing.at }),
  });
  const gatherer = openGatherer(world, { chosen, to: options.to });
  try {
    const first = await untilReady(handover, { gatherer, said, options, waits: options.wait === true });
    if (typeof first === 'number') return first;
    if (options.json !== true) showHandover(first.guard, first.gathered, context);
    if (options.plan !== true && !(await isConfirmed(handover, first, options))) {
      return complain(wrong('nothing was written: what was asked for was not typed'), context);
    }
    // The person may have taken their time: what was true before is looked at once more.
    const last = await untilReady(handover, { gatherer, said, options, waits: false });
    if (typeof last === 'number') return last;
    const accepted = new Set(first.guard.skippable.map(({ id, part }) => `${id} ${part}`));
    const grew =
      last.override !== null && last.guard.skippable.some(({ id, part }) => !accepted.has(`${id} ${part}`));
    if (grew)
      return complain(
        { ok: false, message: 'nothing was written: more is missing now than you have accepted', code: 3 },
        context,
      );
    const written = await write(handover, last, options);
    if (typeof written === 'number') return written;
    tell(handover, written.flag, { proposing, gathered: last.gathered, options });
    return 0;
  } finally {
    await gatherer.close();
  }
}

export function addTake(group: Command, context: Context): void {
  const command = group
    .command('take')
    .description(
      'gives the keys to one side: only when the guard allows it, and when you have typed the name',
    )
    .argument('<signer>', 'its id in the configuration')
    .addOption(toOption())
    .addOption(nodeOption())
    .addOption(
      new Option('--fenced <how>', 'how a person made sure that the other side cannot sign').choices([
        ...fencings,
      ]),
    )
    .addOption(
      new Option('--fenced-at <time>', 'since when that is so; now if left out').argParser(readMoment),
    )
    .option('--protection <file>', 'what the stopped client has exported after the floor was imported')
    .addOption(instanceOption())
    .option('--fee-recipient <address>', 'Ethereum: who gets what blocks bring')
    .addOption(
      new Option('--builder <state>', 'Ethereum: whether builders are used, as at home').choices([
        'on',
        'off',
      ]),
    )
    .option('--wait', 'waits until the guard allows it')
    .option(
      '--override <why>',
      'goes past what is only waiting or late evidence; you type a sentence, and everybody is paged',
    )
    .option('--plan', 'says what would be written, and writes nothing')
    .option('--yes <signer>', 'the name of the signer, where there is no terminal to type it at');
  addCommon(command)
    .addHelpText(
      'after',
      `${examples([
        'watchdog handover take eth-1 --to cloud --fenced powered-off --protection export.json --wait',
        'after the floor was imported into the stopped client',
      ])}\n\nWhat no override skips: a side that lives, a fence that says that its client runs, slashing, keys that are out, a floor that was not checked.\n\nExit code: 0 taken (or planned), 3 not now, 1 it could not be done or is not known, 2 wrong usage, or what was asked for was not typed.`,
    )
    .action(async (id: string, options: Options) => {
      context.end(await withHandover(id, { options, context }, (handover) => take(handover, options)));
    });
}
