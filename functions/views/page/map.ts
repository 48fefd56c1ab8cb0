// The map of a site: where the watchdog looks from, through what, and what it sees there; one picture, and its words as a list.
import { escaped } from '../html.ts';
import { capital } from '../headline-words.ts';
import { cut } from '../message-title.ts';
import type { MapPart } from '../overview.ts';
import { bdi, said, type Sign } from './signs.ts';
import { widthOf } from './text-width.ts';

const columns = [60, 180, 300] as const;
const rowHeight = 144;
const radius = 27;
/** Where the words under a figure end. */
const foot = 74;

type Placed = { readonly part: MapPart; readonly x: number; readonly y: number };

type Line = {
  readonly from: readonly [number, number];
  readonly to: readonly [number, number];
  readonly tone: Sign;
};

const gravity = { none: 0, good: 1, doubt: 2, bad: 3 } as const;
const worse = (a: Sign, b: Sign): Sign => (gravity[a] >= gravity[b] ? a : b);

const row = (index: number): number => 34 + index * rowHeight;

/** The watchdog, the exit and the house in the first row; chains below the house, standbys at their side. */
function placesOf(parts: readonly MapPart[]): Placed[] {
  const of = (id: MapPart['id']): MapPart[] => parts.filter((part) => part.id === id);
  const [watchdog, exit, house] = [
    of('watchdog'),
    of('exit').filter(({ tone }) => tone !== 'none'),
    of('house'),
  ];
  const first = [
    ...watchdog.slice(0, 1).map((part) => ({ part, x: columns[0], y: row(0) })),
    ...exit.slice(0, 1).map((part) => ({ part, x: columns[1], y: row(0) })),
    ...house.slice(0, 1).map((part) => ({ part, x: columns[2], y: row(0) })),
  ];
  const chains = of('chain').map((part, index) => ({
    part,
    x: index % 2 === 0 ? columns[2] : columns[1],
    y: row(1 + Math.floor(index / 2)),
  }));
  const standbys = of('standby').map((part, index) => ({ part, x: columns[0], y: row(1 + index) }));
  return [...first, ...chains, ...standbys];
}

/** From the edge of one figure to the edge of the next in the same row. */
const across = (a: Placed, b: Placed, tone: Sign): Line => ({
  from: [a.x + radius + 5, a.y],
  to: [b.x - radius - 5, b.y],
  tone,
});

const down = (a: Placed, b: Placed, tone: Sign): Line => ({
  from: [a.x - (a.x - b.x) * 0.45, a.y + foot],
  to: [b.x, b.y - radius - 5],
  tone,
});

function linesOf(places: readonly Placed[]): Line[] {
  const of = (id: MapPart['id']): Placed[] => places.filter(({ part }) => part.id === id);
  const [[watchdog], [exit], [house]] = [of('watchdog'), of('exit'), of('house')];
  const lines: Line[] = [];
  if (watchdog !== undefined && exit !== undefined) lines.push(across(watchdog, exit, exit.part.tone));
  const near = exit ?? watchdog;
  if (near !== undefined && house !== undefined) lines.push(across(near, house, house.part.tone));
  const chains = of('chain');
  for (const chain of house === undefined ? [] : chains.filter(({ y }) => y === row(1))) {
    if (house !== undefined) lines.push(down(house, chain, worse(house.part.tone, chain.part.tone)));
  }
  for (const standby of of('standby')) {
    const beside = chains.filter(({ y }) => y === standby.y).toSorted((a, b) => a.x - b.x)[0];
    if (beside !== undefined && standby.part.tone !== 'none') {
      lines.push(across(standby, beside, standby.part.tone));
    }
  }
  return lines;
}

/** Whole where it is well, dashed where it is not known, and broken with a cross where there is nothing. */
function lineShape({ from: [x1, y1], to: [x2, y2], tone }: Line): string {
  const line = (a: number, b: number, c: number, d: number): string => `M${a} ${b}L${c} ${d}`;
  const at = (part: number): readonly [number, number] => [
    Math.round(x1 + (x2 - x1) * part),
    Math.round(y1 + (y2 - y1) * part),
  ];
  if (tone !== 'bad') return `<path class="e ${tone}" d="${line(Math.round(x1), y1, x2, y2)}"/>`;
  const [[ax, ay], [bx, by], [mx, my]] = [at(0.3), at(0.7), at(0.5)];
  const cross = `M${mx - 5} ${my - 5}l10 10m0-10-10 10`;
  return `<path class="e bad" d="${line(Math.round(x1), y1, ax, ay)}${line(bx, by, x2, y2)}${cross}"/>`;
}

/** Names of chains are written as they are. */
const title = ({ id, name }: MapPart): string => (id === 'chain' ? name : capital(name));

/** As wide as there is room between two figures, and no wider. */
const mostWide = 116;

function label(x: number, y: number, text: string, kind: '' | ' class="n"'): string {
  const length =
    widthOf(text) * 1.3 > mostWide ? ` textLength="${mostWide}" lengthAdjust="spacingAndGlyphs"` : '';
  return `<text x="${x}" y="${y}"${kind}${length}>${escaped(text)}</text>`;
}

function figure({ part, x, y }: Placed): string {
  const { id, tone, state } = part;
  const mark =
    tone === 'none' ? '' : `<use href="#i-${tone}" x="${x + 10}" y="${y + 9}" width="19" height="19"/>`;
  return `<g class="${tone}"><circle cx="${x}" cy="${y}" r="${radius}"/><use href="#i-${id}" x="${x - 15}" y="${y - 15}" width="30" height="30"/>${mark}${label(x, y + 46, cut(title(part), 18), ' class="n"')}${label(x, y + 64, cut(state, 22), '')}</g>`;
}

const words = (part: MapPart): string => {
  const { tone, state, text } = part;
  return `<li><b>${bdi(title(part))}</b> ${said(tone, state)} <span class="soft">${bdi(text)}</span></li>`;
};

/** Nothing when there are no two parts: one alone stands nowhere. */
export function mapOf(parts: readonly MapPart[]): string {
  const places = placesOf(parts);
  if (places.length < 2) return '';
  const height = Math.max(...places.map(({ y }) => y)) + foot + 2;
  const shapes = [...linesOf(places).map(lineShape), ...places.map(figure)].join('');
  return `<div class="map"><svg class="m" viewBox="0 0 360 ${height}" role="img" aria-label="Map of what the watchdog sees; the list that follows says the same">${shapes}</svg><ul class="parts">${parts.map(words).join('')}</ul></div>`;
}
