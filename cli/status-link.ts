// `watchdog status --link`: an address that opens the view for whoever has it, until it ends.
import { parseDuration } from '../functions/kit/duration.ts';
import { duration, localTime } from '../functions/views/time.ts';
import type { Context } from './context.ts';
import { complain, wrong } from './door.ts';
import { fetchLink, type StatusOptions } from './fetch-status.ts';
import type { ExitCode } from './terminal.ts';

export type LinkOptions = StatusOptions & { readonly for?: string; readonly json?: true };

const usual = '3d';

export async function printLink(options: LinkOptions, context: Context): Promise<ExitCode> {
  const { terminal, clock } = context;
  const lasts = options.for ?? usual;
  const ms = parseDuration(lasts);
  if (ms === null || ms < 60_000 || ms > 30 * 86_400_000) {
    return complain(wrong('--for must be a duration from 1m to 30d, such as 12h'), context);
  }
  const fetched = await fetchLink(options, lasts, context);
  if (!fetched.ok) return complain(fetched, context);
  const { url, until } = fetched.value;
  if (options.json === true) terminal.json({ url, until });
  else {
    terminal.print(url);
    terminal.complain(
      `opens the view for whoever has it, until ${localTime(until, terminal.timezone)}, ${duration(until - clock.now())} from now; nothing else can be done with it`,
    );
  }
  return 0;
}
