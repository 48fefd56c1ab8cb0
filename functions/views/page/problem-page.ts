// What somebody in a browser is told when there is nothing to show.
import { escaped, type Page, pageOf } from '../html.ts';
import { baseStyle } from './style.ts';

/** What is the matter: nothing is there, it is asked for wrongly, or something broke. */
export type Problem = 'missing' | 'wrong' | 'broken';

const titles = { missing: 'Nothing is here', wrong: 'Not like this', broken: 'Something broke' } as const;

const broken =
  'The watchdog could not answer. It goes on watching: this concerns what you see, not what it does. Try again in a minute; the log of the function status says why.';

const sentence = (text: string): string => `${text.slice(0, 1).toUpperCase()}${text.slice(1)}.`;

/** `text` is one sentence, without its capital and its full stop, as programs are told it; of what broke nothing is shown. `root` leads to the view: empty, or `../` as often as the path is deep. */
export function problemPage(
  problem: Problem,
  { text, root }: { readonly text: string; readonly root: string },
): Page {
  const body = `<main>
<h1>${titles[problem]}</h1>
<p>${escaped(problem === 'broken' ? broken : sentence(text))}</p>
<p><a href="${escaped(root === '' ? './' : root)}">To the view</a></p>
</main>`;
  return pageOf({ title: `${titles[problem]} · basement watchdog`, style: baseStyle, script: null, body });
}
