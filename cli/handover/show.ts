// How a handover looks on a terminal: one line for each condition, turning green.
import type { Guard } from '../../functions/domain/handover/condition.ts';
import type { FlagRead } from '../../functions/domain/standby/key-flag.ts';
import { backupLine, handoverRows, headline, holderLine, nextSteps } from '../../functions/views/handover.ts';
import type { Part, Style } from '../../local/terminal-text.ts';
import type { Context } from '../context.ts';
import type { Gathered } from './gather.ts';

const marks = {
  met: { mark: '✓', style: 'good' },
  'not-met': { mark: '✗', style: 'bad' },
  unknown: { mark: '?', style: 'doubt' },
} as const satisfies Record<Guard['conditions'][number]['state'], { mark: string; style: Style }>;

/** Nothing is wrong with it: it takes time. */
const waiting = { mark: '…', style: 'doubt' } as const;
const widest = 66;

/** Who holds the keys, and whether there is a backup: the first lines of everything. */
export function showHolder(signer: string, read: FlagRead, { terminal }: Context, at: number): void {
  const reader = { at, timezone: terminal.timezone };
  const flag = read.isReadable ? read.flag : null;
  const isNone = flag?.holder.kind === 'none';
  terminal.print({
    style: isNone || !read.isReadable ? 'doubt' : 'strong',
    text: holderLine(signer, read, reader),
  });
  if (flag === null) return;
  const isTested = flag.backup?.isTested === true;
  terminal.print({ style: isTested ? 'dim' : 'bad', text: backupLine(flag, reader) });
  if (flag.override !== null) {
    terminal.print({ style: 'bad', text: `THE GUARD WAS SKIPPED for this: ${flag.override.why}` });
  }
}

function showConditions(guard: Guard, { terminal }: Context, at: number): void {
  const reader = { at, timezone: terminal.timezone };
  const rows = handoverRows(guard, reader);
  const width = Math.min(widest, Math.max(...rows.map(({ must }) => must.length)));
  for (const { state, isWaiting, must, why, when } of rows) {
    const { mark, style } = isWaiting ? waiting : marks[state];
    const parts: Part[] = [
      '  ',
      { style, text: mark },
      ` ${must.padEnd(width)}  `,
      { style: 'dim', text: [why, when].filter((text) => text !== '').join('; ') },
    ];
    terminal.print(...parts);
  }
}

function showHeadline(guard: Guard, { terminal }: Context, at: number): void {
  const reader = { at, timezone: terminal.timezone };
  const style: Style = guard.isAllowed
    ? 'good'
    : guard.conditions.some(({ state, isWaiting }) => state !== 'met' && !isWaiting)
      ? 'bad'
      : 'doubt';
  terminal.print({ style, text: headline(guard, reader) });
}

/** All of it. */
export function showHandover(guard: Guard, { facts, problems }: Gathered, context: Context): void {
  const { terminal } = context;
  showHolder(facts.signer.id, facts.flag, context, facts.at);
  const isUnderWay = facts.flag.isReadable && facts.flag.flag?.holder.kind === 'none';
  if (isUnderWay) {
    terminal.print(`may ${facts.to === 'cloud' ? 'the cloud node' : 'the house'} have them?`);
    showConditions(guard, context, facts.at);
    showHeadline(guard, context, facts.at);
  }
  for (const problem of problems) terminal.print({ style: 'doubt', text: `not found out: ${problem}` });
  const [first, ...others] = nextSteps(guard, facts);
  if (first !== undefined) terminal.print({ style: 'strong', text: `next: ${first}` });
  for (const step of others) terminal.print(`      ${step}`);
  if (isUnderWay && facts.signer.chain !== 'ethereum') {
    terminal.print({
      style: 'dim',
      text: 'Being down costs rewards only on this chain: to wait until morning is the normal choice.',
    });
  }
}
