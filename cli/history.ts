// `watchdog history`: how a site and its parts were, day by day; and one day whole.
import { InvalidArgumentError, Option, type Command } from 'commander';
import { dayMs, dayOf, startOf } from '../functions/domain/history/day.ts';
import { type Day, keptDays } from '../functions/domain/history/history.ts';
import type { Context } from './context.ts';
import { examples } from './context.ts';
import { complain } from './door.ts';
import { addStatusOptions, fetchDay, fetchHistory, type StatusOptions } from './fetch-status.ts';
import { dayLines } from './history/day-lines.ts';
import { rangeLines } from './history/range-lines.ts';
import { glyphsOf } from './overview/glyphs.ts';
import type { ExitCode } from './terminal.ts';

type Options = StatusOptions & {
  readonly from?: Day;
  readonly to?: Day;
  readonly day?: Day;
  readonly json?: true;
};

const usualDays = 30;

function readDay(text: string): Day {
  const at = /^\d{4}-\d{2}-\d{2}$/.test(text) ? Date.parse(`${text}T00:00:00Z`) : Number.NaN;
  if (!Number.isNaN(at) && dayOf(at) === text) return text;
  throw new InvalidArgumentError('Write a day of UTC, such as 2026-11-03.');
}

/** Why there can be no such range; null when there can. What is left out the function chooses, by its own clock. */
function wrongRange({ from, to }: Options): string | null {
  if (from === undefined || to === undefined) return null;
  if (from > to) return `--from ${from} is after --to ${to}`;
  const days = (startOf(to) - startOf(from)) / dayMs + 1;
  return days > keptDays
    ? `from ${from} to ${to} are ${days} days; only ${keptDays} are kept, ask for fewer`
    : null;
}

async function showRange(site: string, options: Options, context: Context): Promise<ExitCode> {
  const { terminal, variables } = context;
  const { from, to } = options;
  const problem = wrongRange(options);
  if (problem !== null) {
    terminal.complain(problem);
    return 2;
  }
  const range = { ...(from === undefined ? {} : { from }), ...(to === undefined ? {} : { to }) };
  const asked = await fetchHistory(options, { site, ...range }, context);
  if (!asked.ok) return complain(asked, context);
  if (options.json === true) terminal.json(asked.value);
  else for (const line of rangeLines(asked.value, glyphsOf(variables))) terminal.print(...line);
  return asked.value.broken.length > 0 ? 1 : 0;
}

async function showDay(site: string, day: Day, options: Options, context: Context): Promise<ExitCode> {
  const { terminal, variables } = context;
  const asked = await fetchDay(options, { site, day }, context);
  if (!asked.ok) return complain(asked, context);
  if (options.json === true) terminal.json(asked.value);
  else {
    const shown = { glyphs: glyphsOf(variables), timezone: terminal.timezone };
    for (const line of dayLines(asked.value, shown)) terminal.print(...line);
  }
  return asked.value.broken.length > 0 ? 1 : 0;
}

const dayOption = (flags: string, what: string): Option => new Option(flags, what).argParser(readDay);

export function addHistory(program: Command, context: Context): void {
  const command = addStatusOptions(
    program
      .command('history')
      .description('shows how a site was, day by day: well, known, incidents, pages and latencies')
      .argument('<site>', 'its id in the configuration')
      .addOption(
        dayOption('--from <day>', `the first day, of UTC; ${usualDays} days before the last if left out`),
      )
      .addOption(dayOption('--to <day>', 'the last day; today if left out'))
      .addOption(dayOption('--day <day>', 'one day instead, with all parts and incidents')),
  ).option('--json', 'the answer as it came, for scripts');
  command
    .addHelpText(
      'after',
      `${examples(
        ['watchdog history home', `the last ${usualDays} days`],
        ['watchdog history home --from 2026-11-01 --to 2026-11-30', 'last month'],
        ['watchdog history home --day 2026-11-03', 'one day, with all its parts'],
      )}\n\nExit code: 0 it was shown, 1 some or all of it could not be found out, 2 wrong usage or configuration.`,
    )
    .action(async (site: string, options: Options) => {
      const { day } = options;
      if (day !== undefined && (options.from !== undefined || options.to !== undefined)) {
        command.error('error: --day stands alone, without --from and --to');
      }
      context.end(
        day === undefined
          ? await showRange(site, options, context)
          : await showDay(site, day, options, context),
      );
    });
}
