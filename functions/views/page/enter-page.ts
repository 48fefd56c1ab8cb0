// What a reader is shown who may not read yet: a link is taken up by a few lines of script, a token by a form that needs none.
import { escaped, type Page, pageOf } from '../html.ts';
import { baseStyle } from './style.ts';

/** Why somebody who has tried is asked again; null for one who has not. `refused`: a token that is not ours. */
export type EnterTrouble = 'expired' | 'forged' | 'malformed' | 'refused' | null;

/** What is wrong, in words that say what to do; the same with and without script. */
export function enterWords(trouble: EnterTrouble): string {
  switch (trouble) {
    case null:
      return '';
    case 'expired':
      return 'This link is too old, or you were here for so long that you have to enter again. Open the newest message, ask for a new link with: watchdog status --link, or type the token.';
    case 'forged':
      return 'This link was not made by this watchdog, or with a key that is no longer used. Open the newest message, or type the token.';
    case 'malformed':
      return 'This is no whole link. Open the link in the message again, or type the token.';
    case 'refused':
      return 'This is not the token. It is the secret that the configuration names at status.token.';
  }
}

type EnterOptions = {
  /** The way from this page to the view: empty, or `../` as often as the path is deep. */
  readonly root: string;
  readonly trouble: EnterTrouble;
};

// The token leaves the address bar before anything else happens, and goes nowhere but back to where the page came from.
const script = `
(() => {
  const form = document.querySelector('form');
  const said = document.getElementById('said');
  const enter = async (token) => {
    said.textContent = 'Entering…';
    try {
      const answer = await fetch(form.action, {
        method: 'POST',
        headers: { 'content-type': 'text/plain', accept: 'application/json' },
        body: token,
        cache: 'no-store',
        credentials: 'same-origin',
        redirect: 'error',
      });
      if (answer.ok) return location.reload();
      const told = await answer.json().catch(() => ({}));
      said.textContent = told.error || 'The watchdog answered with ' + answer.status + '. Try again in a minute.';
    } catch {
      said.textContent = 'The watchdog could not be reached. Look at your connection, and open the link again.';
    }
  };
  const take = () => {
    const token = location.hash.slice(1);
    if (token === '' || !token.includes('.')) return;
    history.replaceState(null, '', location.pathname + location.search);
    enter(token);
  };
  addEventListener('hashchange', take);
  take();
})();
`;

/** The same for everybody: nothing on it tells what is watched here. */
export function enterPage({ root, trouble }: EnterOptions): Page {
  const body = `<main>
<h1>Basement watchdog</h1>
<p>What is watched here is shown to its owners only. Open the link that you were sent, or enter with the token.</p>
<p id="said" class="said" role="status" aria-live="polite">${escaped(enterWords(trouble))}</p>
<form method="post" action="${escaped(root)}enter">
<input name="username" value="operator" autocomplete="username" hidden>
<label for="token">Token</label>
<input id="token" name="token" type="password" required maxlength="1000" autocomplete="current-password" autocapitalize="off" spellcheck="false">
<button>Enter</button>
</form>
<noscript><p class="soft">Without scripts a link cannot be read; the token does the same.</p></noscript>
</main>`;
  return pageOf({ title: 'Enter · basement watchdog', style: baseStyle, script, body });
}
