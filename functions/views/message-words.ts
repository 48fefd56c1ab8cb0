// What stands around the facts of a message: why it comes, since when, and what is to be expected now.
import { isOwn, isSafety } from '../domain/incident.ts';
import { isPage, type Notice, type NoticeItem } from '../domain/notice.ts';
import { cut } from './message-title.ts';
import { duration, localTime } from './time.ts';

/** Begins with a capital, except with a name: that is written as it is. */
export function sentence(text: string, name: string): string {
  const begun = text.startsWith(name) ? text : text.slice(0, 1).toUpperCase() + text.slice(1);
  return /[.!?…]$/.test(begun) ? begun : `${begun}.`;
}

const grave = { critical: 'critical', warning: 'a warning', info: 'for information only' } as const;

const toldWords = ({ told }: Notice): string =>
  told.length === 0 ? '' : ` Told so far: ${told.join(', ')}.`;

const mostChanges = 4;

function changeWords({ items }: Notice): string {
  const changes = [...new Set(items.flatMap((item) => item.changes))].slice(0, mostChanges);
  return changes.length === 0
    ? 'Nothing has changed since the last message.'
    : sentence(`Since the last message: ${changes.join('; ')}`, '');
}

/** What changed, for whoever was told something else before. */
export function opening(notice: Notice): string[] {
  const { kind, severity, items } = notice;
  switch (kind) {
    case 'opened':
      return [];
    case 'escalated':
      return [`Nobody has acknowledged this yet, so you are told as well.${toldWords(notice)}`];
    case 'reminder':
      return [
        `This still holds, and nobody is known to be looking at it.${toldWords(notice)}`,
        changeWords(notice),
      ];
    case 'acknowledged':
      return [
        `${cut(notice.acknowledgedBy ?? 'Somebody', 40)} has taken this on. Nobody is woken for it any more unless it gets worse.`,
      ];
    case 'raised':
      return [`This got worse: now ${grave[severity]}.`];
    case 'lowered':
      return items.some((item) => item.problem === 'inbound-lost')
        ? [`Not an outage any more: the house shows life. Now ${grave[severity]}.`]
        : [`This is less grave than before: now ${grave[severity]}.`];
    case 'progress':
      return items.some(({ changes }) => changes.length > 0) ? [changeWords(notice)] : [];
    case 'resolved':
      return [items.length === 1 ? 'This is over.' : 'These are over.'];
    case 'report':
      return [];
    case 'direct':
      return [
        'State unknown, may repeat: the store of the watchdog fails, so it does not know what was so before, nor who has this already.',
      ];
  }
}

/** A node that is gone does not come back, and a drill that has passed was looked at for long enough. */
const isOverAtOnce = ({ problem }: NoticeItem): boolean =>
  problem === 'standby-running' || problem === 'standby-orphan' || problem === 'drill-failed';

/** Since when, and when it ended. */
export function times(item: NoticeItem, notice: Notice): string[] {
  const since = localTime(item.since, notice.timezone);
  const lasted = duration(notice.at - item.since);
  if (notice.kind === 'report') return [`It tells of the time since ${since}.`];
  if (notice.kind === 'direct') return [`Seen ${since}; since when is not known.`];
  // It is noticed only when it is over.
  if (notice.kind !== 'resolved' && item.problem === 'late') return [`Noticed ${since}.`];
  if (notice.kind !== 'resolved') {
    const age = notice.at - item.since >= 60_000 ? `, for ${lasted}` : '';
    return [`Since ${since}${age}.`];
  }
  if (isSafety(item.problem)) {
    return [
      `Began ${since}.`,
      `Closed ${localTime(notice.at, notice.timezone)}: somebody has stated its cause.`,
    ];
  }
  const wait = isOverAtOnce(item) ? '' : '; this includes the wait to see that it stays well';
  return [
    item.problem === 'late' ? `Noticed ${since}.` : `Began ${since}.`,
    `Closed ${localTime(notice.at, notice.timezone)}, after ${lasted}${wait}.`,
  ];
}

/** What is to be expected now. */
export function closing({ kind, isThreadOver, severity, items }: Notice): string {
  const doubt = items.find(({ problem }) => isSafety(problem));
  if (kind === 'resolved') {
    if (!isThreadOver)
      return 'Other parts of the same page are not well yet; they are told of by themselves.';
    const mayStand = items.some(({ subject, doing }) => subject.kind !== 'standby' && doing.length > 0);
    const standby = mayStand ? ' A standby that is still there is told of by itself.' : '';
    return `Nothing more will follow about this.${standby}`;
  }
  if (kind === 'report') {
    return 'The next one comes in a week. When it does not, look for it: nothing else would reach you either.';
  }
  if (kind === 'direct') {
    return 'While this lasts it is told every 15 minutes; nobody can be told when it is over.';
  }
  if (doubt !== undefined) {
    return `This does not end by itself, and you are told again until its cause is stated: watchdog clear ${doubt.incident} --why "…"`;
  }
  if (!isPage(kind)) return 'You will be told when it is over.';
  const isOfHouse = !items.every(({ subject }) => isOwn(subject));
  const still =
    severity === 'critical' && isOfHouse ? ' It starts nothing that signs: that is for a person to do.' : '';
  return `The watchdog keeps looking every minute and tells you when this changes.${still}`;
}
