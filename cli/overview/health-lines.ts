// In lines what the house says of itself, whether messages arrive, and how well the watchdog itself looks.
import { sentence } from '../../functions/views/message-words.ts';
import type { SiteOverview } from '../../functions/views/overview.ts';
import { lateMs } from '../../functions/views/page/watch-part.ts';
import { lasted, timeWords } from '../../functions/views/page/when.ts';
import { count } from '../../functions/views/page/words.ts';
import { duration } from '../../functions/views/time.ts';
import { said } from './glyphs.ts';
import { agoWords, dim, type Line, type Sheet, sinceWords, title } from './sheet.ts';

/** Nothing when the house never says anything. */
export function houseLines({ heartbeats, power }: SiteOverview, { glyphs, old }: Sheet): Line[] {
  const lines = [
    ...heartbeats.map(({ source, sentAt, isFresh }): Line => [
      '  ',
      said(glyphs, isFresh ? 'good' : 'doubt', `${source} ${isFresh ? 'is heard' : 'is silent'}`),
      dim(sentAt === null ? '  never heard' : `  ${agoWords(sentAt, old)}`),
    ]),
    ...(power === null ? [] : [[`  ${sentence(power, '')}`]]),
  ];
  return lines.length === 0 ? [] : [title('The house itself'), ...lines];
}

/** Whether people can be reached: what waits, and which channels refuse. */
export function messagesLines({ outbox }: SiteOverview, { glyphs, old }: Sheet): Line[] {
  if (outbox === null) return [];
  const failed = Object.entries(outbox.failing).map(([channel, { since, times, outcome }]): Line => [
    '  ',
    said(glyphs, 'bad', `${channel} does not take messages`),
    ` ${sinceWords(since, old)}, ${times} times. `,
    dim(outcome),
  ]);
  const late = Object.entries(outbox.waiting)
    .filter(([channel]) => outbox.failing[channel] === undefined)
    .map(([channel, since]): Line => [
      '  ',
      said(glyphs, 'doubt', `${channel}: a message waits for ${lasted(since, old)}`),
    ]);
  const { at, isUnread } = outbox;
  const unread: Line[] = isUnread
    ? [
        [
          '  ',
          said(glyphs, 'doubt', 'a message is due, and it is not known what became of it:'),
          at === null ? ' it was never looked at' : ` last looked at ${agoWords(at, old)}`,
        ],
      ]
    : [];
  const good: Line =
    at === null
      ? [dim('  Not looked at yet.')]
      : [
          '  ',
          said(glyphs, 'good', 'every message was taken'),
          dim(`  as of ${timeWords(at, old)}; nothing was due since`),
        ];
  const items = [...unread, ...failed, ...late];
  return [title('Messages'), ...(items.length > 0 ? items : [good])];
}

/** Whether it looks each minute, as it should. */
export function watchLines(site: SiteOverview, { glyphs, hidden, clock }: Sheet): Line[] {
  const { watched, lastTickAt, latenessMs, worstLatenessMs, worstGapMs, ticks, pagesToday } = site;
  if (hidden.includes('watchdog') || watched === 'unreadable') return [];
  const state =
    watched === 'yes'
      ? said(glyphs, 'good', 'looks every minute')
      : watched === 'stale'
        ? said(glyphs, 'bad', 'does not look')
        : said(glyphs, 'doubt', 'has not looked yet');
  const late =
    latenessMs === null ? '' : latenessMs < lateMs ? ', on time' : `, ${duration(latenessMs)} late`;
  const facts = [
    ...(lastTickAt === null ? [] : [`last look ${agoWords(lastTickAt, clock)}${late}`]),
    ...(worstLatenessMs === null ? [] : [`latest today ${duration(worstLatenessMs)} after its time`]),
    ...(worstGapMs === null ? [] : [`longest gap today ${duration(worstGapMs)}`]),
    ...(pagesToday === null ? [] : [`${count(pagesToday, 'page')} today`]),
    `${ticks} looks so far`,
  ];
  return [title('The watchdog'), ['  ', state, dim(`  ${facts.join(', ')}`)]];
}
