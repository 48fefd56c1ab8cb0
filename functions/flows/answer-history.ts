// The record of days as `status` answers it: which days anybody may ask for, and as what.
import { dayAfter, dayOf } from '../domain/history/day.ts';
import { type Day, keptDays } from '../domain/history/history.ts';
import type { Clock } from '../kit/clock.ts';
import { WatchdogError } from '../kit/error.ts';
import type { Page } from '../kit/http-answer.ts';
import { calendarDaysOf, type Show } from '../views/history-answer.ts';
import { dayPage } from '../views/page/day-page.ts';
import { historyPage } from '../views/page/history-page.ts';
import type { HistoryReader } from './history.ts';
import type { StatusQuestion } from './status-request.ts';

export type HistoryQuestion = Extract<StatusQuestion, { readonly about: 'days' | 'history' | 'day' }>;

export type HistoryRoutes = { readonly history: HistoryReader; readonly clock: Clock };

/** What may be made of an answer: a page, or the value for programs. Null when there is no such site. */
export type Found = { readonly page: () => Page; readonly value: object } | null;

/** A day that cannot be there is not looked for: each look costs, and days are as many as somebody thinks up. */
function checkDay(day: Day | null, today: Day): void {
  if (day === null || (day <= dayAfter(today) && day >= dayAfter(today, -keptDays))) return;
  throw new WatchdogError(
    'ERR_REQUEST',
    `that is no day of the last ${keptDays}; ask for days from ${dayAfter(today, -keptDays)} to ${today}, as they are by UTC`,
  );
}

/** Throws ERR_REQUEST for days that are none, and what the store throws. */
export async function readHistory(
  { history, clock }: HistoryRoutes,
  question: HistoryQuestion,
  show: Show,
): Promise<Found> {
  const today = dayOf(clock.now());
  const { site } = question;
  if (question.about === 'day') {
    const { day } = question;
    checkDay(day, today);
    const [part, value] = await Promise.all([history.dayPart(site, day, show), history.day(site, day, show)]);
    return part === null || value === null ? null : { page: () => dayPage(part), value };
  }
  const { from, to } =
    question.about === 'days' ? question : { from: dayAfter(today, 1 - keptDays), to: today };
  checkDay(from, today);
  checkDay(to, today);
  const answer = await history.days({ site, from, to }, show);
  return answer === null
    ? null
    : { page: () => historyPage({ ...answer, days: calendarDaysOf(answer) }), value: answer };
}
