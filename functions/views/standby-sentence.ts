// A standby in one sentence, as a headline tells it: how far it is, when it will be ready, what keeps it.
import type { StandbyGlance } from '../domain/glance.ts';
import { atTime, phrase, type Reading } from './headline-words.ts';

/** When it will be synced by its agent's word; null while it cannot tell, and when that time has passed. */
function readyAt({ phase, etaMs, reportAt }: StandbyGlance, at: number): number | null {
  if (phase !== 'syncing' || etaMs === null || reportAt === null) return null;
  return reportAt + etaMs > at ? reportAt + etaMs : null;
}

/** E.g. `syncing 42 %`. */
export function standbyState({ phase, percent, problems }: StandbyGlance): string {
  if (phase === 'failed') return 'has failed';
  if (problems.length > 0 && (phase === 'wanted' || phase === 'waiting')) return 'not made';
  switch (phase) {
    case 'wanted':
    case 'waiting':
      return 'wanted';
    case 'creating':
      return 'being made';
    case 'booting':
      return 'booting';
    case 'syncing':
      return percent === null ? 'syncing' : `syncing ${Math.floor(percent)} %`;
    case 'synced':
      return 'ready';
    case 'releasing':
      return 'being deleted';
    case 'gone':
      return 'gone';
  }
}

function progress(standby: StandbyGlance, reading: Reading): string {
  const ready = readyAt(standby, reading.at);
  switch (standby.phase) {
    case 'wanted':
    case 'waiting':
      return 'is wanted, and nothing is made yet';
    case 'creating':
      return 'is being made';
    case 'booting':
      return 'is booting';
    case 'syncing': {
      const percent = standby.percent === null ? '' : `, ${Math.floor(standby.percent)} %`;
      const when = ready === null ? '' : `, ready at about ${atTime(ready, reading)}`;
      return `is syncing${percent}${when}`;
    }
    case 'synced':
      return 'is ready: it follows its chain';
    case 'releasing':
      return 'is being deleted';
    case 'failed':
      return 'has failed, and a person has to look at it';
    case 'gone':
      return 'is gone';
  }
}

/** Without its end, e.g. `the standby of eth-1 is syncing, 42 %, ready at about 03:40`. `name` null where it is not to be said. */
export function standbySentence(name: string | null, standby: StandbyGlance, reading: Reading): string {
  const [problem] = standby.problems;
  const who = name === null ? 'a standby' : `the standby of ${name}`;
  const why = problem === undefined ? '' : `; ${phrase(problem)}`;
  return `${who} ${progress(standby, reading)}${why}`;
}
