// How Google's Compute clients reach Compute: only for methods on our list, with our token, and never for more than so many bytes.
import { codeOf, shortCodeOf, WatchdogError } from '../kit/error.ts';
import { isThisMachine } from '../kit/http-post.ts';
import { methodOf } from './compute-methods.ts';

/** What became of a call that Compute did not answer with 2xx. `body` is null when it was too long. */
export type CallOutcome =
  | { readonly kind: 'status'; readonly status: number; readonly body: string | null }
  | { readonly kind: 'too-long' }
  | { readonly kind: 'network'; readonly code: string }
  | { readonly kind: 'no-identity' }
  | { readonly kind: 'not-ours' };

/** Thrown through Google's client, which wraps it, to whoever called it. */
export class CallFailed extends Error {
  readonly outcome: CallOutcome;

  constructor(outcome: CallOutcome) {
    super(`a call of Compute failed: ${outcome.kind}`);
    this.name = 'CallFailed';
    this.outcome = outcome;
  }
}

/** As Google's client asks. */
type Asked = {
  readonly method: string;
  readonly headers: Headers;
  readonly body?: string;
  readonly signal: AbortSignal;
};
type Answered = {
  readonly ok: true;
  readonly status: number;
  readonly arrayBuffer: () => Promise<Uint8Array>;
};

export type ComputeTransport = {
  /** Stands where Google's clients expect what signs their calls. */
  readonly auth: {
    readonly fetch: (address: string, asked: Asked) => Promise<Answered>;
    readonly getRequestHeaders: () => Promise<Headers>;
  };
  readonly place: { readonly servicePath: string; readonly port: number; readonly protocol: string };
};

const mostBytes = 8 * 1024 * 1024;
const mostRefusalBytes = 64 * 1024;
const scope = 'https://www.googleapis.com/auth/compute';

/** Where Compute is; ERR_CONFIG for an address that must not get our token or our calls in the clear. */
function placeOf(endpoint: string): { readonly url: URL; readonly place: ComputeTransport['place'] } {
  const url = URL.parse(endpoint);
  const isLocal = url !== null && isThisMachine(url);
  const isGoogle = url?.protocol === 'https:' && url.hostname.endsWith('.googleapis.com');
  if (url === null || !(isLocal || isGoogle) || url.pathname !== '/' || url.username !== '') {
    throw new WatchdogError(
      'ERR_CONFIG',
      'the address of Compute is neither one of googleapis.com nor this machine',
    );
  }
  const protocol = url.protocol.replace(':', '');
  const port = Number(url.port) || (protocol === 'https' ? 443 : 80);
  return { url, place: { servicePath: url.hostname, port, protocol } };
}

/** The library takes no signal, so the wait for it is cut off here. */
function until<Value>(signal: AbortSignal, work: Promise<Value>): Promise<Value> {
  const { promise, reject } = Promise.withResolvers<never>();
  const end = (): void => {
    reject(new CallFailed({ kind: 'network', code: 'ABORTED' }));
  };
  if (signal.aborted) end();
  else signal.addEventListener('abort', end, { once: true });
  return Promise.race([work, promise]).finally(() => {
    signal.removeEventListener('abort', end);
  });
}

type Identify = (url: string) => Promise<Headers>;

async function googleIdentity(): Promise<Identify> {
  const { GoogleAuth } = await import('google-auth-library');
  const client = await new GoogleAuth({ scopes: [scope] }).getClient();
  return (url) => client.getRequestHeaders(url);
}

/** Null when there is more than `most` of it. */
async function whole(body: AsyncIterable<Uint8Array>, most: number): Promise<Buffer | null> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of body) {
    length += chunk.length;
    if (length > most) return null;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** Calls to another machine carry a token; a call of anything that is not on our list, or of another project, throws before it leaves. */
export function computeTransport(options: {
  readonly project: string;
  readonly endpoint?: string;
}): ComputeTransport {
  const { url: base, place } = placeOf(options.endpoint ?? 'https://compute.googleapis.com');
  let identity: Promise<Identify> | null = null;

  const tokenFor = async (address: URL, signal: AbortSignal): Promise<Record<string, string>> => {
    if (isThisMachine(base)) return {};
    identity ??= googleIdentity();
    try {
      const headers = await until(
        signal,
        identity.then((identify) => identify(address.href)),
      );
      return Object.fromEntries(headers.entries());
    } catch {
      identity = null;
      throw new CallFailed({ kind: 'no-identity' });
    }
  };

  const isOurs = (verb: string, url: URL): boolean =>
    url.origin === base.origin &&
    url.pathname.startsWith(`/compute/v1/projects/${options.project}/`) &&
    methodOf(verb, url.pathname) !== null;

  const send = async (url: URL, asked: Asked): Promise<Answered> => {
    const token = await tokenFor(url, asked.signal);
    const { Agent, request } = await import('undici');
    const agent = new Agent({ connections: 1, maxHeaderSize: 16_384 });
    try {
      const { statusCode, body } = await request(url, {
        method: asked.method,
        headers: { ...Object.fromEntries(asked.headers.entries()), ...token },
        body: asked.body ?? null,
        dispatcher: agent,
        signal: asked.signal,
      });
      const isGood = statusCode >= 200 && statusCode < 300;
      const bytes = await whole(body, isGood ? mostBytes : mostRefusalBytes);
      if (!isGood) {
        // What was revoked is asked for anew the next time.
        if (statusCode === 401) identity = null;
        const text = bytes?.toString('utf8') ?? null;
        throw new CallFailed({ kind: 'status', status: statusCode, body: text });
      }
      if (bytes === null) throw new CallFailed({ kind: 'too-long' });
      return { ok: true, status: statusCode, arrayBuffer: () => Promise.resolve(bytes) };
    } catch (error) {
      if (error instanceof CallFailed) throw error;
      throw new CallFailed({ kind: 'network', code: shortCodeOf(codeOf(error)) });
    } finally {
      await agent.destroy().catch(() => {});
    }
  };

  return {
    place,
    auth: {
      getRequestHeaders: () => Promise.resolve(new Headers()),
      fetch: async (address, asked) => {
        const url = new URL(address);
        if (!isOurs(asked.method, url)) throw new CallFailed({ kind: 'not-ours' });
        return send(url, asked);
      },
    },
  };
}
