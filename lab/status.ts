// What the watchdog knows of one site, in a few lines.
import type { Memory } from '../functions/domain/memory.ts';
import { recordWords, runWords } from '../functions/views/drill-words.ts';
import { drillsAnswer } from '../functions/views/drills-answer.ts';
import type { Standbys } from '../functions/stores/store.ts';
import { labTimezone } from './basement/names.ts';
import type { Screen } from './screen.ts';
import { clockTime, lasting } from './time.ts';
import { verdictTone, verdictWords } from '../functions/views/verdict.ts';

/** What is asked for and what runs, and how the last of each signer went. */
function showDrills(screen: Screen, now: number, standbys: Standbys): void {
  for (const { signer, wish, run, last } of drillsAnswer({ sites: [], rules: null }, standbys, now).drills) {
    const words = [
      ...(wish === null ? [] : ['asked for']),
      ...(run === null ? [] : [runWords(run, now, labTimezone)]),
      ...(last === null || run !== null ? [] : [`the last ${recordWords(last)}`]),
    ];
    screen.line(`  drill     ${signer}: ${words.join('; ')}`);
  }
}

export function showStatus(
  screen: Screen,
  now: number,
  { memory, standbys }: { readonly memory: Memory | null; readonly standbys: Standbys },
): void {
  if (memory === null) {
    screen.line('It has not looked yet.');
    return;
  }
  const { state, incidents } = memory;
  const { verdict } = state.judgement;
  screen.line(
    `${clockTime(now)} UTC  `,
    { style: verdictTone[verdict], text: verdict },
    `: ${verdictWords[verdict]}, since ${clockTime(state.verdictSince)}; ${state.tick.count} looks so far`,
  );
  const bad = state.facts.targets.filter((target) => target.quality !== 'good');
  for (const { id, role, quality, reason } of bad) {
    screen.line(`  ${role.padEnd(10)}${id.padEnd(16)}${reason ?? quality}`);
  }
  const open = Object.values(incidents);
  if (open.length === 0) screen.line('  no incident is open');
  for (const incident of open) {
    screen.line(
      `  incident  ${incident.severity}: ${incident.summary}, for ${lasting(now - incident.since)}, `,
      incident.told.length === 0 ? 'nobody told yet' : `told ${incident.told.join(', ')}`,
    );
  }
  for (const { signer, seen } of standbys.standbys) {
    if (seen === null) continue;
    const { phase, attempt, report, refusal, trouble } = seen;
    const done = report?.percent ?? null;
    const percent = done === null ? '' : `, ${Math.floor(done)} %`;
    const more = trouble?.text ?? refusal?.text;
    screen.line(
      `  standby   ${signer}: ${phase}${percent}${attempt === null ? '' : `, ${attempt.name} in ${attempt.zone}`}`,
      more === undefined ? '' : `; ${more}`,
    );
  }
  showDrills(screen, now, standbys);
}
