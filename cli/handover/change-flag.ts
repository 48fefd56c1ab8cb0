// Writes a change of a flag for a person: shows it, has the person confirm it, and says truthfully what came of it.
import type { FlagChange } from '../../functions/domain/handover/flag.ts';
import { type FlagRead, holderText, type KeyFlag } from '../../functions/domain/standby/key-flag.ts';
import { isTyped } from '../ask-person.ts';
import { broken, complain, type Refused, wrong } from '../door.ts';
import type { ExitCode } from '../terminal.ts';
import type { Handover } from './options.ts';
import type { FlagSeen, FlagWritten } from './world.ts';

export type ChangeOptions = { readonly json?: true; readonly plan?: true; readonly yes?: string | undefined };

function planLines({ holder, instance, generation, minHeight, publicKeys, override }: KeyFlag): string[] {
  return [
    `holder      ${holderText(holder)}`,
    `instance    ${instance ?? 'none'}`,
    `generation  ${generation}`,
    ...(minHeight === null ? [] : [`minHeight   ${minHeight}`]),
    `keys        ${publicKeys.length}`,
    ...(override === null ? [] : [`SKIPPED     ${override.skipped.join('; ')}`]),
  ];
}

const whoWrote = (now: FlagRead): string =>
  now.isReadable && now.flag !== null
    ? `${now.flag.by} was faster: ${holderText(now.flag.holder)}, generation ${now.flag.generation}`
    : 'somebody else was faster';

/** What came of it, in words that hold; never more than is known. */
export function writtenWords(
  end: FlagWritten,
  signer: string,
): { readonly code: ExitCode; readonly text: string } | null {
  switch (end.end) {
    case 'written':
      return null;
    case 'conflict':
      return {
        code: 3,
        text: `nothing was written: ${whoWrote(end.now)}. Look with watchdog handover status ${signer}`,
      };
    case 'refused':
      return { code: 1, text: `nothing was written: ${end.why}` };
    case 'unknown':
      return {
        code: 1,
        text: `it is NOT KNOWN whether it was written: ${end.why}. Do nothing with keys; look with watchdog handover status ${signer} until it answers`,
      };
  }
}

/** Now, by the clock of the database: a clock of ours that is behind must not date a flag back, for silence counts from it. */
export const timeOf = ({ clock }: FlagSeen, now: number): number => now - Math.round(clock?.offsetMs ?? 0);

/**
 * Shows the plan, has the name typed, and writes what `make` makes of the moment of the writing. The flag as it was written, or the code that the
 * command ends with.
 */
export async function changeFlag(
  { world, context, ask }: Handover,
  {
    signer,
    seen,
    make,
    options,
  }: {
    readonly signer: string;
    readonly seen: FlagSeen;
    readonly make: (at: number) => FlagChange;
    readonly options: ChangeOptions;
  },
): Promise<{ readonly written: KeyFlag } | { readonly code: ExitCode }> {
  const { terminal } = context;
  const change = make(timeOf(seen, world.clock.now()));
  const complained = (refused: Refused): { readonly code: ExitCode } => ({
    code: complain(refused, context),
  });
  if (!change.ok) {
    return complained(
      change.reason === 'unreadable' ? broken(change.text) : { ok: false, message: change.text, code: 3 },
    );
  }
  const say = (line: string): void => {
    if (options.json !== true) terminal.print(line);
  };
  for (const line of planLines(change.next)) say(line);
  if (options.plan === true) {
    if (options.json === true) terminal.json({ signer, isPlan: true, flag: change.next });
    else terminal.print('nothing is written, for this is the plan');
    return { code: 0 };
  }
  const question = `Type the name of the signer (${signer}) to write this: `;
  const isSure = await isTyped(ask, {
    wanted: signer,
    question,
    ...(options.yes === undefined ? {} : { given: options.yes }),
  });
  if (!isSure) {
    return complained(
      wrong(
        `nothing was written: the name of the signer was not typed; without a terminal give --yes ${signer}`,
      ),
    );
  }
  // It may have taken an hour to type it.
  const typed = make(timeOf(seen, world.clock.now()));
  const { next } = typed.ok ? typed : change;
  const words = writtenWords(await world.keys.write(signer, seen, next), signer);
  return words === null
    ? { written: next }
    : complained({ ok: false, message: words.text, code: words.code });
}

/** The flag that stands there now, for whoever shows it afterwards. */
export const asWritten = (change: FlagChange): FlagRead =>
  change.ok ? { isReadable: true, flag: change.next } : { isReadable: false, why: change.text };
