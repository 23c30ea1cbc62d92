/** A function that the application gave in the options threw; `cause` goes to its own error handler. */
export class ApplicationError extends Error {
  constructor(option: string, cause: unknown) {
    super(`cutover: ${option} threw`, { cause });
    this.name = 'ApplicationError';
  }
}
