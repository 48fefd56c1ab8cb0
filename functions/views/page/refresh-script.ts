// The few lines that keep a page new while somebody looks at it: without them it is the same page.

/**
 * Asks for the page again as often as `data-every` of its `main` says (seconds), only while it is looked at, and takes over what is new. What
 * is open stays open, and focus and place stay where they are. Says what changed of the headlines, and when it is not new: while
 * text is selected, which would be lost, and when it gets no answer, or one that is not the view.
 */
export const refreshScript = `
(() => {
  const [said, news] = ['said', 'news'].map((id) => document.getElementById(id));
  const main = () => document.querySelector('main');
  const states = (of) => [...of.querySelectorAll('[data-state]')].map((each) => each.dataset.state).join();
  const headlines = (of) => [...of.querySelectorAll('h2')].map((each) => each.textContent).join(' ');
  const every = Number(main().dataset.every) * 1000;
  let tag = '';
  let timer;
  let isOver = false;
  const say = (text) => {
    if (said.textContent !== text) said.textContent = text;
    said.hidden = text === '';
  };
  const focused = () => {
    const at = document.activeElement;
    if (!main().contains(at)) return null;
    if (at.id) return '#' + CSS.escape(at.id);
    if (at.matches('summary') && at.parentElement.id) return '#' + CSS.escape(at.parentElement.id) + '>summary';
    return at.matches('a[href]') ? 'a[href="' + CSS.escape(at.getAttribute('href')) + '"]' : null;
  };
  const take = (text) => {
    const next = new DOMParser().parseFromString(text, 'text/html');
    const fresh = next.querySelector('main');
    const old = main();
    if (fresh?.dataset.every === undefined) throw new Error('none of ours');
    if (fresh.outerHTML === old.outerHTML) return;
    for (const details of old.querySelectorAll('details[id]')) {
      const same = fresh.querySelector('#' + CSS.escape(details.id));
      if (same) same.open = details.open;
    }
    const isNews = states(old) !== states(fresh);
    const focus = focused();
    const top = scrollY;
    old.replaceWith(document.adoptNode(fresh));
    document.title = next.title;
    if (focus) main().querySelector(focus)?.focus({ preventScroll: true });
    scrollTo({ top, behavior: 'instant' });
    if (isNews) news.textContent = headlines(main());
  };
  const look = async () => {
    if (document.hidden || isOver) return;
    if (String(getSelection()) !== '') {
      say('Not refreshed since ' + main().dataset.at + ' while text is selected.');
      return again();
    }
    try {
      const answer = await fetch(location.pathname + location.search, {
        headers: { accept: 'text/html', ...(tag === '' ? {} : { 'if-none-match': tag }) },
        cache: 'no-store',
        credentials: 'same-origin',
        redirect: 'error',
        signal: AbortSignal.timeout(20000),
      });
      if (answer.status === 401 || answer.status === 403) {
        isOver = true;
        return say('Your access has ended: this is how it was at ' + main().dataset.at + '. Reload the page to enter again.');
      }
      if (answer.status !== 304) {
        if (!answer.ok) throw new Error(String(answer.status));
        take(await answer.text());
        tag = answer.headers.get('etag') || '';
      }
      say('');
    } catch {
      say('Not refreshed since ' + main().dataset.at + ': no answer. It goes on trying.');
    }
    again();
  };
  const again = () => {
    clearTimeout(timer);
    timer = setTimeout(look, every);
  };
  document.addEventListener('visibilitychange', look);
  again();
})();
`;
