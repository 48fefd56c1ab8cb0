// What an act of the story is, and how most of them end.
import { isAbout, type Stage } from './stage.ts';

export type Act = {
  /** As the list of the summary says it. */
  readonly name: string;
  readonly title: string;
  /** Rejects with ActFailed when what it waits for does not come. */
  readonly play: (stage: Stage) => Promise<void>;
};

/** The default policy wants three minutes without a break before it believes that something is well again. */
const recoveryTicks = 10;

/** Waits for the resolution of an incident, and checks that nothing else was said. */
export async function resolves(stage: Stage, subject: string, messages: number): Promise<void> {
  await stage.message(
    'it is resolved, and whoever was told hears of it',
    (message) => message.kind === 'resolved' && isAbout(message, subject),
    recoveryTicks,
  );
  await stage.looks(1);
  const count = stage.said().length;
  stage.check(`${messages} messages in all, and nothing else was said`, count === messages, `${count} came`);
}
