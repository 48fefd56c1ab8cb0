// Which chat a channel pages: the same chat may answer.

/** The option `chat` of the channel with this id, as text; null when there is no such channel, or it has no chat. */
export function chatOf(channels: readonly { readonly id: string }[], id: string): string | null {
  const channel = channels.find((each) => each.id === id);
  const chat: unknown = Object.entries(channel ?? {}).find(([name]) => name === 'chat')?.[1];
  if (typeof chat === 'number' && Number.isSafeInteger(chat)) return String(chat);
  return typeof chat === 'string' && chat !== '' ? chat : null;
}
