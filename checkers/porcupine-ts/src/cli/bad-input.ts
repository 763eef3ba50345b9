/** The error that means: the command or the file cannot be used as it is. */

/** Says what was wrong, the value, what is allowed. Exit code 254. */
export class BadInput extends Error {
  override readonly name = 'BadInput';
}
