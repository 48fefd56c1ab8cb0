// Shapes that say how something is, beside its colour and its word; and the figures of the map.
import { escaped } from '../html.ts';
import type { MapPart } from '../overview.ts';

export type Sign = MapPart['tone'];

const stroke =
  'fill="none" stroke="currentColor" stroke-width="1.8" stroke-linecap="round" stroke-linejoin="round"';
const on =
  'fill="none" stroke="var(--card)" stroke-width="2.6" stroke-linecap="round" stroke-linejoin="round"';

const shapes: Readonly<Record<string, string>> = {
  good: `<circle cx="12" cy="12" r="10.5" fill="currentColor"/><path d="m7 12.6 3.4 3.4L17 8.8" ${on}/>`,
  doubt: `<path d="M12 3 22.5 21h-21z" fill="currentColor" stroke="currentColor" stroke-width="2" stroke-linejoin="round"/><path d="M12 9.5v5M12 18v.01" ${on}/>`,
  bad: `<path d="M7.7 1.6h8.6l6.1 6.1v8.6l-6.1 6.1H7.7l-6.1-6.1V7.7z" fill="currentColor"/><path d="m8 8 8 8m0-8-8 8" ${on}/>`,
  none: `<circle cx="12" cy="12" r="10" fill="none" stroke="currentColor" stroke-width="2" stroke-dasharray="3.5 3.5"/><path d="M8 12h8" ${stroke}/>`,
  watchdog: `<path d="M2 12s3.6-6.5 10-6.5S22 12 22 12s-3.6 6.5-10 6.5S2 12 2 12z" ${stroke}/><circle cx="12" cy="12" r="3" fill="currentColor"/>`,
  exit: `<path d="m12 3 8 3v6c0 5-3.5 8-8 9.5C7.5 20 4 17 4 12V6z" ${stroke}/><path d="M12 10v4" ${stroke}/>`,
  house: `<path d="M3 11.5 12 4l9 7.5M5.5 9.8V20h13V9.8M10 20v-6h4v6" ${stroke}/>`,
  chain: `<path d="M9.5 8H7a4 4 0 0 0 0 8h2.5m5-8H17a4 4 0 0 1 0 8h-2.5M8.5 12h7" ${stroke}/>`,
  standby: `<path d="M7 18.5a4.5 4.5 0 0 1-.4-9 6 6 0 0 1 11.4 1.6 3.8 3.8 0 0 1-.5 7.4z" ${stroke}/>`,
};

/** Once in a page, before the first sign: the shapes that the others are. */
export const shapesOfPage = `<svg width="0" height="0" class="defs" aria-hidden="true" focusable="false">${Object.entries(
  shapes,
)
  .map(([name, shape]) => `<symbol id="i-${name}" viewBox="0 0 24 24">${shape}</symbol>`)
  .join('')}</svg>`;

/** For eyes only: the word beside it says the same. */
export const sign = (name: Sign): string =>
  `<svg class="i ${name}" aria-hidden="true"><use href="#i-${name}"/></svg>`;

/** Text from elsewhere, whose direction does not turn what stands beside it. */
export const bdi = (text: string): string => `<bdi>${escaped(text)}</bdi>`;

/** A sign and its word, e.g. a green tick and `answers`. */
export const said = (tone: Sign, word: string): string =>
  `<span class="w ${tone}">${sign(tone)}${bdi(word)}</span>`;
