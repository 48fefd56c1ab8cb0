// Who we are to another function: where it is, and the identity token that it asks for.
import { WatchdogError } from '../kit/error.ts';
import { isThisMachine } from '../kit/http-post.ts';

export type FunctionOptions = {
  readonly url: string;
  /** Whom the token is for; by default the origin and path of the URL without its query, as Cloud Run expects it. */
  readonly audience?: string;
};

/** The headers that prove who we are, or why there are none. */
export type Identity =
  | { readonly headers: Record<string, string> }
  | { readonly reason: 'timeout' | 'refused'; readonly detail: string };

export type OtherFunction = {
  readonly url: URL;
  /** Never rejects, and answers at once when the deadline aborts. */
  readonly identify: (deadline: AbortSignal) => Promise<Identity>;
};

/** No token is asked for on this machine, nor sent over plain HTTP. */
async function authorization(url: URL, audience: string): Promise<Record<string, string>> {
  if (url.protocol !== 'https:' || isThisMachine(url)) return {};
  const { GoogleAuth } = await import('google-auth-library');
  const client = await new GoogleAuth().getIdTokenClient(audience);
  const value = (await client.getRequestHeaders()).get('authorization');
  return value === null ? {} : { authorization: value };
}

/** The library takes no signal, so the wait for it is cut off here. */
async function within(deadline: AbortSignal, asking: Promise<Record<string, string>>): Promise<Identity> {
  const late = new Promise<Identity>((resolve) => {
    const answer = (): void => {
      resolve({ reason: 'timeout', detail: 'no identity token in time' });
    };
    if (deadline.aborted) answer();
    else deadline.addEventListener('abort', answer, { once: true });
  });
  const token = asking.then(
    (headers): Identity => ({ headers }),
    (): Identity => ({ reason: 'refused', detail: 'no identity token' }),
  );
  return Promise.race([token, late]);
}

/** Another function of ours by its address; `what` names it in the ERR_CONFIG that an address which is no URL throws. */
export function otherFunction(options: FunctionOptions, what: string): OtherFunction {
  const url = URL.parse(options.url);
  if (url === null) throw new WatchdogError('ERR_CONFIG', `the address of ${what} is not a URL`);
  const audience = options.audience ?? `${url.origin}${url.pathname === '/' ? '' : url.pathname}`;
  return { url, identify: (deadline) => within(deadline, authorization(url, audience)) };
}
