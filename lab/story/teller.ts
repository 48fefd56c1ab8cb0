// Tells the story in the terminal while it happens: what we do, what should follow, what the watchdog says, and whether it is right.
import type { SiteVerdict } from '../../functions/domain/verdict.ts';
import type { Look } from '../look.ts';
import { showPage } from '../pager/show.ts';
import type { Paged } from '../pager/pager.ts';
import { wrap, type Screen } from '../screen.ts';
import { clockTime, labTime } from '../time.ts';
import { verdictTone, verdictWords } from '../../functions/views/verdict.ts';
import { labSite } from '../basement/names.ts';

export type Teller = {
  readonly title: (number: number, words: string) => void;
  readonly we: (at: number, words: string) => void;
  readonly should: (words: string) => void;
  /** A tick; told only when its verdict is another than before. */
  readonly look: (look: Look) => void;
  readonly page: (paged: Paged) => void;
  /** What is said more than once in an act is told once. */
  readonly trouble: (text: string) => void;
  readonly check: (words: string, isSo: boolean, said?: string) => void;
};

const labelWidth = 8;
const stampWidth = 'T+00:00  00:00:00  '.length;

export function openTeller(screen: Screen, startedAt: number): Teller {
  let before: SiteVerdict | null = null;
  const troubles = new Set<string>();
  const lines = (stamp: string, label: string, text: string): void => {
    const margin = ' '.repeat(stampWidth);
    for (const [index, part] of wrap(text, screen.width() - stampWidth - labelWidth).entries()) {
      const left = index === 0 ? stamp.padEnd(stampWidth) : margin;
      const name = (index === 0 ? label : '').padEnd(labelWidth);
      screen.line({ style: 'dim', text: left }, { style: 'dim', text: name }, part);
    }
  };
  const stampOf = (at: number): string => `${labTime(at - startedAt)}  ${clockTime(at)}`;
  return {
    title: (number, words) => {
      troubles.clear();
      screen.line();
      screen.line({ style: 'strong', text: `── ${number}. ${words} `.padEnd(screen.width(), '─') });
    },
    we: (at, words) => {
      lines(stampOf(at), 'we', words);
    },
    should: (words) => {
      lines('', 'should', words);
    },
    look: (look) => {
      const site = look.sites.find(({ site: id }) => id === labSite);
      if (site?.verdict === undefined || site.verdict === null || site.verdict === before) return;
      before = site.verdict;
      const { verdict } = site;
      screen.line(
        { style: 'dim', text: stampOf(look.at).padEnd(stampWidth) },
        { style: 'dim', text: 'verdict ' },
        { style: verdictTone[verdict], text: verdict },
        `: ${verdictWords[verdict]}`,
      );
    },
    page: (paged) => {
      showPage(screen, paged, stampWidth);
    },
    trouble: (text) => {
      if (troubles.has(text)) return;
      troubles.add(text);
      screen.line({ style: 'doubt', text: `${' '.repeat(stampWidth)}log     ${text}` });
    },
    check: (words, isSo, said) => {
      const instead = isSo || said === undefined ? '' : `: ${said}`;
      screen.line(' '.repeat(stampWidth), { style: isSo ? 'good' : 'bad', text: isSo ? '✓ ' : '✗ ' }, words, {
        style: 'bad',
        text: instead,
      });
    },
  };
}
