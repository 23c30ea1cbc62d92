/** The words of the design, as types. Everything that is reported is built from these. */

/** What a place in the code does with a token. */
export type Role =
  | 'mint'
  | 'check'
  | 'read'
  | 'guard'
  | 'emit'
  | 'store'
  | 'attach'
  | 'renew'
  | 'drop'
  | 'configure';

/** Which tokens serve one purpose. */
export type Family = 'session' | 'refresh' | 'one-time' | 'service' | 'third-party' | 'unknown';

/** What becomes of a site. */
export type Action = 'rewritten' | 'bridged' | 'manual' | 'kept';

/** The parts of a migration, each deployable alone, in the order they are deployed. */
export type Step = 'install' | 'client' | 'server';

export const STEPS: readonly Step[] = ['install', 'client', 'server'];

/** One site as it is reported. `line` and `column` are 1-based, in the file as it was before the run. */
export interface ReportedSite {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly role: Role;
  readonly family: Family;
  readonly action: Action;
  readonly rule: string;
  readonly reason: string;
}

export type FileStatus = 'modified' | 'added' | 'deleted' | 'unchanged' | 'failed';

/** One file of the outcome. `before` is absent for an added file, `after` for a deleted or failed one. */
export interface FileOutcome {
  /** Relative to the root, with `/`. */
  readonly path: string;
  readonly status: FileStatus;
  /** Why it changed without a site of its own, or why it failed. */
  readonly reason?: string;
  readonly before?: string;
  readonly after?: string;
}

/** Something worth telling the owner that is not a site: a secret in the source, a cross-site target. */
export interface Finding {
  readonly severity: 'note' | 'warning' | 'error';
  readonly title: string;
  readonly detail: string;
  /** Steps that were asked for are not taken because of it. */
  readonly stops?: boolean;
  readonly file?: string;
  readonly line?: number;
}

/** What a migration found and would do: the same data for every output format. */
export interface Outcome {
  /** Absolute path of the application. */
  readonly root: string;
  readonly steps: readonly Step[];
  /** How many files were listed. */
  readonly listed: number;
  /** The packages that were looked for. */
  readonly lookedFor: readonly string[];
  readonly files: readonly FileOutcome[];
  readonly sites: readonly ReportedSite[];
  readonly findings: readonly Finding[];
  /** Wall time in milliseconds. */
  readonly ms: number;
}
