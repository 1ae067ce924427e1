/** What an input shows of its trouble. */
export const told = (trouble: string | undefined) =>
  trouble === undefined ? {} : { error: true, validationMessage: trouble };
