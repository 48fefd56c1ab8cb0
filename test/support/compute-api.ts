// Asks the pretend Compute Engine over its socket as a person's tools would, and holds both sides to Google's description where that is there.
import { request } from 'undici';
import type { PretendCompute } from '../../lab/compute/compute.ts';
import { type Discovery, openDiscovery } from './discovery.ts';
import { lacks } from './tools.ts';

const discovery: Discovery | null = lacks('discovery') ? null : openDiscovery();

export type Reply = { readonly status: number; readonly body: unknown };

/** What in all requests so far Google's description does not allow; nothing where it is not installed. */
export const problemsOf = (compute: PretendCompute): string[] =>
  discovery === null
    ? []
    : compute
        .requests()
        .flatMap((sent) =>
          discovery.requestProblems(sent).map((problem) => `${sent.method} ${sent.path}: ${problem}`),
        );

/** `path` is below `projects/{project}/`. Throws when a good answer is not what Google describes. */
export async function askCompute(
  compute: PretendCompute,
  method: 'GET' | 'POST' | 'DELETE',
  path: string,
  { query = {}, body }: { readonly query?: Record<string, string>; readonly body?: object } = {},
): Promise<Reply> {
  const url = new URL(`/compute/v1/projects/${compute.project}/${path}`, compute.endpoint);
  for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value);
  const answer = await request(url, {
    method,
    ...(body === undefined
      ? {}
      : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
  });
  const said: unknown = await answer.body.json();
  if (answer.statusCode === 200 && discovery !== null) {
    const problems = discovery.answerProblems({ method, path: url.pathname }, said);
    if (problems.length > 0) throw new Error(`${method} ${path}: ${problems.join('; ')}`);
  }
  return { status: answer.statusCode, body: said };
}
