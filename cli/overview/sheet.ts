// What all lines of an overview go by, and the words of times in them.
import type { Shown, SiteOverview } from '../../functions/views/overview.ts';
import { type Clock, lasted, timeWords } from '../../functions/views/page/when.ts';
import type { Part } from '../../local/terminal-text.ts';
import type { Glyphs } from './glyphs.ts';

export type Line = readonly Part[];

export type Sheet = {
  readonly glyphs: Glyphs;
  /** Of the reader. */
  readonly clock: Clock;
  /** By which facts are told: as of the last look where that is too old. */
  readonly old: Clock;
  /** What is shown to everybody holds no names. */
  readonly isPublic: boolean;
  readonly hidden: readonly Shown[];
  /** In columns. */
  readonly width: number;
};

export const title = (text: string): Line => ['  ', { style: 'strong', text }];

export const dim = (text: string): Part => ({ style: 'dim', text });

/** E.g. `since 02:53 (01:53 UTC), for 21 min`. */
export const sinceWords = (at: number, clock: Clock): string =>
  `since ${timeWords(at, clock)}, for ${lasted(at, clock)}`;

/** E.g. `03:07 (02:07 UTC), 7 min ago`. */
export const agoWords = (at: number, clock: Clock): string =>
  `${timeWords(at, clock)}, ${lasted(at, clock)} ago`;

export const hasHistory = ({ hidden }: Sheet, { days }: Pick<SiteOverview, 'days'>): boolean =>
  !hidden.includes('history') && days.bars.length > 0;
