// E-mail: what a mail server gets, and what everything that it can answer means for the message.
import { createServer, type Socket } from 'node:net';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { ChannelContext, Delivery } from '../../functions/channels/channel.ts';
import { email } from '../../functions/channels/email.ts';
import { sendVia } from '../../functions/channels/send.ts';
import { closedPort, type Listening } from '../support/server.ts';
import { mailServer, type MailServer, reply, scriptedServer } from '../support/smtp.ts';
import { context, message } from './message.ts';
import { wild } from './receiver.ts';

const password = 'hunter2-of-the-mail';
const base = {
  channel: 'email',
  host: '127.0.0.1',
  security: 'none',
  from: 'watchdog@home.example',
} as const;

type Over = Partial<Parameters<typeof email.send>[0]>;

async function send(
  { port }: { readonly port: number },
  over: Over = {},
  more: Partial<ChannelContext> & { readonly message?: Partial<typeof message> } = {},
): Promise<Delivery> {
  const delivery = await sendVia({ ...base, to: ['me@home.example'], port, ...over })(
    { ...message, ...more.message },
    context(more),
  );
  const said = JSON.stringify(delivery);
  for (const hidden of [password, 'home.example', '127.0.0.1', 'token-of-the-link', String(port)]) {
    expect(said).not.toContain(hidden);
  }
  return delivery;
}

async function until<Server extends Listening>(starting: Promise<Server>): Promise<Server> {
  const server = await starting;
  onTestFinished(server.close);
  return server;
}

/** Makes this process trust the server's authority, as a system does that has it installed. */
function trust({ authority }: MailServer): void {
  const before = getCACertificates('default');
  setDefaultCACertificates([...before, authority.cert]);
  onTestFinished(() => {
    setDefaultCACertificates(before);
  });
}

/** What a mail program shows: its parts, no longer quoted-printable. */
function shown(mail: { readonly text: string } | undefined): string {
  const raw = (mail?.text ?? '').replace(/^[^]*?\r\n\r\n/, '').replace(/=\r\n/g, '');
  const bytes = raw.replace(/=([0-9A-F]{2})/g, (_, digits: string) =>
    String.fromCharCode(Number.parseInt(digits, 16)),
  );
  return Buffer.from(bytes, 'latin1').toString('utf8');
}

const headersOf = (mail: { readonly text: string } | undefined): string =>
  (mail?.text ?? '').replace(/\r\n\r\n[^]*$/, '');

/** Both ends of all connections of this process: a socket that was upgraded by STARTTLS does not tell the server's count of its end. */
const openSockets = (): number =>
  process.getActiveResourcesInfo().filter((name) => name === 'TCPSocketWrap').length;

describe('a mail', () => {
  test('has the title as its subject, the message as text and as HTML, and a button for each link', async () => {
    const server = await until(mailServer());
    const delivery = await send(server, { to: ['me@home.example', 'you@home.example'] });
    expect(delivery).toEqual({ sent: true, detail: 'SMTP 250' });
    expect(server.mails).toHaveLength(1);
    const [first] = server.mails;
    expect(first).toMatchObject({ from: base.from, to: ['me@home.example', 'you@home.example'] });
    expect(headersOf(first)).toContain('From: Basement watchdog <watchdog@home.example>');
    expect(headersOf(first)).toMatch(/^Subject: =\?UTF-8\?Q\?CRITICAL_Zuhause/m);
    const mail = shown(first);
    expect(mail).toContain(message.body.replaceAll('\n', '\r\n'));
    expect(mail).toContain(`Acknowledge: ${message.links.acknowledge}`);
    expect(mail).toContain(`<a href="${message.links.acknowledge}"`);
    expect(mail).toContain(`<a href="${message.links.runbook}"`);
    await expect.poll(server.open).toBe(0);
  });

  test('has the same id when it is sent again, and refers to its thread', async () => {
    const server = await until(mailServer());
    await send(server);
    await send(server);
    const ids = server.mails.map(({ text }) => /^Message-ID: (.*)$/m.exec(text)?.[1]?.trim());
    expect(ids).toEqual([`<${message.id}@home.example>`, `<${message.id}@home.example>`]);
    expect(server.mails[0]?.text).toContain(`References: <${message.thread}@home.example>`);
    expect(server.mails[0]?.text).toMatch(/^Auto-Submitted: auto-generated\r$/m);
  });

  test.each([
    ['opened', 'critical', 'High'],
    ['opened', 'warning', null],
    ['resolved', 'critical', 'Low'],
  ] as const)('of %s, %s, has the importance %s', async (kind, severity, importance) => {
    const server = await until(mailServer());
    await send(server, {}, { message: { kind, severity } });
    const found = /^Importance: (\w+)/m.exec(server.mails[0]?.text ?? '')?.[1] ?? null;
    expect(found).toBe(importance);
  });

  test('keeps markup in names as text, breaks no header, and makes a button of no script', async () => {
    const server = await until(mailServer());
    const title = `${wild}\r\nBcc: spy@home.example`;
    const links = { status: 'javascript:alert(1)', runbook: 'https://docs.example/?a="><b>&c' };
    await send(server, {}, { message: { title, body: wild, links } });
    const [mail] = server.mails;
    const text = shown(mail);
    expect(mail?.to).toEqual(['me@home.example']);
    expect(headersOf(mail)).not.toMatch(/^Bcc:/m);
    expect(text).toContain('*_~`&lt;@everyone&gt; [x](http://e) &amp; &lt;!channel&gt; # &quot;q&quot;');
    expect(text).toContain('href="https://docs.example/?a=&quot;&gt;&lt;b&gt;&amp;c"');
    expect(text).not.toContain('href="javascript:');
    expect(text).toContain('javascript:alert(1)');
  });
});

describe('a login', () => {
  const login = { user: 'watchdog', password: { file: password } };

  test('is made with user and password', async () => {
    const seen: (string | undefined | null)[] = [];
    const server = await until(
      mailServer({
        onAuth: (auth, _session, done) => {
          seen.push(auth.username, auth.password);
          done(null, { user: auth.username });
        },
      }),
    );
    expect(await send(server, login)).toMatchObject({ sent: true });
    expect(seen).toEqual(['watchdog', password]);
    expect(server.mails[0]?.user).toBe('watchdog');
  });

  test('that is refused is tried again slowly, and the mail is not sent without it', async () => {
    const server = await until(
      mailServer({
        onAuth: (_auth, _session, done) => {
          done(reply(535, `no ${password}`));
        },
      }),
    );
    expect(await send(server, login)).toEqual({
      sent: false,
      again: true,
      reason: 'auth',
      detail: 'SMTP 535, login refused',
      afterMs: 60_000,
    });
    expect(server.mails).toEqual([]);
    await expect.poll(server.open).toBe(0);
  });

  test('that the server does not offer is not left out', async () => {
    const server = await until(mailServer({ disabledCommands: ['AUTH'] }));
    expect(await send(server, login)).toMatchObject({ sent: false, again: true, reason: 'auth' });
    expect(server.mails).toEqual([]);
  });

  test('that the server wants and nobody has configured is told', async () => {
    const server = await until(mailServer({ authOptional: false }));
    expect(await send(server)).toMatchObject({ sent: false, again: true, reason: 'auth', afterMs: 60_000 });
  });
});

describe('a refusal', () => {
  type Hook = 'onMailFrom' | 'onRcptTo' | 'onData';
  const hooks: readonly Hook[] = ['onMailFrom', 'onRcptTo', 'onData'];
  const codes = [421, 450, 451, 452, 500, 501, 550, 552, 554];
  const cases = hooks.flatMap((hook) => codes.map((code) => [hook, code] as const));

  test.each(cases)('of %s with %i is final from 500 on', async (hook, code) => {
    const error = reply(code, `${password} at 127.0.0.1`);
    const server = await until(
      mailServer({
        [hook]: (given: { resume?: () => void }, _session: unknown, done: (error: Error) => void) => {
          given.resume?.();
          done(error);
        },
      }),
    );
    expect(await send(server)).toEqual(
      code < 500
        ? { sent: false, again: true, reason: 'server-error', detail: `SMTP ${code}` }
        : { sent: false, again: false, reason: 'client-error', detail: `SMTP ${code}` },
    );
    await expect.poll(server.open).toBe(0);
  });

  test('of one of two addresses does not hold back the mail, and is counted', async () => {
    const server = await until(
      mailServer({
        onRcptTo: ({ address }, _session, done) => {
          done(address.startsWith('you') ? reply(550) : null);
        },
      }),
    );
    const delivery = await send(server, { to: ['me@home.example', 'you@home.example'] });
    expect(delivery).toEqual({ sent: true, detail: 'SMTP 250, 1 of 2 addresses refused' });
    expect(server.mails[0]?.to).toEqual(['me@home.example']);
  });

  test.each([
    [421, 'server-error'],
    [554, 'server-error'],
  ] as const)('in the greeting, %i, is never final: the message is not its reason', async (code, reason) => {
    const server = await until(scriptedServer([`${code} go away`]));
    expect(await send(server)).toEqual({ sent: false, again: true, reason, detail: `SMTP ${code}` });
    await expect.poll(server.open).toBe(0);
  });
});

describe('encryption', () => {
  test.each(['starttls', 'tls'] as const)('by %s is used when it is configured', async (security) => {
    const server = await until(mailServer({ secure: security === 'tls' }));
    trust(server);
    expect(await send(server, { security })).toEqual({ sent: true, detail: 'SMTP 250' });
    expect(server.mails[0]?.isEncrypted).toBe(true);
    await expect.poll(openSockets).toBe(0);
  });

  test.each(['starttls', 'tls'] as const)(
    'by %s with a certificate that nobody signed sends nothing',
    async (security) => {
      const server = await until(mailServer({ secure: security === 'tls' }));
      const login = { user: 'watchdog', password: { file: password } };
      const delivery = await send(server, { security, ...login });
      expect(delivery).toMatchObject({ sent: false, again: true, reason: 'network' });
      expect(server.mails).toEqual([]);
      await expect.poll(openSockets).toBe(0);
    },
  );

  test('with a certificate for another name sends nothing', async () => {
    const other = await until(mailServer());
    const { cert, key } = other.authority.issue({ name: 'other.example' });
    const server = await until(mailServer({ cert, key }));
    trust(other);
    expect(await send(server, { security: 'starttls' })).toMatchObject({ sent: false, reason: 'network' });
    expect(server.mails).toEqual([]);
  });

  test('that the server does not offer is waited for, and nothing is sent without it', async () => {
    const server = await until(mailServer({ disabledCommands: ['STARTTLS'] }));
    expect(await send(server, { security: 'starttls' })).toEqual({
      sent: false,
      again: true,
      reason: 'network',
      detail: 'no encrypted connection (ETLS)',
    });
    expect(server.mails).toEqual([]);
    await expect.poll(openSockets).toBe(0);
  });

  test('from the start of a server that speaks plainly fails', async () => {
    const server = await until(mailServer());
    expect(await send(server, { security: 'tls' })).toMatchObject({ again: true, reason: 'network' });
  });
});

describe('a server that', () => {
  const reset = (socket: Socket): void => void socket.resetAndDestroy();
  const hangUp = (socket: Socket): void => void socket.end();
  const lines = ['220 mail', '250 mail', '250 ok', '250 ok', '354 go', '250 taken'];

  test.each([0, 1, 2, 3, 4, 5])('resets the connection after %i replies is tried again', async (count) => {
    const server = await until(scriptedServer([...lines.slice(0, count), reset]));
    expect(await send(server)).toMatchObject({ sent: false, again: true, reason: 'network' });
    await expect.poll(server.open).toBe(0);
  });

  test.each([0, 1, 2, 3, 4, 5])('hangs up after %i replies is tried again', async (count) => {
    const server = await until(scriptedServer([...lines.slice(0, count), hangUp]));
    expect(await send(server)).toMatchObject({ sent: false, again: true, reason: 'network' });
    await expect.poll(server.open).toBe(0);
  });

  test.each([0, 1, 2, 3, 4, 5])(
    'says no more after %i replies costs no more than its time',
    async (count) => {
      const server = await until(scriptedServer(lines.slice(0, count)));
      const begun = performance.now();
      expect(await send(server, {}, { timeoutMs: 300 })).toEqual({
        sent: false,
        again: true,
        reason: 'timeout',
        detail: 'no answer in time',
      });
      expect(performance.now() - begun).toBeLessThan(3_000);
      await expect.poll(server.open).toBe(0);
    },
  );

  test('keeps talking without an end costs no more than its time', async () => {
    const server = await until(
      scriptedServer([
        (socket) => {
          const drops = setInterval(() => socket.write('220-still here\r\n'), 20);
          socket.once('close', () => {
            clearInterval(drops);
          });
        },
      ]),
    );
    const delivery = await send(server, {}, { timeoutMs: 300 });
    expect(delivery).toMatchObject({ again: true, reason: 'timeout' });
    await expect.poll(server.open).toBe(0);
  });

  test('pours a reply without end is not listened to for long', async () => {
    const server = await until(
      scriptedServer([(socket) => void socket.write(`220-${'y'.repeat(1_000_000)}`)]),
    );
    expect(await send(server)).toMatchObject({ sent: false, again: true, reason: 'network' });
    await expect.poll(server.open).toBe(0);
  });

  test.each(['HTTP/1.1 200 OK', 'SSH-2.0-OpenSSH_9.6', '999 what'])(
    'greets with %s is tried again',
    async (greeting) => {
      const server = await until(scriptedServer([greeting]));
      expect(await send(server)).toMatchObject({ sent: false, again: true });
      await expect.poll(server.open).toBe(0);
    },
  );

  test('is not there is tried again', async () => {
    const port = await closedPort(createServer());
    expect(await send({ port })).toEqual({
      sent: false,
      again: true,
      reason: 'network',
      detail: 'no connection (ECONNREFUSED)',
    });
  });

  test('is being spoken to when the run ends is left at once', async () => {
    const run = new AbortController();
    const server = await until(
      scriptedServer([
        '220 mail',
        () => {
          run.abort();
        },
      ]),
    );
    expect(await send(server, {}, { signal: run.signal })).toMatchObject({ again: true, reason: 'aborted' });
    await expect.poll(server.open).toBe(0);
  });
});

describe('a configuration', () => {
  const good = { host: 'smtp.example.net', from: 'watchdog@home.example', to: ['me@home.example'] };
  test.each([
    ['the least', good, true],
    ['a login', { ...good, user: 'me', password: { env: 'MAIL' } }, true],
    ['a user without password', { ...good, user: 'me' }, false],
    ['a password without user', { ...good, password: { env: 'MAIL' } }, false],
    ['a password in plain text', { ...good, user: 'me', password: 'hunter2' }, false],
    ['no encryption to another machine', { ...good, security: 'none' }, false],
    ['no encryption on this machine', { ...good, security: 'none', host: '::1' }, true],
    ['nobody to get it', { ...good, to: [] }, false],
    ['an address that is none', { ...good, to: ['me'] }, false],
    ['a host with a path', { ...good, host: 'smtp.example.net/x' }, false],
  ])('with %s is good: %s', (_, options, expected) => {
    expect(email.schema.safeParse(options).success).toBe(expected);
  });

  test('is encrypted unless it says otherwise', () => {
    expect(email.schema.parse(good).security).toBe('starttls');
  });
});
