// The table at the end of the story, and the line that says whether all went as told.
import type { Screen } from '../screen.ts';
import type { Part } from '../../local/terminal-text.ts';
import { clockTime, lasting } from '../time.ts';
import type { ActResult, StoryResult } from './story.ts';

const none = '–';
const header = ['what happened', 'UTC', 'verdict', 'paged after', 'pages', 'resolved', 'as told'] as const;

function row(act: ActResult): Part[] {
  return [
    act.name,
    act.at === null ? none : clockTime(act.at),
    act.verdicts.join(' → ') || 'ok',
    act.pagedAfterMs === null ? none : lasting(act.pagedAfterMs),
    String(act.pages),
    act.resolvedAt === null ? none : clockTime(act.resolvedAt),
    act.failures === 0 ? { style: 'good', text: '✓' } : { style: 'bad', text: `✗ ${act.failures}` },
  ];
}

export function showSummary(
  screen: Screen,
  story: StoryResult,
  told: { speed: number; realMs: number },
): void {
  const sum = (pick: (act: ActResult) => number): number =>
    story.acts.reduce((total, act) => total + pick(act), 0);
  screen.line();
  screen.line({ style: 'strong', text: '── Summary '.padEnd(screen.width(), '─') });
  screen.table(header, story.acts.map(row));
  screen.line();
  screen.line(
    `${sum((act) => act.pages)} pages and ${sum((act) => act.messages)} messages in all; ` +
      `${story.doubles} came twice, ${story.forged} without a good signature.`,
  );
  const { asked, made, left, cost, currency } = story.cloud;
  screen.line(
    `In the cloud: ${made} nodes made in ${asked} tries, ${left} left; they have cost ${cost.toFixed(2)} ${currency} at the lab's prices.`,
  );
  screen.line({
    style: 'dim',
    text:
      `Times are the lab's, ${told.speed} times as fast as yours: the story took ${lasting(told.realMs)}. ` +
      `Work is not sped up,`,
  });
  screen.line({
    style: 'dim',
    text: `so each millisecond of it counts as ${told.speed} in "paged after". A look comes once a minute.`,
  });
  screen.line();
  screen.line(
    story.isGood
      ? { style: 'good', text: 'All went as told.' }
      : { style: 'bad', text: 'Not all went as told: see the lines that begin with ✗.' },
  );
}
