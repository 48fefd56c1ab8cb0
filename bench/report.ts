// What every benchmark answers, and how it is printed.
import { type Limit, missed } from './numbers.ts';

type Fields = Readonly<Record<string, string | number | boolean>>;

export type Report = {
  /** The fields that are promised, in their order. */
  readonly fields: Fields;
  /** More that was measured, for people. */
  readonly details: Fields;
  readonly limits: readonly Limit[];
  /** What went wrong although all numbers are there, one sentence each. */
  readonly broken: readonly string[];
};

/** A small table; a field with a limit shows it. */
export function table(report: Report): string {
  const limits = new Map(report.limits.map(({ field, atMost }) => [field, atMost]));
  const rows = [...Object.entries(report.fields), ...Object.entries(report.details)];
  const width = Math.max(...rows.map(([name]) => name.length));
  return rows
    .map(([name, value]) => {
      const limit = limits.get(name);
      const shown = typeof value === 'number' ? value.toLocaleString('en-GB') : String(value);
      const target = limit === undefined ? '' : `   at most ${limit.toLocaleString('en-GB')}`;
      return `${name.padEnd(width)}  ${shown.padStart(10)}${target}`;
    })
    .join('\n');
}

/** Everything that is not as it should be, one sentence each. */
export function complaints(report: Report): string[] {
  return [...missed({ ...report.details, ...report.fields }, report.limits), ...report.broken];
}
