// The function `gate`: a fence proves who it is, the flag says who may sign, and the answer is signed for this one question.
import type { Identified } from '../cloud/cloud.ts';
import { type Asker, judgeGate } from '../domain/gate.ts';
import { isTokenOf, longEnough } from '../kit/bearer-token.ts';
import type { Clock } from '../kit/clock.ts';
import { WatchdogError } from '../kit/error.ts';
import { jsonAnswer, type Answer, type Asked } from '../kit/http-answer.ts';
import { bearerIn } from '../kit/http-function.ts';
import type { Log } from '../kit/log.ts';
import type { Rate } from '../kit/rate.ts';
import type { Signature } from '../kit/signature.ts';
import type { KeysReader } from '../stores/store.ts';

export type GateSigner = {
  readonly id: string;
  readonly site: string;
  /** The fences of its house. Reads its tokens when they are needed; throws ERR_SECRET. */
  readonly fences: readonly { readonly id: string; readonly tokens: () => readonly string[] }[];
};

export type GateWorld = {
  readonly signers: readonly GateSigner[];
  readonly keys: KeysReader;
  /** One, or two while the key is being changed. Throws ERR_SECRET. */
  readonly signatures: () => readonly Signature[];
  readonly identify: (token: string) => Promise<Identified>;
  /** The only project whose machines may ask; null when no cloud node may. */
  readonly project: string | null;
  readonly clock: Clock;
  /** Calls of one fence in a minute. */
  readonly calls: Rate;
  readonly log: Log;
};

type Question = { readonly signer: string; readonly instance: string; readonly nonce: string };

const refuse = (status: number, error: string, headers: Record<string, string> = {}): Answer =>
  jsonAnswer(status, { error }, headers);

const form = 'ask with GET /SIGNER?instance=ID&nonce=32-HEX-DIGITS';

/** Some fronts leave the name of the function before the path: `/gate/eth-1`. Throws ERR_REQUEST for what is no question. */
function readQuestion({ path, query }: Asked): Question {
  const parts = path.split('/').filter((part) => part !== '');
  const [signer, ...more] = parts[0] === 'gate' && parts.length === 2 ? parts.slice(1) : parts;
  const [instance, nonce] = [query('instance'), query('nonce')];
  const isWell = more.length === 0 && /^[A-Za-z0-9-]{1,64}$/.test(instance) && /^[0-9a-f]{32}$/.test(nonce);
  if (signer === undefined || !isWell) throw new WatchdogError('ERR_REQUEST', form);
  return { signer, instance, nonce };
}

/** The fence whose token this is; all are compared, whichever fits. */
function fenceOf(signer: GateSigner | undefined, given: string): string | null {
  if (signer === undefined || signer.fences.length === 0) {
    isTokenOf([], given);
    return null;
  }
  const fitting = signer.fences.filter(({ id, tokens }) =>
    isTokenOf(longEnough(tokens(), `the fence ${signer.id}/${id}`), given),
  );
  return fitting[0]?.id ?? null;
}

/** By its form alone: Google's tokens are signed JSON. */
const isIdentityToken = (given: string): boolean => /^eyJ[\w-]+\.[\w-]+\.[\w-]+$/.test(given);

type Proven = { readonly asker: Asker; readonly fence: string };

const unknownCaller = refuse(401, 'the token of a fence of that signer is needed, or that of a machine', {
  'www-authenticate': 'Bearer',
});

/** Who is asking, by what it shows; or the refusal. */
async function prove(
  world: GateWorld,
  { signer: id, instance }: Question,
  given: string,
): Promise<Proven | { readonly refusal: Answer }> {
  // Nobody without a token learns which signers there are.
  const signer = world.signers.find((each) => each.id === id);
  if (!isIdentityToken(given)) {
    const fence = fenceOf(signer, given);
    if (fence === null || signer === undefined) return { refusal: unknownCaller };
    return { fence, asker: { kind: 'basement', site: signer.site, instance } };
  }
  if (world.project === null) return { refusal: unknownCaller };
  const identified = await world.identify(given);
  if (!identified.ok) {
    const error = `the identity token: ${identified.detail}`;
    return { refusal: refuse(identified.reason === 'unknown' ? 503 : 401, error) };
  }
  const { machine } = identified;
  // Whoever has a machine anywhere at Google has such a token, and learns nothing by it.
  if (signer === undefined || machine.project !== world.project) return { refusal: unknownCaller };
  if (machine.id !== instance) return { refusal: refuse(403, 'the token is of another machine') };
  const { project, zone, name } = machine;
  return {
    fence: `machine ${project}/${zone}/${name}`,
    asker: { kind: 'node', project, zone, name, instance },
  };
}

/** What is signed begins with this, so that no signature for another purpose fits. */
const purpose = 'basement-watchdog gate 1\n';

/** 200 with a signed `allow` or `deny`; every other answer, and every answer without a signature that fits, is neither. */
export async function answerGate(world: GateWorld, asked: Asked): Promise<Answer> {
  const { clock, log } = world;
  const question = readQuestion(asked);
  const proven = await prove(world, question, bearerIn(asked.header('authorization')) ?? '');
  if ('refusal' in proven) return proven.refusal;
  const { signer, instance, nonce } = question;
  const { asker, fence } = proven;
  if (!world.calls.take(`${signer}/${asker.kind === 'node' ? 'machine' : fence}`, clock.now())) {
    return refuse(429, 'too many questions of this fence; one in 15 seconds is enough', {
      'retry-after': '15',
    });
  }
  const flag = (await world.keys.readFlags([signer])).get(signer);
  if (flag?.isReadable !== true) {
    log.error(
      { signer, why: flag?.why ?? 'it was not read' },
      'the flag cannot be read: nobody is told anything',
    );
    return refuse(503, 'the flag cannot be read now: this is neither allow nor deny');
  }
  const permission = judgeGate(flag.flag, signer, asker);
  const { verdict, generation, holder } = permission;
  if (verdict === 'deny') {
    log.warn(
      { signer, instance, fence, generation, holder },
      'a fence was told that its client may not sign',
    );
  }
  const answer = JSON.stringify({ nonce, signer, instance, ...permission, at: clock.now() });
  return jsonAnswer(200, {
    answer,
    signatures: world.signatures().map((each) => each.sign(purpose + answer)),
  });
}
