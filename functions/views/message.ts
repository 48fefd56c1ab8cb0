// Words for a notice: what somebody reads who was asleep a moment ago.
import { isOwn, isSafety, type ProblemKind } from '../domain/incident.ts';
import { isPage, type Notice, type NoticeItem } from '../domain/notice.ts';
import { costWords } from './cost.ts';
import { duration, localTime } from './time.ts';

const longestTitle = 100;
const longestList = 20;

/** Without what tells it from other alerts of that name. */
const alertName = (id: string): string => id.replace(/-[0-9a-f]{8,}$/, '');

const nameOf = ({ subject }: NoticeItem): string =>
  subject.kind === 'alert' ? alertName(subject.id) : subject.id;

/** The trouble in a few words, with the name of what is in trouble. */
function trouble(problem: ProblemKind, name: string): string {
  switch (problem) {
    case 'dark':
      return 'dark or cut off';
    case 'vpn-down':
      return 'dark or cut off, the VPN exit is unreachable';
    case 'inbound-lost':
      return 'the way in is broken, the house lives';
    case 'not-signing':
      return `signer ${name} is not signing`;
    case 'unreachable':
      return `${name} does not answer as it should`;
    case 'exit-unreachable':
      return `VPN exit ${name} does not answer`;
    case 'inactive':
      return `signer ${name} is not active any more`;
    case 'signing-unknown':
      return `cannot tell whether signer ${name} signs`;
    case 'chain-unseen':
      return `no source shows chain ${name}`;
    case 'chain-stalled':
      return `chain ${name} stands still`;
    case 'disputed':
      return `${name} is disputed: it answers one of us, and not the other`;
    case 'on-battery':
      return 'on battery, the house has lost power';
    case 'heartbeat-missed':
      return `no word from ${name}`;
    case 'heartbeat-refused':
      return `what ${name} sends is refused`;
    case 'job-failed':
      return `${name} failed`;
    case 'clock-off':
      return `the clock of ${name} is wrong`;
    case 'alert':
      return alertName(name);
    case 'new-exit':
      return 'sends from a new address of its VPN provider';
    case 'vpn-leak':
      return 'VPN LEAK, the home address may be showing';
    case 'two-fences':
      return `TWO INSTANCES RUN for signer ${name}`;
    case 'standby-running':
      return `the standby of ${name} still runs`;
    case 'standby-failing':
      return `the standby of ${name} needs you`;
    case 'keys-on-standby':
      return `KEYS ON THE STANDBY of ${name}`;
    case 'standby-doubt':
      return `THE STANDBY of ${name} CANNOT BE BELIEVED`;
    case 'standby-orphan':
      return `${name} runs in the cloud and nobody wants it`;
    case 'late':
      return 'the watchdog was late';
    case 'undelivered':
      return 'messages are not delivered';
    case 'channel-failing':
      return `nothing arrives by ${name}`;
    case 'store-failing':
      return 'the watchdog cannot remember, its store fails';
    case 'report':
      return 'weekly report, the watchdog is there';
    case 'blind':
      return 'the watchdog is blind';
    case 'unknown':
      return 'the watchdog cannot tell how it is';
  }
}

function cut(text: string, length: number): string {
  if (text.length <= length) return text;
  // Not in the middle of a character that takes two places.
  return `${text
    .slice(0, length - 1)
    .replace(/[\uD800-\uDBFF]$/, '')
    .trimEnd()}…`;
}

/** That the watchdog's own trouble is over, where that cannot be said by how long the trouble lasted. */
function againWell({ problem, subject }: NoticeItem): string | null {
  if (problem === 'late') return 'the watchdog looks in time again';
  if (problem === 'undelivered') return 'messages are delivered again';
  return problem === 'channel-failing' ? `messages arrive by ${subject.id} again` : null;
}

function headline({ kind, items, at }: Notice): string {
  const [first] = items;
  if (first === undefined) return 'no details';
  if (items.length === 1) {
    const again = kind === 'resolved' ? againWell(first) : null;
    if (again !== null) return again;
    const lasted = kind === 'resolved' ? `, after ${duration(at - first.since)}` : '';
    return `${trouble(first.problem, first.subject.id)}${lasted}`;
  }
  const names = items.map(nameOf).join(', ');
  if (first.subject.kind === 'alert') return `${items.length} alerts of the house: ${names}`;
  const state = first.problem === 'disputed' ? 'are disputed' : 'do not answer as they should';
  const what = kind === 'resolved' ? 'are well again' : state;
  return `${items.length} targets ${what}: ${names}`;
}

function label({ kind, severity }: Notice): string {
  switch (kind) {
    case 'opened':
      return severity.toUpperCase();
    case 'raised':
      return `NOW ${severity.toUpperCase()}`;
    case 'escalated':
      return `UNANSWERED ${severity.toUpperCase()}`;
    case 'reminder':
      return `STILL ${severity.toUpperCase()}`;
    case 'progress':
      return 'STANDBY';
    case 'acknowledged':
      return `ACKNOWLEDGED ${severity.toUpperCase()}`;
    case 'lowered':
      return `LOWERED TO ${severity.toUpperCase()}`;
    case 'resolved':
      return 'RESOLVED';
    case 'report':
      return 'REPORT';
    case 'direct':
      return `UNCONFIRMED ${severity.toUpperCase()}`;
  }
}

/** Begins with a capital, except with a name: that is written as it is. */
function sentence(text: string, name: string): string {
  const begun = text.startsWith(name) ? text : text.slice(0, 1).toUpperCase() + text.slice(1);
  return /[.!?…]$/.test(begun) ? begun : `${begun}.`;
}

const grave = { critical: 'critical', warning: 'a warning', info: 'for information only' } as const;

const toldWords = ({ told }: Notice): string =>
  told.length === 0 ? '' : ` Told so far: ${told.join(', ')}.`;

function changeWords({ items }: Notice): string {
  const changes = [...new Set(items.flatMap((item) => item.changes))].slice(0, 2);
  return changes.length === 0
    ? 'Nothing has changed since the last message.'
    : sentence(`Since the last message: ${changes.join('; ')}`, '');
}

/** What changed, for whoever was told something else before. */
function opening(notice: Notice): string[] {
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
      return [];
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

function times(item: NoticeItem, notice: Notice): string[] {
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
  return [
    item.problem === 'late' ? `Noticed ${since}.` : `Began ${since}.`,
    `Closed ${localTime(notice.at, notice.timezone)}, after ${lasted}; this includes the wait to see that it stays well.`,
  ];
}

const shownEvidence = 2;

function evidenceTitle(kind: Notice['kind']): string {
  if (kind === 'report') return 'How it was:';
  return kind === 'resolved' ? 'What was seen last:' : 'What was seen:';
}

/** Two lines: whoever was asleep reads no more, and all of it is in the incident. */
function evidenceOf(item: NoticeItem, notice: Notice): string[] {
  if (item.evidence.length === 0 || notice.kind === 'acknowledged') return [];
  const title = evidenceTitle(notice.kind);
  const shown = item.evidence.slice(0, shownEvidence);
  const rest = item.evidence.length - shown.length;
  const where = notice.kind === 'direct' ? '' : `: watchdog incident ${item.incident}`;
  const more = rest > 0 ? [`- and ${rest} more${where}`] : [];
  return ['', title, ...shown.map((line) => `- ${line}`), ...more];
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
  return [what, ...times(item, notice), ...codeLines(code), ...evidenceOf(item, notice)];
}

function line(item: NoticeItem, notice: Notice): string {
  const since = localTime(item.since, notice.timezone);
  if (notice.kind === 'resolved') {
    return `- ${nameOf(item)}: began ${since}, closed after ${duration(notice.at - item.since)}`;
  }
  const seen = item.subject.kind === 'alert' ? item.summary : (item.evidence[0] ?? item.summary);
  const what = seen.startsWith(`${nameOf(item)}:`) ? seen : `${nameOf(item)}: ${seen}`;
  return `- ${what}, since ${since}`;
}

function several(notice: Notice, code: string | null): string[] {
  const { items } = notice;
  const shown = items.slice(0, longestList).map((item) => line(item, notice));
  const rest = items.length - shown.length;
  return [...codeLines(code), ...shown, ...(rest > 0 ? [`- and ${rest} more`] : [])];
}

function closing({ kind, isThreadOver, severity, items }: Notice): string {
  const doubt = items.find(({ problem }) => isSafety(problem));
  if (kind === 'resolved') {
    return isThreadOver
      ? 'Nothing more will follow about this.'
      : 'Other parts of the same page are not well yet; they are told of by themselves.';
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
    title: cut(`${label(notice)} ${cut(notice.siteName, 40)}: ${headline(notice)}`, longestTitle),
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
