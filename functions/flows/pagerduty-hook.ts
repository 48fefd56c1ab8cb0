// PagerDuty tells by webhook (V3) that somebody acknowledged there: the same is acknowledged here.
import { createHmac } from 'node:crypto';
import { z } from 'zod';
import { isSameSecret } from '../kit/same-secret.ts';
import { cleanName, gravest, openThreads, siteOf, takeOn, type InboxWorld } from './inbox.ts';

/** Fields that we do not need may be there or not: PagerDuty adds some from time to time. */
const hook = z.object({
  event: z.object({
    event_type: z.string(),
    agent: z.object({ summary: z.string().optional() }).nullish(),
    data: z.object({ incident_key: z.string().nullish() }).nullish(),
  }),
});

/** Several signatures are there while the secret is being changed; one that fits is enough. */
export function isFromPagerDuty(header: string, body: Buffer, secret: string): boolean {
  const wanted = `v1=${createHmac('sha256', secret).update(body).digest('hex')}`;
  return header
    .slice(0, 2_000)
    .split(',')
    .map((each) => isSameSecret(each.trim(), wanted))
    .includes(true);
}

/** The incident that is acknowledged now; null for whatever else PagerDuty may tell. */
export async function takeFromPagerDuty(world: InboxWorld, body: unknown): Promise<string | null> {
  const parsed = hook.safeParse(body);
  if (!parsed.success) return null;
  const { event_type: type, agent, data } = parsed.data.event;
  const thread = data?.incident_key ?? '';
  const site = siteOf(world, thread);
  if (type !== 'incident.acknowledged' || site === null) return null;
  const open = openThreads([site], await world.store.readSites([site.id])).find((each) => each.id === thread);
  if (open === undefined) return null;
  // A page that PagerDuty got twice as grave is one incident there too: whoever takes it on has seen the latest.
  const by = `${cleanName(agent?.summary ?? '') ?? 'somebody'} (PagerDuty)`;
  await takeOn(world, { site: site.id, incident: thread, severity: gravest(open), by });
  world.log.info({ incident: thread, outcome: 'taken', by: 'PagerDuty' }, 'acknowledgement');
  return thread;
}
