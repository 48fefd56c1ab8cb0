// Addresses of services: which are used, and how a path is put under one.
import { z } from 'zod';
import { isThisMachine } from '../kit/http-post.ts';
import type { Delivery } from './channel.ts';

/** Whatever holds a token goes over the network encrypted; on this machine it need not. */
const isUsable = (url: URL): boolean =>
  url.protocol === 'https:' || (url.protocol === 'http:' && isThisMachine(url));

/** The secret address, or why it cannot be used. It can be put right without a new deployment, so the message waits for that. */
export function addressOf(text: string): URL | Delivery {
  const url = URL.parse(text);
  if (url !== null && isUsable(url)) return url;
  return {
    sent: false,
    again: true,
    reason: 'client-error',
    detail: 'the address is not an https URL',
  };
}

function isPlainAddress(text: string): boolean {
  const url = URL.parse(text);
  if (url === null || !isUsable(url)) return false;
  return `${url.username}${url.password}${url.search}${url.hash}` === '';
}

/** The option that says where a service is; `what` names it for the reference. */
export const apiAddress = (what: string, publicAddress: string): z.ZodDefault<z.ZodString> =>
  z
    .string()
    .refine(isPlainAddress, {
      error:
        'is not the address of a service; write https://host or https://host/path, without name, password or query (http only on this machine)',
    })
    .default(publicAddress)
    .describe(
      `Address of ${what}; another for a server or proxy of your own. https, or http on this machine.`,
    );

/** The address of `path` under the base address `api`, which may have a path of its own. */
export const under = (api: string, path: string): URL => new URL(`${api.replace(/\/+$/, '')}/${path}`);
