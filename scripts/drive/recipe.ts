/** A request to an application, below its origin. */
export interface Call {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  readonly path: string;
  readonly body?: unknown;
}

/** Somebody who registers: a new one for each conversation. */
export interface Person {
  readonly name: string;
  readonly email: string;
  readonly password: string;
}

export interface Ports {
  readonly application: number;
  readonly database: number;
}

export type Database = 'mongo' | 'postgres' | 'mariadb' | 'none';

/** A place in a copy that is set up before it is driven: what its README says to write there, and what is no port. */
export interface Setting {
  readonly file: string;
  readonly find: string;
  readonly put: string;
}

/** A folder of an application that has packages of its own, and what is done there before it is used. */
export interface Prepared<Given extends Ports = Ports> {
  /** Where it is, below the checkout. */
  readonly folder: string;
  /** Packages that are installed too, or in place of one that no longer installs. */
  readonly packages?: readonly string[];
  /** Files that the README tells one to write, below the folder. */
  readonly files?: (ports: Given) => Readonly<Record<string, string>>;
  readonly settings?: (ports: Given) => readonly Setting[];
}

/** How a public application is started and used, as data. */
export interface Recipe extends Prepared {
  readonly database: Database;
  readonly environment?: (ports: Ports) => Readonly<Record<string, string>>;
  /** The command that compiles it, after each change. */
  readonly build?: readonly string[];
  /** The command that starts it. */
  readonly start: readonly string[];
  /** What it says when its tables are there, where it listens before. */
  readonly ready?: string;
  /** Absent where the user is made at every start. */
  readonly register?: (person: Person) => Call;
  readonly login: (person: Person) => Call;
  /** The login token in the answer to a login; absent where it comes in a cookie. */
  readonly token?: (answer: unknown) => unknown;
  readonly attach?: (token: string) => Readonly<Record<string, string>>;
  readonly guarded: Call;
  /** What the person may not do. */
  readonly forbidden?: Call;
  /** The request that renews a login, from the answer to it. */
  readonly refresh?: (answer: unknown) => Call;
  readonly refreshed?: (answer: unknown) => unknown;
  readonly logout?: (answer: unknown) => Call;
  /** The command that checks its types: its errors before and after are compared. */
  readonly types?: readonly string[];
  /** Its own tests, when they are to be run too. */
  readonly tests?: readonly string[];
}

export const bearer = (token: string) => ({ Authorization: `Bearer ${token}` });

/** What stands in an answer under names, each below the one before. */
export const field =
  (...names: readonly string[]) =>
  (answer: unknown): unknown =>
    names.reduce<unknown>(
      (value, name) => (value instanceof Object ? Reflect.get(value, name) : undefined),
      answer,
    );

/** The text of an environment file. */
export const lines = (values: Readonly<Record<string, string | number>>): string =>
  Object.entries(values)
    .map(([name, value]) => `${name}=${value}\n`)
    .join('');

export const mongo = ({ database }: Ports, name: string): string => `mongodb://127.0.0.1:${database}/${name}`;
