/** What a caught value says: the message of an Error, the text of anything else. */
export const errorMessage = (error: unknown): string =>
  error instanceof Error ? error.message : String(error);
