// Reads a file of recorded facts: JSON lines of `run --record`, or the JSON of `status`.
import type { Facts } from '../functions/domain/facts.ts';
import type { Judgement } from '../functions/domain/judge.ts';
import type { Policy } from '../functions/domain/policy.ts';
import { firstIssue, recordedTick, statusAnswer } from './record.ts';

/** `where` says it in the file, e.g. `line 3`. `policy` is null where the file does not tell it. */
export type Recorded = {
  readonly where: string;
  readonly facts: Facts;
  readonly policy: Policy | null;
  readonly judgement: Judgement;
};

/** `problems` has a sentence for each line that cannot be used, beginning with its place. */
export type Recording = { readonly ticks: readonly Recorded[]; readonly problems: readonly string[] };

type Json = { readonly ok: true; readonly value: unknown } | { readonly ok: false };

function parseJson(text: string): Json {
  try {
    const value: unknown = JSON.parse(text);
    return { ok: true, value };
  } catch {
    return { ok: false };
  }
}

const isStatus = (value: unknown): boolean => typeof value === 'object' && value !== null && 'sites' in value;

function fromStatus(value: unknown): Recording {
  const parsed = statusAnswer.safeParse(value);
  if (!parsed.success) return { ticks: [], problems: [`this is no status: ${firstIssue(parsed.error)}`] };
  const ticks: Recorded[] = [];
  const problems: string[] = [];
  for (const { site, facts, judgement } of parsed.data.sites) {
    if (facts !== null && judgement !== null)
      ticks.push({ where: `site ${site}`, facts, policy: null, judgement });
    else
      problems.push(
        `site ${site}: holds no facts; ask for the status with the token, once a tick was taken in`,
      );
  }
  return { ticks, problems };
}

function fromLine(text: string, where: string): Recorded | string {
  const json = parseJson(text);
  if (!json.ok) return `${where}: is not JSON, or was cut off`;
  const parsed = recordedTick.safeParse(json.value);
  if (!parsed.success) return `${where}: ${firstIssue(parsed.error)}`;
  const { facts, policy, judgement } = parsed.data;
  return { where, facts, policy, judgement };
}

/** Never throws, whatever the text is. Empty lines are passed over. */
export function readRecording(text: string): Recording {
  const whole = parseJson(text);
  if (whole.ok && isStatus(whole.value)) return fromStatus(whole.value);
  const read = text.split('\n').flatMap((line, index) => {
    const isEmpty = line.trim() === '';
    return isEmpty ? [] : [fromLine(line, `line ${index + 1}`)];
  });
  return {
    ticks: read.filter((each) => typeof each !== 'string'),
    problems: read.filter((each) => typeof each === 'string'),
  };
}
