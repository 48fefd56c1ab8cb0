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

/** A box with the message: title first, the time of arrival in the frame. */
export function showPage(screen: Screen, { receivedAt, phone, message }: Paged, indent: number): void {
  const title = `${phone}, ${clockTime(receivedAt)} UTC`;
  screen.box(title, `${message.title}\n\n${message.body}`, { style: styleOf(message), indent });
}
