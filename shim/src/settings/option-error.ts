/** A wrong option of `cutover`, found at start-up. */
export class OptionError extends TypeError {
  readonly code = 'ERR_CUTOVER_OPTION';

  constructor(
    readonly option: string,
    what: string,
    wayOut: string,
  ) {
    super(`cutover: ${option} ${what}. ${wayOut[0]?.toUpperCase()}${wayOut.slice(1)}.`);
    this.name = 'OptionError';
  }
}
