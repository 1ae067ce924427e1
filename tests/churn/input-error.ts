/** Something is wrong with what the command was given; the message says what and where, ready to print. */
export class InputError extends Error {
  /** @param line 1-based */
  static at(file: string, line: number, message: string): InputError {
    return new InputError(`${file}, line ${line}: ${message}`);
  }
}
