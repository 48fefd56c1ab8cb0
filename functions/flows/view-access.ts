// Who may see the view: by the token, by a link that somebody with the token made, or everybody; and how one comes in and goes out.
import type { Clock } from '../kit/clock.ts';
import { jsonAnswer, pageAnswer, type Answer, type Asked } from '../kit/http-answer.ts';
import { bearerIn } from '../kit/http-function.ts';
import { isSameSecret } from '../kit/same-secret.ts';
import { shortestSigningToken, verifyViewLink, viewLinkTo, type ViewKeys } from '../kit/view-link.ts';
import {
  cameByHttps,
  cookieIn,
  endedCookie,
  type Session,
  sessionCookie,
  signSession,
  verifySession,
} from '../kit/view-session.ts';
import { enterPage, type EnterTrouble, enterWords } from '../views/page/enter-page.ts';

export type AccessWorld = {
  readonly isPublic: boolean;
  /** Reads the token when it is needed, and may throw ERR_SECRET; null when there is none. */
  readonly token: (() => string) | null;
  /** As `token`. */
  readonly keys: () => ViewKeys;
  /** False when neither token nor link opens anything. */
  readonly canEnter: boolean;
  /** Where people find the view; null when the configuration does not say. */
  readonly url: string | null;
  readonly clock: Clock;
};

/** Who asks. Of the public `trouble` is why somebody who has tried is not more than that. */
export type Reader =
  | { readonly is: 'operator'; readonly by: Session['by']; readonly hasSession: boolean }
  | { readonly is: 'public' }
  | { readonly is: 'nobody'; readonly trouble: EnterTrouble };

const isSecure = ({ header }: Pick<Asked, 'header'>): boolean => cameByHttps(header('x-forwarded-proto'));

/** A token that is shown and is none of ours is said to be wrong, for whoever shows one wants more than everybody gets. */
export function readerOf(world: AccessWorld, asked: Pick<Asked, 'header'>): Reader {
  const bearer = bearerIn(asked.header('authorization'));
  if (bearer !== null && world.token !== null) {
    return isSameSecret(bearer, world.token())
      ? { is: 'operator', by: 'token', hasSession: false }
      : { is: 'nobody', trouble: 'refused' };
  }
  const cookie = world.canEnter ? cookieIn(asked.header('cookie'), isSecure(asked)) : null;
  const verified = cookie === null ? null : verifySession(cookie, world.keys(), world.clock.now());
  if (verified?.ok === true) return { is: 'operator', by: verified.session.by, hasSession: true };
  if (world.isPublic) return { is: 'public' };
  // What is not ours was signed with what is no longer used: for the reader that is the same as too old.
  return { is: 'nobody', trouble: verified === null ? null : 'expired' };
}

/** The way from a path to the view. */
export const rootOf = (path: string): string => '../'.repeat(Math.max(0, path.split('/').length - 2));

/** The same as a place to go to: an empty one would be the path itself. */
const viewFrom = (path: string): string => (rootOf(path) === '' ? './' : rootOf(path));

const challenge = { 'www-authenticate': 'Bearer' };

/** What somebody is answered who may not see it. */
export function askToEnter(
  trouble: EnterTrouble,
  { asked, isPage }: { readonly asked: Pick<Asked, 'path'>; readonly isPage: boolean },
): Answer {
  if (!isPage) {
    const error = trouble === 'expired' ? enterWords(trouble) : 'a bearer token is needed';
    return jsonAnswer(401, { error }, challenge);
  }
  const page = pageAnswer(401, enterPage({ root: rootOf(asked.path), trouble }));
  return { ...page, headers: { ...page.headers, ...challenge } };
}

/** Where a link leads to, and where the public comes in; who is in already is led on, without the link that may be in the address. */
export function door(reader: Reader, path: string): Answer {
  if (reader.is === 'operator') {
    return {
      status: 303,
      headers: { location: `${viewFrom(path)}#`, 'cache-control': 'no-store' },
      body: '',
    };
  }
  const trouble = reader.is === 'nobody' ? reader.trouble : null;
  return pageAnswer(200, enterPage({ root: rootOf(path), trouble }));
}

const tokenSessionMs = 30 * 86_400_000;
const mostBytes = 4 * 1024;

type Entered = { readonly session: Session } | { readonly trouble: Exclude<EnterTrouble, null> };

const isForm = ({ header }: Pick<Asked, 'header'>): boolean =>
  header('content-type').toLowerCase().startsWith('application/x-www-form-urlencoded');

function byLink(world: AccessWorld, text: string): Entered {
  const link = verifyViewLink(text, world.keys(), world.clock.now());
  return link.ok ? { session: { by: 'link', until: link.until } } : { trouble: link.reason };
}

/** In the field for the token a whole link may stand as well: people paste what they have. */
function byForm(world: AccessWorld, typed: string): Entered {
  if (world.token !== null && isSameSecret(typed, world.token())) {
    return { session: { by: 'token', until: world.clock.now() + tokenSessionMs } };
  }
  const entered = byLink(world, typed.slice(typed.lastIndexOf('#') + 1));
  return 'trouble' in entered && entered.trouble === 'malformed' ? { trouble: 'refused' } : entered;
}

const statusOf = { malformed: 400, forged: 403, refused: 403, expired: 410 } as const;

/**
 * A page of another site may not use the browser of whoever reads this one. Older browsers, and all where there is no https, say only the
 * origin; of this page's own form that is `null`, for it tells nobody where the reader comes from.
 */
function isFromElsewhere({ header }: Pick<Asked, 'header'>): boolean {
  const origin = header('origin');
  const host = URL.parse(origin)?.host ?? null;
  const isOfAnother = origin !== '' && origin !== 'null' && host !== header('host').toLowerCase();
  return isOfAnother || ['cross-site', 'same-site'].includes(header('sec-fetch-site'));
}

const fromElsewhere = jsonAnswer(403, { error: 'this is not taken from the page of another site' });

/** Back to the view. */
const toTheView = (path: string, cookie: string): Answer => ({
  status: 303,
  headers: { location: viewFrom(path), 'set-cookie': cookie, 'cache-control': 'no-store' },
  body: '',
});

/** Takes a token from the form, or a link from the page's script or from the form; begins a session. */
export function enter(world: AccessWorld, asked: Asked): Answer {
  if (isFromElsewhere(asked)) return fromElsewhere;
  const body = asked.body(mostBytes).toString('utf8');
  const ofForm = isForm(asked);
  const entered = ofForm
    ? byForm(world, (new URLSearchParams(body).get('token') ?? '').trim())
    : byLink(world, body.trim());
  if ('trouble' in entered) {
    const { trouble } = entered;
    const status = statusOf[trouble];
    return ofForm
      ? pageAnswer(status, enterPage({ root: rootOf(asked.path), trouble }))
      : jsonAnswer(status, { error: enterWords(trouble), reason: trouble });
  }
  const { session } = entered;
  const signed = signSession(session, world.keys()) ?? '';
  const forMs = session.until - world.clock.now();
  const cookie = sessionCookie(signed, { isSecure: isSecure(asked), forMs });
  return ofForm
    ? toTheView(asked.path, cookie)
    : jsonAnswer(200, { until: session.until }, { 'set-cookie': cookie });
}

export function leave(asked: Asked): Answer {
  if (isFromElsewhere(asked)) return fromElsewhere;
  const cookie = endedCookie(isSecure(asked));
  return isForm(asked)
    ? toTheView(asked.path, cookie)
    : jsonAnswer(200, { left: true }, { 'set-cookie': cookie });
}

function addressOf({ url }: AccessWorld, asked: Pick<Asked, 'header'>): string | null {
  if (url !== null) return url;
  const found = URL.parse(`${isSecure(asked) ? 'https' : 'http'}://${asked.header('host')}/`);
  return found === null || found.username !== '' ? null : found.href;
}

/** A link for somebody else, for those who have the token: who came by a link makes none that lasts longer. */
export function makeLink(world: AccessWorld, asked: Asked, forMs: number): Answer {
  const { link } = world.keys();
  if (link === null) {
    const error = `nothing signs links: the token of the status has fewer than ${shortestSigningToken} characters; set a longer one, or status.linkKey`;
    return jsonAnswer(404, { error });
  }
  const address = addressOf(world, asked);
  if (address === null) {
    return jsonAnswer(404, { error: 'it is not known where this is; set links.status in the configuration' });
  }
  const until = world.clock.now() + forMs;
  return jsonAnswer(200, { url: viewLinkTo(address, until, link), until });
}
