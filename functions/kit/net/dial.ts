// One TCP connection to a host that may have many addresses, each checked at the moment it is dialled.
import { isIP } from 'node:net';
import { forbiddenAddress, formatHostPort } from '../address.ts';
import type { Attempt } from './attempt.ts';
import { failed, nameFailure } from './failure.ts';
import type { Dialled } from './race.ts';
import type { Endpoint } from './network.ts';
import { Race } from './race.ts';
import { lookUp } from './resolve.ts';

/**
 * Connects to `endpoint` and answers with the socket, which the attempt owns. Addresses are tried in turn, the next when one fails or
 * is silent for a moment, so that all are tried within half of the deadline. No address is dialled that the network forbids.
 */
export async function dial(endpoint: Endpoint, attempt: Attempt): Promise<Dialled> {
  const { network, timeoutMs } = attempt.context;
  const named = network.hosts.get(formatHostPort(endpoint));
  const literal = named?.address ?? endpoint.host;
  const port = named?.port ?? endpoint.port;
  const race = new Race(port, attempt);
  if (isIP(literal) !== 0) {
    const reason = named === undefined ? forbiddenAddress(literal, network.allow) : null;
    if (reason !== null) return failed('unreachable', `${literal} is ${refusal(reason)}`);
    race.add([literal]);
    race.close();
    return race.result;
  }
  if (named !== undefined) return failed('dns', 'the address given by --resolve is not an IP address');

  attempt.enter('dns');
  const { answers, cancel } = lookUp(endpoint.host, network, timeoutMs);
  attempt.own(cancel);
  const codes: string[] = [];
  const refused: string[] = [];
  const all = answers.map(async (part) => {
    const { addresses, code } = await part;
    codes.push(code);
    race.add(
      addresses.filter((address) => {
        const reason = forbiddenAddress(address, network.allow);
        if (reason !== null) refused.push(`${address}, ${refusal(reason)}`);
        return reason === null;
      }),
    );
  });
  void Promise.all(all).then(() => {
    race.close();
  });
  const outcome = await race.result;
  if (outcome.ok || race.tried > 0) return outcome;
  return refused[0] === undefined ? nameFailure(codes) : failed('unreachable', `resolves to ${refused[0]}`);
}

function refusal(reason: string): string {
  return `${/^[aeiou]/.test(reason) ? 'an' : 'a'} ${reason} address, which this site does not allow`;
}
