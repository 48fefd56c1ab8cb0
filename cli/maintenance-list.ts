// What is quiet now and what will be, as a table: from the configuration, and opened by hand.
import type { MaintenanceAnswer, MuteStatus, WindowStatus } from '../functions/views/incidents.ts';
import { clockTime, localTime } from '../functions/views/time.ts';
import type { Context } from './context.ts';
import { complain } from './door.ts';
import { fetchMaintenance, type StatusOptions } from './fetch-status.ts';
import { quietName } from './quiet-options.ts';
import { table, type Cell } from './table.ts';
import type { ExitCode } from './terminal.ts';

export type ListOptions = StatusOptions & { readonly site?: string; readonly json?: true };

/** A row of the list, before it is one. */
type Window = { readonly site: string; readonly window: WindowStatus | MuteStatus };

function windowsOf({ at, sites }: MaintenanceAnswer): Window[] {
  return sites
    .flatMap(({ site, mutes, windows }) => [...mutes, ...windows].map((window) => ({ site, window })))
    .filter(({ window }) => at < window.until)
    .toSorted((a, b) => a.window.from - b.window.from);
}

function row({ site, window }: Window, timezone: string): Cell[] {
  const utc = (at: number): string => (timezone === 'UTC' ? '' : clockTime(at, 'UTC').slice(11));
  return [
    quietName({ site, subject: window.subject }),
    window.isInForce ? { style: 'doubt', text: 'now' } : { style: 'dim', text: 'later' },
    clockTime(window.from, timezone),
    utc(window.from),
    clockTime(window.until, timezone),
    utc(window.until),
    'by' in window ? window.by : { style: 'dim', text: 'configuration' },
    window.why,
    'id' in window ? window.id : '–',
  ];
}

/** Prints it; never rejects for what a user or a network can do. */
export async function listMaintenance(options: ListOptions, context: Context): Promise<ExitCode> {
  const { terminal } = context;
  const query = options.site === undefined ? {} : { site: options.site };
  const asked = await fetchMaintenance(options, query, context);
  if (!asked.ok) return complain(asked, context);
  if (options.json === true) {
    terminal.json(asked.value);
    return 0;
  }
  const { timezone, print } = terminal;
  const windows = windowsOf(asked.value);
  if (windows.length === 0) {
    const where = options.site === undefined ? 'nothing is' : `nothing of ${options.site} is`;
    print(`${where} quiet or will be, as of ${localTime(asked.value.at, timezone)}`);
    return 0;
  }
  const header = ['what', 'when', `from, ${timezone}`, 'UTC', 'until', 'UTC', 'by', 'why', 'id'];
  const rows = windows.map((window) => row(window, timezone));
  for (const line of table(header, rows)) print(...line);
  return 0;
}
