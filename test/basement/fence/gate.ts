// Stands where the gate would be: answers as it is told, signed as the gate does, and keeps what it was asked.
import { generateKeyPairSync, sign, type KeyObject } from 'node:crypto';
import { createServer as createPlain, type IncomingHttpHeaders, type RequestListener } from 'node:http';
import { createServer as createSecure } from 'node:https';
import type { Certificate } from '../../support/certificates.ts';
import { listen } from '../../support/server.ts';

export type Question = {
  readonly path: string;
  readonly signer: string;
  readonly instance: string;
  readonly nonce: string;
  readonly headers: IncomingHttpHeaders;
};

export type Reply =
  | { readonly status?: number; readonly headers?: Readonly<Record<string, string>>; readonly body: string }
  | 'never';

export type GateAnswer = Readonly<Record<string, unknown>>;

export type PretendGate = {
  readonly url: string;
  /** Its public key, as the fence wants it. */
  readonly key: string;
  readonly asked: readonly Question[];
  readonly allow: (generation: number, more?: GateAnswer) => void;
  readonly deny: (generation: number) => void;
  readonly reply: (reply: (question: Question) => Reply) => void;
  /** A whole, signed answer that allows: `more` is what is different in it. */
  readonly allowing: (question: Question, generation: number, more?: GateAnswer) => string;
  readonly close: () => Promise<void>;
};

export function signedAnswer(text: string, ...keys: readonly KeyObject[]): string {
  const message = Buffer.from(`basement-watchdog gate 1\n${text}`);
  const signatures = keys.map((key) => sign(null, message, key).toString('base64'));
  return JSON.stringify({ answer: text, signatures });
}

/** Over TLS when a certificate is given. */
export async function pretendGate(certificate?: Certificate): Promise<PretendGate> {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  const asked: Question[] = [];
  const answer = (question: Question, verdict: string, generation: number, more: GateAnswer): string => {
    const { nonce, signer, instance } = question;
    const rest = { generation, holder: 'basement/home', minHeight: null, at: Date.now(), reason: 'because' };
    return signedAnswer(JSON.stringify({ nonce, signer, instance, verdict, ...rest, ...more }), privateKey);
  };
  const allowing: PretendGate['allowing'] = (question, generation, more = {}) =>
    answer(question, 'allow', generation, more);
  let replying: (question: Question) => Reply = () => ({ status: 503, body: '' });
  const handler: RequestListener = (request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '', 'http://gate');
    const question: Question = {
      path: pathname,
      signer: pathname.split('/').at(-1) ?? '',
      instance: searchParams.get('instance') ?? '',
      nonce: searchParams.get('nonce') ?? '',
      headers: request.headers,
    };
    asked.push(question);
    const reply = replying(question);
    if (reply === 'never') return;
    const { status = 200, headers = {}, body } = reply;
    response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(body);
  };
  const server = certificate === undefined ? createPlain(handler) : createSecure(certificate, handler);
  const { port, close } = await listen(server);
  const raw = publicKey.export({ format: 'der', type: 'spki' }).subarray(-32);
  return {
    url: `${certificate === undefined ? 'http' : 'https'}://127.0.0.1:${port}`,
    key: raw.toString('base64'),
    asked,
    allowing,
    allow: (generation, more = {}) => {
      replying = (question) => ({ body: allowing(question, generation, more) });
    },
    deny: (generation) => {
      replying = (question) => ({ body: answer(question, 'deny', generation, { holder: 'none' }) });
    },
    reply: (given) => {
      replying = given;
    },
    close,
  };
}
