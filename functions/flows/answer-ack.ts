// The routes of `ack`: the page and its button, the operator's events, and the webhooks of Telegram and PagerDuty.
import { z } from 'zod';
import { WatchdogError } from '../kit/error.ts';
import { jsonAnswer, pageAnswer, type Answer, type Asked } from '../kit/http-answer.ts';
import { bearerIn, readJson } from '../kit/http-function.ts';
import { isSameSecret } from '../kit/same-secret.ts';
import { ackAnswerPage, ackPage, ackWords } from '../views/ack-page.ts';
import { acknowledgeBy, type Acknowledged, type LinkWorld, type Proof } from './acknowledge.ts';
import { tellEvents } from './operator-events.ts';
import { isFromPagerDuty, takeFromPagerDuty } from './pagerduty-hook.ts';
import { answerChat } from './telegram-hook.ts';

/** What is null is not configured, and its route not there. Each secret is read when it is needed, and may throw ERR_SECRET. */
export type AckWorld = LinkWorld & {
  /** The path of the public address, which a proxy may or may not take off. */
  readonly basePath: string;
  readonly operatorToken: (() => string) | null;
  readonly telegram: { readonly chat: string; readonly secret: () => string } | null;
  readonly pagerDutySecret: (() => string) | null;
};

type Route = Readonly<Record<string, (world: AckWorld, asked: Asked) => Answer | Promise<Answer>>>;

const mostAckBytes = 4 * 1024;
const mostHookBytes = 64 * 1024;

const asJson = z.union([
  z.strictObject({ token: z.string(), by: z.string().nullish() }),
  z.strictObject({ code: z.string(), by: z.string().nullish() }),
]);

type Shown = { readonly proof: Proof; readonly by: string | null };

function shownInForm(body: Buffer): Shown {
  const fields = new URLSearchParams(body.toString('utf8'));
  return { proof: { code: fields.get('code') ?? '' }, by: fields.get('by') };
}

function shownAsJson(body: Buffer): Shown {
  const parsed = asJson.safeParse(readJson(body));
  if (!parsed.success) {
    throw new WatchdogError(
      'ERR_REQUEST',
      'the body must be {"token": "…"} or {"code": "XXXXX-XXXXX"}, with "by" if you like',
    );
  }
  const { by = null, ...proof } = parsed.data;
  return { proof, by };
}

function statusOf({ outcome }: Acknowledged): number {
  switch (outcome) {
    case 'taken':
    case 'over':
      return 200;
    case 'worse':
      return 409;
    case 'malformed':
      return 400;
    case 'forged':
    case 'unknown-code':
      return 403;
    case 'expired':
      return 410;
  }
}

function toJson(status: number, given: Acknowledged): Answer {
  const { text } = ackWords(given.outcome);
  if (!given.ok || given.outcome === 'worse')
    return jsonAnswer(status, { error: text, reason: given.outcome });
  const { incident, site, outcome } = given;
  return jsonAnswer(status, { acknowledged: incident, site, isOver: outcome === 'over', message: text });
}

async function acknowledge(world: AckWorld, asked: Asked): Promise<Answer> {
  const isForm = asked.header('content-type').toLowerCase().startsWith('application/x-www-form-urlencoded');
  const body = asked.body(mostAckBytes);
  const { proof, by } = isForm ? shownInForm(body) : shownAsJson(body);
  const given = await acknowledgeBy(world, proof, by);
  const status = statusOf(given);
  if (!isForm) return toJson(status, given);
  return pageAnswer(status, ackAnswerPage(ackWords(given.outcome), given.ok ? given.incident : null));
}

const notThere = (what: string): Answer => jsonAnswer(404, { error: what });

async function events(world: AckWorld, asked: Asked): Promise<Answer> {
  if (world.operatorToken === null) return notThere('the configuration has no acknowledge.token');
  const token = bearerIn(asked.header('authorization'));
  if (token === null || !isSameSecret(token, world.operatorToken())) {
    return jsonAnswer(401, { error: 'a bearer token is needed' }, { 'www-authenticate': 'Bearer' });
  }
  const told = await tellEvents(world, readJson(asked.body(mostHookBytes)));
  if (!told.ok) return jsonAnswer(told.reason === 'malformed' ? 400 : 404, { error: told.problem });
  return jsonAnswer(200, { ids: told.ids, over: told.over });
}

async function telegram(world: AckWorld, asked: Asked): Promise<Answer> {
  if (world.telegram === null) return notThere('the configuration has no acknowledge.telegram with a chat');
  const { chat, secret } = world.telegram;
  if (!isSameSecret(asked.header('x-telegram-bot-api-secret-token'), secret())) {
    return jsonAnswer(401, { error: 'the secret token of the webhook is needed' });
  }
  // Whatever is not 2xx Telegram sends again and again.
  return jsonAnswer(200, (await answerChat(world, chat, readJson(asked.body(mostHookBytes)))) ?? {});
}

async function pagerDuty(world: AckWorld, asked: Asked): Promise<Answer> {
  if (world.pagerDutySecret === null) return notThere('the configuration has no acknowledge.pagerduty');
  const body = asked.body(mostHookBytes);
  if (!isFromPagerDuty(asked.header('x-pagerduty-signature'), body, world.pagerDutySecret())) {
    return jsonAnswer(401, { error: 'the signature of the webhook is needed' });
  }
  const acknowledged = await takeFromPagerDuty(world, readJson(body));
  return acknowledged === null ? jsonAnswer(202, { ignored: true }) : jsonAnswer(200, { acknowledged });
}

const page = (): Answer => pageAnswer(200, ackPage());

const routes: ReadonlyMap<string, Route> = new Map<string, Route>([
  ['', { GET: page, HEAD: page, POST: acknowledge }],
  ['/events', { POST: events }],
  ['/telegram', { POST: telegram }],
  ['/pagerduty', { POST: pagerDuty }],
]);

function routeOf({ basePath }: AckWorld, path: string): string {
  const base = basePath.replace(/\/+$/, '');
  const isBelow = path === base || path.startsWith(`${base}/`);
  return (isBelow ? path.slice(base.length) : path).replace(/\/+$/, '');
}

export async function answerAck(world: AckWorld, asked: Asked): Promise<Answer> {
  const route = routes.get(routeOf(world, asked.path));
  if (route === undefined) return notThere('there is nothing at this path');
  const run = Object.hasOwn(route, asked.method) ? route[asked.method] : undefined;
  if (run !== undefined) return run(world, asked);
  const methods = Object.keys(route);
  return jsonAnswer(405, { error: `use ${methods.join(' or ')}` }, { allow: methods.join(', ') });
}
