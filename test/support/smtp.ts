// Mail servers for tests: a real one that keeps what it gets, and one that says what it is told to say.
import { createServer, type Socket } from 'node:net';
import { SMTPServer, type SMTPServerOptions } from 'smtp-server';
import { authority, type Authority } from './certificates.ts';
import { listen, type Listening } from './server.ts';

export type Mail = {
  readonly from: string;
  readonly to: readonly string[];
  readonly text: string;
  readonly user: string | null;
  readonly isEncrypted: boolean;
};

export type MailServer = Listening & { readonly mails: Mail[]; readonly authority: Authority };

/** An SMTP reply as an error, for the hooks of a server. */
export const reply = (responseCode: number, message = 'because'): Error =>
  Object.assign(new Error(message), { responseCode });

/** Takes every mail unless its hooks say otherwise; with a certificate for 127.0.0.1 of an authority of its own. */
export async function mailServer(options: SMTPServerOptions = {}): Promise<MailServer> {
  const mails: Mail[] = [];
  const own = authority('Mail authority');
  const { cert, key } = own.issue({ name: '127.0.0.1' });
  const smtp = new SMTPServer({
    cert,
    key,
    authOptional: true,
    allowInsecureAuth: true,
    closeTimeout: 1,
    onAuth: ({ username }, _session, done) => {
      done(null, { user: username });
    },
    onData: (stream, session, done) => {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('end', () => {
        const { mailFrom, rcptTo } = session.envelope;
        mails.push({
          from: mailFrom === false ? '' : mailFrom.address,
          to: rcptTo.map(({ address }) => address),
          text: Buffer.concat(chunks).toString('utf8'),
          user: typeof session.user === 'string' ? session.user : null,
          isEncrypted: session.secure,
        });
        done();
      });
    },
    ...options,
  });
  smtp.on('error', () => undefined);
  const listening = await listen(smtp.server);
  return { ...listening, mails, authority: own };
}

/** Greets with the first line, then answers each command with the next; what is no text is done to the connection. */
export function scriptedServer(script: readonly (string | ((socket: Socket) => void))[]): Promise<Listening> {
  return listen(
    createServer((socket) => {
      const lines = [...script];
      const next = (): void => {
        const line = lines.shift();
        if (typeof line === 'function') line(socket);
        else if (line !== undefined) socket.write(`${line}\r\n`);
      };
      socket.on('data', next);
      next();
    }),
  );
}
