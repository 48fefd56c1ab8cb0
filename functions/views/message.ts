// Words for a notice: what somebody reads who was asleep a moment ago.
import { isPage, type Notice, type NoticeItem } from '../domain/notice.ts';
import { costWords } from './cost.ts';
import { nameOf, titleOf } from './message-title.ts';
import { closing, opening, sentence, times } from './message-words.ts';
import { duration, localTime } from './time.ts';

const longestList = 20;
const shownEvidence = 2;

function evidenceTitle(kind: Notice['kind']): string {
  if (kind === 'report') return 'How it was:';
  return kind === 'resolved' ? 'What was seen last:' : 'What was seen:';
}

/** Two lines: whoever was asleep reads no more, and all of it is in the incident. */
function evidenceOf(item: NoticeItem, notice: Notice): string[] {
  const isBrief = notice.kind === 'acknowledged' || notice.kind === 'progress';
  if (item.evidence.length === 0 || isBrief) return [];
  const title = evidenceTitle(notice.kind);
  const shown = item.evidence.slice(0, shownEvidence);
  const rest = item.evidence.length - shown.length;
  const where = notice.kind === 'direct' ? '' : `: watchdog incident ${item.incident}`;
  const more = rest > 0 ? [`- and ${rest} more${where}`] : [];
  return ['', title, ...shown.map((line) => `- ${line}`), ...more];
}

/** What is done about it; not where the message is about nothing else. */
function doingOf({ doing, problem, subject }: NoticeItem, { kind }: Notice): string[] {
  const isSaid = problem === 'standby-failing' || (kind === 'resolved' && subject.kind === 'standby');
  if (doing.length === 0 || isSaid) return [];
  const title =
    kind === 'resolved' ? 'What the watchdog did about it:' : 'What the watchdog is doing about it:';
  return [title, ...doing.slice(0, longestList).map((line) => `- ${line}`)];
}

function waiting(notice: Notice): string[] {
  if (!isPage(notice.kind) || notice.severity === 'info') return [];
  const words = [...new Set(notice.items.flatMap((item) => item.costs.map(costWords)))];
  return words.length === 0 ? [] : ['', ...words];
}

const codeLines = (code: string | null): string[] => (code === null ? [] : [`Code to acknowledge: ${code}`]);

function single(item: NoticeItem, notice: Notice, code: string | null): string[] {
  const what =
    notice.kind === 'resolved'
      ? sentence(`It was: ${item.summary}`, '')
      : sentence(item.summary, item.subject.id);
  const doing = doingOf(item, notice);
  const facts = [what, ...times(item, notice), ...codeLines(code), ...evidenceOf(item, notice)];
  if (doing.length === 0) return facts;
  return notice.kind === 'progress' ? [...doing, '', ...facts] : [...facts, '', ...doing];
}

function line(item: NoticeItem, notice: Notice): string {
  const since = localTime(item.since, notice.timezone);
  // What it costs and how it ends; since when it is a matter of its own is of no interest.
  if (item.problem === 'standby-running') {
    return `- ${nameOf(item)}: ${item.evidence.slice(0, shownEvidence).join('; ')}`;
  }
  if (notice.kind === 'resolved') {
    return `- ${nameOf(item)}: began ${since}, closed after ${duration(notice.at - item.since)}`;
  }
  const isSaidInFull = item.subject.kind === 'alert' || item.problem === 'standby-failing';
  const seen = isSaidInFull ? item.summary : (item.evidence[0] ?? item.summary);
  const what = seen.startsWith(`${nameOf(item)}:`) ? seen : `${nameOf(item)}: ${seen}`;
  return `- ${what}, since ${since}`;
}

function several(notice: Notice, code: string | null): string[] {
  const { items } = notice;
  const shown = items.slice(0, longestList).map((item) => line(item, notice));
  const rest = items.length - shown.length;
  return [...codeLines(code), ...shown, ...(rest > 0 ? [`- and ${rest} more`] : [])];
}

/** A report and what is said past the store are about none that anybody could look up. */
const hasIncident = ({ kind }: Notice): boolean => kind !== 'report' && kind !== 'direct';

/** A page must not fail over the name of a zone. */
function withKnownZone(notice: Notice): Notice {
  try {
    localTime(notice.at, notice.timezone);
    return notice;
  } catch {
    return { ...notice, timezone: 'UTC' };
  }
}

/**
 * Title (at most 100 characters) and body of a message. Times are in the site's zone with UTC beside them. `code` acknowledges it without
 * a link; it stands where no channel cuts. Pure.
 */
export function renderNotice(
  given: Notice,
  code: string | null = null,
): { readonly title: string; readonly body: string } {
  const notice = withKnownZone(given);
  const [first] = notice.items;
  const content =
    notice.items.length === 1 && first !== undefined ? single(first, notice, code) : several(notice, code);
  const place = notice.siteName === notice.site ? notice.site : `${notice.siteName} (${notice.site})`;
  const others = notice.items.length > 1 ? ` and ${notice.items.length - 1} more` : '';
  return {
    title: titleOf(notice),
    body: [
      ...opening(notice),
      ...content,
      ...waiting(notice),
      '',
      closing(notice),
      '',
      `Site: ${place}`,
      ...(hasIncident(notice) ? [`Incident: ${first?.incident ?? 'unknown'}${others}`] : []),
    ].join('\n'),
  };
}
