// `watchdog ack`: somebody takes an incident on, so that nobody else is woken for it.
import type { Command } from 'commander';
import { z } from 'zod';
import {
  addressOf,
  askFunction,
  broken,
  jsonOf,
  troubleOf,
  wrong,
  type Address,
  type AskedFunction,
  type AskOptions,
  type Reply,
  type Trouble,
} from './ask-function.ts';
import { examples, exitCodesHelp, type Context } from './context.ts';
import { firstIssue } from './record.ts';
import type { ExitCode } from './terminal.ts';

type Options = AskOptions & { readonly by?: string; readonly json?: true };

const urlVariable = 'WATCHDOG_ACK_URL';
const tokenVariable = 'WATCHDOG_ACK_TOKEN';
const asked: AskedFunction = { name: 'ack', urlVariable, tokenVariable };

const told = z.strictObject({ ids: z.array(z.string()).length(1), over: z.array(z.string()) });
const refused = z.object({ error: z.string().max(500) });

type Acknowledged = { readonly ok: true; readonly answer: z.output<typeof told> };

function read(reply: Reply, address: Address): Acknowledged | Trouble {
  const { host } = address.url;
  if (reply.status !== 200) {
    const known = troubleOf(reply.status, address, asked);
    if (known !== null) return known;
    const said = jsonOf(reply, host, asked.name);
    const why = 'value' in said ? refused.safeParse(said.value) : null;
    if (why?.success !== true || reply.status >= 500) {
      return broken(`${host} answered with ${reply.status}; the log of the function ack says why`);
    }
    // It counts its events, and here there is one only.
    return wrong(why.data.error.replace(/^event 0: /, ''));
  }
  const json = jsonOf(reply, host, asked.name);
  if (!('value' in json)) return json;
  const parsed = told.safeParse(json.value);
  if (parsed.success) return { ok: true, answer: parsed.data };
  return broken(
    `the answer of ${host} is none that this version knows (${firstIssue(parsed.error)}); is this the address of the function ack?`,
  );
}

/** The operator's events have a path of their own below the address that people open. */
function eventsUrl(url: URL): URL {
  const events = new URL(url);
  events.pathname = `${url.pathname.replace(/\/+$/, '')}/events`;
  return events;
}

async function acknowledge(
  incident: string,
  options: Options,
  context: Context,
): Promise<Acknowledged | Trouble> {
  const address = addressOf(options, context, asked);
  if (!address.ok) return address;
  if (address.token === null) {
    return wrong(
      `a token is needed; put the one of acknowledge.token into the environment variable ${tokenVariable}, or name another with --token-env`,
    );
  }
  const event = { kind: 'ack', incident, ...(options.by === undefined ? {} : { by: options.by }) };
  const there = { ...address, url: eventsUrl(address.url) };
  const reply = await askFunction(there, event, { name: asked.name, context });
  return reply.ok ? read(reply, there) : reply;
}

async function ack(incident: string, options: Options, context: Context): Promise<ExitCode> {
  const { terminal } = context;
  const done = await acknowledge(incident, options, context);
  if (!done.ok) {
    terminal.complain(done.message);
    return done.code;
  }
  const isOver = done.answer.over.length > 0;
  if (options.json === true) terminal.json({ acknowledged: incident, ids: done.answer.ids, isOver });
  else if (isOver) terminal.print(`${incident} is over already; there is nothing left to acknowledge`);
  else {
    terminal.print(
      { style: 'good', text: 'acknowledged' },
      ` ${incident}: nobody else is woken as long as it does not get worse`,
    );
  }
  return 0;
}

export function addAck(program: Command, context: Context): void {
  program
    .command('ack')
    .description('takes an incident on, so that nobody else is woken for it')
    .argument('<incident>', 'its id, as it stands in the message and in `watchdog status`')
    .option('--by <name>', 'who has it, as others are told; "the operator" if left out')
    .option('--url <url>', `address of the function ack; ${urlVariable} if left out`)
    .option('--token-env <name>', `environment variable that holds the token; ${tokenVariable} if left out`)
    .option('--json', 'for scripts')
    .addHelpText(
      'after',
      examples(
        [
          'watchdog ack home.site.home.20261201T021407Z --by Ada --url https://ack-abc.run.app',
          'with the token in WATCHDOG_ACK_TOKEN',
        ],
        [
          `export ${urlVariable}=https://ack-abc.run.app; watchdog ack home.site.home.20261201T021407Z --json`,
          'for a script',
        ],
      ) + exitCodesHelp,
    )
    .action(async (incident: string, options: Options) => {
      context.end(await ack(incident, options, context));
    });
}
