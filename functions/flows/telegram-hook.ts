// What people say to our bot in the chat that it pages: `ack` takes something on, `/status` asks. The answer goes back as the webhook's.
import { z } from 'zod';
import { isAcknowledged } from '../domain/acknowledge.ts';
import { compareSeverity, type Severity } from '../domain/severity.ts';
import { readCode, shortCode, subjectOfCode } from '../kit/signed-link.ts';
import { incidentLine, statusWords } from '../views/status-words.ts';
import { codeSubjects, type LinkWorld } from './acknowledge.ts';
import { cleanName, gravest, readOpen, takeOn, type OpenThread } from './inbox.ts';

const text = z.string().max(8_192);

/** Fields that we do not need may be there or not: Telegram adds some from time to time. */
const update = z.object({
  message: z.object({
    chat: z.object({ id: z.int(), username: z.string().optional() }),
    from: z.object({ first_name: z.string().optional(), last_name: z.string().optional() }).optional(),
    text,
    reply_to_message: z.object({ text: text.optional() }).optional(),
  }),
});

type Said = z.output<typeof update>['message'];

/** The answer as Telegram takes it from a webhook: a call of a method of the bot, so no token is needed here. */
export type ChatAnswer = { readonly method: 'sendMessage'; readonly chat_id: number; readonly text: string };

const longestAnswer = 4_000;

/** `chat` is a number as text, or `@name` of a public one. */
const isOurChat = (chat: string, { id, username }: Said['chat']): boolean =>
  chat === String(id) || (username !== undefined && chat.toLowerCase() === `@${username.toLowerCase()}`);

type Chosen =
  | { readonly thread: OpenThread; readonly severity: Severity }
  | { readonly thread: null; readonly why: string };

/** The thread that one of these codes stands for. */
function byCodes(world: LinkWorld, codes: readonly string[], threads: readonly OpenThread[]): Chosen | null {
  for (const each of codes) {
    const code = readCode(each);
    const subject = code === null ? null : subjectOfCode(code, codeSubjects(threads), world.keys());
    const thread = threads.find(({ id }) => id === subject?.incident);
    if (subject !== null && thread !== undefined) return { thread, severity: subject.severity };
  }
  return null;
}

const codeLike = /\b[0-9A-Z]{5}-[0-9A-Z]{5}\b/g;
const incidentLike = /\b[a-z][a-z0-9-]*\.[a-z]+\.[a-z0-9-]+\.\d{8}T\d{6}Z\b/g;

/**
 * A message of ours says which incident it is about; the chat was checked, so whoever quotes it may acknowledge it. Null for a message
 * that says nothing of the kind.
 */
function byQuote(world: LinkWorld, quoted: string, threads: readonly OpenThread[]): Chosen | null {
  const codes = quoted.match(codeLike) ?? [];
  const ids: readonly string[] = quoted.match(incidentLike) ?? [];
  const byCode = byCodes(world, codes.slice(0, 10), threads);
  if (byCode !== null) return byCode;
  const thread = threads.find(({ id, incidents }) =>
    [id, ...incidents.map((each) => each.id)].some((each) => ids.includes(each)),
  );
  if (thread !== undefined) return { thread, severity: gravest(thread) };
  return codes.length + ids.length === 0 ? null : { thread: null, why: 'This is over already.' };
}

function list(world: LinkWorld, threads: readonly OpenThread[]): string {
  const at = world.clock.now();
  return threads
    .map((thread) => {
      const [first] = thread.incidents;
      const code = shortCode({ incident: thread.id, severity: gravest(thread) }, world.keys());
      const more = thread.incidents.length > 1 ? ` and ${thread.incidents.length - 1} more` : '';
      return `/ack ${code}\n${thread.site.name}, ${incidentLine(first, at)}${more}`;
    })
    .join('\n\n');
}

function choose(world: LinkWorld, said: Said, code: string, threads: readonly OpenThread[]): Chosen {
  if (code !== '') {
    return (
      byCodes(world, [code], threads) ?? {
        thread: null,
        why: 'Nothing that is open has this code. It may be mistyped, or over already.',
      }
    );
  }
  const quoted = said.reply_to_message?.text;
  if (quoted !== undefined) {
    const quotedOne = byQuote(world, quoted, threads);
    if (quotedOne !== null) return quotedOne;
  }
  const at = world.clock.now();
  const waiting = threads.filter(({ incidents }) => incidents.some((each) => !isAcknowledged(each, at)));
  const [only, ...more] = waiting;
  if (only === undefined) return { thread: null, why: 'There is nothing to acknowledge.' };
  return more.length === 0
    ? { thread: only, severity: gravest(only) }
    : { thread: null, why: `Which one?\n\n${list(world, waiting)}` };
}

async function acknowledge(world: LinkWorld, said: Said, code: string): Promise<string> {
  const chosen = choose(world, said, code, await readOpen(world));
  if (chosen.thread === null) return chosen.why;
  const { thread, severity } = chosen;
  const name = cleanName([said.from?.first_name, said.from?.last_name].join(' ')) ?? 'somebody';
  const { id: incident, site } = thread;
  await takeOn(world, { site: site.id, incident, severity, by: `${name} (Telegram)` });
  const isWorse = thread.incidents.every((each) => compareSeverity(each.severity, severity) > 0);
  world.log.info({ incident, outcome: isWorse ? 'worse' : 'taken', by: 'Telegram' }, 'acknowledgement');
  return isWorse
    ? `It has become ${gravest(thread)} since, so this does not count. Answer the newer message.`
    : `${name} has it: ${site.name}, ${incidentLine(thread.incidents[0], world.clock.now())}`;
}

async function status(world: LinkWorld): Promise<string> {
  const memories = await world.store.readSites(world.sites.map((site) => site.id));
  return statusWords(world.sites, memories, world.clock.now());
}

/** Null for whatever is not said to us, in our chat, in words that we know. */
export async function answerChat(world: LinkWorld, chat: string, body: unknown): Promise<ChatAnswer | null> {
  const parsed = update.safeParse(body);
  if (!parsed.success || !isOurChat(chat, parsed.data.message.chat)) return null;
  const said = parsed.data.message;
  const [, slash = '', word = '', rest = ''] =
    /^(\/?)(ack|status)(?:@\w+)?(?:\s+(.{1,100}))?$/is.exec(said.text.trim()) ?? [];
  const isStatus = word.toLowerCase() === 'status';
  if (word === '' || (isStatus && slash === '')) return null;
  // People talk to each other here as well: "ack, but who drives?" is not for us.
  if (slash === '' && rest !== '' && readCode(rest) === null) return null;
  const answer = isStatus ? await status(world) : await acknowledge(world, said, rest.trim());
  return { method: 'sendMessage', chat_id: said.chat.id, text: answer.slice(0, longestAnswer) };
}
