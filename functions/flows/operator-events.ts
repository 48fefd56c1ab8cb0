// What an operator says from the command line: acknowledgements, mutes, wishes and drills, checked against the configuration before any is written down.
import { z } from 'zod';
import type { MuteEvent, SiteEvent, UnmuteEvent } from '../domain/event.ts';
import { type Incident, isSafety } from '../domain/incident.ts';
import type { SiteRules } from '../domain/policy.ts';
import { firstIssue } from '../kit/first-issue.ts';
import { checkDrill, drillFields } from './drill-wish.ts';
import { cleanName, eventId, writeDown, type InboxWorld } from './inbox.ts';
import { checkWish, wishFields } from './standby-wish.ts';

/** `ids` are those of the events, in their order; `over` are incidents that are over, and signers of which what is wanted is so, already. */
export type Told =
  | { readonly ok: true; readonly ids: readonly string[]; readonly over: readonly string[] }
  | { readonly ok: false; readonly reason: 'malformed' | 'not-found'; readonly problem: string };

const longestMuteMs = 31 * 86_400_000;
const mostAtOnce = 20;

const line = (most: number) => z.string().min(1).max(most);
const name = z
  .string()
  .max(200)
  .transform((text, context) => {
    const clean = cleanName(text);
    if (clean === null) context.addIssue({ code: 'custom', message: 'is empty' });
    return clean ?? '';
  });
const by = name.default('the operator');

const incidentId = z.string().regex(/^[A-Za-z0-9.-]{1,150}$/, 'is no id of an incident');

const said = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('ack'),
    incident: incidentId,
    by,
  }),
  z.strictObject({
    kind: z.literal('mute'),
    site: line(20),
    subject: line(20).nullable(),
    from: z.int().min(0).max(8.64e15),
    until: z.int().min(0).max(8.64e15),
    why: line(100).regex(/^[^\p{C}]*$/u, 'has line breaks or control characters'),
    by,
  }),
  z.strictObject({ kind: z.literal('unmute'), site: line(20), mute: line(100), by }),
  z.strictObject({
    kind: z.literal('clear'),
    incident: incidentId,
    why: line(300).regex(/^[^\p{C}]*$/u, 'has line breaks or control characters'),
    by,
  }),
  z.strictObject({ ...wishFields, by }),
  z.strictObject({ ...drillFields, by }),
]);

type Said = z.output<typeof said>;
type Checked =
  | { readonly event: SiteEvent; readonly isOver: boolean }
  | Extract<Told, { readonly ok: false }>;

const refuse = (reason: 'malformed' | 'not-found', problem: string): Extract<Told, { ok: false }> => ({
  ok: false,
  reason,
  problem,
});

const listed = (ids: readonly string[]): string => [...new Set(ids)].join(', ') || 'none';

function siteNamed(world: InboxWorld, id: string): SiteRules | Extract<Told, { ok: false }> {
  const site = world.sites.find((each) => each.id === id);
  const there = listed(world.sites.map((each) => each.id));
  return site ?? refuse('not-found', `there is no such site; there is ${there}`);
}

const subjectsOf = ({ targets, signers }: SiteRules): string[] => [
  ...targets.filter((target) => target.role !== 'reference').map((target) => target.id),
  ...signers.flatMap((signer) => [signer.id, signer.chain]),
];

function checkMute(world: InboxWorld, mute: Extract<Said, { kind: 'mute' }>): Checked {
  const site = siteNamed(world, mute.site);
  if ('ok' in site) return site;
  const { subject, from, until, why } = mute;
  const at = world.clock.now();
  if (subject !== null && !subjectsOf(site).includes(subject)) {
    return refuse(
      'not-found',
      `that site has no such target, signer or chain; it has ${listed(subjectsOf(site))}`,
    );
  }
  if (until <= from) return refuse('malformed', 'until must be after from');
  if (until - from > longestMuteMs) return refuse('malformed', 'until must be at most 31 days after from');
  if (until <= at) return refuse('malformed', 'until is over already');
  const id = eventId('mute', site.id, subject ?? '', String(from), String(until), why);
  const event: MuteEvent = { kind: 'mute', id, site: site.id, subject, from, until, why, by: mute.by, at };
  return { event, isOver: false };
}

function checkUnmute(
  world: InboxWorld,
  { mute, by: who, site: id }: Extract<Said, { kind: 'unmute' }>,
): Checked {
  const site = siteNamed(world, id);
  if ('ok' in site) return site;
  const event: UnmuteEvent = {
    kind: 'unmute',
    id: eventId('unmute', site.id, mute),
    site: site.id,
    mute,
    by: who,
    at: world.clock.now(),
  };
  return { event, isOver: false };
}

async function ofOurs(world: InboxWorld, id: string): Promise<Incident | Extract<Told, { ok: false }>> {
  const found = await world.store.readIncident(id);
  if (found === null) {
    return refuse('not-found', 'there is no such incident; `watchdog status` shows those that are open');
  }
  const isOurs = world.sites.some((each) => each.id === found.incident.site);
  return isOurs
    ? found.incident
    : refuse('not-found', 'the site of that incident is not configured any more');
}

/** It is acknowledged as what it is now: whoever names it has just looked. */
async function checkAck(world: InboxWorld, ack: Extract<Said, { kind: 'ack' }>): Promise<Checked> {
  const found = await ofOurs(world, ack.incident);
  if ('ok' in found) return found;
  const { id: incident, site, severity, resolvedAt } = found;
  const id = eventId('ack', incident, severity);
  const at = world.clock.now();
  return {
    event: { kind: 'ack', id, site, incident, severity, by: ack.by, at },
    isOver: resolvedAt !== null,
  };
}

/** Only a doubt about safety has a cause that somebody must state; everything else ends when it is well again. */
async function checkClear(world: InboxWorld, clear: Extract<Said, { kind: 'clear' }>): Promise<Checked> {
  const found = await ofOurs(world, clear.incident);
  if ('ok' in found) return found;
  const { id: incident, site, kind, resolvedAt } = found;
  if (!isSafety(kind)) {
    return refuse(
      'malformed',
      'that incident ends by itself once it is well again; no cause has to be stated',
    );
  }
  const { why, by: who } = clear;
  const at = world.clock.now();
  const id = eventId('clear', incident, String(at));
  return {
    event: { kind: 'clear', id, site, incident, why, by: who, at },
    isOver: resolvedAt !== null,
  };
}

async function check(world: InboxWorld, each: Said): Promise<Checked> {
  switch (each.kind) {
    case 'ack':
      return checkAck(world, each);
    case 'mute':
      return checkMute(world, each);
    case 'unmute':
      return checkUnmute(world, each);
    case 'clear':
      return checkClear(world, each);
    case 'standby':
      return checkWish(world, each);
    case 'drill': {
      const checked = checkDrill(world, each);
      return 'ok' in checked ? checked : { ...checked, isOver: false };
    }
  }
}

function read(body: unknown): readonly Said[] | Extract<Told, { ok: false }> {
  const list: unknown[] = Array.isArray(body) ? body : [body];
  if (list.length === 0 || list.length > mostAtOnce) {
    return refuse('malformed', `send 1 to ${mostAtOnce} events, as one JSON object or a list of them`);
  }
  const all: Said[] = [];
  for (const [index, each] of list.entries()) {
    const parsed = said.safeParse(each);
    if (!parsed.success) return refuse('malformed', `event ${index}: ${firstIssue(parsed.error)}`);
    all.push(parsed.data);
  }
  return all;
}

/** All of them are written down, or, when one is wrong, none. */
export async function tellEvents(world: InboxWorld, body: unknown): Promise<Told> {
  const all = read(body);
  if ('ok' in all) return all;
  const checked = await Promise.all(all.map((each) => check(world, each)));
  const events: SiteEvent[] = [];
  const over: string[] = [];
  for (const [index, each] of checked.entries()) {
    if ('ok' in each) return { ...each, problem: `event ${index}: ${each.problem}` };
    events.push(each.event);
    const { event, isOver } = each;
    if (isOver && (event.kind === 'ack' || event.kind === 'clear')) over.push(event.incident);
    if (isOver && event.kind === 'standby') over.push(event.signer);
  }
  await writeDown(world, events);
  const ids = events.map((event) => event.id);
  world.log.info({ events: events.map(({ kind, site }) => ({ kind, site })) }, 'told by the operator');
  return { ok: true, ids, over };
}
