// One tick of the real watchdog in one line, with more lines only when there is more to say.
import { localTime } from '../../functions/views/time.ts';
import type { Look } from '../look.ts';
import type { Screen } from '../screen.ts';
import type { Part } from '../../local/terminal-text.ts';
import { verdictTone } from '../../functions/views/verdict.ts';

const margin = ' '.repeat('2026-12-01 02:00:00 UTC  '.length);

export function showTick(screen: Screen, look: Look): void {
  const when = `${localTime(look.scheduledAt, 'UTC')}  `;
  if (look.sites.every(({ outcome }) => outcome === 'replay')) {
    screen.line({ style: 'dim', text: `${when}was looked at already, before the last stop` });
    return;
  }
  const verdicts = look.sites.flatMap(({ site, verdict, outcome }): Part[] => [
    `${site} `,
    verdict === null ? { style: 'bad', text: outcome } : { style: verdictTone[verdict], text: verdict },
    '  ',
  ]);
  screen.line({ style: 'dim', text: when }, ...verdicts, { style: 'dim', text: `${look.durationMs} ms` });
  for (const { site, error, opened, resolved } of look.sites) {
    if (error !== null) screen.line(margin, { style: 'bad', text: `${site}: ${error}` });
    for (const id of opened) screen.line(margin, { style: 'strong', text: `opened incident ${id}` });
    for (const id of resolved) screen.line(margin, { style: 'strong', text: `resolved incident ${id}` });
  }
  for (const problem of look.problems) screen.line(margin, { style: 'doubt', text: problem });
}
