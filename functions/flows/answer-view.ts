// The routes of `status`: the view and its pages for people, what it rests on for programs, and the way in and out.
import { prefersHtml } from '../kit/accept.ts';
import type { Head } from '../kit/early.ts';
import { tagged } from '../kit/entity-tag.ts';
import { jsonAnswer, pageAnswer, type Answer, type Asked, type Page } from '../kit/http-answer.ts';
import type { Told } from '../kit/http-function.ts';
import { metricsOf, openMetricsType } from '../views/metrics.ts';
import type { NothingKnown, Overview, Shown } from '../views/overview.ts';
import { badge } from '../views/page/badge.ts';
import { blindPage } from '../views/page/blind-page.ts';
import { incidentPage } from '../views/page/incident-page.ts';
import { overviewPage } from '../views/page/overview-page.ts';
import { problemPage } from '../views/page/problem-page.ts';
import { publicOverview } from '../views/public-overview.ts';
import { publicStatus } from '../views/public-status.ts';
import { type HistoryQuestion, type HistoryRoutes, readHistory } from './answer-history.ts';
import { answerStatus } from './answer-status.ts';
import { readIncident } from './incidents.ts';
import type { OverviewReader } from './overview.ts';
import type { StatusWorld } from './status.ts';
import { readQuestion, type StatusQuestion } from './status-request.ts';
import {
  type AccessWorld,
  askToEnter,
  door,
  enter,
  leave,
  makeLink,
  type Reader,
  readerOf,
  rootOf,
} from './view-access.ts';

export type ViewWorld = StatusWorld &
  HistoryRoutes & {
    readonly access: AccessWorld;
    readonly overview: OverviewReader;
    /** What the public is shown; looked at only where the view is public. */
    readonly show: readonly Shown[];
    readonly isBadgePublic: boolean;
    /** How often a page in a browser asks for a newer one. */
    readonly refreshSeconds: number;
  };

type Known = Exclude<Reader, { readonly is: 'nobody' }>;

/** One that may be answered. */
type Asking = {
  readonly world: ViewWorld;
  readonly asked: Asked;
  readonly reader: Known;
  readonly isPage: boolean;
};

/** Who may see it, and who may keep it: what is not public is asked for again each time, and kept nowhere between. */
function cached({ reader }: Pick<Asking, 'reader'>, answer: Answer): Answer {
  const isPublic = reader.is === 'public';
  const headers = {
    ...answer.headers,
    'cache-control': isPublic ? 'public, max-age=10' : 'private, no-cache',
    vary: 'Accept, Cookie, Authorization',
  };
  return { ...answer, headers };
}

function withTag(asking: Asking, answer: Answer): Answer {
  const kept = cached(asking, answer);
  return answer.status === 200 ? tagged(kept, asking.asked.header('if-none-match')) : kept;
}

const json = (asking: Asking, value: object): Answer => withTag(asking, jsonAnswer(200, value));
const page = (asking: Asking, made: Page): Answer => withTag(asking, pageAnswer(200, made));

function missing({ asked, isPage }: Pick<Asking, 'asked' | 'isPage'>, text: string): Answer {
  return isPage
    ? pageAnswer(404, problemPage('missing', { text, root: rootOf(asked.path) }))
    : jsonAnswer(404, { error: text });
}

const isNothing = (read: Overview | NothingKnown): read is NothingKnown => 'nothing' in read;

/** Nothing is known, not even from before. */
function blind({ world, isPage }: Asking, read: NothingKnown): Answer {
  const { since, why } = read;
  const timezone = world.rules[0]?.timezone ?? 'UTC';
  const answer = isPage
    ? pageAnswer(503, blindPage({ since, why, timezone }))
    : jsonAnswer(503, { ...read, error: `nothing is known since ${new Date(since).toISOString()}: ${why}` });
  return { ...answer, headers: { ...answer.headers, 'retry-after': '30' } };
}

/** What this reader may see of all sites, made into an answer. */
async function ofOverview(asking: Asking, make: (overview: Overview) => Answer): Promise<Answer> {
  const { world, reader } = asking;
  const read = await world.overview.read();
  if (isNothing(read)) return blind(asking, read);
  return make(reader.is === 'public' ? publicOverview(read, world.show) : read);
}

const text = (type: string, body: string): Answer => ({
  status: 200,
  headers: { 'content-type': type, 'x-content-type-options': 'nosniff' },
  body,
});

/** A badge says its one word also where nothing is known. It stands on pages of others, and may draw and load nothing. */
async function badgeOf(asking: Asking, id: string): Promise<Answer> {
  const { world, reader } = asking;
  if (reader.is === 'public' && !world.isBadgePublic) return askToEnter(null, asking);
  if (world.rules.every((site) => site.id !== id)) return missing(asking, 'there is no such site');
  const read = await world.overview.read();
  const site = isNothing(read) ? null : (read.sites.find((each) => each.site === id) ?? null);
  const { status, headers, body } = text('image/svg+xml; charset=utf-8', badge(site));
  const policy = "default-src 'none'; style-src 'unsafe-inline'";
  const answer = { status, headers: { ...headers, 'content-security-policy': policy }, body };
  const isPublic = world.isBadgePublic || asking.reader.is === 'public';
  return withTag(isPublic ? { ...asking, reader: { is: 'public' } } : asking, answer);
}

/** As it has always been told, for scripts and the command line. */
async function ofStatus(asking: Asking): Promise<Answer> {
  const { world, asked, reader } = asking;
  const { code, body } = await answerStatus(world, asked.url, reader.is === 'operator', asked.client);
  return code === 200 ? json(asking, body) : missing(asking, 'error' in body ? String(body.error) : '');
}

async function ofIncident(asking: Asking, id: string): Promise<Answer> {
  const { world, reader } = asking;
  if (reader.is === 'public') {
    // What the public is not shown, somebody who comes in is.
    return world.access.canEnter ? askToEnter(null, asking) : missing(asking, 'details are never public');
  }
  const answer = await readIncident(world, id);
  return answer === null
    ? missing(asking, 'there is no incident of that id')
    : page(asking, incidentPage(answer.incident, answer.at));
}

async function ofHistory(asking: Asking, question: HistoryQuestion): Promise<Answer> {
  const { world, reader, isPage } = asking;
  const isPublic = reader.is === 'public';
  if (isPublic && !world.show.includes('history')) {
    return world.access.canEnter ? askToEnter(null, asking) : missing(asking, 'the history is not public');
  }
  const found = await readHistory(world, question, isPublic ? world.show : null);
  if (found === null) return missing(asking, 'there is no such site');
  return isPage ? page(asking, found.page()) : json(asking, found.value);
}

function view(asking: Asking, question: StatusQuestion): Answer | Promise<Answer> {
  const { world, asked, reader, isPage } = asking;
  const options = {
    refreshSeconds: world.refreshSeconds,
    canLeave: reader.is === 'operator' && reader.hasSession,
  };
  switch (question.about) {
    case 'status':
      if (isPage) {
        return ofOverview(asking, (overview) => page(asking, overviewPage(overview, options)));
      }
      // What everybody may see costs no more than the page, however many ask.
      return reader.is === 'public'
        ? ofOverview(asking, (overview) => json(asking, publicStatus(overview)))
        : ofStatus(asking);
    case 'overview':
      return ofOverview(asking, (overview) => json(asking, overview));
    case 'metrics':
      return ofOverview(asking, (overview) => withTag(asking, text(openMetricsType, metricsOf(overview))));
    case 'badge':
      return badgeOf(asking, question.site);
    case 'link':
      return reader.is === 'operator' && reader.by === 'token'
        ? makeLink(world.access, asked, question.forMs)
        : askToEnter(null, asking);
    case 'incident':
      return isPage ? ofIncident(asking, question.id) : ofStatus(asking);
    case 'days':
    case 'history':
    case 'day':
      return ofHistory(asking, question);
    case 'incidents':
    case 'maintenance':
    case 'standbys':
    case 'drills':
    case 'caller':
    case 'enter':
    case 'leave':
    case 'nothing':
      return ofStatus(asking);
  }
}

/** Of the rest a program is meant, whatever it says that it would rather have. */
const pages: ReadonlySet<StatusQuestion['about']> = new Set([
  'status',
  'incident',
  'history',
  'day',
  'nothing',
]);

function wrongMethod({ path }: Asked, isPage: boolean, allow: string): Answer {
  const error = `use ${allow.replace(', ', ' or ')}`;
  const answer = isPage
    ? pageAnswer(405, problemPage('wrong', { text: error, root: rootOf(path) }))
    : jsonAnswer(405, { error });
  return { ...answer, headers: { ...answer.headers, allow } };
}

/** Both are for everybody, and nothing else is posted. */
function post(world: ViewWorld, asked: Asked, isHtml: boolean): Answer {
  const { about } = readQuestion(asked.url);
  if (about === 'leave') return leave(asked);
  if (about === 'enter' && world.access.canEnter) return enter(world.access, asked);
  return wrongMethod(asked, isHtml, 'GET, HEAD');
}

/** What is asked, where that is for everybody; null for the rest, and for what is no question. */
function openQuestion(world: ViewWorld, { url }: Asked): StatusQuestion | null {
  try {
    const question = readQuestion(url);
    const { about } = question;
    return about === 'enter' || about === 'leave' || (about === 'badge' && world.isBadgePublic)
      ? question
      : null;
  } catch {
    return null;
  }
}

/** Links of a page are told from its path without a slash at the end: with one it is at another place. Null where there is none. */
function withoutSlash({ path }: Asked): Answer | null {
  const [, last] = /([^/]+)\/$/.exec(path) ?? [];
  if (last === undefined) return null;
  return { status: 303, headers: { location: `../${last}`, 'cache-control': 'no-store' }, body: '' };
}

/** Throws ERR_REQUEST for a question that is wrong, and what the store throws where more is asked for than the overview. */
export async function answerView(world: ViewWorld, asked: Asked): Promise<Answer> {
  const isHtml = prefersHtml(asked.header('accept'));
  if (asked.method === 'POST') return post(world, asked, isHtml);
  const reader = readerOf(world.access, asked);
  const open = openQuestion(world, asked);
  // Whoever may see nothing is not told either which paths there are.
  if (reader.is === 'nobody' && open === null) return askToEnter(reader.trouble, { asked, isPage: isHtml });
  const question = open ?? readQuestion(asked.url);
  if (question.about === 'leave') return wrongMethod(asked, isHtml, 'POST');
  if (question.about === 'enter' && world.access.canEnter) return door(reader, asked.path);
  const known: Known = reader.is === 'nobody' ? { is: 'public' } : reader;
  const isPage = isHtml && pages.has(question.about);
  return (
    (isPage && question.about !== 'nothing' ? withoutSlash(asked) : null) ??
    view({ world, asked, reader: known, isPage }, question)
  );
}

/** How an error is answered: in a browser as a page. */
export function refuseView({ path, header }: Head, { status, error }: Told): Answer {
  if (!prefersHtml(header('accept'))) return jsonAnswer(status, { error });
  const problem = status < 500 ? 'wrong' : 'broken';
  const text = error.replace(/^ERR_\w+: /, '');
  return pageAnswer(status, problemPage(problem, { text, root: rootOf(path) }));
}
