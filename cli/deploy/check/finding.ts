// What `deploy check` finds: what keeps a deployment from working, and what is only worth a word.

/** A problem ends the command with 1; a hint does not. `todo` says what would be right. */
export type Finding = {
  readonly kind: 'problem' | 'hint';
  readonly about: string;
  readonly says: string;
  readonly todo: string;
};

export const problem = (about: string, says: string, todo: string): Finding => ({
  kind: 'problem',
  about,
  says,
  todo,
});
export const hint = (about: string, says: string, todo: string): Finding => ({
  kind: 'hint',
  about,
  says,
  todo,
});
