// The page's script, run with a small stand-in of a browser: the token leaves the address bar and goes out only when somebody presses.
import { runInNewContext } from 'node:vm';
import { describe, expect, test } from 'vitest';
import { ackAnswerPage, ackPage, ackWords } from '../../functions/views/ack-page.ts';

type Element = {
  hidden: boolean;
  disabled: boolean;
  textContent: string;
  value: string;
  submit: (event: { preventDefault: () => void }) => Promise<void>;
  addEventListener: (name: string, run: Element['submit']) => void;
};

function element(hidden: boolean): Element {
  const self: Element = {
    hidden,
    disabled: false,
    textContent: '',
    value: '',
    submit: async () => {},
    addEventListener: (_name, run) => {
      self.submit = run;
    },
  };
  return self;
}

type Sent = { readonly path: string; readonly body: string };

/** The page as it is once its script ran. */
function open(hash: string, answer: { status: number; told: object } | Error = new Error('offline')) {
  const ids = ['by-link', 'by-code', 'what', 'name', 'go', 'said'];
  const elements = new Map(ids.map((id) => [id, element(id === 'by-link')]));
  const sent: Sent[] = [];
  const kept = new Map<string, string>();
  const location = { hash, pathname: '/ack', search: '?utm=x' };
  const listeners = new Map<string, () => void>();
  runInNewContext(ackPage().script ?? '', {
    document: { getElementById: (id: string) => elements.get(id) },
    location,
    history: {
      replaceState: (_state: null, _title: string, url: string) => {
        location.hash = '';
        location.pathname = url;
      },
    },
    localStorage: {
      getItem: (name: string) => kept.get(name) ?? null,
      setItem: (name: string, text: string) => kept.set(name, text),
    },
    addEventListener: (name: string, run: () => void) => listeners.set(name, run),
    atob,
    fetch: async (path: string, { body }: { readonly body: string }) => {
      sent.push({ path, body });
      if (answer instanceof Error) throw answer;
      return { status: answer.status, json: async () => answer.told };
    },
  });
  const get = (id: string): Element => {
    const found = elements.get(id);
    if (found === undefined) throw new Error(`there is no element ${id}`);
    return found;
  };
  const press = (): Promise<void> => get('by-link').submit({ preventDefault: () => {} });
  return { get, press, sent, kept, location, listeners };
}

const token = `${Buffer.from(JSON.stringify(['home.site.home.1', 'critical', 1])).toString('base64url')}.sig`;

describe('the page', () => {
  test('takes the token out of the address bar, says what it is about, and sends nothing by itself', () => {
    const page = open(`#${token}`);
    expect(page.location).toEqual({ hash: '', pathname: '/ack', search: '?utm=x' });
    expect(page.get('what').textContent).toBe('home.site.home.1, critical');
    expect([page.get('by-link').hidden, page.get('by-code').hidden]).toEqual([false, true]);
    expect(page.sent).toEqual([]);
  });

  test('sends token and name when the button is pressed, shows the answer, and remembers the name', async () => {
    const page = open(`#${token}`, { status: 200, told: { message: 'It is yours.' } });
    page.get('name').value = 'Ada';
    await page.press();
    expect(page.sent).toEqual([{ path: '/ack', body: JSON.stringify({ token, by: 'Ada' }) }]);
    expect([page.get('said').textContent, page.get('go').disabled]).toEqual(['It is yours.', true]);
    expect([...page.kept]).toEqual([['watchdog-name', 'Ada']]);
  });

  test('says why it was refused, and lets people press again when nobody answered', async () => {
    const refused = open(`#${token}`, { status: 410, told: { error: 'Too old.' } });
    await refused.press();
    expect([refused.get('said').textContent, refused.get('go').disabled]).toEqual(['Too old.', true]);
    const broken = open(`#${token}`, { status: 500, told: { error: 'internal error' } });
    await broken.press();
    expect(broken.get('go').disabled).toBe(false);
    const offline = open(`#${token}`);
    await offline.press();
    expect(offline.get('said').textContent).toContain('could not be reached');
    expect(offline.get('go').disabled).toBe(false);
  });

  test('asks for the code when there is no token, and takes a link that is opened into the same tab', () => {
    const page = open('');
    expect([page.get('by-link').hidden, page.get('by-code').hidden]).toEqual([true, false]);
    page.location.hash = `#${token}`;
    page.listeners.get('hashchange')?.();
    expect([page.get('by-link').hidden, page.location.hash]).toEqual([false, '']);
  });

  test('stands rubbish in its fragment', () => {
    expect(open('#<script>.x').get('what').textContent).toBe('');
  });

  test('is one static text without anything from elsewhere, and has a form for who runs no scripts', () => {
    const { html, script, style } = ackPage();
    expect(ackPage().html).toBe(html);
    expect(html).not.toMatch(/https?:|\bsrc=|\bon[a-z]+=|style=/);
    expect(html).toContain(`<script>${script ?? ''}</script>`);
    expect(html).toContain(`<style>${style}</style>`);
    expect(html).toMatch(/<form id="by-code" method="post">\n<noscript>/);
    expect(style).toContain('prefers-color-scheme: dark');
  });
});

test('an answer repeats nothing as markup', () => {
  const { html, script } = ackAnswerPage(ackWords('taken'), '<img src=x onerror=alert(1)>"\'&');
  expect(html).toContain('&lt;img src=x onerror=alert(1)&gt;&quot;&#39;&amp;');
  expect([html.includes('<img'), script]).toEqual([false, null]);
});
