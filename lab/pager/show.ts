// A page as the person sees it who is woken by it.
import type { Screen } from '../screen.ts';
import type { Style } from '../../local/terminal-text.ts';
import { clockTime } from '../time.ts';
import type { Paged, PagerMessage } from './pager.ts';

function styleOf({ kind, severity }: PagerMessage): Style {
  if (kind === 'resolved') return 'good';
  if (severity === 'critical') return 'bad';
  return severity === 'warning' ? 'doubt' : 'dim';
}

/** The links as a phone shows them; the token of the lab's own acknowledgement is worth nothing anywhere else. */
function linkLines({ links }: PagerMessage): string[] {
  const named = [
    ['Acknowledge', links.acknowledge],
    ['Status', links.status],
    ['Runbook', links.runbook],
  ] as const;
  return named.flatMap(([label, url]) => (url === undefined ? [] : [`${label}: ${url}`]));
}

/** A box with the message: title first, the time of arrival in the frame. Links follow it, whole, so that they can be opened. */
export function showPage(screen: Screen, { receivedAt, phone, message }: Paged, indent: number): void {
  const title = `${phone}, ${clockTime(receivedAt)} UTC`;
  screen.box(title, `${message.title}\n\n${message.body}`, { style: styleOf(message), indent });
  for (const line of linkLines(message)) screen.line(' '.repeat(indent), line);
}
