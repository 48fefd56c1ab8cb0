// What is shown while the store cannot be read and nothing is known from before.
import { escaped, type Page, pageOf } from '../html.ts';
import { localTime } from '../time.ts';
import { baseStyle } from './style.ts';

/** `since`: when reading first failed, epoch ms. `why`: one sentence. */
export type Blindness = { readonly since: number; readonly why: string; readonly timezone: string };

const script = '\nsetInterval(() => document.hidden || location.reload(), 30000);\n';

export function blindPage({ since, why, timezone }: Blindness): Page {
  const body = `<main>
<h1>I cannot read my memory</h1>
<p>Since ${escaped(localTime(since, timezone))} the store does not answer, and I have seen nothing before that. So I cannot say how it is; this is no news of your basement, good or bad.</p>
<p>The watchdog goes on looking all the same, and sends pages past its memory if all is dark.</p>
<p class="soft">${escaped(why)}</p>
</main>`;
  return pageOf({
    title: 'Not known · basement watchdog',
    style: baseStyle,
    script,
    head: '<noscript><meta http-equiv="refresh" content="30"></noscript>\n',
    body,
  });
}
