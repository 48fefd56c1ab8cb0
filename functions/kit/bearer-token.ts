// The tokens by which a public function knows its callers: long enough, and compared without telling by the time which one fits, or whether any could.
import { WatchdogError } from './error.ts';
import { isSameSecret } from './same-secret.ts';

const shortest = 24;

/** The tokens as they are. Throws ERR_SECRET when one is so short that it could be guessed; `of` names whose they are. */
export function longEnough(tokens: readonly string[], of: string): readonly string[] {
  if (tokens.every((token) => token.length >= shortest)) return tokens;
  throw new WatchdogError('ERR_SECRET', `a token of ${of} is shorter than ${shortest} characters`);
}

/** What is compared for a caller that is not there. */
const nobody = ['a token that nobody has, for a caller that is not there'];

/** True when it is one of them; where there are none, as much is compared as for one. */
export function isTokenOf(tokens: readonly string[], given: string): boolean {
  const isSame = (tokens.length === 0 ? nobody : tokens).map((token) => isSameSecret(given, token));
  return tokens.length > 0 && isSame.includes(true);
}
