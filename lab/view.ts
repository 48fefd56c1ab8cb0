// Where a person sees it: a link that opens the view, as `watchdog status --link` makes one.
import { request } from 'undici';
import { z } from 'zod';

const made = z.object({ url: z.url() });

/** How long a link works that is printed; of the clock of the watchdog. */
const validFor = '3d';

/** The whole link. Rejects when the watchdog makes none, with what it says. */
export async function linkToView(statusUrl: string, token: string): Promise<string> {
  const answer = await request(`${statusUrl.replace(/\/$/, '')}/link?for=${validFor}`, {
    headers: { authorization: `Bearer ${token}`, accept: 'application/json' },
  });
  const text = await answer.body.text();
  if (answer.statusCode !== 200) throw new Error(`no link to the view: HTTP ${answer.statusCode} ${text}`);
  return made.parse(JSON.parse(text)).url;
}
