// What somebody tells the watchdog by its function `ack`, as the command `watchdog` does.
import { request } from 'undici';
import { z } from 'zod';
import { ackToken, type Lab } from './lab.ts';

const taken = z.object({ ids: z.array(z.string()).min(1) });
const refused = z.object({ error: z.string() });

export type Told =
  | { readonly ok: true; readonly id: string }
  | { readonly ok: false; readonly problem: string };

/** Posts one event; the id that it was given, or why it was refused. */
export async function tellWatchdog({ ackUrl }: Pick<Lab, 'ackUrl'>, event: object): Promise<Told> {
  const answer = await request(`${ackUrl}/events`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${ackToken}` },
    body: JSON.stringify(event),
  });
  const body: unknown = await answer.body.json();
  const good = taken.safeParse(body);
  const [id] = good.data?.ids ?? [];
  if (answer.statusCode === 200 && id !== undefined) return { ok: true, id };
  return { ok: false, problem: refused.safeParse(body).data?.error ?? `HTTP ${answer.statusCode}` };
}
