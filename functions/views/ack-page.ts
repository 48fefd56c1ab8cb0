// The page behind the link of a message: it does nothing before somebody presses its button, so that a preview acknowledges nothing.
import { escaped, type Page, pageOf } from './html.ts';

/** What came of it; see the flow `acknowledge`. */
export type AckOutcome = 'taken' | 'over' | 'worse' | 'malformed' | 'forged' | 'expired' | 'unknown-code';

export type Words = { readonly title: string; readonly text: string };

export function ackWords(outcome: AckOutcome): Words {
  switch (outcome) {
    case 'taken':
      return {
        title: 'Acknowledged',
        text: 'It is yours. Nobody else is woken for it as long as it does not get worse; everybody is told when it is over.',
      };
    case 'over':
      return { title: 'Over already', text: 'This is over already. There is nothing left to acknowledge.' };
    case 'worse':
      return {
        title: 'It got worse',
        text: 'It has become graver than what this message told, so this does not count. Acknowledge the newer message.',
      };
    case 'malformed':
      return {
        title: 'Not complete',
        text: 'This is no whole link or code. Open the link in the message again, or type the code as it stands there.',
      };
    case 'forged':
      return {
        title: 'Not ours',
        text: 'This link was not made by this watchdog, or with a key that is no longer used. Open the newest message.',
      };
    case 'expired':
      return {
        title: 'Too old',
        text: 'This link is too old. Acknowledge the newest message instead, type the code, or run: watchdog ack INCIDENT',
      };
    case 'unknown-code':
      return {
        title: 'No such code',
        text: 'Nothing that is open has this code. Look whether it is typed as in the message; it may also be over already.',
      };
  }
}

const style = `
:root { color-scheme: light dark; --ink: #1b1f24; --paper: #fff; --soft: #57606a; --line: #8c959f; --go: #0b5d2a; --on: #fff; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e6edf3; --paper: #0d1117; --soft: #9ea7b3; --line: #6e7681; --go: #3fb950; --on: #04260f; }
}
* { box-sizing: border-box; }
body { margin: 0; padding: 1.5rem; background: var(--paper); color: var(--ink); font: 1.125rem/1.5 system-ui, sans-serif; }
main { max-width: 30rem; margin: 0 auto; }
h1 { font-size: 1.5rem; line-height: 1.25; }
p { margin: 0 0 1rem; }
.soft { color: var(--soft); font-size: 1rem; overflow-wrap: anywhere; }
label { display: block; margin: 1rem 0 0.25rem; }
input, button { width: 100%; min-height: 3rem; padding: 0.5rem 0.75rem; border-radius: 0.5rem; font: inherit; }
input { border: 1px solid var(--line); background: var(--paper); color: var(--ink); }
button { margin-top: 1.25rem; min-height: 3.5rem; border: 0; background: var(--go); color: var(--on); font-weight: 600; }
button:disabled { opacity: 0.6; }
:focus-visible { outline: 3px solid var(--go); outline-offset: 2px; }
[hidden] { display: none; }
`;

// The token leaves the address bar before anything else happens, and goes nowhere but back to where the page came from. It is sent as
// plain text: of a body that is called JSON and is none, the platform's framework writes all into its log.
const script = `
(() => {
  const get = (id) => document.getElementById(id);
  const [byLink, byCode, what, name, go, said] = ['by-link', 'by-code', 'what', 'name', 'go', 'said'].map(get);
  let token = '';
  const describe = (text) => {
    try {
      const [incident, severity] = JSON.parse(atob(text.split('.')[0].replace(/-/g, '+').replace(/_/g, '/')));
      return incident + ', ' + severity;
    } catch {
      return '';
    }
  };
  const take = () => {
    const given = location.hash.slice(1);
    if (given === '') return;
    history.replaceState(null, '', location.pathname);
    token = given;
    what.textContent = describe(token);
    said.textContent = '';
    byLink.hidden = false;
    byCode.hidden = true;
    go.disabled = false;
  };
  const remembered = (text) => {
    try {
      if (text === undefined) return localStorage.getItem('watchdog-name') || '';
      localStorage.setItem('watchdog-name', text);
    } catch {}
    return '';
  };
  byLink.addEventListener('submit', async (event) => {
    event.preventDefault();
    go.disabled = true;
    said.textContent = 'Asking…';
    remembered(name.value);
    try {
      const answer = await fetch(location.pathname, {
        method: 'POST',
        headers: { 'content-type': 'text/plain' },
        body: JSON.stringify({ token, by: name.value }),
        cache: 'no-store',
        credentials: 'omit',
        redirect: 'error',
      });
      const told = await answer.json();
      said.textContent = told.message || told.error;
      go.disabled = answer.status < 500;
    } catch {
      said.textContent = 'The watchdog could not be reached. Look at your connection and press again.';
      go.disabled = false;
    }
  });
  name.value = remembered();
  addEventListener('hashchange', take);
  take();
})();
`;

const nameField = (id: string): string =>
  `<label for="${id}">Your name, if others shall know who has it</label>
<input id="${id}" name="by" maxlength="40" autocomplete="name">`;

const document = (title: string, main: string, withScript: boolean): Page =>
  pageOf({ title, style, script: withScript ? script : null, body: `<main>\n${main}\n</main>` });

/** The same for everybody: which incident it is about never reaches the server before the button is pressed. */
export function ackPage(): Page {
  return document(
    'Acknowledge',
    `<h1>Acknowledge</h1>
<p>Whoever acknowledges takes it on: nobody else is woken as long as it does not get worse.</p>
<form id="by-link" hidden>
<p class="soft" id="what"></p>
${nameField('name')}
<button id="go">I have it</button>
</form>
<form id="by-code" method="post">
<noscript><p>Without scripts the link cannot be read; the code does the same.</p></noscript>
<label for="code">The code in the message</label>
<input id="code" name="code" required maxlength="20" autocomplete="off" autocapitalize="characters" spellcheck="false" placeholder="XXXXX-XXXXX">
${nameField('code-name')}
<button>I have it</button>
</form>
<p id="said" role="status" aria-live="polite"></p>`,
    true,
  );
}

/** What a form without a script is answered with. */
export function ackAnswerPage({ title, text }: Words, incident: string | null): Page {
  const about = incident === null ? '' : `\n<p class="soft">${escaped(incident)}</p>`;
  return document(title, `<h1>${escaped(title)}</h1>\n<p role="status">${escaped(text)}</p>${about}`, false);
}
