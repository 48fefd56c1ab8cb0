// A day of the long view as short text: a site has ninety of them in one document.
import { z } from 'zod';
import type { Bar, CalendarDay, Day } from '../domain/history/history.ts';
import { codec, type Codec } from './codec.ts';

/** Ninety of these and what was not swept yet stay well below the 1 MiB that a document may have. */
export const mostDayBytes = 8_000;

const dayLength = 86_400;
const seconds = z.int().min(0).max(dayLength);
/** `good`, `doubt`, `bad`, `unknown`. */
const four = z.tuple([seconds, seconds, seconds, seconds]);
type Four = z.output<typeof four>;
const fours = z.record(z.string(), four);
const whole = z.int().min(0);

/** `most` is the commonest bar; it is that of the parts of which only the id is given. */
const packed = z.strictObject({
  site: four,
  most: four,
  signers: z.array(z.string()),
  targets: z.array(z.string()),
  otherSigners: fours,
  otherTargets: fours,
  incidents: whole,
  pages: whole,
});

// A calendar is written without a look, so each day says of which version it is. They stay for ninety days: so long a second version has to
// read this one.
const dayTextCodec: Codec<z.output<typeof packed>> = codec(packed, { version: 1 });

type Part = { readonly of: 'signers' | 'targets'; readonly id: string; readonly bar: Bar };

/** Within a day, whatever was counted: a day that cannot be written would keep its site from being written. */
const bounded = (value: number): number => Math.min(dayLength, Math.max(0, Math.round(value)));

const fourOf = ({ good, doubt, bad, unknown }: Bar): Four => [
  bounded(good),
  bounded(doubt),
  bounded(bad),
  bounded(unknown),
];
const barOf = ([good, doubt, bad, unknown]: Four): Bar => ({ good, doubt, bad, unknown });
const textOf = (bar: Bar): string => JSON.stringify(fourOf(bar));

const partsOf = (of: Part['of'], bars: Readonly<Record<string, Bar>>): Part[] =>
  Object.entries(bars).map(([id, bar]) => ({ of, id, bar }));

/** The bar that most of them have; that of the site when there are none. */
function commonest(parts: readonly Part[], site: Bar): Bar {
  const groups = Map.groupBy(parts, ({ bar }) => textOf(bar));
  const [most] = [...groups.values()].toSorted((a, b) => b.length - a.length);
  return most?.[0]?.bar ?? site;
}

/** Signers before targets, and of each the worst first: what does not fit is what there is least to say about. */
const byWeight = (a: Part, b: Part): number =>
  Number(a.of === 'targets') - Number(b.of === 'targets') ||
  b.bar.bad - a.bar.bad ||
  b.bar.doubt - a.bar.doubt ||
  b.bar.unknown - a.bar.unknown;

const bytes = (text: string): number => Buffer.byteLength(text);

const sameAs = (most: Bar) => {
  const text = textOf(most);
  return ({ bar }: Part): boolean => textOf(bar) === text;
};

function write(parts: readonly Part[], most: Bar, day: CalendarDay): string {
  const isMost = sameAs(most);
  const idsOf = (of: Part['of']): string[] =>
    parts.filter((part) => part.of === of && isMost(part)).map(({ id }) => id);
  const othersOf = (of: Part['of']): Record<string, Four> =>
    Object.fromEntries(
      parts.filter((part) => part.of === of && !isMost(part)).map(({ id, bar }) => [id, fourOf(bar)]),
    );
  const fields = dayTextCodec.write(day.day, {
    site: fourOf(day.site),
    most: fourOf(most),
    signers: idsOf('signers'),
    targets: idsOf('targets'),
    otherSigners: othersOf('signers'),
    otherTargets: othersOf('targets'),
    incidents: day.incidents,
    pages: day.pages,
  });
  return JSON.stringify(fields);
}

/**
 * The text of a day, at most `mostDayBytes` long. When all of it would be longer, the targets that were best are left out, then the signers
 * that were best: of a part that is missing, nothing is known. The day itself is not in it.
 */
export function packDay(day: CalendarDay): string {
  const parts = [...partsOf('signers', day.signers), ...partsOf('targets', day.targets)];
  const most = commonest(parts, day.site);
  const whole = write(parts, most, day);
  if (bytes(whole) <= mostDayBytes) return whole;
  const isMost = sameAs(most);
  const kept: Part[] = [];
  let used = bytes(write([], most, day));
  for (const part of parts.toSorted(byWeight)) {
    // With its comma, and with its colon.
    used += bytes(JSON.stringify(part.id)) + 1 + (isMost(part) ? 0 : bytes(textOf(part.bar)) + 1);
    if (used > mostDayBytes) break;
    kept.push(part);
  }
  return write(kept, most, day);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** `name` is what messages call the text, e.g. `history/home days.2026-12-01`. Throws as a codec does. */
export function unpackDay(name: string, day: Day, text: unknown): CalendarDay {
  const fields = dayTextCodec.read(name, typeof text === 'string' ? parseJson(text) : null);
  const { site, most, signers, targets, otherSigners, otherTargets, incidents, pages } = fields;
  const barsOf = (ids: readonly string[], others: z.output<typeof fours>): Record<string, Bar> =>
    Object.fromEntries([
      ...ids.map((id) => [id, barOf(most)] as const),
      ...Object.entries(others).map(([id, each]) => [id, barOf(each)] as const),
    ]);
  return {
    day,
    site: barOf(site),
    signers: barsOf(signers, otherSigners),
    targets: barsOf(targets, otherTargets),
    incidents,
    pages,
  };
}
